/** A cloud for tests that outlives the servers under test: the demo tenant, in the test's own process. */
import { onTestFinished } from 'vitest';
import { startDemoTenant } from '../../src/demo/index.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export async function startCloud({ delayMs = 0 }: { delayMs?: number } = {}) {
  const tenant = await startDemoTenant({ log: silent });
  if (delayMs > 0) tenant.delay('/ruleLabels', delayMs);
  onTestFinished(() => tenant.close());
  return {
    tenant,
    requests: () => tenant.journal(),
    /** Calls of the slow tool that have reached the cloud and have no answer yet. */
    inFlight: () => tenant.waiting('/ruleLabels'),
    /** A `.env` that leads to this cloud. */
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
