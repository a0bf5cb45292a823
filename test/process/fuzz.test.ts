/** Malformed input: a real server rejects each one or closes the connection, and keeps serving. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../src/lifecycle/parse.ts';
import { loadSettings, parseEnvFile } from '../../src/settings/index.ts';
import { makeFolder, runCommand, sized, startServer, waitFor, type TestServer } from './harness.ts';
import { modern } from './mcp.ts';
import { openWay, ways } from './ways-in.ts';

const COUNT = sized(2_000, 20_000);
const AT_ONCE = 16;

/** Resident memory, MiB. Source: proc_pid_status(5). */
const residentMib = ({ pid }: TestServer): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

/** Sends raw bytes, half-closes, and returns the answer after the server has closed. */
function exchange(url: string, bytes: Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    socket.on('error', () => undefined).once('close', () => resolve(text));
    socket.end(bytes);
  });
}

/** Sends raw bytes and waits for the answer. */
function ask(url: string, bytes: Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    // The rest of a short answer arrives at once; an endless one would be an event stream.
    socket.once('data', () => setTimeout(() => socket.end(), 20));
    socket.on('error', () => undefined).once('close', () => resolve(text));
    // Far longer than any answer takes: a timeout counts as no answer.
    socket.setTimeout(100_000, () => socket.destroy());
    socket.write(bytes);
  });
}

/** Runs all with limited concurrency. */
async function each<Input>(inputs: readonly Input[], run: (input: Input) => Promise<void>): Promise<void> {
  const queue = inputs.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const input of queue) await run(input);
    }),
  );
}

const statusesOf = (answer: string): number[] => [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

/** Prints memory before and after; a leak per input shows in the longer run. */
async function survives(server: TestServer, name: string, attack: () => Promise<number>): Promise<void> {
  const before = residentMib(server);
  const count = await attack();
  const after = residentMib(server);
  console.error(`${name}: ${count} inputs, resident memory ${before.toFixed(0)} -> ${after.toFixed(0)} MiB`);
  expect((await modern(server.url, 'tools/list')).status).toBe(200);
  expect(server.record()).toMatchObject({ pid: server.pid, generation: 1, state: 'ready' });
  expect(server.log()).not.toMatch(/uncaught|unhandled/i);
  expect(after - before).toBeLessThan(300);
}

const listParams = {
  _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} },
};

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,30}$/);
const headerValue = fc.string({ unit: 'binary', maxLength: 200 });
const ours = [
  'Host',
  'Origin',
  'Content-Type',
  'Content-Length',
  'Transfer-Encoding',
  'Mcp-Session-Id',
  'Mcp-Protocol-Version',
  'Last-Event-ID',
  'X-Forwarded-For',
  'Authorization',
  'X-Api-Key',
  'Expect',
  'Connection',
  'Upgrade',
];
const header = fc.tuple(fc.oneof(token, fc.constantFrom(...ours)), headerValue).map(([name, value]) => `${name}: ${value}`);
const requestLine = fc
  .tuple(
    fc.oneof(fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT'), token),
    fc.oneof(fc.constantFrom('/mcp', '/', '/healthz', '//', '/mcp?x', '*', 'http://x/mcp', '/%00'), fc.webPath()),
  )
  .map(([method, path]) => `${method} ${path} HTTP/1.1`);
/** From random bytes to almost valid requests. */
const httpBytes = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }),
  fc
    .tuple(requestLine, fc.array(header, { maxLength: 12 }), fc.uint8Array({ maxLength: 500 }))
    .map(([line, headers, body]) =>
      Buffer.concat([Buffer.from(`${[line, 'Host: 127.0.0.1', ...headers].join('\r\n')}\r\n\r\n`, 'latin1'), body]),
    ),
  fc
    .tuple(requestLine, fc.integer({ min: 1_000, max: 60_000 }))
    .map(([line, size]) => Buffer.from(`${line}\r\nX: ${'a'.repeat(size)}\r\n\r\n`)),
);

const methods = [
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'server/discover',
  'subscriptions/listen',
  'notifications/cancelled',
  'logging/setLevel',
  'resources/read',
  'prompts/get',
  'completion/complete',
];
/** Long repetitions, which are slow for some parsers and regular expressions. */
function monotony(length: number): fc.Arbitrary<string> {
  const pieces = [':', 'a:', '::', '.', 'a.', '-', 'eyJ-', 'a-', ' ', 'a ', '[', '0:', ',', '/', '<', '://', '-----BEGIN a', 'basic '];
  return fc
    .tuple(fc.constantFrom(...pieces), fc.constantFrom('', 'x', '!', '@'))
    .map(([piece, end]) => piece.repeat(length / piece.length) + end);
}

const monotonousCall = monotony(50_000).map((search) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { ...listParams, name: 'zia_list_rule_labels', arguments: { search, [search.slice(0, 20)]: search } },
}));

const jsonBody = fc.oneof(
  { weight: 1, arbitrary: monotonousCall.map((message) => JSON.stringify(message)) },
  fc.json({ maxDepth: 6 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .record(
      {
        jsonrpc: fc.oneof(fc.constant('2.0'), fc.jsonValue()),
        id: fc.oneof(fc.integer(), fc.string(), fc.jsonValue()),
        method: fc.oneof(fc.constantFrom(...methods), fc.string()),
        params: fc.oneof(
          fc.record(
            {
              name: fc.oneof(fc.constantFrom('zia_list_rule_labels', 'zpa_list_segment_groups'), fc.string()),
              arguments: fc.jsonValue(),
              _meta: fc.jsonValue(),
              protocolVersion: fc.jsonValue(),
              uri: fc.jsonValue(),
            },
            { requiredKeys: [] },
          ),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    )
    .map((message) => JSON.stringify(message)),
  fc.array(fc.constant({ jsonrpc: '2.0', id: 1, method: 'ping' }), { maxLength: 50 }).map((batch) => JSON.stringify(batch)),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => '['.repeat(depth)),
);

const seed = 20_261_122;
const sample = <Input>(arbitrary: fc.Arbitrary<Input>): Input[] => fc.sample(arbitrary, { numRuns: COUNT, seed });

describe('a server', () => {
  it('survives bytes that are not HTTP, or almost', { timeout: 600_000 }, async () => {
    const server = await startServer({ env: {}, args: ['--log-level', 'error'] });
    await survives(server, 'HTTP bytes', async () => {
      const odd: string[] = [];
      const inputs = sample(httpBytes);
      await each(inputs, async (bytes) => {
        const answer = await exchange(server.url, bytes);
        if (statusesOf(answer).some((status) => status >= 500))
          odd.push(`${Buffer.from(bytes).toString('latin1').slice(0, 200)} -> ${answer.slice(0, 100)}`);
      });
      expect(odd).toEqual([]);
      return inputs.length;
    });
  });

  it('answers messages that make no sense with a clear refusal', { timeout: 600_000 }, async () => {
    const server = await startServer({ args: ['--log-level', 'error', '--log-tool-calls', '--audit-file', join(makeFolder(), 'audit')] });
    await survives(server, 'JSON-RPC bodies', async () => {
      const odd: string[] = [];
      const inputs = sample(jsonBody);
      await each(inputs, async (body) => {
        const headers = {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(body.includes('"zia_list_rule_labels","arguments":{"search"') && {
            'mcp-protocol-version': '2026-07-28',
            'mcp-method': 'tools/call',
            'mcp-name': 'zia_list_rule_labels',
          }),
        };
        // An event stream opened by accident would stay open.
        const response = await fetch(server.url, { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) });
        const text = response.headers.get('content-type')?.includes('event-stream') ? '' : await response.text();
        await response.body?.cancel().catch(() => undefined);
        if (response.status >= 500) odd.push(`${body.slice(0, 300)} -> ${response.status} ${text.slice(0, 200)}`);
        if (response.status >= 400 && text !== '' && (JSON.parse(text) as { error?: unknown }).error === undefined)
          odd.push(`${body.slice(0, 300)} -> ${text.slice(0, 200)}`);
      });
      expect(odd).toEqual([]);
      return inputs.length;
    });
  });

  it('answers headers that make no sense with what was asked for, or a clear refusal', { timeout: 600_000 }, async () => {
    const server = await startServer({ args: ['--log-level', 'error'], env: { ZSCALER_MCP_READ_TIMEOUT: '2' } });
    await survives(server, 'headers', async () => {
      const odd: string[] = [];
      const statuses: Record<string, number> = {};
      const inputs = sample(fc.array(fc.tuple(fc.constantFrom(...judged), headerBytes), { minLength: 1, maxLength: 3 }));
      await each(inputs, async (headers) => {
        const answer = await ask(server.url, requestWith(headers));
        const [status = 0] = statusesOf(answer);
        statuses[status] = (statuses[status] ?? 0) + 1;
        const [, body = ''] = answer.split(/\r\n\r\n(.*)/s);
        // Input that is not HTTP is rejected by the parser with one line.
        const isClear = status === 200 || body === '' || isRefusal(body);
        if (status === 0 || status >= 500 || !isClear) odd.push(`${describeHeaders(headers)} -> ${answer.slice(0, 200)}`);
      });
      console.error(`answers to headers: ${JSON.stringify(statuses)}`);
      expect(odd).toEqual([]);
      expect(Object.keys(statuses).length).toBeGreaterThan(5);
      return inputs.length;
    });
  });

  it('over stdio answers each malformed line, and keeps serving', { timeout: 600_000 }, async () => {
    const server = await startServer({ transport: 'stdio', args: ['--log-level', 'error'] });
    const noise = fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => bytes.filter((byte) => byte !== 10));
    const lines = sample(
      fc.oneof(
        jsonBody.map((text) => Buffer.from(text.replaceAll('\n', ' '))),
        noise,
      ),
    );
    const before = residentMib(server);
    for (const line of lines) {
      if (!server.child.stdin?.write(Buffer.concat([line, Buffer.from('\n')]))) await once(server.child.stdin as Writable, 'drain');
    }
    const last = {
      jsonrpc: '2.0',
      id: 'the-last',
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    };
    server.child.stdin?.write(`${JSON.stringify(last)}\n`);
    await waitFor(() => server.stdout().includes('"the-last"'));
    const after = residentMib(server);
    const answers = server
      .stdout()
      .split('\n')
      .filter((line) => line !== '');
    for (const answer of answers) expect(JSON.parse(answer)).toMatchObject({ jsonrpc: '2.0' });
    const refused = answers.filter((answer) => 'error' in (JSON.parse(answer) as object)).length;
    console.error(
      `lines over stdio: ${lines.length} inputs, ${refused} refusals, resident memory ${before.toFixed(0)} -> ${after.toFixed(0)} MiB`,
    );
    expect(refused).toBeGreaterThan(lines.length / 3);
    expect(server.isAlive()).toBe(true);
    expect(server.log()).not.toMatch(/uncaught|unhandled/i);
    expect(after - before).toBeLessThan(300);
  });

  it.each(Object.keys(ways))('in mode %s rejects invented credentials', { timeout: 600_000 }, async (name) => {
    const { dotenv, one, secrets } = await openWay(name);
    const server = await startServer({
      demo: name !== 'zscaler',
      // Every request must be judged.
      dotenv: `${dotenv}ZSCALER_MCP_AUTH_FAILURE_LIMIT=100000\nZSCALER_MCP_LOG_LEVEL=error\n`,
    });
    const [right = ''] = Object.values(one);
    const inputs = sample(fc.tuple(fc.constantFrom(...credentialHeaders), fc.oneof(inventedBytes, almost(right))));
    const before = residentMib(server);
    const odd: string[] = [];
    const statuses: Record<string, number> = {};
    await each(inputs, async ([header_, value]) => {
      const [status = 0] = statusesOf(await ask(server.url, requestWith([[header_, value]])));
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (![400, 401, 431].includes(status)) odd.push(`${header_}: ${JSON.stringify(Buffer.from(value).toString('latin1'))} -> ${status}`);
    });
    const after = residentMib(server);
    console.error(
      `credentials in mode ${name}: ${inputs.length} inputs, answers ${JSON.stringify(statuses)}, resident memory ${before.toFixed(0)} -> ${after.toFixed(0)} MiB`,
    );
    expect(odd).toEqual([]);
    expect(statuses['401']).toBeGreaterThan(inputs.length / 2);
    expect(after - before).toBeLessThan(300);
    for (const secret of secrets) expect(server.log().includes(secret)).toBe(false);
    expect((await modern(server.url, 'tools/list', {}, one)).status).toBe(200);
  });
});

/** Headers that the server reads. */
const judged = [...ours, 'Accept', 'Mcp-Method', 'Mcp-Name', 'Content-Encoding', 'Origin', 'Forwarded', 'Cookie', 'Range'] as const;
const headerBytes = fc.oneof(
  monotony(15_000).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.filter((byte) => byte !== 10 && byte !== 13)),
  fc
    .constantFrom(
      'application/json',
      '*/*',
      '127.0.0.1:1',
      '[::1]',
      'http://localhost',
      '2026-07-28',
      '2025-11-25',
      'tools/list',
      'close',
      '0',
      '1e9',
      'chunked',
      'null',
      '::',
      '1, 2',
    )
    .map((text) => Buffer.from(text)),
);

const listBody = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: listParams });
const goodHeaders: Readonly<Record<string, string>> = {
  Host: '127.0.0.1',
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
  'Mcp-Protocol-Version': '2026-07-28',
  'Mcp-Method': 'tools/list',
  'Content-Length': String(listBody.length),
  Connection: 'close',
};

/** A valid request with some headers replaced. */
function requestWith(headers: readonly (readonly [string, Uint8Array])[]): Buffer {
  const own = Object.entries(goodHeaders).filter(([name]) => !headers.some(([other]) => other === name));
  const lines = [...own.map(([name, value]) => [name, Buffer.from(value)] as const), ...headers].flatMap(([name, value]) => [
    Buffer.from(`${name}: `),
    value,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([Buffer.from('POST /mcp HTTP/1.1\r\n'), ...lines, Buffer.from(`\r\n${listBody}`)]);
}

const describeHeaders = (headers: readonly (readonly [string, Uint8Array])[]): string =>
  headers.map(([name, value]) => `${name}: ${JSON.stringify(Buffer.from(value).toString('latin1'))}`).join(' ');

/** The answer must be JSON with a message. */
function isRefusal(body: string): boolean {
  try {
    const { error, message = error } = JSON.parse(body) as { error?: { message?: string } | string; message?: unknown };
    return (typeof error === 'object' ? error.message : message) !== undefined;
  } catch {
    return false;
  }
}

const credentialHeaders = ['Authorization', 'X-Api-Key', 'X-Zscaler-Client-Id', 'X-Zscaler-Client-Secret'] as const;
const inventedBytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.constantFrom('Bearer ', 'Basic ', 'bearer  ', 'Digest ', 'Bearer'), fc.uint8Array({ maxLength: 60 }))
      .map(([start, end]) => Buffer.concat([Buffer.from(start), end])),
    fc.base64String().map((text) => Buffer.from(`Basic ${text}`)),
    fc.tuple(fc.json(), fc.json(), fc.base64String()).map((parts) => Buffer.from(`Bearer ${parts.map(encode).join('.')}`)),
  )
  .map((bytes) => bytes.filter((byte) => byte !== 10 && byte !== 13));

const encode = (text: string): string => Buffer.from(text).toString('base64url');

/** A credential with one wrong character. The last one of a part is not changed: in some encodings it has unused bits. */
const almost = (right: string): fc.Arbitrary<Uint8Array> => {
  const places = Array.from(right).flatMap((character, at) =>
    /[\w-]/.test(character) && /[\w-]/.test(right[at + 1] ?? '') && at > 8 ? [at] : [],
  );
  return fc
    .tuple(fc.constantFrom(...places), fc.constantFrom(...Array.from('ABCxyz019-_.')))
    .filter(([at, character]) => right[at] !== character)
    .map(([at, character]) => Buffer.from(right.slice(0, at) + character + right.slice(at + 1)));
};

const envLine = fc
  .tuple(
    fc.constantFrom('ZSCALER_MCP_PORT', 'ZSCALER_MCP_LOG_LEVEL', 'export X', 'A B', ''),
    fc.constantFrom('=', ' = ', ':', ''),
    fc.string({ unit: 'binary', maxLength: 80 }),
  )
  .map((parts) => parts.join(''));
const envBytes = fc.oneof(
  fc.uint8Array({ maxLength: 1_000 }),
  fc.array(envLine, { maxLength: 30 }).map((lines) => Buffer.from(lines.join('\n'))),
);

describe('what is read from files', () => {
  it('a .env of any bytes is read or refused, and never throws', () => {
    let refused = 0;
    fc.assert(
      fc.property(envBytes, (input) => {
        const parsed = parseEnvFile(input, {});
        const loaded = loadSettings({ flags: {}, envFile: { path: '/x/.env', ...parsed }, boot: {} });
        if (loaded.problems.length > 0) refused++;
        for (const { message } of loaded.problems) expect(message.length).toBeGreaterThan(5);
      }),
      { numRuns: COUNT * 5, seed },
    );
    console.error(`.env bytes: ${COUNT * 5} inputs, ${refused} of them refused`);
  });

  it('a .env of any bytes is applied or refused by a reload, and the server runs on', { timeout: 600_000 }, async () => {
    const good = 'ZSCALER_MCP_LOG_LEVEL=error\n';
    const server = await startServer({ dotenv: good });
    const inputs = fc.sample(envBytes, { numRuns: sized(25, 400), seed });
    const outcomes: Record<string, number> = {};
    for (const bytes of inputs) {
      writeFileSync(server.dotenvPath, bytes);
      const { outcome, message, errors } = await server.ask('reload');
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      expect(['applied', 'unchanged', 'applied-restart-pending', 'refused']).toContain(outcome);
      expect(message.length).toBeGreaterThan(5);
      if (outcome === 'refused') expect(errors?.length).toBeGreaterThan(0);
    }
    console.error(`.env bytes given to a reload: ${inputs.length} inputs, ${JSON.stringify(outcomes)}`);
    expect(outcomes['refused']).toBeGreaterThan(0);
    server.writeDotenv(good);
    expect(['applied', 'unchanged']).toContain((await server.ask('reload')).outcome);
    expect((await modern(server.url, 'tools/list')).status).toBe(200);
    expect(server.record()).toMatchObject({ pid: server.pid, generation: 1, state: 'ready' });
  });

  it('a PID file of arbitrary bytes is a valid record or none', () => {
    const almost = fc
      .record(
        {
          schema: fc.jsonValue(),
          pid: fc.oneof(fc.integer(), fc.jsonValue()),
          generation: fc.jsonValue(),
          state: fc.jsonValue(),
          identity: fc.jsonValue(),
          operations: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), almost), (text) => {
        const parsed = parseRecord(text);
        if ('record' in parsed) expect(parsed.record.pid).toBeGreaterThan(0);
      }),
      { numRuns: COUNT * 5, seed },
    );
    console.error(`PID file bytes: ${COUNT * 5} inputs`);
  });

  it('no command acts on a PID file that is nonsense', async () => {
    const folder = makeFolder();
    const pidFile = join(folder, 'pid');
    const inputs = fc.sample(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      { numRuns: sized(12, 100), seed },
    );
    for (const bytes of inputs) {
      writeFileSync(pidFile, bytes, { mode: 0o600 });
      for (const word of ['status', 'stop']) {
        const { code, err } = await runCommand([word, '--json', '--pid-file', pidFile]);
        expect([3, 4, 0], Buffer.from(bytes).toString('latin1') + err).toContain(code);
        expect(err).not.toContain('at ');
      }
      writeFileSync(pidFile, '');
    }
    console.error(`PID files given to commands: ${inputs.length}`);
  });
});
