/** Calls tools against the demo tenant through our own client, as a server with `--demo` does. */
import { startDemoTenant, type DemoTenant } from '../../src/demo/index.ts';
import { bindCall, catalogue, Page, type Tool } from '../../src/tools/index.ts';
import { createCloud, TokenCache, Transport } from '../../src/zscaler/index.ts';

export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

type Send = Parameters<typeof bindCall>[1];
type Input = Readonly<Record<string, unknown>>;

export interface Demo extends AsyncDisposable {
  readonly tenant: DemoTenant;
  /** Names of the tools that returned without an error. */
  readonly answered: ReadonlySet<string>;
  /** One request of a tool to the tenant, through our own client. */
  readonly send: Send;
  /** @throws whatever the tool throws */
  run(name: string, input?: Input): Promise<unknown>;
  /** Like `run`, but returns the rows of a page. */
  call(name: string, input?: Input): Promise<unknown>;
}

/** Opens a new tenant unless one is given; a given one is not closed. */
export async function openDemo(shared?: DemoTenant): Promise<Demo> {
  const tenant = shared ?? (await startDemoTenant({ log: quiet }));
  const transport = new Transport();
  const { apiUrl, tokenUrl, credentials } = tenant;
  const config = { ...credentials, apiUrl, tokenUrl, cloud: '', requestTimeoutMs: 5_000, maxRetries: 0, answerLimit: 16_777_216 };
  const cloud = createCloud(config, { tokens: new TokenCache(), transport, log: quiet });
  const send: Send = (request) => cloud.send(request);
  const answered = new Set<string>();
  async function run(name: string, input: Input = {}): Promise<unknown> {
    const tool = findTool(name);
    const result = await tool.run(bindCall(tool, send, credentials), tool.parse(input));
    answered.add(name);
    return result;
  }
  return {
    tenant,
    answered,
    send,
    run,
    async call(name, input) {
      const result = await run(name, input);
      return result instanceof Page ? result.items : result;
    },
    async [Symbol.asyncDispose]() {
      await transport.close();
      if (!shared) await tenant.close();
    },
  };
}

export function findTool(name: string): Tool {
  const tool = catalogue.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool is called ${name}`);
  return tool;
}
