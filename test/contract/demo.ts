/** The embedded tenant behind our own client: a tool is called as a server with `--demo` calls it. */
import { startDemoTenant, type DemoTenant } from '../../src/demo/index.ts';
import { bindCall, catalogue, Page, type Tool } from '../../src/tools/index.ts';
import { createCloud, TokenCache, Transport } from '../../src/zscaler/index.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface Demo extends AsyncDisposable {
  readonly tenant: DemoTenant;
  /** What the tool returns; of a page, the rows. */
  call(name: string, input?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export async function openDemo(): Promise<Demo> {
  const tenant = await startDemoTenant({ log: quiet });
  const transport = new Transport();
  const { apiUrl, tokenUrl, credentials } = tenant;
  const config = { ...credentials, apiUrl, tokenUrl, cloud: '', requestTimeoutMs: 5_000, maxRetries: 0 };
  const cloud = createCloud(config, { tokens: new TokenCache(), transport, log: quiet });
  return {
    tenant,
    async call(name, input = {}) {
      const tool = find(name);
      const result = await tool.run(
        bindCall(tool, (request) => cloud.send(request), credentials),
        tool.parse(input),
      );
      return result instanceof Page ? result.items : result;
    },
    async [Symbol.asyncDispose]() {
      await transport.close();
      await tenant.close();
    },
  };
}

function find(name: string): Tool {
  const tool = catalogue.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool;
}
