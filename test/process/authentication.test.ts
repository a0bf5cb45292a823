import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCloud } from './cloud.ts';
import { runCommand, startServer, waitFor, type TestServer } from './harness.ts';
import { modern, openSession, post } from './mcp.ts';

const newKey = () => randomBytes(16).toString('hex');
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

/** The status that each way into the server answers with. */
async function statuses({ url }: TestServer, headers: Record<string, string>): Promise<number[]> {
  if (url.endsWith('/sse')) {
    const opened = new AbortController();
    const stream = await fetch(url, { headers, signal: opened.signal });
    opened.abort();
    const posted = await post(url.replace(/sse$/, 'messages?sessionId=nobody'), initialize, headers);
    return [stream.status, posted.status];
  }
  const asked = await modern(url, 'tools/list', {}, headers);
  const opened = await post(url, initialize, headers);
  const streamed = await fetch(url, { headers: { accept: 'text/event-stream', 'mcp-session-id': 'nobody', ...headers } });
  return [asked.status, opened.status, streamed.status];
}

/** What nobody is let in for, and what the paths say to somebody who is. */
const refusedAll = (transport: string, status: number): number[] => (transport === 'sse' ? [status, status] : [status, status, status]);
const servedAll = (transport: string): number[] => (transport === 'sse' ? [200, 404] : [200, 200, 404]);

/** A GET stream that counts as open until the server ends it. */
async function openStream(url: string, headers: Record<string, string>): Promise<{ ended: () => boolean }> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: abort.signal });
  expect(response.status).toBe(200);
  let ended = false;
  void response.text().then(
    () => (ended = true),
    () => (ended = true),
  );
  return { ended: () => ended };
}

describe.each(['streamable-http', 'sse'] as const)('over %s, mode api-key', (transport) => {
  it('lets nobody in without a key or with a wrong one, on any path and in any revision, and says so in the form of the protocol', async () => {
    const key = newKey();
    const server = await startServer({ transport, dotenv: `ZSCALER_MCP_AUTH_API_KEY=${newKey()},${key}\n` });
    expect(await statuses(server, {})).toEqual(refusedAll(transport, 401));
    expect(await statuses(server, bearer(newKey()))).toEqual(refusedAll(transport, 401));
    expect(await statuses(server, { 'x-api-key': key.slice(1) })).toEqual(refusedAll(transport, 401));
    expect(await statuses(server, bearer(key))).toEqual(servedAll(transport));
    expect(await statuses(server, { 'x-api-key': key })).toEqual(servedAll(transport));
    const path = transport === 'sse' ? '/messages' : '/mcp';
    const refused = await fetch(new URL(path, server.url), { method: 'POST', headers: bearer('wrong'), body: '{}' });
    expect(await refused.json()).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32_001, message: expect.stringContaining('not valid') as string },
    });
    for (const open of ['/healthz', '/readyz']) expect((await fetch(new URL(open, server.url))).status).toBe(200);
  });
});

describe('a session', () => {
  it('belongs to whoever opened it, also after a restart', async () => {
    const [mine, yours] = [newKey(), newKey()];
    const server = await startServer({ dotenv: `ZSCALER_MCP_AUTH_API_KEY=${mine},${yours}\n` });
    const session = await openSession(server.url, '2025-11-25', bearer(mine));
    for (let round = 0; round < 2; round++) {
      const headers = { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25', accept: 'text/event-stream' };
      expect((await post(server.url, { id: 9, method: 'tools/list' }, { ...headers, accept: '*/*', ...bearer(yours) })).status).toBe(404);
      expect((await fetch(server.url, { headers: { ...headers, ...bearer(yours) } })).status).toBe(404);
      expect((await fetch(server.url, { method: 'DELETE', headers: { ...headers, ...bearer(yours) } })).status).toBe(404);
      expect((await session.send('ping')).body?.result).toEqual({});
      await server.ask('restart', '--keep-sessions');
    }
    expect((await session.send('ping')).body?.result).toEqual({});
  });

  it('over HTTP+SSE takes messages only of whoever opened it', async () => {
    const [mine, yours] = [newKey(), newKey()];
    const server = await startServer({ transport: 'sse', dotenv: `ZSCALER_MCP_AUTH_API_KEY=${mine},${yours}\n` });
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const stream = await fetch(server.url, { headers: bearer(mine), signal: abort.signal });
    const { value } = await (stream.body as ReadableStream<Uint8Array>).getReader().read();
    const path = /data: (\S+)/.exec(Buffer.from(value ?? []).toString())?.[1] ?? '';
    const message = new URL(path, server.url).href;
    expect((await post(message, initialize, bearer(yours))).status).toBe(404);
    expect((await post(message, initialize, bearer(mine))).status).toBe(202);
  });
});

describe('a reload that rotates keys', () => {
  it('refuses the old one and takes the new one from the next request on; others keep session and stream', async () => {
    const [old, fresh, steady] = [newKey(), newKey(), newKey()];
    const server = await startServer({ dotenv: `ZSCALER_MCP_AUTH_API_KEY=${old},${steady}\n` });
    const revoked = await openSession(server.url, '2025-11-25', bearer(old));
    const kept = await openSession(server.url, '2025-11-25', bearer(steady));
    const streamOf = (id: string, key: string) => openStream(server.url, { 'mcp-session-id': id, ...bearer(key) });
    const [cut, lasting] = [await streamOf(revoked.id, old), await streamOf(kept.id, steady)];
    server.writeDotenv(`ZSCALER_MCP_AUTH_API_KEY=${fresh},${steady}\n`);
    const verdict = await server.ask('reload');
    expect(verdict).toMatchObject({
      outcome: 'applied',
      changes: [{ setting: 'ZSCALER_MCP_AUTH_API_KEY', applies: 'reload', from: 'changed', to: 'changed' }],
    });
    expect((await revoked.send('ping')).status).toBe(401);
    expect((await kept.send('ping')).body?.result).toEqual({});
    expect((await modern(server.url, 'tools/list', {}, bearer(fresh))).status).toBe(200);
    await waitFor(cut.ended);
    expect(lasting.ended()).toBe(false);
  });

  it('does not switch authentication off: that waits for a restart, by name', async () => {
    const key = newKey();
    const server = await startServer({ dotenv: `ZSCALER_MCP_AUTH_API_KEY=${key}\n` });
    server.writeDotenv(`ZSCALER_MCP_AUTH_API_KEY=${key}\nZSCALER_MCP_AUTH_ENABLED=false\n`);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied-restart-pending', pendingRestart: ['ZSCALER_MCP_AUTH_ENABLED'] });
    expect((await modern(server.url, 'tools/list')).status).toBe(401);
    await server.ask('restart');
    expect((await modern(server.url, 'tools/list')).status).toBe(200);
    server.writeDotenv(`ZSCALER_MCP_AUTH_API_KEY=${key}\n`);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
    expect((await modern(server.url, 'tools/list')).status).toBe(401);
  });
});

describe('off loopback', () => {
  it('serves whoever has a key, where plain HTTP is allowed', async () => {
    const key = newKey();
    const cloud = await startCloud();
    const server = await startServer({
      demo: false,
      dotenv: `${cloud.dotenv()}ZSCALER_MCP_HOST=0.0.0.0\nZSCALER_MCP_ALLOW_HTTP=true\nZSCALER_MCP_AUTH_API_KEY=${key}\n`,
    });
    const url = server.url.replace('0.0.0.0', '127.0.0.1');
    expect((await modern(url, 'tools/list')).status).toBe(401);
    expect((await modern(url, 'tools/list', {}, bearer(key))).status).toBe(200);
  });

  it.each([
    ['without authentication', 'ZSCALER_MCP_ALLOW_HTTP=true\nZSCALER_MCP_AUTH_MODE=none\n', [], 'ZSCALER_MCP_AUTH_MODE'],
    ['in plain HTTP', 'ZSCALER_MCP_AUTH_API_KEY=abc\n', [], 'ZSCALER_MCP_ALLOW_HTTP'],
    ['the demo tenant', 'ZSCALER_MCP_ALLOW_HTTP=true\nZSCALER_MCP_AUTH_API_KEY=abc\n', ['--demo'], 'demo tenant'],
  ])('does not start %s', async (_name, dotenv, args, words) => {
    const server = await startServer({ demo: false, dotenv: `ZSCALER_MCP_HOST=0.0.0.0\n${dotenv}`, args, waitForReady: false });
    expect((await server.ended).code).toBe(4);
    expect(server.log()).toContain(words);
  });
});

it('--generate-auth-token prints a new key of 256 bits alone on stdout, and writes nothing', async () => {
  const [one, two] = [await runCommand(['--generate-auth-token']), await runCommand(['--generate-auth-token'])];
  for (const { code, out } of [one, two]) expect([code, out]).toEqual([0, expect.stringMatching(/^[0-9a-f]{64}\n$/)]);
  expect(one.out).not.toBe(two.out);
  expect(one.err).toContain('ZSCALER_MCP_AUTH_API_KEY');
  expect(one.err).not.toContain(one.out.trim());
});
