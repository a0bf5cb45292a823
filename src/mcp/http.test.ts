import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startStack, testTools, type Stack } from '../../test/conformance/stack.ts';

const info = { name: 'tester', version: '7' };

async function connectV1({ url }: Stack): Promise<ClientV1> {
  const client = new ClientV1(info);
  await client.connect(new HttpV1(new URL(url)));
  onTestFinished(() => client.close());
  return client;
}

async function connectV2({ url }: Stack, mode: 'legacy' | '2026-07-28'): Promise<ClientV2> {
  const client = new ClientV2(info, { versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : { pin: mode } } });
  await client.connect(new HttpV2(new URL(url)));
  onTestFinished(() => client.close());
  return client;
}

describe.each([
  ['SDK v1', connectV1],
  ['SDK v2, legacy', (stack: Stack) => connectV2(stack, 'legacy')],
  ['SDK v2, 2026-07-28', (stack: Stack) => connectV2(stack, '2026-07-28')],
] as const)('a client of %s', (_name, connect) => {
  it('lists the tools in their order and calls one', async () => {
    const stack = await startStack();
    const client = await connect(stack);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([...testTools.keys()]);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result).toMatchObject({ content: [{ type: 'text', text: '{\n  "text": "hello"\n}' }], structuredContent: { text: 'hello' } });
  });
});
