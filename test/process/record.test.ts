import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder, missing, runCommand, startServer, untilInShell, waitFor } from './harness.ts';
import { inPrivatePlaces } from './private-places.ts';

const KEYS = [
  'schema',
  'pid',
  'startedAt',
  'identity',
  'version',
  'interpreter',
  'argv',
  'cwd',
  'codeDigest',
  'transport',
  'host',
  'port',
  'url',
  'dotenvPath',
  'envSource',
  'envCandidates',
  'envFile',
  'state',
  'generation',
  'generationStartedAt',
  'failedCount',
  'config',
  'operations',
];

describe('the PID file of a running server', () => {
  it('holds every key of the contract, each true', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const record = server.record();
    expect(Object.keys(record)).toEqual(expect.arrayContaining(KEYS));
    expect(record).toMatchObject({
      schema: 1,
      pid: server.pid,
      interpreter: process.execPath,
      cwd: server.folder,
      transport: 'streamable-http',
      host: '127.0.0.1',
      state: 'ready',
      generation: 1,
      failedCount: 0,
      operations: [],
      dotenvPath: server.dotenvPath,
      envSource: 'live',
      identity: { uid: process.getuid?.() },
    });
    expect(record.argv).toContain('--demo');
    expect(record.url).toBe(`http://127.0.0.1:${record.port}/mcp`);
    expect(record.codeDigest).toMatch(/^[\da-f]{64}$/);
    expect(record.config.digest).toMatch(/^[\da-f]{64}$/);
    expect(record.envFile).toMatchObject({
      digest: expect.stringMatching(/^[\da-f]{64}$/) as string,
      ino: statSync(server.dotenvPath).ino,
    });
    expect(Object.keys(record.identity).sort()).toEqual(['bootId', 'pidNamespace', 'startTime', 'uid']);
    expect(lstatSync(server.pidFile).mode & 0o777).toBe(0o600);
    expect(lstatSync(`${server.pidFile}.d`).mode & 0o777).toBe(0o700);
  });

  it('is gone after a clean stop, folder and all', async () => {
    const server = await startServer();
    expect((await server.ask('stop')).outcome).toBe('stopped');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect([existsSync(server.pidFile), existsSync(`${server.pidFile}.d`)]).toEqual([false, false]);
  });

  it('is written again after a deletion, and the commands keep working', async () => {
    const server = await startServer();
    rmSync(server.pidFile);
    rmSync(`${server.pidFile}.d`, { recursive: true });
    await waitFor(() => existsSync(server.pidFile));
    expect((await server.ask('reload')).exitCode).toBe(0);
  });
});

describe('a second server on the same PID file', () => {
  it('is refused, naming the first and --pid-file; the first runs on', async () => {
    const first = await startServer();
    const second = await runCommand(['--transport', 'streamable-http', '--port', '0', '--demo', '--pid-file', first.pidFile]);
    expect(second.code).toBe(4);
    expect(second.err).toContain(`PID ${first.pid}`);
    expect(second.err).toContain('--pid-file');
    expect((await first.ask('status')).running).toBe(true);
  });
});

describe('a PID file that cannot be trusted', () => {
  const commands = ['reload', 'restart', 'stop'] as const;

  async function eachCommandOn(pidFile: string): Promise<{ code: number; message: string }[]> {
    const results = [];
    for (const word of [...commands, 'status']) {
      const { code, out } = await runCommand([word, '--json', '--pid-file', pidFile]);
      results.push({ code: code ?? -1, message: (JSON.parse(out) as { message: string }).message });
    }
    return results;
  }

  it('is never acted upon when truncated, empty, a link or writable by others: exit code 4, and no process is signalled', async () => {
    const server = await startServer();
    const good = readFileSync(server.pidFile, 'utf8');
    const folder = makeFolder();
    const plant: Record<string, (path: string) => void> = {
      truncated: (path) => writeFileSync(path, good.slice(0, 100), { mode: 0o600 }),
      empty: (path) => writeFileSync(path, '', { mode: 0o600 }),
      link: (path) => symlinkSync(server.pidFile, path),
      folder: (path) => mkdirSync(path),
      open: (path) => {
        writeFileSync(path, good);
        chmodSync(path, 0o666);
      },
    };
    for (const [name, make] of Object.entries(plant)) {
      const path = join(folder, name);
      make(path);
      const results = await eachCommandOn(path);
      expect(
        results.map(({ code }) => code),
        `${name}: ${JSON.stringify(results)}`,
      ).toEqual([4, 4, 4, 4]);
      expect(results[0]?.message).toContain(path);
    }
    expect(server.isAlive()).toBe(true);
    expect(server.record()).toMatchObject({ state: 'ready', generation: 1, operations: [] });
  });

  it('names a process whose number was given to another: a decoy that SIGHUP would kill lives on', async () => {
    const decoy = spawn('sleep', ['600'], { stdio: 'ignore' });
    onTestFinished(() => void decoy.kill('SIGKILL'));
    // The kernel counts start times in hundredths of a second; a PID is never reused within one.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const server = await startServer();
    const record = server.record();
    const pidFile = join(makeFolder(), 'stale.pid');
    writeFileSync(pidFile, JSON.stringify({ ...record, pid: decoy.pid }), { mode: 0o600 });
    expect((await eachCommandOn(pidFile)).map(({ code }) => code)).toEqual([7, 7, 0, 3]);
    expect([decoy.exitCode, decoy.signalCode]).toEqual([null, null]);
    expect(existsSync(pidFile), 'stop removes what is stale').toBe(false);
  });

  it('of another PID namespace is refused with the advice to run the command there', async () => {
    const server = await startServer();
    const pidFile = join(makeFolder(), 'other.pid');
    writeFileSync(
      pidFile,
      JSON.stringify({ ...server.record(), identity: { ...server.record().identity, pidNamespace: 'pid:[4026539999]' } }),
      { mode: 0o600 },
    );
    const results = await eachCommandOn(pidFile);
    expect(results.map(({ code }) => code)).toEqual([4, 4, 4, 4]);
    expect(results[0]?.message).toContain('run this command inside it');
  });

  it('of a dead server: status says 1, the others 7, stop clears it away with 0', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    expect(existsSync(server.pidFile)).toBe(true);
    expect((await server.command('status')).code).toBe(1);
    expect((await server.command('reload')).code).toBe(7);
    expect((await server.command('restart')).code).toBe(7);
    expect((await server.command('stop')).code).toBe(0);
    expect([existsSync(server.pidFile), existsSync(`${server.pidFile}.d`)]).toEqual([false, false]);
    expect((await server.command('status')).code).toBe(3);
    expect((await server.command('stop')).code).toBe(0);
  });

  it('is replaced by a new server when the old one is dead', async () => {
    const first = await startServer();
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    const second = await startServer({ folder: first.folder });
    expect(second.record().pid).toBe(second.pid);
  });

  it('of a newer version with keys unknown today is read as usual', async () => {
    const server = await startServer();
    writeFileSync(server.pidFile, JSON.stringify({ ...server.record(), schema: 7, novelty: { deep: true } }), { mode: 0o600 });
    expect((await server.ask('status')).running).toBe(true);
  });
});

describe.skipIf(missing('root', 'linux', 'setpriv'))('another user', () => {
  const asUser = (uid: number) => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];
  const USER = 64_001;
  const STRANGER = 64_002;

  function folderOf(uid: number): string {
    const folder = makeFolder();
    chownSync(folder, uid, uid);
    return folder;
  }

  it('may not act on a server that is not theirs: 77, saying whose it is', async () => {
    const server = await startServer({ folder: folderOf(USER), through: asUser(USER) });
    for (const word of ['reload', 'restart', 'stop', 'status']) {
      const { code, out } = await runCommand([word, '--json', '--pid-file', server.pidFile], { through: asUser(STRANGER) });
      expect(code, out).toBe(77);
      expect(out).toContain(`uid ${USER}`);
    }
    expect(server.record()).toMatchObject({ generation: 1, operations: [] });
  });

  it('as root acts as the owner, and says so', async () => {
    const server = await startServer({ folder: folderOf(USER), through: asUser(USER) });
    const reload = await server.ask('reload');
    expect(reload).toMatchObject({ exitCode: 0 });
    expect(server.record().operations[0]?.askedBy).toMatchObject({ uid: USER });
    const stop = await server.ask('stop');
    expect(stop).toMatchObject({ outcome: 'stopped', warnings: [expect.stringContaining(`uid ${USER}`)] });
  });

  it("cannot make root signal for them: another user's file that names root's process has no effect", async () => {
    const server = await startServer();
    const folder = folderOf(STRANGER);
    const pidFile = join(folder, 'planted.pid');
    writeFileSync(pidFile, readFileSync(server.pidFile), { mode: 0o600 });
    chownSync(pidFile, STRANGER, STRANGER);
    const { code } = await runCommand(['stop', '--json', '--pid-file', pidFile]);
    expect(code).not.toBe(0);
    expect(server.isAlive()).toBe(true);
    expect(server.record().state).toBe('ready');
  });
});

describe.skipIf(missing('root', 'linux', 'unshare'))('the default places', () => {
  const serve = '$N $S --transport streamable-http --port 0 --demo >/dev/null 2>$HOME/log & P=$!; ';
  const awaitFile = (path: string) => `${untilInShell(`grep -q '"ready"' ${path} 2>/dev/null`)}[ -f ${path} ]; `;
  const finish = '$N $S status >/dev/null; $N $S stop; wait $P';

  it('are taken in order: /var/run first', async () => {
    await inPrivatePlaces(`${serve}${awaitFile('/var/run/zscaler-mcp.pid')}${finish}`);
  });

  it('are used in order: the runtime directory of a service, which only commands of root find', async () => {
    const asUser = 'setpriv --reuid 1234 --regid 1234 --clear-groups';
    await inPrivatePlaces(
      `chmod 755 /run; mkdir -m 750 /run/zscaler-mcp; chown 1234:1234 /run/zscaler-mcp; ` +
        `${asUser} $N $S --transport streamable-http --port 0 --demo >/dev/null 2>&1 & P=$!; ` +
        `${awaitFile('/run/zscaler-mcp/server.pid')}[ ! -e /tmp/zscaler-mcp.pid ]; ` +
        `$N $S restart | grep -q 'generation 2'; E=0; setpriv --reuid 4711 --regid 4711 --clear-groups $N $S status >$HOME/out 2>&1 || E=$?; ` +
        `[ $E = 77 ]; grep -q 'Run this as .*1234.* or as root' $HOME/out; ${finish}`,
    );
  });

  it('are taken in order: /tmp when /var/run cannot be written', async () => {
    await inPrivatePlaces(`mount -o remount,ro /run; ${serve}${awaitFile('/tmp/zscaler-mcp.pid')}${finish}`);
  });

  it('are taken in order: the home when neither can be written', async () => {
    await inPrivatePlaces(
      `mount -o remount,ro /run; mount -o remount,ro /tmp; ${serve}${awaitFile('$HOME/.zscaler-mcp/server.pid')}[ $(stat -c %a $HOME/.zscaler-mcp) = 700 ]; ${finish}`,
    );
  });

  it('end at /dev/shm when nothing else can be written', async () => {
    await inPrivatePlaces(
      `mount -t tmpfs t /dev/shm; mount -o remount,ro /run; mount -o remount,ro /tmp; mount --bind -o ro $HOME $HOME; mount -o remount,bind,ro $HOME; $N $S --transport streamable-http --port 0 --demo >/dev/null 2>&1 & P=$!; ${awaitFile('/dev/shm/zscaler-mcp.pid')}${finish}`,
    );
  });

  it('are passed over with a warning when a link was planted there', async () => {
    const text = await inPrivatePlaces(
      `echo precious > $HOME/victim; ln -s $HOME/victim /var/run/zscaler-mcp.pid; ${serve}${awaitFile('/tmp/zscaler-mcp.pid')}cat $HOME/log; [ "$(cat $HOME/victim)" = precious ]; ${finish}`,
    );
    expect(text).toContain('/var/run/zscaler-mcp.pid');
    expect(text).toContain('symbolic link');
  });

  it('go from a stdio server to an HTTP server, and a stdio server that finds the place taken runs without lifecycle', async () => {
    const text = await inPrivatePlaces(
      // The stdio servers live until the last holder of the pipe has ended.
      `mkfifo $HOME/in; exec 3<>$HOME/in; ` +
        `$N $S --demo <$HOME/in 3>&- 2>$HOME/first >/dev/null & ${awaitFile('/var/run/zscaler-mcp.pid')}` +
        `$N $S --demo <$HOME/in 3>&- 2>$HOME/second >/dev/null & ${untilInShell("grep -q 'without lifecycle' $HOME/second")}` +
        `${serve} ${untilInShell('grep -q streamable-http /var/run/zscaler-mcp.pid')}${awaitFile('/var/run/zscaler-mcp.pid')}` +
        // Longer than the interval at which the displaced server checks its PID file.
        `sleep 1.5; grep -q streamable-http /var/run/zscaler-mcp.pid; cat $HOME/second; $N $S stop; exec 3>&-; wait`,
    );
    expect(text).toContain('without lifecycle');
  });
});
