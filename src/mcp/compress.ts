/** Compressed answers, for clients that ask for them (RFC 9110, section 12.5.3). Streams of events are never compressed. */
import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { weighted } from './accept.ts';

/** Shorter bodies fit a few packets anyway. */
const LEAST_BYTES = 4_096;

const CODINGS = {
  br: (body: Buffer) =>
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    }),
  gzip: (body: Buffer) => promisify(gzip)(body, { level: 4 }),
} as const;

type Coding = keyof typeof CODINGS;

/** The body as it is to be sent, with the headers that say so. The work is done beside the event loop. */
export async function compressFor(response: ServerResponse, parts: readonly Buffer[]): Promise<readonly Buffer[]> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length < LEAST_BYTES || response.hasHeader('content-encoding')) return parts;
  const vary = response.getHeader('vary');
  response.setHeader('vary', vary === undefined ? 'Accept-Encoding' : `${String(vary)}, Accept-Encoding`);
  const coding = chooseCoding(response.req.headers['accept-encoding']?.toString());
  if (coding === null) return parts;
  const body = await CODINGS[coding](Buffer.concat(parts));
  if (!response.headersSent) response.setHeader('content-encoding', coding);
  return [body];
}

/** The coding that the client likes best, of those that are offered; null for none. */
export function chooseCoding(header: string | undefined): Coding | null {
  const asked = weighted(header ?? '');
  const weightOf = (name: string): number =>
    (asked.find(({ range }) => range === name) ?? asked.find(({ range }) => range === '*'))?.weight ?? 0;
  const best = (Object.keys(CODINGS) as Coding[]).toSorted((one, other) => weightOf(other) - weightOf(one))[0];
  return best !== undefined && weightOf(best) > 0 ? best : null;
}
