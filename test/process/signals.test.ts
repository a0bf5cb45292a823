import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanEnv, entry, makeFolder, missing, root, runCommand, startServer, untilInShell, waitFor, type TestServer } from './harness.ts';
import { startCloud } from './cloud.ts';
import { callTool } from './mcp.ts';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const clean = { code: 0, signal: null };

describe('SIGTERM', () => {
  it('while ready ends cleanly, and so does SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const server = await startServer();
      process.kill(server.pid, signal);
      expect(await server.ended).toEqual(clean);
      expect(existsSync(server.pidFile)).toBe(false);
    }
  });

  it('lets requests in flight finish, reports not ready meanwhile, and ends the server at once when sent twice', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    process.kill(server.pid, 'SIGTERM');
    await waitFor(() => server.record().state === 'stopping');
    release();
    expect((await call).status).toBe(200);
    expect(await server.ended).toEqual(clean);

    cloud.hold();
    const second = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const cut = callTool(second.url, 'zia_list_rule_labels').catch(() => null);
    await waitFor(() => cloud.inFlight() === 1);
    process.kill(second.pid, 'SIGTERM');
    await waitFor(() => second.record().state === 'stopping');
    process.kill(second.pid, 'SIGTERM');
    expect((await second.ended).code).toBe(143);
    expect(existsSync(second.pidFile)).toBe(false);
    await cut;
  });

  it('while starting ends the server, from the first line of the program on', async () => {
    const moments: readonly ((server: TestServer) => boolean)[] = [
      // Created by the first lines of the program, right after they have installed the signal handlers.
      ({ folder }) => existsSync(`${folder}/.cache/zscaler-mcp/compile`),
      (server) => server.log() !== '',
      ({ pidFile }) => existsSync(pidFile),
    ];
    for (const hasCome of moments) {
      // Compiled code is not kept below a folder that others may write, such as /tmp.
      const folder = makeFolder(0o755, homedir());
      const server = await startServer({ folder, env: { HOME: folder }, waitForReady: false });
      await waitFor(() => hasCome(server));
      process.kill(server.pid, 'SIGTERM');
      expect(await server.ended, server.log()).toEqual(clean);
      expect(existsSync(server.pidFile)).toBe(false);
    }
  });

  it('right behind a SIGHUP ends the server cleanly', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGHUP');
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended).toEqual(clean);
    expect(existsSync(server.pidFile)).toBe(false);
  });

  it('while rehearsing wins over the restart', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGUSR2');
    await waitFor(() => server.record().state === 'rehearsing' || server.record().generation > 1);
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended).toEqual(clean);
    expect(existsSync(server.pidFile)).toBe(false);
  });

  it('while draining wins over the restart', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const call = callTool(server.url, 'zia_list_rule_labels').catch(() => null);
    await waitFor(() => cloud.inFlight() === 1);
    process.kill(server.pid, 'SIGUSR2');
    await waitFor(() => server.record().state === 'draining');
    process.kill(server.pid, 'SIGTERM');
    await waitFor(() => server.record().state === 'stopping');
    release();
    expect(await server.ended).toEqual(clean);
    await call;
  });

  it('of `stop` while it restarts is honoured by the next generation at the latest', async () => {
    for (let round = 0; round < 3; round++) {
      const server = await startServer();
      process.kill(server.pid, 'SIGUSR2');
      await waitFor(() => server.record().state !== 'ready' || server.record().generation > 1);
      expect(await server.ask('stop')).toMatchObject({ outcome: 'stopped', exitCode: 0 });
      await server.ended;
      expect(existsSync(server.pidFile)).toBe(false);
    }
  });
});

describe('other signals', () => {
  it('SIGUSR1 does not open the debugger', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGUSR1');
    await waitFor(() => server.log().includes('SIGUSR1 is ignored'));
    expect(server.log()).not.toContain('Debugger listening');
    expect((await server.ask('status')).running).toBe(true);
  });

  it('SIGHUP and SIGUSR2 in a row are both dealt with', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGHUP');
    process.kill(server.pid, 'SIGUSR2');
    await waitFor(() => server.record().operations.length === 2 && server.record().state === 'ready');
    // The order in which two pending signals are delivered is unspecified.
    expect(
      server
        .record()
        .operations.map(({ kind }) => kind)
        .sort(),
    ).toEqual(['reload', 'restart']);
  });

  it.skipIf(missing('linux', 'script'))('SIGHUP of a terminal that went away ends the server', async () => {
    const folder = makeFolder();
    const pidFile = `${folder}/server.pid`;
    // `script` gives the server a terminal; when `script` is killed, that terminal hangs up.
    const terminal = spawn(
      'script',
      ['-qfc', `exec ${process.execPath} ${entry} --transport streamable-http --port 0 --demo --pid-file ${pidFile}`, '/dev/null'],
      {
        env: cleanEnv(),
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    const readRecord = () => JSON.parse(readFileSync(pidFile, 'utf8')) as { pid: number; state: string };
    await waitFor(() => readRecord().state === 'ready');
    const { pid } = readRecord();
    terminal.kill('SIGKILL');
    await waitFor(() => !isRunning(pid));
    expect(existsSync(pidFile)).toBe(false);
  });

  it.skipIf(missing('linux', 'prlimit', 'script'))(
    'SIGHUP of an existing terminal does not end the server, even without a free descriptor to check',
    async () => {
      const folder = makeFolder();
      const pidFile = `${folder}/server.pid`;
      const terminal = spawn(
        'script',
        ['-qfc', `exec ${process.execPath} ${entry} --transport streamable-http --port 0 --demo --pid-file ${pidFile}`, '/dev/null'],
        { env: cleanEnv(), stdio: ['pipe', 'pipe', 'ignore'] },
      );
      let log = '';
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
      const readRecord = () => JSON.parse(readFileSync(pidFile, 'utf8')) as { pid: number; state: string };
      await waitFor(() => readRecord().state === 'ready');
      const { pid } = readRecord();
      onTestFinished(async () => {
        terminal.kill('SIGKILL');
        await waitFor(() => !isRunning(pid));
      });
      const limit = (descriptors: number) => execFileSync('prlimit', ['--pid', String(pid), `--nofile=${descriptors}:`]);
      limit(3);
      process.kill(pid, 'SIGHUP');
      await waitFor(
        () => log.includes('requests of commands cannot be read'),
        () => `the signal was not dealt with: ${log}`,
      );
      limit(4_096);
      expect(isRunning(pid)).toBe(true);
      expect((await runCommand(['reload', '--pid-file', pidFile])).code).toBe(0);
    },
  );
});

describe('a reader of the log that went away', () => {
  it('holds up neither a restart nor a stop', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=debug\n' });
    server.child.stderr?.destroy();
    expect(await server.ask('reload')).toMatchObject({ exitCode: 0 });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0 });
    expect(await server.ask('stop')).toMatchObject({ outcome: 'stopped', exitCode: 0 });
    expect(await server.ended).toEqual(clean);
  });
});

describe.skipIf(missing('root', 'linux', 'unshare'))('as PID 1 of its own namespace', () => {
  const inNamespace = (script: string) =>
    new Promise<string>((resolve, reject) => {
      const child = spawn('unshare', ['--pid', '--fork', '--mount-proc', '--kill-child', 'bash', '-c', script], {
        cwd: root,
        env: cleanEnv(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
      child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
      child.once('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`exit ${code}: ${text}`))));
    });

  it('all five commands work from inside, and `stop` reports before it dies with the container', async () => {
    const folder = makeFolder();
    const words = `--pid-file ${folder}/pid`;
    const zs = `${process.execPath} ${entry}`;
    // The commands run as children of the bash process that has become the server by exec.
    const commands = `(${untilInShell(`grep -q '"ready"' ${folder}/pid 2>/dev/null`)}${zs} status ${words}; ${zs} reload ${words}; ${zs} restart ${words}; ${zs} check; ${zs} stop ${words}; echo survived) > ${folder}/out 2>&1 &`;
    await inNamespace(`${commands} exec ${zs} --transport streamable-http --port 0 --demo ${words} 2>${folder}/log`);
    const out = readFileSync(`${folder}/out`, 'utf8');
    expect(out).toMatch(/PID\s+1$/m);
    expect(out).toContain('reload: unchanged');
    expect(out).toContain('restart: restarted: generation 2 serves');
    expect(out).toContain('stop: stopped');
    expect(existsSync(`${folder}/pid`)).toBe(false);
  });

  it('a command from outside is refused, and one from inside names PID 1', async () => {
    const folder = makeFolder();
    const server = await startServer({ folder, through: ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'] });
    for (const word of ['status', 'reload', 'restart', 'stop']) {
      const { code, out, err } = await server.command(word);
      expect(code, out + err).toBe(4);
      expect(out + err).toContain('run this command inside it');
    }
    expect(server.record()).toMatchObject({ pid: 1, generation: 1, operations: [] });
  });
});

describe.skipIf(missing('root', 'linux', 'unshare', 'tini'))('under tini as PID 1', () => {
  it('keeps its PID through restarts, leaves no zombie, and stops when the container does', async () => {
    const folder = makeFolder();
    const server = await startServer({ folder, through: ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', 'tini', '--'] });
    // The child of unshare is tini; the commands have to run where it is PID 1.
    const tini = readFileSync(`/proc/${server.child.pid}/task/${server.child.pid}/children`, 'utf8').trim();
    const inside = ['nsenter', '--target', tini, '--pid', '--mount'];
    const run = async (...words: string[]) => {
      const { out } = await runCommand([...words, '--json', '--pid-file', server.pidFile], { through: inside });
      return JSON.parse(out) as Record<string, unknown>;
    };
    const before = await run('status');
    expect(before).toMatchObject({ running: true, generation: 1 });
    for (let round = 0; round < 3; round++) expect(await run('restart')).toMatchObject({ outcome: 'restarted' });
    expect(await run('status')).toMatchObject({ pid: before['pid'], generation: 4 });
    const states = execFileSync('nsenter', [...inside.slice(1), 'sh', '-c', 'cat /proc/[0-9]*/stat'], { encoding: 'utf8' });
    expect(states.split('\n').filter((line) => /\) Z /.test(line))).toEqual([]);
    process.kill(Number(tini), 'SIGTERM');
    expect(await server.ended).toEqual(clean);
    expect(existsSync(server.pidFile)).toBe(false);
  });
});
