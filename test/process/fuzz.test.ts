/** Nonsense from outside: a real server answers each input with a refusal or closes the connection, and serves on. */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../src/lifecycle/record.ts';
import { loadSettings, parseEnvFile } from '../../src/settings/index.ts';
import { makeFolder, runCommand, sized, startServer, waitFor, type TestServer } from './harness.ts';
import { modern } from './mcp.ts';

const COUNT = sized(2_000, 20_000);
const AT_ONCE = 16;

/** Resident memory, MiB. Source: proc_pid_status(5). */
const residentMib = ({ pid }: TestServer): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

/** Sends bytes as they are, then says that nothing more comes; what is answered, once the server has closed. */
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

/** Runs all, a few at a time. */
async function each<Input>(inputs: readonly Input[], run: (input: Input) => Promise<void>): Promise<void> {
  const queue = inputs.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const input of queue) await run(input);
    }),
  );
}

const statusesOf = (answer: string): number[] => [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

/** The sizes of memory before and after are printed; what leaks with every input would show in the longer run. */
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
/** From pure noise to almost right. */
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
const jsonBody = fc.oneof(
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
  it('survives bytes that are no HTTP, or almost', { timeout: 600_000 }, async () => {
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
    const server = await startServer({ args: ['--log-level', 'error'] });
    await survives(server, 'JSON-RPC bodies', async () => {
      const odd: string[] = [];
      const inputs = sample(jsonBody);
      await each(inputs, async (body) => {
        const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
        // An event stream that is opened by accident would stay open.
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

  it('lets no invented credentials in', { timeout: 600_000 }, async () => {
    const folder = makeFolder();
    const server = await startServer({
      folder,
      dotenv: 'ZSCALER_MCP_AUTH_MODE=api-key\nZSCALER_MCP_AUTH_API_KEY=the-right-key-of-the-test-0123456789\nZSCALER_MCP_LOG_LEVEL=error\n',
    });
    const credential = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .constantFrom('Bearer', 'Basic', 'bearer ', 'Bearer the-right-key-of-the-test-012345678', 'Bearer  ', 'Digest x')
        .chain((start) => fc.string({ unit: 'binary', maxLength: 60 }).map((end) => start + end)),
      fc.base64String().map((text) => `Basic ${text}`),
      fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => `Bearer ${parts.join('.')}`),
    );
    const inputs = sample(fc.tuple(fc.constantFrom('Authorization', 'X-Api-Key'), credential));
    const odd: string[] = [];
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    await each(inputs, async ([name, value]) => {
      const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${name}: ${value.replaceAll(/[\r\n]/g, '')}\r\n\r\n${body}`;
      const statuses = statusesOf(await exchange(server.url, Buffer.from(head, 'latin1')));
      if (statuses.some((status) => ![400, 401, 429, 431].includes(status)))
        odd.push(`${name}: ${JSON.stringify(value)} -> ${statuses.join()}`);
    });
    console.error(`credentials: ${inputs.length} inputs, none let in`);
    expect(odd).toEqual([]);
    expect(server.log()).not.toContain('the-right-key');
    // Guessing was slowed down; whoever has the key is let in all the same.
    await waitFor(async () => {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: { 'x-api-key': 'the-right-key-of-the-test-0123456789', 'content-type': 'application/json' },
        body,
      });
      await response.text();
      return response.status !== 401;
    });
  });
});

describe('what is read from files', () => {
  it('a .env of any bytes is read or refused, and never throws', () => {
    const line = fc
      .tuple(
        fc.constantFrom('ZSCALER_MCP_PORT', 'ZSCALER_MCP_LOG_LEVEL', 'export X', 'A B', ''),
        fc.constantFrom('=', ' = ', ':', ''),
        fc.string({ unit: 'binary', maxLength: 80 }),
      )
      .map((parts) => parts.join(''));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 1_000 }),
      fc.array(line, { maxLength: 30 }).map((lines) => Buffer.from(lines.join('\n'))),
    );
    let refused = 0;
    fc.assert(
      fc.property(bytes, (input) => {
        const parsed = parseEnvFile(input, {});
        const loaded = loadSettings({ flags: {}, envFile: { path: '/x/.env', ...parsed }, boot: {} });
        if (loaded.problems.length > 0) refused++;
        for (const { message } of loaded.problems) expect(message.length).toBeGreaterThan(5);
      }),
      { numRuns: COUNT * 5, seed },
    );
    console.error(`.env bytes: ${COUNT * 5} inputs, ${refused} of them refused`);
  });

  it('a PID file of any bytes is no record, or one', () => {
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
        const record = parseRecord(text);
        if (record) expect(record.pid).toBeGreaterThan(0);
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
