import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { startCloud } from './cloud.ts';
import { cleanEnv, entry, isSignalPending, makeFolder, missing, runCommand, startServer, waitFor } from './harness.ts';
import { callTool, modern } from './mcp.ts';

const JSON_KEYS = [
  'id',
  'kind',
  'outcome',
  'exitCode',
  'message',
  'changes',
  'pendingRestart',
  'errors',
  'envSource',
  'generation',
  'durationMs',
];

describe('the commands, and how they end', () => {
  it('reload and restart: 7 when nothing runs; stop: 0; status: 3', async () => {
    const pidFile = join(makeFolder(), 'none.pid');
    const codes = [];
    for (const word of ['reload', 'restart', 'stop', 'status']) codes.push((await runCommand([word, '--pid-file', pidFile])).code);
    expect(codes).toEqual([7, 7, 0, 3]);
  });

  it('wrong usage: 2, for each of them, and nothing of what was typed comes back', async () => {
    for (const words of [
      ['reload', '--nonsense'],
      ['restart', 'twice'],
      ['stop', '--timeout', 'soon'],
      ['status', '--force'],
      ['check', '--nonsense'],
      ['--nonsense'],
      ['nonsense'],
    ]) {
      const { code, out, err } = await runCommand(words);
      expect(code, words.join(' ')).toBe(2);
      expect(out + err).not.toContain('nonsense');
    }
  });

  it('with --json print exactly one object, errors included', async () => {
    const server = await startServer({ dotenv: '' });
    for (const words of [['reload'], ['restart', '--dry-run'], ['restart'], ['stop'], ['stop'], ['reload'], ['reload', '--nonsense']]) {
      const { out } = await server.command(...words, '--json');
      expect(out.trim().split('\n').length, out).toBe(1);
      const value = JSON.parse(out) as Record<string, unknown>;
      expect(Object.keys(value)).toEqual(expect.arrayContaining(JSON_KEYS));
      expect(value).toMatchObject({ exitCode: expect.any(Number) as number, message: expect.any(String) as string });
    }
  });

  it('status tells what runs, in words and as JSON', async () => {
    const before = Date.now();
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const report = await server.ask('status');
    expect(report).toMatchObject({
      running: true,
      envSource: 'live',
      envMounted: false,
      envChanged: false,
      codeChanged: false,
      demo: true,
      envWarnings: [],
      pid: server.pid,
    });
    expect(report['uptimeSeconds']).toBeGreaterThanOrEqual(0);
    expect(report['uptimeSeconds']).toBeLessThanOrEqual((Date.now() - before) / 1_000 + 1);
    const { out, code } = await server.command('status');
    expect(code).toBe(0);
    for (const word of [String(server.pid), server.url, server.dotenvPath, 'live', 'uptime']) expect(out).toContain(word);
  });

  it('status is a picture of the moment: what was done lately, what was wrong, what waits', async () => {
    const server = await startServer({ dotenv: '\n' });
    await server.ask('restart');
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=nope\n');
    await server.ask('reload');
    server.writeDotenv('ZSCALER_MCP_TOOLSETS=zia_locations\n');
    await server.ask('reload');
    const { out } = await server.command('status');
    const lately = out
      .split('\n')
      .flatMap((line) => /([✓!✗] \w+ +\S+) +\d+ m?i?n?s ago, took [\d.]+ m?s, asked by uid \d+$/.exec(line)?.[1] ?? []);
    expect(lately.map((line) => line.replace(/ +/g, ' '))).toEqual([
      '! reload applied-restart-pending',
      '✗ reload refused',
      '✓ restart restarted',
    ]);
    expect(out).toContain(`${server.dotenvPath}:1: ZSCALER_MCP_LOG_LEVEL: expected one of`);
    expect(out).toMatch(/differs +! waiting for zscaler-mcp restart to apply ZSCALER_MCP_TOOLSETS\n/);
    expect(out).toMatch(/generation +2, begun \d+ s ago, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n/);
    expect(out).not.toContain('\u{1b}');
  });

  it('status says what differs from what runs, and that nothing does', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    expect((await server.command('status')).out).toMatch(/differs +nothing from what runs\n/);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
    expect((await server.command('status')).out).toMatch(/differs +! the \.env has changed since it was loaded: zscaler-mcp reload\n/);
    rmSync(server.dotenvPath);
    expect((await server.command('status')).out).toMatch(/differs +! the \.env is gone; what was last read from it stays in force\n/);
  });

  it('status of a dead server says what it was, and nothing of how it is protected', async () => {
    const server = await startServer({ dotenv: '\n' });
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    const { code, out, err } = await server.command('status');
    expect(code).toBe(1);
    expect(err).toMatch(/no server is running: .* that process is gone/);
    expect(out).toMatch(new RegExp(`PID +${server.pid}, was ready\n`));
    expect(out).not.toContain('risk');
    expect(out).toContain('`zscaler-mcp stop` removes it');
    const settings = (await server.command('status', '--settings')).out;
    expect(settings).toMatch(/settings that were in force: generation 1, .*\n.*ZSCALER_MCP_TRANSPORT +streamable-http +--transport\n/);
  });

  it.skipIf(missing('script'))('status has colour on a terminal alone unless it is forced, and is as wide as the terminal', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=nope\n');
    await server.ask('reload');
    const onTerminal = (columns: number, env: Record<string, string>) =>
      execFileSync(
        'script',
        ['-qec', `stty cols ${columns}; ${process.execPath} ${entry} status --pid-file ${server.pidFile}`, '/dev/null'],
        {
          encoding: 'utf8',
          env: cleanEnv({ TERM: 'xterm', ...env }),
        },
      );
    for (const columns of [60, 90, 140]) {
      const seen = onTerminal(columns, {});
      expect(seen).toContain('\u{1b}[31m');
      const lines = seen.split(/\r?\n/).map((line) => stripVTControlCharacters(line));
      // Paths are not wrapped, and the path of this test's folder may be long.
      const tooWide = lines.filter((line) => line.length > columns && !line.includes(server.folder));
      expect(tooWide).toEqual([]);
    }
    expect(onTerminal(90, { NO_COLOR: '1' })).not.toContain('\u{1b}');
    expect(onTerminal(90, { TERM: 'dumb' })).not.toContain('\u{1b}');
    expect(onTerminal(90, { FORCE_COLOR: '0' })).not.toContain('\u{1b}');
    const words = ['status', '--pid-file', server.pidFile];
    expect((await runCommand(words)).out).not.toContain('\u{1b}');
    expect((await runCommand(words, { env: { FORCE_COLOR: '1' } })).out).toContain('\u{1b}[31m');
    expect((await runCommand([...words, '--json'], { env: { FORCE_COLOR: '1' } })).out).not.toContain('\u{1b}');
  });

  it.skipIf(missing('script'))('a verdict is wrapped to the width of a terminal, in colour there alone', async () => {
    const server = await startServer({ dotenv: '\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=nope\nZSCALER_MCP_PORT=x\n');
    const words = `stty cols 70; ${process.execPath} ${entry} reload --pid-file ${server.pidFile} || true`;
    const seen = execFileSync('script', ['-qec', words, '/dev/null'], { encoding: 'utf8', env: cleanEnv({ TERM: 'xterm' }) });
    expect(seen).toContain('reload: \u{1b}[31mrefused:\u{1b}[39m the configuration is invalid');
    const lines = seen.split(/\r?\n/).map((line) => stripVTControlCharacters(line));
    expect(lines.length).toBeGreaterThan(6);
    expect(lines.filter((line) => line.length > 70 && !line.includes(server.folder))).toEqual([]);
    const { err } = await server.command('reload');
    expect(err).toMatch(/^reload: refused: the configuration is invalid \(2 problems\); nothing was changed, the server keeps running\n/);
  });

  it('ignores a reader that closes the pipe early', async () => {
    const server = await startServer({ dotenv: '\n' });
    for (const words of [`status --pid-file ${server.pidFile}`, '--help', 'tools --demo']) {
      const { out, err } = await runCommand([], {
        through: ['bash', '-c', `"${process.execPath}" "${entry}" ${words} | head -1; echo "\${PIPESTATUS[0]}"`],
      });
      expect([out.split('\n').length, out.split('\n')[1], err], words).toEqual([3, '0', '']);
    }
  });

  it('status works when the configuration is broken', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('"broken\nZSCALER_MCP_PORT=x\n');
    expect((await server.command('status')).code).toBe(0);
    expect((await server.command('stop')).code).toBe(0);
  });

  it('stop gives up after its timeout with 6, and with --force ends it all the same', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGSTOP');
    expect(await server.ask('stop', '--timeout', '0.5')).toMatchObject({ outcome: 'timed-out', exitCode: 6 });
    expect(await server.ask('stop', '--timeout', '0.5', '--force')).toMatchObject({ outcome: 'stopped', exitCode: 0 });
    expect((await server.ended).signal).toBe('SIGKILL');
    expect((await server.command('status')).code).toBe(3);
  });

  it('reload gives up after its timeout with 6: the server did not take it', async () => {
    const server = await startServer({ dotenv: '' });
    process.kill(server.pid, 'SIGSTOP');
    expect(await server.ask('reload', '--timeout', '0.5')).toMatchObject({ outcome: 'timed-out', exitCode: 6 });
    process.kill(server.pid, 'SIGCONT');
  });

  it('says busy, 75, when another command holds the lock; nothing was asked', async () => {
    const server = await startServer({ dotenv: '' });
    process.kill(server.pid, 'SIGSTOP');
    const first = server.ask('reload', '--timeout', '100');
    await waitFor(() => existsSync(`${server.pidFile}.d/lock`));
    expect(await server.ask('reload', '--timeout', '0.3')).toMatchObject({ outcome: 'busy', exitCode: 75 });
    process.kill(server.pid, 'SIGCONT');
    expect((await first).exitCode).toBe(0);
  });

  it('restart gives up and says busy like reload does', async () => {
    const server = await startServer({ dotenv: '' });
    process.kill(server.pid, 'SIGSTOP');
    expect(await server.ask('restart', '--timeout', '0.5')).toMatchObject({ outcome: 'timed-out', exitCode: 6 });
    const first = server.ask('restart', '--timeout', '100');
    await waitFor(() => existsSync(`${server.pidFile}.d/lock`));
    expect(await server.ask('restart', '--timeout', '0.3')).toMatchObject({ outcome: 'busy', exitCode: 75 });
    process.kill(server.pid, 'SIGCONT');
    expect(await first).toMatchObject({ outcome: 'restarted', exitCode: 0 });
  });

  it('a lock that a dead command left, or that was planted, is broken', async () => {
    const server = await startServer({ dotenv: '' });
    const lock = `${server.pidFile}.d/lock`;
    const { identity } = server.record();
    writeFileSync(lock, JSON.stringify({ pid: 999_999, identity, nonce: 'x' }));
    expect((await server.ask('reload')).exitCode).toBe(0);
    writeFileSync(lock, 'not a lock');
    utimesSync(lock, new Date(0), new Date(0));
    expect((await server.ask('reload')).exitCode).toBe(0);
  });

  it('waits on when something deletes the PID file of the server meanwhile', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const slow = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    const restart = server.ask('restart');
    await waitFor(() => server.record().state === 'draining');
    rmSync(server.pidFile);
    release();
    expect(await restart).toMatchObject({ outcome: 'restarted', exitCode: 0 });
    expect((await slow).status).toBe(200);
  });

  it('say 7 when the server ends while they wait for it, and leave no folder behind', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const slow = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    process.kill(server.pid, 'SIGTERM');
    await waitFor(() => server.record().state === 'stopping');
    const asked = Promise.all([server.ask('reload'), server.ask('restart'), server.ask('reload')]);
    await waitFor(() => existsSync(`${server.pidFile}.d/lock`));
    release();
    const verdicts = await asked;
    expect(verdicts.map(({ outcome, exitCode }) => [outcome, exitCode])).toEqual(verdicts.map(() => ['not-running', 7]));
    expect((await slow).status).toBe(200);
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(`${server.pidFile}.d`)).toBe(false);
  });

  it.skipIf(missing('linux'))('leave nothing behind for the next server to do', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGSTOP');
    const restart = server.ask('restart');
    await waitFor(() => isSignalPending(server.pid, 'SIGUSR2'));
    process.kill(server.pid, 'SIGKILL');
    expect(await restart).toMatchObject({ outcome: 'failed', exitCode: 1, message: expect.stringContaining('ended during') as string });
    expect(readdirSync(`${server.pidFile}.d`)).toEqual([]);
  });

  it.skipIf(missing('linux'))('say that no server is running when it ends between the request and the signal', async () => {
    const server = await startServer();
    /** Kills the server once the command has written its request, and waits until it is gone. */
    const killing = `
      const fs = process.getBuiltinModule('node:fs');
      const { linkSync } = fs;
      fs.linkSync = (from, to) => {
        linkSync(from, to);
        if (!to.includes('request-')) return;
        process.kill(${server.pid}, 'SIGKILL');
        while (fs.existsSync('/proc/${server.pid}'));
      };`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(killing)}` };
    const { code, out } = await runCommand(['reload', '--json', '--pid-file', server.pidFile], { env });
    expect(JSON.parse(out)).toMatchObject({ outcome: 'not-running', exitCode: 7, message: expect.stringContaining('is gone') as string });
    expect(code).toBe(7);
    expect(readdirSync(`${server.pidFile}.d`)).toEqual([]);
  });

  it.skipIf(missing('linux'))('tells that a server died during the operation instead of hoping', async () => {
    const server = await startServer({ dotenv: '' });
    process.kill(server.pid, 'SIGSTOP');
    const reload = server.ask('reload');
    await waitFor(() => isSignalPending(server.pid, 'SIGHUP'));
    process.kill(server.pid, 'SIGKILL');
    expect(await reload).toMatchObject({ outcome: 'failed', exitCode: 1 });
  });
});

it('help that is asked for in wrong words is answered as a command, not as a start of the server', async () => {
  for (const words of [
    ['--help', 'nonsense'],
    ['help', 'nonsense'],
    ['-h', 'x'],
    ['--version', 'x'],
    ['--generate-auth-token', 'x'],
  ]) {
    const { code, out, err } = await runCommand(words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^zscaler-mcp: unexpected argument \(argument 2\) \(ERR_USAGE\)\n/);
  }
});

describe('SIGINT', () => {
  /** Sends the signal at the earliest moment at which the program can catch it: while it is loading. */
  const whileLoading = `
    const { on } = process;
    process.on = function (name, ...rest) {
      const result = on.call(this, name, ...rest);
      if (name === 'SIGINT') process.kill(process.pid, name);
      return result;
    };`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(whileLoading)}` };

  it.each(commands.filter(({ isServer }) => !isServer))('while $name is loaded ends it', async ({ name }) => {
    expect(await runCommand([name, '--help'], { env })).toEqual({ code: null, signal: 'SIGINT', out: '', err: '' });
    expect(await runCommand([name], { env })).toEqual({ code: null, signal: 'SIGINT', out: '', err: '' });
  });

  it('while the server is loaded is queued for it', async () => {
    const settings = ['--port', '0', '--transport', 'streamable-http', '--pid-file', join(makeFolder(), 'pid')];
    for (const words of [settings, ['serve', ...settings]]) {
      const { code, err } = await runCommand(words, { env });
      expect(code, err).toBe(0);
      expect(err).toMatch(/SIGINT came before it served|"why":"SIGINT"/);
    }
  });

  /** Starts a command and interrupts it while it waits. */
  async function interrupt(words: readonly string[], isWaiting: () => boolean, variables: Record<string, string> = {}) {
    const child = spawn(process.execPath, [entry, ...words], { env: cleanEnv(variables), stdio: 'ignore' });
    const ended = new Promise((resolve) => void child.once('exit', (code, signal) => resolve({ code, signal })));
    await waitFor(isWaiting);
    child.kill('SIGINT');
    return ended;
  }

  it.skipIf(missing('linux'))('ends reload, restart and stop while they wait for the server', async () => {
    for (const word of ['reload', 'restart', 'stop']) {
      const server = await startServer();
      process.kill(server.pid, 'SIGSTOP');
      // Pending signals of the process, as a bit mask.
      const isAsked = () => !/^ShdPnd:\s0+$/m.test(readFileSync(`/proc/${server.pid}/status`, 'utf8'));
      expect(await interrupt([word, '--pid-file', server.pidFile], isAsked), word).toEqual({ code: null, signal: 'SIGINT' });
      process.kill(server.pid, 'SIGKILL');
    }
  });

  it('ends check and tools while they wait for a secrets manager', async () => {
    let connections = 0;
    const silent = createServer(() => (connections += 1)).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await waitFor(() => silent.listening);
    const { port } = silent.address() as { port: number };
    const variables = { VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_TOKEN: 'x', ZSCALER_MCP_VAULT_PATH: 'a/b' };
    for (const [at, word] of ['check', 'tools'].entries())
      expect(await interrupt([word, '--transport', 'stdio'], () => connections > at, variables), word).toEqual({
        code: null,
        signal: 'SIGINT',
      });
  });
});

describe('what the machine runs out of', () => {
  /** Takes a resource from the running server, and gives it back. */
  const limit = (server: { pid: number }, ...options: string[]) => execFileSync('prlimit', ['--pid', String(server.pid), ...options]);

  it.skipIf(missing('linux', 'prlimit'))(
    'disk: the server keeps serving, its PID file stays intact, and nothing is restarted unnoticed',
    async () => {
      const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
      limit(server, '--fsize=200:');
      server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
      expect(await server.ask('reload', '--timeout', '5')).toMatchObject({ outcome: 'timed-out', exitCode: 6 });
      await waitFor(() => server.log().includes('in force now: ZSCALER_MCP_LOG_LEVEL'));
      expect(await server.ask('restart', '--timeout', '5')).toMatchObject({ outcome: 'timed-out', exitCode: 6 });
      await waitFor(() => server.log().includes('restart: refused: the PID file cannot be written'));
      await waitFor(() => server.log().includes('so commands see an old state'));
      expect(server.record()).toMatchObject({ state: 'ready', generation: 1, operations: [] });
      expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
      limit(server, '--fsize=unlimited:');
      await waitFor(() => server.record().operations.length === 2);
      expect(server.record().operations.map(({ kind, outcome }) => [kind, outcome])).toEqual([
        ['reload', 'applied'],
        ['restart', 'refused'],
      ]);
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
    },
  );

  it.skipIf(missing('linux', 'prlimit'))('disk: `stop` lets running requests finish although the record cannot be updated', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const slow = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    limit(server, '--fsize=100:');
    const stop = server.ask('stop');
    await waitFor(() => server.log().includes('stopping'));
    release();
    expect(await stop).toMatchObject({ outcome: 'stopped', exitCode: 0 });
    expect((await slow).status).toBe(200);
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });

  it.skipIf(missing('linux', 'prlimit'))('descriptors: what cannot be read is not done, and the command says that it was not', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
    limit(server, '--nofile=3:');
    const reload = await server.ask('reload', '--timeout', '2');
    expect(reload).toMatchObject({ outcome: 'timed-out', exitCode: 6, message: expect.stringContaining('withdrawn') as string });
    await waitFor(() => server.log().includes('requests of commands cannot be read: this process has too many open files (EMFILE'));
    limit(server, '--nofile=4096:');
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
    expect(server.record().operations).toHaveLength(1);
  });
});

describe('check', () => {
  it('is content with a good configuration and shows where each value came from, secrets masked', async () => {
    const folder = makeFolder();
    const path = join(folder, '.env');
    writeFileSync(path, 'ZSCALER_CLIENT_SECRET=hush-hush\nZSCALER_MCP_LOG_LEVEL=warn\n', { mode: 0o600 });
    const { code, out } = await runCommand(['check', '--dotenv-path', path, '--port', '4711', '--transport', 'streamable-http'], {
      env: { ZSCALER_CLOUD: 'beta' },
    });
    expect(code).toBe(0);
    expect(out).toMatch(/ZSCALER_MCP_LOG_LEVEL\s+warn\s.*\.env/);
    expect(out).toMatch(/ZSCALER_MCP_PORT\s+4711\s+--port/);
    expect(out).toMatch(/ZSCALER_CLOUD\s+beta\s+the environment of the start/);
    expect(out).not.toContain('hush-hush');
  });

  it('names every problem at once with file and line: 4', async () => {
    const path = join(makeFolder(), '.env');
    writeFileSync(path, 'ZSCALER_MCP_PORT=x\n\nZSCALER_MCP_TRANSPORT=pigeon\n', { mode: 0o600 });
    const { code, err } = await runCommand(['check', '--dotenv-path', path]);
    expect(code).toBe(4);
    expect(err).toContain(`${path}:1: ZSCALER_MCP_PORT`);
    expect(err).toContain(`${path}:3: ZSCALER_MCP_TRANSPORT`);
    const json = JSON.parse((await runCommand(['check', '--json', '--dotenv-path', path])).out) as Record<string, unknown>;
    expect(json).toMatchObject({ kind: 'check', outcome: 'refused', exitCode: 4, errors: [{ line: 1 }, { line: 3 }] });
  });

  it('agrees with a start: what it refuses does not start, with the same exit code', async () => {
    const path = join(makeFolder(), '.env');
    for (const text of ['ZSCALER_MCP_HOST=0.0.0.0\n', 'ZSCALER_MCP_API_URL=http://cloud.example\n', 'ZSCALER_VANITY_DOMAIN=a.b\n']) {
      writeFileSync(path, text, { mode: 0o600 });
      const words = ['--transport', 'streamable-http', '--port', '0', '--dotenv-path', path];
      const check = await runCommand(['check', ...words]);
      const start = await runCommand([...words, '--pid-file', join(makeFolder(), 'pid')]);
      expect([check.code, start.code], text + start.err).toEqual([4, 4]);
      expect(start.err).toContain(`${path}:1`);
    }
  });

  it('refuses a .env that was named and is not there', async () => {
    const { code, err } = await runCommand(['check', '--dotenv-path', '/nowhere/.env']);
    expect(code).toBe(4);
    expect(err).toContain('/nowhere/.env');
  });
});

it('readiness follows the state, and health paths need no host check', async () => {
  const server = await startServer();
  const base = server.url.replace('/mcp', '');
  for (const [path, status] of [
    ['/healthz', 200],
    ['/health', 200],
    ['/readyz', 200],
    ['/nothing', 404],
  ] as const) {
    expect((await fetch(base + path)).status, path).toBe(status);
  }
  expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
});

describe('tools', () => {
  it('prints exactly what a server with the same configuration lists, and why the rest is not offered', async () => {
    const choice = ['--toolsets', 'zia_rule_labels,zpa_segment_groups', '--disabled-tools', 'zpa_get_*'];
    const printed = JSON.parse((await runCommand(['tools', '--json', ...choice])).out) as {
      guide: { name: string }[];
      offered: { name: string }[];
      withheld: { name: string; reason: string }[];
    };
    const server = await startServer({ args: choice });
    const reply = await modern(server.url, 'tools/list');
    const { tools = [] } = (reply.body?.result ?? {}) as { tools?: { name: string }[] };
    const listed = tools.map(({ name }) => name);
    expect([...printed.guide, ...printed.offered].map(({ name }) => name)).toEqual(listed);
    expect(listed.slice(printed.guide.length)).toEqual(['zia_list_rule_labels', 'zia_get_rule_label', 'zpa_list_segment_groups']);
    expect(printed.withheld.find(({ name }) => name === 'zpa_get_segment_group')?.reason).toContain('zpa_get_*');
    expect(printed.withheld.find(({ name }) => name === 'zia_delete_rule_label')?.reason).toContain('write tools are off');
    const { out, code } = await runCommand(['tools', ...choice]);
    expect([code, out]).toEqual([0, expect.stringContaining('3 of ')]);
    expect(out).toMatch(/judged a start over stdio in .*, without a \.env; to judge another start, give its flags$/m);
  });

  it('refuses an invalid configuration: 4', async () => {
    expect((await runCommand(['tools', '--port', 'x'])).code).toBe(4);
  });
});
