import { Client as ClientV2, SSEClientTransport as SseV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as SseV1 } from '@modelcontextprotocol/sdk/client/sse.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { post, until } from '../../test/conformance/raw.ts';
import { startStack, testTools, type Stack } from '../../test/conformance/stack.ts';

const info = { name: 'tester', version: '7' };

async function connectV1({ url }: Stack): Promise<ClientV1> {
  const client = new ClientV1(info);
  await client.connect(new SseV1(new URL(url)));
  onTestFinished(() => client.close());
  return client;
}

async function connectV2({ url }: Stack): Promise<ClientV2> {
  const client = new ClientV2(info, { versionNegotiation: { mode: 'legacy' } });
  await client.connect(new SseV2(new URL(url)));
  onTestFinished(() => client.close());
  return client;
}

describe.each([
  ['SDK v1', connectV1],
  ['SDK v2', connectV2],
] as const)('the HTTP+SSE transport with a client of %s', (_name, connect) => {
  it('lists and calls', async () => {
    const stack = await startStack({ transport: 'sse' });
    const client = await connect(stack);
    expect((await client.listTools()).tools).toHaveLength(testTools.size);
    expect((await client.callTool({ name: 'echo', arguments: { text: 'a' } })).structuredContent).toEqual({ text: 'a' });
    expect(stack.audit.at(-1)).toMatch(/session: [\da-f]{8} \| client: tester 7 \| from: 127\.0\.0\.1$/);
    expect(stack.mcp.sessions()).toBe(1);
  });

  it('ends the session, and what runs in it, with the stream', async () => {
    const stack = await startStack({ transport: 'sse' });
    const client = await connect(stack);
    client.callTool({ name: 'wait', arguments: {} }).catch(() => undefined);
    await until(() => stack.running.has('wait'));
    await client.close();
    await until(() => stack.mcp.sessions() === 0 && stack.aborted.includes('wait'));
  });
});

describe('a stream of the HTTP+SSE transport', () => {
  it('hears that the tools changed', async () => {
    const stack = await startStack({ transport: 'sse' });
    const client = await connectV1(stack);
    const heard = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve));
    stack.mcp.toolsChanged();
    await heard;
  });

  it('that is to end gives the answers that are still out first', async () => {
    const stack = await startStack({ transport: 'sse' });
    const client = await connectV1(stack);
    const call = client.callTool({ name: 'wait', arguments: { ms: 100 } });
    await until(() => stack.running.has('wait') && stack.standing.size === 1);
    stack.mcp.endStreams();
    expect((await call).structuredContent).toEqual({ waited: 100 });
    await until(() => stack.mcp.sessions() === 0);
  });

  it('is not waited for by a request that was cancelled', async () => {
    const stack = await startStack({ transport: 'sse' });
    const client = await connectV1(stack);
    const abort = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: {} }, undefined, { signal: abort.signal });
    await until(() => stack.running.has('wait'));
    abort.abort();
    await expect(call).rejects.toThrow();
    await until(() => stack.aborted.includes('wait'));
    stack.mcp.endStreams();
    await until(() => stack.mcp.sessions() === 0);
  });

  it('gives a last answer to a request that is given up', async () => {
    const stack = await startStack({ transport: 'sse' });
    const client = await connectV1(stack);
    const call = client.callTool({ name: 'wait', arguments: {} });
    await until(() => stack.running.has('wait'));
    void stack.mcp.abandon('the server is stopping');
    await expect(call).rejects.toThrow('Outcome unknown: the server is stopping');
  });

  it('is refused beyond the limit of sessions', async () => {
    const stack = await startStack({ transport: 'sse', with: { sessionLimit: 1 } });
    await connectV1(stack);
    expect((await fetch(stack.url)).status).toBe(503);
  });

  it('keeps every digit of large integers, there and back', async () => {
    const stack = await startStack({ transport: 'sse' });
    const stream = await fetch(stack.url, { headers: { accept: 'text/event-stream' } });
    const text = await readUntil(stream, 'sessionId=');
    const address = new URL(/data: (\S+)/.exec(text)?.[1] ?? '', stack.url).href;
    await post(address, {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: info },
    });
    await post(address, '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"count":9007199254740993}}}');
    expect(await readUntil(stream, '"id":1')).toContain('"structuredContent":{"count":9007199254740993}');
  });
});

describe('a message for the HTTP+SSE transport', () => {
  it.each([
    ['without a session', '', { jsonrpc: '2.0', id: 1, method: 'ping' }, 400],
    ['for an unknown session', '?sessionId=unknown', { jsonrpc: '2.0', id: 1, method: 'ping' }, 404],
  ])('%s is refused', async (_name, query, message, status) => {
    const { url } = await startStack({ transport: 'sse' });
    const response = await post(url.replace('/sse', `/messages${query}`), message);
    expect([response.status, await response.json()]).toMatchObject([
      status,
      { error: { message: expect.stringContaining('GET /sse') as string } },
    ]);
  });

  it('that is none of JSON-RPC is refused', async () => {
    const stack = await startStack({ transport: 'sse' });
    const stream = await fetch(stack.url, { headers: { accept: 'text/event-stream' } });
    const text = await readUntil(stream, 'sessionId=');
    const address = new URL(/data: (\S+)/.exec(text)?.[1] ?? '', stack.url).href;
    for (const body of [{ hello: 1 }, 5, null, 'text']) expect((await post(address, JSON.stringify(body))).status).toBe(400);
  });
});

/** Reads on from where the last reading ended. */
async function readUntil(response: Response, mark: string): Promise<string> {
  const reader = response.body?.getReader();
  let text = '';
  while (!text.includes(mark)) {
    const part = await reader?.read();
    if (!part || part.done) throw new Error(`the stream ended before ${mark}: ${text}`);
    text += new TextDecoder().decode(part.value);
  }
  reader?.releaseLock();
  return text;
}

it('refuses a request whose ID another one of the stream has that is still running', async () => {
  const stack = await startStack({ transport: 'sse' });
  const client = await connectV1(stack);
  const running = client.callTool({ name: 'wait', arguments: { ms: 300 } });
  await until(() => stack.running.has('wait'));
  // oxlint-disable-next-line no-underscore-dangle -- a field of the SDK's client
  const address = (client.transport as unknown as { _endpoint: URL })._endpoint.href;
  const again = (id: number) => post(address, { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo', arguments: {} } });
  const refused = await again(1);
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('is still running')]);
  expect((await running).structuredContent).toEqual({ waited: 300 });
  expect((await again(1)).status).toBe(202);
});
