/** The cloud as the server reaches it: each attempt is counted. */
import type { Metrics } from '../metrics/index.ts';
import type { Transport } from '../zscaler/index.ts';

/** A transport that counts each attempt in the metrics, if they are switched on. */
export const observed = (transport: Transport, metrics: () => Metrics | null): Pick<Transport, 'fetch'> => ({
  async fetch(url, request, proxy) {
    const startedAt = performance.now();
    const tell = (status: number | 'error', allowance: { remaining: number | null; limit: number | null }): void =>
      metrics()?.asked({ product: productOf(url), status, ms: performance.now() - startedAt, ...allowance });
    try {
      const answer = await transport.fetch(url, request, proxy);
      tell(answer.status, allowanceOf(answer.headers));
      return answer;
    } catch (error) {
      tell('error', { remaining: null, limit: null });
      throw error;
    }
  },
});

/** The product, named by the first part of an API's path; `token` for any other URL. */
function productOf(url: string): string {
  const [, first = ''] = new URL(url).pathname.split('/');
  return products.has(first) ? first : 'token';
}

const products: ReadonlySet<string> = new Set(['zia', 'zpa', 'zdx', 'zcc', 'ztw', 'ziam', 'easm', 'zins', 'zms', 'zcell']);

/** `x-ratelimit-limit: 5000, 5000;w=60`; Client Connector spells the other header with one more hyphen. */
const allowanceOf = (headers: Pick<Headers, 'get'>): { remaining: number | null; limit: number | null } => ({
  remaining: readCount(headers.get('x-ratelimit-remaining') ?? headers.get('x-rate-limit-remaining')),
  limit: readCount(headers.get('x-ratelimit-limit')?.split(',')[0]?.trim() ?? null),
});

const readCount = (header: string | null): number | null => (header !== null && /^\d{1,9}$/.test(header) ? Number(header) : null);
