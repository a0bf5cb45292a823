import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LifecycleRecord } from '../../src/lifecycle/index.ts';
import { startIdp } from '../idp.ts';
import { startCloud } from './cloud.ts';
import { runCommand, startServer, waitFor, type TestServer } from './harness.ts';
import { modern, openSession, post } from './mcp.ts';
import { bearer, eras, initialize, newKey, openWay, visit, ways } from './ways-in.ts';

/** The response status of each endpoint. */
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

/** Statuses for unauthenticated requests, and for an authenticated caller. */
const refusedAll = (transport: string): number[] => (transport === 'sse' ? [401, 401] : [401, 401, 401]);
const servedAll = (transport: string): number[] => (transport === 'sse' ? [200, 404] : [200, 200, 404]);

const loudly = 'ZSCALER_MCP_LOG_LEVEL=debug\nZSCALER_MCP_LOG_TOOL_CALLS=true\n';

const transports = ['streamable-http', 'sse'] as const;

describe.each(transports)('over %s', (transport) => {
  it.each(Object.keys(ways))(
    'mode %s accepts valid credentials only, on every path and in every revision, and no secret appears anywhere',
    async (name) => {
      const { before, dotenv, one, two, refused, secrets } = await openWay(name);
      const server = await startServer({ transport, demo: name !== 'zscaler', dotenv: (before ?? dotenv) + loudly });
      if (before !== undefined) {
        expect(await statuses(server, refused.expired)).toEqual(servedAll(transport));
        server.writeDotenv(dotenv + loudly);
        expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
      }
      for (const [kind, headers] of Object.entries(refused))
        expect([kind, ...(await statuses(server, headers))]).toEqual([kind, ...refusedAll(transport)]);
      for (const headers of [one, two]) expect(await statuses(server, headers)).toEqual(servedAll(transport));
      const path = transport === 'sse' ? '/messages' : '/mcp';
      const answer = await fetch(new URL(path, server.url), { method: 'POST', headers: refused.wrong, body: '{}' });
      const said = await answer.text();
      expect(JSON.parse(said)).toEqual({
        jsonrpc: '2.0',
        id: null,
        error: { code: -32_001, message: expect.stringContaining('not valid') as string },
      });
      for (const open of ['/healthz', '/readyz']) expect((await fetch(new URL(open, server.url))).status).toBe(200);
      const status = await server.command('status', '--json');
      const everything = [said, JSON.stringify([...answer.headers]), status.out, status.err, server.log(), server.stdout()].join('');
      expect(server.log()).toMatch(/with invalid credentials w(?:as|ere) refused/);
      for (const secret of secrets) expect(everything.includes(secret)).toBe(false);
    },
  );
});

describe.each(eras)('in %s', (era) => {
  it.each(Object.keys(ways))(
    'mode %s: sessions and streams belong to one caller, and a rotation by reload ends those of the revoked caller only',
    async (name) => {
      const { before, dotenv, one, two, rotate } = await openWay(name);
      const server = await startServer({
        transport: era === 'HTTP+SSE' ? 'sse' : 'streamable-http',
        demo: name !== 'zscaler',
        dotenv: before ?? dotenv,
      });
      const [revoked, steady] = [await visit(server, era, one), await visit(server, era, two)];
      if (era !== '2026-07-28') expect([await revoked.ask(two), await steady.ask(one)]).toEqual([404, 404]);
      expect([await revoked.ask(one), await steady.ask(two)]).toEqual([era === 'HTTP+SSE' ? 202 : 200, era === 'HTTP+SSE' ? 202 : 200]);
      const next = await rotate();
      server.writeDotenv(next.dotenv);
      expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', pendingRestart: [] });
      expect([await revoked.ask(one), await steady.ask(two)]).toEqual([401, era === 'HTTP+SSE' ? 202 : 200]);
      const late = await visit(server, era, next.fresh);
      expect(await late.ask(next.fresh)).toBe(era === 'HTTP+SSE' ? 202 : 200);
      await waitFor(() => revoked.hasEnded());
      expect([steady.hasEnded(), late.hasEnded()]).toEqual([false, false]);
    },
  );
});

describe('the posture', () => {
  it('appears in the log and in status, and follows a reload', async () => {
    const key = newKey();
    const server = await startServer({ dotenv: '' });
    expect(server.log()).toContain('"posture":{"on":["host validation"');
    const risks = async () => ((await server.ask('status')) as unknown as LifecycleRecord).posture?.risks.map(({ id }) => id);
    expect(await risks()).toEqual(['no-authentication', 'demo']);
    expect((await server.command('status')).out).toContain('every user and program of this machine may call the tools');
    server.writeDotenv(`ZSCALER_MCP_AUTH_API_KEY=${key}\n`);
    await server.ask('reload');
    expect(await risks()).toEqual(['readable-secrets', 'demo']);
    expect(server.log()).toContain('"posture":{"on":["client authentication (api-key)"');
    expect(server.log()).toContain('"message":"posture: 2 risks: readable-secrets, demo"');
    await server.ask('restart');
    expect(await risks()).toEqual(['readable-secrets', 'demo']);
  });
});

describe('an identity provider', () => {
  it('may be down when the server starts: the log and the answers say so until it is back', async () => {
    const idp = await startIdp();
    const token = await idp.token();
    await idp.stop();
    const server = await startServer({ dotenv: `OIDCPROXY_CONFIG_URL=${idp.configUrl}\nOIDCPROXY_CLIENT_ID=${idp.audience}\n` });
    const ask = () => modern(server.url, 'tools/list', {}, bearer(token));
    const refused = await ask();
    expect([refused.status, refused.body?.error?.message]).toEqual([503, expect.stringContaining('cannot be reached')]);
    await waitFor(() => server.log().includes('cannot be fetched'));
    expect((await fetch(new URL('/readyz', server.url))).status).toBe(200);
    const metadata = new URL('/.well-known/oauth-protected-resource/mcp', server.url);
    expect((await fetch(metadata)).status).toBe(503);
    await idp.start();
    await waitFor(async () => (await ask()).status === 200);
    expect(server.log()).toContain('can be fetched again');
    expect(await (await fetch(metadata)).json()).toMatchObject({ resource: server.url, authorization_servers: [idp.issuer] });
  });

  it('may rotate its keys; tokens of before are good as long as their key is published', async () => {
    const idp = await startIdp();
    const server = await startServer({ dotenv: `ZSCALER_MCP_AUTH_JWKS_URI=${idp.jwksUri}\nZSCALER_MCP_AUTH_ISSUER=${idp.issuer}\n` });
    const session = await openSession(server.url, '2025-11-25', bearer(await idp.token()));
    idp.rotate();
    expect((await modern(server.url, 'tools/list', {}, bearer(await idp.token()))).status).toBe(200);
    expect((await session.send('ping')).body?.result).toEqual({});
  });
});

describe('a session', () => {
  it('belongs to the caller who opened it, also after a restart', async () => {
    const [mine, yours] = [newKey(), newKey()];
    const server = await startServer({ dotenv: `ZSCALER_MCP_AUTH_API_KEY=${mine},${yours}\n` });
    const session = await openSession(server.url, '2025-11-25', bearer(mine));
    for (let round = 0; round < 2; round++) {
      const headers = { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25', accept: 'text/event-stream' };
      expect(
        (
          await post(
            server.url,
            { id: 9, method: 'tools/list' },
            { ...headers, accept: 'application/json, text/event-stream', ...bearer(yours) },
          )
        ).status,
      ).toBe(404);
      expect((await fetch(server.url, { headers: { ...headers, ...bearer(yours) } })).status).toBe(404);
      expect((await fetch(server.url, { method: 'DELETE', headers: { ...headers, ...bearer(yours) } })).status).toBe(404);
      expect((await session.send('ping')).body?.result).toEqual({});
      await server.ask('restart');
    }
    expect((await session.send('ping')).body?.result).toEqual({});
  });

  it('over HTTP+SSE accepts messages only from the caller who opened it', async () => {
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

describe('a reload', () => {
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

describe('a body that waits to be wanted', () => {
  /** The answer to a request with `Expect: 100-continue`, whose body is sent only on request. */
  async function expectContinue(server: TestServer, headers: Record<string, string>): Promise<{ asked: boolean; status: number }> {
    const body = JSON.stringify({ jsonrpc: '2.0', ...initialize });
    const all = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers };
    const request = httpRequest(server.url, { method: 'POST', headers: { ...all, 'content-length': body.length, expect: '100-continue' } });
    let asked = false;
    request.once('continue', () => {
      asked = true;
      request.end(body);
    });
    request.flushHeaders();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    request.destroy();
    return { asked, status: response.statusCode ?? 0 };
  }

  it('is asked for when its sender is known, and not before', async () => {
    const key = newKey();
    const server = await startServer({ dotenv: `ZSCALER_MCP_AUTH_API_KEY=${key}\nZSCALER_MCP_REQUEST_BODY_LIMIT=1024\n` });
    expect(await expectContinue(server, {})).toEqual({ asked: false, status: 401 });
    expect(await expectContinue(server, bearer(key))).toEqual({ asked: true, status: 200 });
  });
});

describe('off loopback', () => {
  it('serves clients with a key, where plain HTTP is allowed', async () => {
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
