/** Revisions with sessions, served without them. */
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { initialize, post, readEvents } from '../../test/conformance/raw.ts';
import { startStack, testTools } from '../../test/conformance/stack.ts';

const info = { name: 'tester', version: '7' };
const platform = { 'mcp-session-id': 'made-by-the-platform' };
const stateless = () => startStack({ isStateless: true });

interface Connected {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments: object }): Promise<object>;
}

async function connectV1(url: URL, headers: Record<string, string>): Promise<Connected & { readonly sessionId: string | undefined }> {
  const client = new ClientV1(info);
  const transport = new HttpV1(url, { requestInit: { headers } });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return Object.assign(client as unknown as Connected, { sessionId: transport.sessionId });
}

async function connectV2(url: URL, headers: Record<string, string>): Promise<Connected & { readonly sessionId: string | undefined }> {
  const client = new ClientV2(info, { versionNegotiation: { mode: 'legacy' } });
  const transport = new HttpV2(url, { requestInit: { headers } });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return Object.assign(client as unknown as Connected, { sessionId: transport.sessionId });
}

describe.each([
  ['SDK v1', connectV1],
  ['SDK v2', connectV2],
] as const)('a client of %s', (_name, connect) => {
  it.each([
    ['whose platform adds a session ID', platform],
    ['without any session ID', {}],
  ] as const)('%s is served, and gets no ID', async (_what, headers) => {
    const stack = await stateless();
    const client = await connect(new URL(stack.url), headers);
    expect(client.sessionId).toBeUndefined();
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([...testTools.keys()]);
    expect(await client.callTool({ name: 'echo', arguments: { text: 'hello' } })).toMatchObject({ structuredContent: { text: 'hello' } });
    expect(stack.mcp.sessions()).toBe(0);
    expect(stack.mcp.saveSessions()).toEqual([]);
  });
});

it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('a request of %s needs no handshake before it', async (version) => {
  const { url } = await stateless();
  const started = await initialize(url, version);
  expect([started.status, started.headers.get('mcp-session-id')]).toEqual([200, null]);
  await started.text();
  for (const headers of [{}, platform, { 'mcp-session-id': 'another' }]) {
    const answer = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, { 'mcp-protocol-version': version, ...headers });
    expect(answer.status).toBe(200);
    for await (const event of readEvents(answer))
      expect(event.message).toMatchObject({ id: 1, result: { tools: expect.any(Array) as unknown } });
  }
});

it.each(['GET', 'DELETE'])('%s has nothing to act on: 405', async (method) => {
  const { url } = await stateless();
  const headers = { accept: 'text/event-stream', 'mcp-protocol-version': '2025-11-25', ...platform };
  const answer = await fetch(url, { method, headers });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
});

it('a removal is confirmed as by a client that cannot ask a person', async () => {
  const { url } = await stateless();
  const params = { name: 'remove', arguments: { id: '7' } };
  const answer = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, platform);
  expect(await answer.text()).toContain('Nothing was changed yet');
});

it('a request of 2026-07-28 is served as ever, also with an ID of the platform', async () => {
  const { url } = await stateless();
  for (const client of [{}, platform]) {
    const transport = new HttpV2(new URL(url), { requestInit: { headers: client } });
    const modern = new ClientV2(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await modern.connect(transport);
    expect((await modern.listTools()).tools).toHaveLength(testTools.size);
    await modern.close();
  }
});

it('where sessions are kept, an ID that the server did not give out is refused', async () => {
  const { url } = await startStack();
  const headers = { 'mcp-protocol-version': '2025-11-25', ...platform };
  expect((await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, headers)).status).toBe(404);
});
