/** Calls the tools of the catalogue against a demo tenant, through the server's own client. */
import { startDemoTenant } from '../../src/demo/index.ts';
import { bindCall, catalogue } from '../../src/tools/index.ts';
import { createCloud, TokenCache, Transport } from '../../src/zscaler/index.ts';

export interface DemoTools extends AsyncDisposable {
  /** @throws whatever the tool throws */
  readonly run: (name: string, input?: Record<string, unknown>) => Promise<unknown>;
  /** Names of the tools that ran to their end. */
  readonly answered: ReadonlySet<string>;
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export async function openDemoTools(): Promise<DemoTools> {
  const tenant = await startDemoTenant({ log: quiet });
  const { apiUrl, tokenUrl, credentials } = tenant;
  const config = { ...credentials, apiUrl, tokenUrl, cloud: '', requestTimeoutMs: 5_000, maxRetries: 0 };
  const cloud = createCloud(config, { tokens: new TokenCache(), transport: new Transport(), log: quiet });
  const answered = new Set<string>();
  return {
    answered,
    run: async (name, input = {}) => {
      const tool = catalogue.find((candidate) => candidate.name === name);
      if (!tool) throw new Error(`no tool is called ${name}`);
      const result = await tool.run(
        bindCall(tool, (request) => cloud.send(request), credentials),
        tool.parse(input),
      );
      answered.add(name);
      return result;
    },
    [Symbol.asyncDispose]: () => tenant.close(),
  };
}
