/** Log lines carry the ID of their request, call or operation, and nothing else than lines of the log appears on stderr. */
import { describe, expect, it } from 'vitest';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnv, entry, makeFolder, missing, runCommand, startServer, waitFor, type TestServer } from './harness.ts';
import { startCloud } from './cloud.ts';
import { callTool } from './mcp.ts';

interface Line {
  readonly message?: string;
  readonly pid: number;
  readonly request?: string;
  readonly call?: string;
  readonly operation?: string;
}

/** Audit lines in the fixed format are not JSON. */
const linesOf = (server: TestServer): Line[] =>
  server
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);

const findLines = (server: TestServer, words: string): Line[] => linesOf(server).filter(({ message }) => message?.includes(words));

async function request(server: TestServer, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'zia_list_rule_labels',
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'zia_list_rule_labels',
        arguments: {},
        _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} },
      },
    }),
  });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get('x-request-id') ?? '';
}

describe('lines of the log', () => {
  it('name the request, which the answer names too, and the call, which the audit log names too', async () => {
    const server = await startServer({ args: ['--log-level', 'debug', '--log-tool-calls', '--audit-format', 'json'] });
    const ids = [await request(server), await request(server)];
    expect(new Set(ids).size).toBe(2);
    await waitFor(() => findLines(server, 'the cloud answered').length >= 2);
    const answered = findLines(server, 'the cloud answered').slice(-2);
    expect(answered.map((line) => line.request)).toEqual(ids);
    const audited = linesOf(server).filter((line) => (line as { event?: string }).event === 'done');
    expect(answered.map(({ call, request: id }) => [call, id])).toEqual(audited.map(({ call, request: id }) => [call, id]));
    await waitFor(() => findLines(server, 'a request was answered').length >= 2);
    expect(findLines(server, 'a request was answered').slice(-2)).toMatchObject(
      ids.map((id) => ({ request: id, method: 'POST', path: '/mcp', status: 200 })),
    );
  });

  it('take the ID of a request only from a trusted proxy', async () => {
    const open = await startServer();
    expect(await request(open, { 'x-request-id': 'from-a-stranger' })).toMatch(/^[0-9a-f]{16}$/);
    const behind = await startServer({ dotenv: 'ZSCALER_MCP_TRUSTED_PROXIES=127.0.0.1\n' });
    expect(await request(behind, { 'x-request-id': 'from-the-proxy' })).toBe('from-the-proxy');
    expect(await request(behind, { 'x-request-id': 'with "quotes" and more' })).toMatch(/^[0-9a-f]{16}$/);
  });

  it('name the request that was refused', async () => {
    const server = await startServer({ args: ['--log-level', 'debug'] });
    const response = await fetch(server.url, { method: 'POST', headers: { origin: 'https://elsewhere.example' }, body: '{}' });
    expect(response.status).toBe(403);
    await waitFor(() => findLines(server, 'a request was refused').length > 0);
    expect(findLines(server, 'a request was refused')[0]?.request).toBe(response.headers.get('x-request-id'));
  });

  it('name the reload or restart that they belong to, in the next generation too', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=debug\n' });
    const restart = await server.ask('restart');
    await waitFor(() => findLines(server, 'serving the DEMO tenant').length > 1);
    for (const words of ['executing the next generation', 'restart: restarted'])
      expect(findLines(server, words).map(({ operation }) => operation)).toEqual([restart.id]);
    expect(findLines(server, 'serving the DEMO tenant').map(({ operation }) => operation)).toEqual([undefined, restart.id]);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\nZSCALER_MCP_WATCH_ENV=true\n');
    const reload = await server.ask('reload');
    await waitFor(() => findLines(server, 'reload: applied').length > 0);
    for (const words of ['watched, a change', 'reload: applied'])
      expect(findLines(server, words).map(({ operation }) => operation)).toEqual([reload.id]);
    await callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => findLines(server, 'the cloud answered').length > 0);
    // Later lines do not carry the ID of the finished restart.
    for (const line of findLines(server, 'the cloud answered')) expect(line.operation).toBeUndefined();
  });
});

/** Runs the code in the server when it gets SIGWINCH. */
const onSignal = (code: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`process.on('SIGWINCH', () => { ${code} })`)}`,
});

interface Leveled {
  readonly level: string;
  readonly message: string;
}

/** Every line of a text, each of which must be JSON with the name of a level. */
function parseAll(text: string): Leveled[] {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => {
    expect(line).toMatch(/^\{"level":"(debug|info|warn|error)","time":".+"\}$/);
    return JSON.parse(line) as Leveled;
  });
}

describe('stderr holds nothing but lines of the log', () => {
  it.each([
    ['a configuration that is wrong', ['--transport', 'bogus'], {}, 4, 'expected one of stdio'],
    ['an option that is unknown', ['--bogus'], {}, 2, 'unknown option'],
    ['a variable that is wrong', [], { ZSCALER_MCP_PORT: 'x' }, 4, 'ZSCALER_MCP_PORT'],
    ['a format that is unknown', ['--log-format', 'xml'], {}, 4, 'expected one of auto, text, json'],
    ['a PID file that cannot be used', ['--demo', '--pid-file', '/dev/null'], {}, 4, 'ERR_RECORD_UNUSABLE'],
    ['a level at which nothing else is logged', ['--log-level', 'silent', '--dotenv-path', '/nowhere/.env'], {}, 4, '/nowhere/.env'],
  ] as const)('when a server cannot start: %s', async (_, args, env, code, words) => {
    const finished = await runCommand(args, { env });
    expect([finished.code, finished.out]).toEqual([code, '']);
    const lines = parseAll(finished.err);
    expect(lines.map(({ level }) => level)).not.toContain('info');
    expect(finished.err).toContain(words);
  });

  it.each([
    ['an exception', "throw new Error('MARK')", 'error', 1],
    ['a rejected promise', "void Promise.reject(new Error('MARK'))", 'error', 1],
    ['a warning', "process.emitWarning('MARK')", 'warn', null],
    ['a deprecation', "process.emitWarning('MARK', 'DeprecationWarning', 'DEP9')", 'warn', null],
    ['what a library prints', "console.error('MARK\\nmore'); console.warn('MARK')", 'warn', null],
  ] as const)('while a server runs: %s', async (_, code, level, exitCode) => {
    const server = await startServer({ env: onSignal(code) });
    server.child.kill('SIGWINCH');
    if (exitCode === null) await waitFor(() => server.log().includes('MARK'));
    else expect(await server.ended).toEqual({ code: exitCode, signal: null });
    const line = parseAll(server.log()).find((each) => JSON.stringify(each).includes('MARK'));
    expect(line?.level).toBe(level);
  });

  it('as text where that is chosen, and a reload changes the choice', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_FORMAT=text\n' });
    await waitFor(
      () => /^20\S+Z info {2}zscaler-mcp .+ serves the DEMO tenant .+ at http:/m.test(server.log()),
      () => server.log(),
    );
    expect(server.log()).not.toContain('{');
    server.writeDotenv('');
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
    await waitFor(() => server.log().includes('"kind":"reload","outcome":"applied"'));
  });
});

describe.skipIf(missing('script'))('on a terminal', () => {
  const seenBy = (words: string, env: Record<string, string> = {}): string =>
    execFileSync('script', ['-qec', `${process.execPath} ${entry} ${words}`, '/dev/null'], {
      encoding: 'utf8',
      input: '',
      env: cleanEnv({ TERM: 'xterm', HOME: makeFolder(), ...env }),
    }).replaceAll('\r\n', '\n');

  it('a start error is text, in colour unless it is unwanted', () => {
    for (const [env, hasColour] of [
      [{}, true],
      [{ NO_COLOR: '1' }, false],
      [{ TERM: 'dumb' }, false],
      [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true],
    ] as const) {
      const text = failing(() => seenBy('--transport bogus', env));
      expect(text).toMatch(/\d\d:\d\d:\d\d.* .*error.* zscaler-mcp does not start: the configuration has 1 problem/);
      expect(text.includes('\u001b['), JSON.stringify(env)).toBe(hasColour);
    }
  });

  it('a server that has no client says what it waits for, and how to serve HTTP', () => {
    const text = seenBy('', { NO_COLOR: '1' });
    expect(text).toContain('waiting for an MCP client on standard input');
    expect(text).toContain('to serve HTTP: zscaler-mcp --transport streamable-http');
    expect(text).not.toMatch(/\{|level/);
  });

  it('the address comes last, alone on its line', async () => {
    const folder = makeFolder();
    const pidFile = join(folder, 'server.pid');
    const words = `${process.execPath} ${entry} --demo --transport streamable-http --port 0 --pid-file ${pidFile}`;
    const child = spawn('script', ['-qec', words, '/dev/null'], {
      env: cleanEnv({ NO_COLOR: '1', HOME: folder }),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    await waitFor(
      () => /^http:\S+\r\n$/m.test(text),
      () => text,
    );
    expect(text).toMatch(/(\d\d:\d\d:\d\d (info |warn ) .+\r\n)+http:\/\/127\.0\.0\.1:\d+\/mcp\r\n$/);
    const ended = once(child, 'exit');
    expect((await runCommand(['stop', '--pid-file', pidFile])).code).toBe(0);
    await ended;
  });
});

/** What a command that fails has printed. */
function failing(run: () => string): string {
  try {
    return `did not fail: ${run()}`;
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

it('standard input that is empty from the start is named before the end', async () => {
  const { code, err } = await runCommand(['--log-format', 'json'], { env: { HOME: makeFolder() } });
  expect(code).toBe(0);
  const messages = parseAll(err).map(({ message }) => message);
  expect(messages.find((message) => message.includes('standard input ended before an MCP client wrote'))).toMatch(
    /; (?:in a container it is open only with `docker run -i`|MCP clients start the program)/,
  );
  expect(messages.find((message) => message.includes('--transport streamable-http'))).toContain('--host 0.0.0.0');
});

it.skipIf(missing('linux'))('under the journal each line begins with its priority', async () => {
  const folder = makeFolder();
  const path = join(folder, 'stderr');
  const descriptor = openSync(path, 'w');
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  const env = cleanEnv({ JOURNAL_STREAM: `${dev}:${ino}`, HOME: folder });
  const child = spawn(process.execPath, [entry, '--transport', 'bogus'], { env, stdio: ['ignore', 'ignore', descriptor] });
  closeSync(descriptor);
  await once(child, 'exit');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/^<3>\{"level":"error"/);
});

it.each(['restart', 'stop'])('a %s that waits for a request says which, until it is answered', async (command) => {
  const cloud = await startCloud();
  const release = cloud.hold();
  const server = await startServer({ demo: false, dotenv: cloud.dotenv({ ZSCALER_MCP_DRAIN_TIMEOUT: '60' }) });
  const call = callTool(server.url, 'zia_list_rule_labels');
  await waitFor(() => cloud.inFlight() === 1);
  const asked = server.command(command);
  const words = 'waiting for 1 request in flight, the longest (zia_list_rule_labels) for';
  await waitFor(
    () => findLines(server, words).length > 0,
    () => server.log(),
  );
  expect(findLines(server, words)[0]).toMatchObject({ inFlight: 1, longest: 'zia_list_rule_labels' });
  release();
  expect((await call).status).toBe(200);
  expect((await asked).code).toBe(0);
});
