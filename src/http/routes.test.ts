import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modern, openSession, post } from '../../test/conformance/raw.ts';
import { startStack, type Stack } from '../../test/conformance/stack.ts';
import { matchAddresses, RateLimit, type RequestLimits } from './index.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** With headers that fetch does not let a caller set. */
const send = (
  { url }: Stack,
  path: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, url), { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on('error', reject).end(body);
  });

const limits = (change: Partial<RequestLimits>): RequestLimits => ({
  body: 100_000,
  bodies: 1_000_000,
  isAllowedSource: () => true,
  isTrustedProxy: () => false,
  rate: new RateLimit(0),
  ...change,
});

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });

describe('health', () => {
  it.each([
    ['/healthz', 'GET', 200, { status: 'ok' }],
    ['/health', 'GET', 200, { status: 'ok' }],
    ['/healthz/', 'GET', 200, { status: 'ok' }],
    ['/healthz?verbose', 'GET', 200, { status: 'ok' }],
    ['/healthz', 'HEAD', 200, null],
    ['/readyz', 'GET', 200, { status: 'ok', state: 'ready' }],
    ['/readyz', 'HEAD', 200, null],
    ['/healthz', 'POST', 405, { status: 'error' }],
  ] as const)('%s answers %s with %i', async (path, method, status, body) => {
    const answer = await send(await startStack(), path, { method });
    expect([answer.status, answer.headers['cache-control']]).toEqual([status, 'no-store']);
    expect(answer.text === '' ? null : JSON.parse(answer.text)).toEqual(body === null ? null : expect.objectContaining(body));
  });

  it.each([
    ['starting', 503],
    ['ready', 200],
    ['reloading', 200],
    ['rehearsing', 200],
    ['draining', 503],
    ['executing', 503],
    ['stopping', 503],
    ['stopped', 503],
  ])('says in the state %s that the server takes traffic with %i, and that it lives with 200', async (state, status) => {
    const stack = await startStack();
    stack.state = state;
    const ready = await send(stack, '/readyz');
    expect([ready.status, JSON.parse(ready.text)]).toEqual([status, { status: status === 200 ? 'ok' : 'unavailable', state }]);
    expect((await send(stack, '/healthz')).status).toBe(200);
  });

  it('is told to any name and page, since it tells nothing', async () => {
    const stack = await startStack();
    for (const path of ['/healthz', '/health', '/readyz']) {
      expect((await send(stack, path, { headers: { host: 'probe.example', origin: 'https://evil.example' } })).status).toBe(200);
    }
  });
});

describe('the guards', () => {
  it.each([
    ['Host', { host: 'evil.example' }, 421, 'ZSCALER_MCP_ALLOWED_HOSTS'],
    ['Origin', { origin: 'https://evil.example' }, 403, 'ZSCALER_MCP_ALLOWED_ORIGINS'],
  ] as const)('refuse a strange %s on every other path, and say which setting to change', async (_name, headers, status, setting) => {
    const stack = await startStack();
    for (const [path, method] of [
      ['/mcp', 'POST'],
      ['/mcp', 'GET'],
      ['/', 'GET'],
      ['/elsewhere', 'OPTIONS'],
    ] as const) {
      const answer = await send(stack, path, { method, headers: { ...json, ...headers }, body: method === 'POST' ? ping : '' });
      expect(answer.status, path).toBe(status);
      expect(JSON.parse(answer.text)).toMatchObject({
        jsonrpc: '2.0',
        id: null,
        error: { message: expect.stringContaining(setting) as string },
      });
    }
  });

  it('let pass what the settings allow', async () => {
    const stack = await startStack({ allowedHosts: ['mcp.example'], allowedOrigins: ['https://console.example'] });
    const headers = { ...json, host: 'mcp.example:8443', origin: 'https://console.example' };
    expect((await send(stack, '/mcp', { method: 'POST', headers, body: ping })).status).toBe(400);
    expect((await send(stack, '/mcp', { method: 'POST', headers: { ...headers, host: 'other.example' }, body: ping })).status).toBe(421);
  });

  it('let every Host pass when they are told to, but not every Origin', async () => {
    const stack = await startStack({ disableHostValidation: true });
    expect((await send(stack, '/mcp', { method: 'POST', headers: { ...json, host: 'any.example' }, body: ping })).status).toBe(400);
    expect(
      (await send(stack, '/mcp', { method: 'POST', headers: { ...json, host: 'any.example', origin: 'https://evil.example' }, body: ping }))
        .status,
    ).toBe(403);
  });

  it('show a header cut off and escaped', async () => {
    const { text } = await send(await startStack(), '/mcp', { headers: { origin: `https://${'x'.repeat(5_000)}"` } });
    expect(text.length).toBeLessThan(500);
  });
});

describe('paths', () => {
  it.each([
    ['streamable-http', '/mcp', 'POST', 400],
    ['streamable-http', '/mcp/', 'POST', 400],
    ['streamable-http', '/mcp?x=1', 'POST', 400],
    ['streamable-http', '/mcp', 'PUT', 405],
    ['streamable-http', '/mcp', 'OPTIONS', 405],
    ['streamable-http', '/', 'GET', 404],
    ['streamable-http', '/mcp/x', 'POST', 404],
    ['streamable-http', '//mcp', 'POST', 404],
    ['streamable-http', '/sse', 'GET', 404],
    ['streamable-http', '/messages', 'POST', 404],
    ['sse', '/mcp', 'POST', 404],
    ['sse', '/messages', 'POST', 400],
    ['sse', '/messages', 'GET', 405],
    ['sse', '/sse', 'POST', 405],
  ] as const)('over %s, %s answers %s with %i', async (transport, path, method, status) => {
    const stack = await startStack({ transport });
    const origin = new URL(stack.url).origin;
    const answer = await send({ ...stack, url: origin }, path === '//mcp' ? `${origin}//mcp` : path, {
      method,
      headers: json,
      body: method === 'GET' ? '' : ping,
    });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual(expect.objectContaining(status === 404 ? { error: 'not found' } : { jsonrpc: '2.0' }));
  });
});

describe('a body', () => {
  it.each([
    ['of another type', { 'content-type': 'text/plain' }, ping, 415, -32_000],
    ['without a type', {}, ping, 415, -32_000],
    ['compressed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, ping, 415, -32_000],
    ['that is empty', json, '', 400, -32_700],
    ['that is no JSON', json, '{"jsonrpc":', 400, -32_700],
    ['that is no UTF-8', json, Buffer.from([0x22, 0xff, 0x22]), 400, -32_700],
    ['that is announced too large', { ...json, 'content-length': '1001' }, 'x'.repeat(1_001), 413, -32_000],
    ['that turns out too large', { ...json, 'transfer-encoding': 'chunked' }, 'x'.repeat(200_000), 413, -32_000],
  ] as const)('%s is refused', async (_name, headers, body, status, code) => {
    const stack = await startStack({ limits: limits({ body: 1_000 }) });
    const answer = await send(stack, '/mcp', { method: 'POST', headers, body });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { jsonrpc: '2.0', id: null, error: { code } }]);
  });

  it('with a type in other letters and with a charset is read', async () => {
    const stack = await startStack();
    expect((await post(stack.url, ping, { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(400);
    expect((await openSession(stack.url)).id).not.toBe('');
  });

  it('of the type that JSON-RPC had once is read, in both eras', async () => {
    const stack = await startStack();
    const type = { ...json, 'content-type': 'application/json-rpc; charset=utf-8' };
    const ask = (params: object, method: string, headers: Record<string, string>) =>
      send(stack, '/mcp', { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
    const headers = { ...type, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
    expect(await ask({ _meta: meta }, 'tools/list', headers)).toMatchObject({ status: 200 });
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } };
    expect(await ask(params, 'initialize', type)).toMatchObject({ status: 200 });
  });

  it('may be of 4 MiB', async () => {
    const stack = await startStack();
    for (const params of [`[${'0,'.repeat(100_000)}0]`, `${'['.repeat(300)}${']'.repeat(300)}`]) {
      const answer = await post(stack.url, `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":${params}}}`);
      expect([answer.status, await answer.text()]).toEqual([413, expect.stringMatching(/more than (?:50000 values|200 levels deep)/)]);
    }
    const text = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"${'x'.repeat(4 * 1_024 * 1_024 - 100)}"}}`;
    expect((await post(stack.url, text)).status).toBe(400);
    expect((await post(stack.url, `${text}${' '.repeat(100)}`)).status).toBe(413);
  });

  it('that is announced too large is refused before any of it has come', async () => {
    const { hostname, port } = new URL((await startStack()).url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
    socket.destroy();
  });

  it('that never comes to an end leaves nothing behind when its client goes away', async () => {
    const stack = await startStack();
    const { hostname, port } = new URL(stack.url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect((await send(stack, '/healthz')).status).toBe(200);
    expect(stack.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it.each([
    'null',
    '5',
    '"text"',
    'true',
    '[]',
    '[null]',
    '[5,"text"]',
    '[[]]',
    '{}',
    '{"id":1}',
    '{"method":1}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
  ])('that is JSON and no message is refused: %s', async (text) => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    for (const headers of [{}, { 'mcp-session-id': session.id }]) {
      const response = await post(stack.url, text, headers as Record<string, string>);
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { jsonrpc: '2.0', error: { code: expect.any(Number) as number } },
      ]);
    }
  });

  it('whatever it is, never gets an answer that blames the server', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const word = fc.constantFrom('jsonrpc', 'id', 'method', 'params', 'result', 'error', '_meta', 'x');
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('2.0', 'ping', 'tools/list', 'tools/call', 'initialize', 'notifications/cancelled', 'logging/setLevel'),
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(word, tie('value')),
      ),
    })).value;
    const message = fc.oneof(
      value,
      fc.record({
        jsonrpc: fc.constant('2.0'),
        id: value,
        method: fc.constantFrom('ping', 'tools/list', 'tools/call', 'initialize', 'logging/setLevel', 'notifications/cancelled'),
        params: value,
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(message, fc.array(message, { maxLength: 3 })), async (body) => {
        const abort = new AbortController();
        const answers = await Promise.all([
          post(stack.url, body).then(({ status, body: stream }) => ({ status, stream })),
          session.fetch('POST', body, {}, abort.signal).then(({ status, body: stream }) => ({ status, stream })),
        ]);
        for (const { status, stream } of answers) {
          expect(status).toBeLessThan(500);
          await stream?.cancel();
        }
      }),
      { numRuns: 150 },
    );
    expect(stack.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect((await modern(stack.url, 'tools/list')).status).toBe(200);
  });
});

describe('where a request comes from', () => {
  const listed = (ranges: string[], proxies: string[] = []) =>
    startStack({ limits: limits({ isAllowedSource: matchAddresses(ranges), isTrustedProxy: matchAddresses(proxies) }) });

  it('is refused off the list, and served on it', async () => {
    const refused = await send(await listed(['192.0.2.0/24']), '/mcp', { method: 'POST', headers: json, body: ping });
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('ZSCALER_MCP_ALLOWED_SOURCE_IPS')]);
    expect((await send(await listed(['127.0.0.0/8']), '/mcp', { method: 'POST', headers: json, body: ping })).status).not.toBe(403);
  });

  it('leaves probes alone', async () => {
    expect((await send(await listed([]), '/healthz')).status).toBe(200);
  });

  it('is what a trusted proxy says, and nobody else', async () => {
    const headers = { ...json, 'x-forwarded-for': '192.0.2.7' };
    const proxied = await send(await listed(['192.0.2.7'], ['127.0.0.1']), '/mcp', { method: 'POST', headers, body: ping });
    expect(proxied.status).not.toBe(403);
    expect((await send(await listed(['192.0.2.7']), '/mcp', { method: 'POST', headers, body: ping })).status).toBe(403);
  });

  it('may come again after a while when it came too often', async () => {
    const stack = await startStack({ limits: limits({ rate: new RateLimit(2) }) });
    const answers = [];
    for (let count = 0; count < 3; count++) answers.push(await send(stack, '/mcp', { method: 'POST', headers: json, body: ping }));
    const [first, second, third] = answers;
    expect([first?.status, second?.status]).not.toContain(429);
    expect(third).toMatchObject({ status: 429, headers: { 'retry-after': expect.stringMatching(/^[1-9]\d?$/) as string } });
  });
});
