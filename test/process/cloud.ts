/** A cloud for tests that outlives the servers under test: the demo tenant, in the test's own process. */
import { onTestFinished } from 'vitest';
import { startDemoTenant } from '../../src/demo/index.ts';
import type { Ledger } from './load.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export type Cloud = Awaited<ReturnType<typeof startCloud>>;

interface CloudOptions {
  readonly delayMs?: number;
  readonly products?: readonly string[];
  /** Public key of a client that signs in with a private key, as PEM. */
  readonly clientPublicKey?: string;
}

export async function startCloud({ delayMs = 0, products, clientPublicKey }: CloudOptions = {}) {
  const tenant = await startDemoTenant({ log: silent, ...(products && { products }), ...(clientPublicKey && { clientPublicKey }) });
  if (delayMs > 0) tenant.delay('/ruleLabels', delayMs);
  onTestFinished(() => tenant.close());
  return {
    tenant,
    requests: () => tenant.journal(),
    /** Holds calls of the slow tool at the cloud until the returned function is called. */
    hold: () => tenant.hold('/ruleLabels'),
    /** Calls of the slow tool waiting at the cloud. */
    inFlight: () => tenant.waiting('/ruleLabels'),
    /** A `.env` for this cloud. */
    dotenv: (change: Record<string, string> = {}): string => {
      const { clientId, clientSecret, vanityDomain, customerId } = tenant.credentials;
      const values = {
        ZSCALER_CLIENT_ID: clientId,
        ZSCALER_CLIENT_SECRET: clientSecret,
        ZSCALER_VANITY_DOMAIN: vanityDomain,
        ZSCALER_CUSTOMER_ID: customerId,
        ZSCALER_MCP_API_URL: tenant.apiUrl,
        ZSCALER_MCP_TOKEN_URL: tenant.tokenUrl,
        ...change,
      };
      return `${Object.entries(values)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n')}\n`;
    },
  };
}

/** Calls of a load that reached the cloud never or more than once. */
export function wronglyExecuted({ sent }: Ledger, cloud: Cloud): string[] {
  const executions = new Map<string, number>();
  for (const { path, query } of cloud.requests()) {
    const search = path.endsWith('/ruleLabels') ? String(query['search']) : null;
    if (search) executions.set(search, (executions.get(search) ?? 0) + 1);
  }
  const times = (n: number) => executions.get(`n-${n}`) ?? 0;
  return sent.filter((n) => times(n) !== 1).map((n) => `${n}: executed ${times(n)} times`);
}
