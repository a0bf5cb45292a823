/** The network edge on a real process: names, pages, addresses, proxies. */
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCloud } from './cloud.ts';
import { missing, startServer, waitFor } from './harness.ts';
import { bearer, newKey, visit } from './ways-in.ts';

type Headers = Record<string, string>;

const list = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/list',
  params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } },
});
const good: Headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/list',
};

/** The status of a request with any headers, from any address of this machine. */
async function ask(url: string, headers: Headers = {}, localAddress?: string): Promise<number> {
  const request = httpRequest(url, {
    method: 'POST',
    headers: { ...good, ...headers },
    agent: false,
    ...(localAddress && { localAddress }),
  });
  const [response] = (await once(request.end(list), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

/** Null if the loopback address of IPv6 can be bound, otherwise the reason. */
async function withoutIpv6(): Promise<string | null> {
  const server = createNetServer();
  const isThere = await new Promise<boolean>((resolve) => server.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true)));
  server.close();
  if (isThere) return null;
  if (process.env['CI'] === 'true') throw new Error('this test needs IPv6, and CI must have it');
  console.error('skipped: needs IPv6');
  return 'needs IPv6';
}

const noIpv6 = await withoutIpv6();

/** Off loopback: a key, plain HTTP allowed. */
async function startOpen(host: string, more: string): Promise<{ key: Headers; port: string; reload: (more: string) => Promise<unknown> }> {
  const key = newKey();
  const cloud = await startCloud();
  const dotenv = (rest: string) =>
    `${cloud.dotenv()}ZSCALER_MCP_HOST=${host}\nZSCALER_MCP_ALLOW_HTTP=true\nZSCALER_MCP_AUTH_API_KEY=${key}\n${rest}`;
  const server = await startServer({ demo: false, dotenv: dotenv(more) });
  return {
    key: bearer(key),
    port: new URL(server.url).port,
    reload: (rest) => {
      server.writeDotenv(dotenv(rest));
      return server.ask('reload');
    },
  };
}

describe.skipIf(noIpv6)('a server at ::1', () => {
  it('answers to its own name in every form and to loopback pages, and to nothing else', async () => {
    const { url } = await startServer({ args: ['--host', '::1'] });
    const { port } = new URL(url);
    expect(url).toBe(`http://[::1]:${port}/mcp`);
    for (const host of ['[::1]', `[::1]:${port}`, '[0:0:0:0:0:0:0:1]:1', 'localhost', '127.0.0.1:9'])
      expect([host, await ask(url, { host })]).toEqual([host, 200]);
    for (const host of ['evil.example', '[::2]', 'localhost.evil.example']) expect([host, await ask(url, { host })]).toEqual([host, 421]);
    for (const host of ['::1.evil.example', '[::1].evil.example', '[::1']) expect([host, await ask(url, { host })]).toEqual([host, 400]);
    for (const origin of ['http://[::1]:3000', 'http://localhost:5173', 'https://127.0.0.1'])
      expect([origin, await ask(url, { origin })]).toEqual([origin, 200]);
    for (const origin of ['https://evil.example', 'null', 'http://[::1].evil.example', 'http://localhost.evil.example', 'file://'])
      expect([origin, await ask(url, { origin })]).toEqual([origin, 403]);
  });
});

describe.skipIf(noIpv6)('a server at ::', () => {
  it('does not start without authentication or in plain HTTP unless that is allowed', async () => {
    const server = await startServer({ demo: false, args: ['--host', '::'], waitForReady: false });
    expect((await server.ended).code).toBe(4);
    expect(server.log()).toMatch(/no mode is configured[^]*plain HTTP can be read on the network/);
  });

  it('checks names and pages like any other, and knows IPv4 in IPv6 clothes', async () => {
    const { key, port, reload } = await startOpen(
      '::',
      'ZSCALER_MCP_ALLOWED_HOSTS=mcp.example.com,[2001:db8::1]\nZSCALER_MCP_ALLOWED_ORIGINS=https://console.example.com\nZSCALER_MCP_ALLOWED_SOURCE_IPS=127.0.0.0/8\n',
    );
    const [four, six] = [`http://127.0.0.1:${port}/mcp`, `http://[::1]:${port}/mcp`];
    expect([await ask(four), await ask(four, key)]).toEqual([401, 200]);
    expect(await ask(six, key)).toBe(403);
    for (const host of ['mcp.example.com', 'MCP.example.com.:443', '[2001:DB8:0:0::1]:8000'])
      expect([host, await ask(four, { ...key, host })]).toEqual([host, 200]);
    for (const host of ['mcp.example.com.evil.example', 'evil.example', '[2001:db8::2]', '[::]'])
      expect([host, await ask(four, { ...key, host })]).toEqual([host, 421]);
    expect(await ask(four, { ...key, origin: 'https://console.example.com' })).toBe(200);
    for (const origin of ['http://console.example.com', 'https://console.example.com:8443', 'https://mcp.example.com'])
      expect([origin, await ask(four, { ...key, origin })]).toEqual([origin, 403]);
    // Names wait for a restart, addresses do not.
    expect(
      await reload(
        'ZSCALER_MCP_ALLOWED_HOSTS=mcp.example.com,[2001:db8::1]\nZSCALER_MCP_ALLOWED_ORIGINS=https://console.example.com\nZSCALER_MCP_ALLOWED_SOURCE_IPS=::1,::ffff:127.0.0.2/128\n',
      ),
    ).toMatchObject({ outcome: 'applied' });
    expect([await ask(six, key), await ask(four, key)]).toEqual([200, 403]);
    if (process.platform === 'linux') expect(await ask(four, key, '127.0.0.2')).toBe(200);
    expect(await reload('ZSCALER_MCP_ALLOWED_SOURCE_IPS=10.0.0.0/33\n')).toMatchObject({ outcome: 'refused' });
    expect(await ask(four, key)).toBe(403);
  });
});

describe('a page in a browser', () => {
  const origin = 'https://console.example.com';
  const preflight = (url: string, from: string, wanted = 'authorization,content-type,mcp-session-id,mcp-param-x') =>
    fetch(url, {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': 'POST', 'access-control-request-headers': wanted },
    });
  const allowed = ({ headers }: Response) => [headers.get('access-control-allow-origin'), headers.get('access-control-allow-headers')];

  it.each(['streamable-http', 'sse'] as const)(
    'may read over %s, without and with credentials, if its origin is listed',
    async (transport) => {
      const key = newKey();
      const server = await startServer({ transport, dotenv: `ZSCALER_MCP_ALLOWED_ORIGINS=${origin}\nZSCALER_MCP_AUTH_API_KEY=${key}\n` });
      const asked = await preflight(server.url, origin);
      expect([asked.status, ...allowed(asked)]).toEqual([204, origin, 'authorization,content-type,mcp-session-id,mcp-param-x']);
      const method = transport === 'sse' ? 'GET' : 'POST';
      expect(asked.headers.get('access-control-allow-methods')).toContain(method);
      const refused = await fetch(server.url, { method, headers: { ...good, origin }, ...(method === 'POST' && { body: list }) });
      expect([refused.status, ...allowed(refused)]).toEqual([401, origin, null]);
      expect(refused.headers.get('access-control-expose-headers')).toContain('www-authenticate');
      const abort = new AbortController();
      onTestFinished(() => abort.abort());
      const headers = { ...good, ...bearer(key), origin };
      const served = await fetch(server.url, { method, headers, signal: abort.signal, ...(method === 'POST' && { body: list }) });
      expect([served.status, served.headers.get('access-control-allow-origin'), served.headers.get('vary')]).toEqual([
        200,
        origin,
        transport === 'sse' ? 'Origin' : 'Origin, Accept-Encoding',
      ]);
    },
  );

  it('of loopback may as well, of elsewhere not, nor does what it sends end up in a header', async () => {
    const wanted = 'authorization,content-type,mcp-session-id,mcp-param-x';
    const loopback = 'http://localhost:5173';
    const listed = await startServer({ dotenv: `ZSCALER_MCP_ALLOWED_ORIGINS=${origin}\n` });
    for (const [from, status, ...permitted] of [
      [loopback, 204, loopback, wanted],
      ['https://evil.example', 403, null, null],
      ['null', 403, null, null],
    ] as const) {
      const answer = await preflight(listed.url, from);
      expect([from, answer.status, ...allowed(answer)]).toEqual([from, status, ...permitted]);
    }
    expect(allowed(await preflight(listed.url, origin, 'x: y'))).toEqual([origin, null]);
    const none = await startServer({ dotenv: '' });
    const answer = await fetch(none.url, { method: 'POST', headers: { ...good, origin: loopback }, body: list });
    expect([answer.status, ...allowed(answer)]).toEqual([200, loopback, null]);
  });
});

/** As nginx does it with `proxy_set_header Host $host` and `X-Forwarded-For $proxy_add_x_forwarded_for`. */
async function startProxy(target: string, host: string): Promise<string> {
  const proxy = createServer((incoming, outgoing) => {
    const before = incoming.headers['x-forwarded-for'];
    const forwarded = `${before === undefined ? '' : `${String(before)}, `}${incoming.socket.remoteAddress ?? ''}`;
    const headers = { ...incoming.headers, host, 'x-forwarded-for': forwarded };
    const passed = httpRequest(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
    outgoing.once('close', () => passed.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/mcp`;
}

// Only Linux has all of 127.0.0.0/8 as local addresses.
describe.skipIf(missing('linux'))('behind a reverse proxy', () => {
  const settings = (more: string): string =>
    `ZSCALER_MCP_ALLOWED_HOSTS=mcp.example.com\nZSCALER_MCP_ALLOWED_ORIGINS=https://console.example.com\nZSCALER_MCP_LOG_TOOL_CALLS=true\n${more}`;

  it('a server on loopback answers to its public name; clients and pages are judged by what they are', async () => {
    const server = await startServer({
      dotenv: settings('ZSCALER_MCP_TRUSTED_PROXIES=127.0.0.1\nZSCALER_MCP_ALLOWED_SOURCE_IPS=127.0.0.9,192.0.2.0/24\n'),
    });
    const proxy = await startProxy(server.url, 'mcp.example.com');
    expect([await ask(proxy, {}, '127.0.0.9'), await ask(proxy, {}, '127.0.0.8')]).toEqual([200, 403]);
    expect(await ask(proxy, { origin: 'https://console.example.com' }, '127.0.0.9')).toBe(200);
    expect(await ask(proxy, { origin: 'https://evil.example' }, '127.0.0.9')).toBe(403);
    // Values forged by a client are to the left of the value that the proxy adds.
    for (const forged of ['127.0.0.9', '127.0.0.9, 127.0.0.1', '192.0.2.7', '::ffff:127.0.0.9', '127.0.0.9,', 'x', '"127.0.0.9"'])
      expect([forged, await ask(proxy, { 'x-forwarded-for': forged }, '127.0.0.8')]).toEqual([forged, 403]);
    // The header is ignored in requests that bypass the proxy.
    expect(await ask(server.url, { 'x-forwarded-for': '127.0.0.9' }, '127.0.0.8')).toBe(403);
    const other = await startProxy(server.url, 'other.example.com');
    expect(await ask(other, {}, '127.0.0.9')).toBe(421);
  });

  it('a client at an address that is not allowed any more loses its stream; others keep theirs', async () => {
    const more = (addresses: string) => settings(`ZSCALER_MCP_TRUSTED_PROXIES=127.0.0.1\nZSCALER_MCP_ALLOWED_SOURCE_IPS=${addresses}\n`);
    const server = await startServer({ dotenv: more('192.0.2.1,192.0.2.2') });
    const [leaving, staying] = await Promise.all(
      ['192.0.2.1', '192.0.2.2'].map((from) => visit(server, '2025-11-25', { 'x-forwarded-for': from })),
    );
    server.writeDotenv(more('192.0.2.2'));
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
    await waitFor(() => leaving?.hasEnded() === true);
    expect([await leaving?.ask({ 'x-forwarded-for': '192.0.2.1' }), await staying?.ask({ 'x-forwarded-for': '192.0.2.2' })]).toEqual([
      403, 200,
    ]);
    expect(staying?.hasEnded()).toBe(false);
  });

  it('a client of the SDK works, and the audit log has its address', async () => {
    const server = await startServer({ dotenv: settings('ZSCALER_MCP_TRUSTED_PROXIES=127.0.0.0/8\n') });
    const proxy = await startProxy(server.url, 'mcp.example.com');
    for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
      const client = new Client({ name: 'behind', version: '1' }, { versionNegotiation: { mode } });
      await client.connect(
        new StreamableHTTPClientTransport(new URL(proxy), { requestInit: { headers: { 'x-forwarded-for': '192.0.2.77' } } }),
      );
      await client.callTool({ name: 'zia_list_rule_labels', arguments: {} });
      await client.close();
    }
    expect(server.log().match(/client: behind 1 \| from: 192\.0\.2\.77$/gm)).toHaveLength(4);
  });

  it('limits of rate and of guesses count clients, and not the proxy', async () => {
    const key = newKey();
    const server = await startServer({
      dotenv: settings(
        `ZSCALER_MCP_TRUSTED_PROXIES=127.0.0.1\nZSCALER_MCP_AUTH_API_KEY=${key}\nZSCALER_MCP_AUTH_FAILURE_LIMIT=3\nZSCALER_MCP_RATE_LIMIT=5\n`,
      ),
    });
    const proxy = await startProxy(server.url, 'mcp.example.com');
    const guess = (from: string, n: number) => ask(proxy, bearer(`guess-${n}`), from);
    const guesses: number[] = [];
    for (let n = 0; n < 5; n++) guesses.push(await guess('127.0.0.8', n));
    expect(guesses).toEqual([401, 401, 401, 429, 429]);
    expect(await guess('127.0.0.9', 0)).toBe(401);
    const calls: number[] = [];
    for (let n = 0; n < 7; n++) calls.push(await ask(proxy, bearer(key), '127.0.0.9'));
    expect(calls).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });
});
