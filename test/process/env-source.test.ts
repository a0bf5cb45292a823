import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/lifecycle/index.ts';
import { cleanEnv, entry, makeFolder, missing, root, runCommand, startServer, waitFor, type TestServer } from './harness.ts';

const label = async (server: Awaited<ReturnType<typeof startServer>>) => {
  const { envSource, envChanged, envAdvice, dotenvPath } = await server.ask('status');
  return { envSource, envChanged, dotenvPath, advised: String(envAdvice).length > 20 };
};

/** Within one line. */
const lineOf = (path: string, label: string, rest: string) => {
  const escaped = `${path} (${label}), `.replaceAll(/[.()]/g, (sign) => `\\${sign}`);
  return new RegExp(`^${escaped}${rest}[^\\n]*$`);
};

function addFile(path: string): void {
  mkdirSync(dirname(path), { mode: 0o700, recursive: true });
  writeFileSync(path, 'ZSCALER_MCP_LOG_LEVEL=info\n', { mode: 0o600 });
}

/** Waits for a line of the log. */
const expectLogged = (server: TestServer, verdict: string, environment: string, level: string) => {
  const [, path = '', label = '', rest = ''] = /^(.*) \((.*?)\), (.*)$/.exec(environment) ?? [];
  const isMeant = (line: string) => {
    const logged = JSON.parse(line) as { level: string; message: string };
    const [before, after = ''] = logged.message.split('; environment: ');
    return logged.level === level && before?.startsWith(verdict) === true && lineOf(path, label, rest).test(after);
  };
  return waitFor(
    () =>
      server
        .log()
        .split('\n')
        .some((line) => line.startsWith('{') && isMeant(line)),
    () => `not logged: ${verdict}${environment}\n${server.log()}`,
  );
};

describe('where the environment comes from', () => {
  it('`live`: the file is there; edits are seen before they are loaded', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    expect(await label(server)).toEqual({ envSource: 'live', envChanged: false, dotenvPath: server.dotenvPath, advised: true });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\n');
    expect(await label(server)).toMatchObject({ envSource: 'live', envChanged: true });
    await server.ask('reload');
    expect(await label(server)).toMatchObject({ envSource: 'live', envChanged: false });
  });

  it('`missing`: the file was deleted; reload and restart run and change no values', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_TOOLSETS=zia_rule_labels\n', env: { HOME: makeFolder() } });
    const before = server.record().config.digest;
    rmSync(server.dotenvPath);
    expect(await label(server)).toMatchObject({ envSource: 'missing', advised: true });
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged', exitCode: 0, envSource: 'missing', changes: [] });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0, envSource: 'missing', changes: [] });
    expect(server.record().config.digest).toBe(before);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', changes: [] });
    expect(server.record().config.digest).toBe(before);
  });

  it('`fresh-discovery`: deleted and re-created elsewhere; reload does nothing, restart picks it up and records it', async () => {
    const home = makeFolder();
    const server = await startServer({ dotenv: 'ZSCALER_MCP_TOOLSETS=zia_rule_labels\n', env: { HOME: home } });
    rmSync(server.dotenvPath);
    mkdirSync(join(home, '.zscaler-mcp'), { mode: 0o700 });
    const other = join(home, '.zscaler-mcp/.env');
    writeFileSync(other, 'ZSCALER_MCP_TOOLSETS=zia_locations\n', { mode: 0o600 });
    expect(await label(server)).toMatchObject({ envSource: 'fresh-discovery', advised: true });
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged', exitCode: 0, envSource: 'fresh-discovery' });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', changes: [{ setting: 'ZSCALER_MCP_TOOLSETS' }] });
    expect(await label(server)).toMatchObject({ envSource: 'live', dotenvPath: other, envChanged: false });
  });

  it('`none`: there never was one; reload says so and changes nothing', async () => {
    const server = await startServer({ env: { HOME: makeFolder(), ZSCALER_MCP_LOG_LEVEL: 'warn' } });
    expect(await label(server)).toEqual({ envSource: 'none', envChanged: null, dotenvPath: null, advised: true });
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged', exitCode: 0, envSource: 'none' });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0, envSource: 'none' });
  });

  it('`fresh-discovery` when none was recorded and one appears in the working directory', async () => {
    const server = await startServer({ env: { HOME: makeFolder() } });
    writeFileSync(join(server.folder, '.env'), 'ZSCALER_MCP_LOG_LEVEL=warn\n', { mode: 0o600 });
    expect(await label(server)).toMatchObject({ envSource: 'fresh-discovery' });
    expect(await server.ask('restart')).toMatchObject({
      outcome: 'restarted',
      changes: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', to: 'warn' }],
    });
    expect(await label(server)).toMatchObject({ envSource: 'live' });
  });

  it('stands in one line of every verdict, and of the log for a bare signal', async () => {
    const home = makeFolder();
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n', env: { HOME: home } });
    const other = join(home, '.zscaler-mcp/.env');
    const at = String.raw`at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
    const steps: [label: string, prepare: () => void, path: string, reload: string, restart: string][] = [
      ['live', () => undefined, server.dotenvPath, `read ${at}`, `read ${at}`],
      ['missing', () => rmSync(server.dotenvPath), server.dotenvPath, 'not read: the file is gone', 'not read: the file is gone'],
      [
        'fresh-discovery',
        () => addFile(other),
        other,
        `not read: the server was started with .*${at} stays`,
        `read ${at}: (a restart picks|picked)`,
      ],
    ];
    for (const [envSource, prepare, path, reload, restart] of steps) {
      prepare();
      process.kill(server.pid, 'SIGHUP');
      await expectLogged(server, 'reload: unchanged: ', `${path} (${envSource}), ${reload}`, envSource === 'live' ? 'info' : 'warn');
      for (const words of ['reload --dry-run', 'reload', 'restart --dry-run', 'restart']) {
        const verdict = await server.ask(...words.split(' '));
        expect(verdict, words).toMatchObject({ exitCode: 0, envSource });
        expect(verdict.environment, words).toMatch(lineOf(path, envSource, words.startsWith('reload') ? reload : restart));
        const { dotenvPath } = server.record();
        expect(dotenvPath, words).toBe(words === 'restart' ? path : steps[0]?.[2]);
      }
    }
    process.kill(server.pid, 'SIGUSR2');
    await expectLogged(server, 'restart: restarted: ', `${other} (live), read ${at}`, 'info');
  });

  it('is told by the command where the server gave no verdict', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    for (const words of [
      ['reload', '--expect-generation', '7'],
      ['restart', '--no-wait'],
    ]) {
      const { environment, envSource } = await server.ask(...words);
      expect([envSource, environment]).toEqual(['live', expect.stringMatching(lineOf(server.dotenvPath, 'live', 'last read at '))]);
    }
    await waitFor(() => server.record().generation === 2 && server.record().state === 'ready');
  });

  it('is read from the working directory for HTTP, never for stdio', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, '.env'), 'ZSCALER_MCP_LOG_LEVEL=warn\n', { mode: 0o600 });
    const http = await startServer({ folder, env: { HOME: makeFolder() } });
    expect(http.record().dotenvPath).toBe(join(folder, '.env'));
    await http.ask('stop');
    const stdio = await startServer({ folder, transport: 'stdio', env: { HOME: makeFolder() } });
    expect(stdio.record().dotenvPath).toBeNull();
  });
});

describe('a file that is there but out of reach', () => {
  const places: [what: string, put: (path: string) => void, reason: RegExp][] = [
    ['a folder', (path) => mkdirSync(path), /is a folder, not a regular file/],
    ['a pipe', (path) => void spawnSync('mkfifo', [path]), /is a named pipe, not a regular file/],
    ['a link that leads to itself', (path) => symlinkSync('.env', path), /lead in a circle/],
    ['a file that is too large', (path) => writeFileSync(path, Buffer.alloc(1_048_577, '#')), /is larger than 1 MiB/],
  ];

  it.for(places)('%s in its place: refused (4), and no other file is taken', async ([, put, reason]) => {
    const home = makeFolder();
    mkdirSync(join(home, '.zscaler-mcp'), { mode: 0o700 });
    writeFileSync(join(home, '.zscaler-mcp/.env'), 'ZSCALER_MCP_TOOLSETS=zia_locations\n', { mode: 0o600 });
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n', env: { HOME: home } });
    rmSync(server.dotenvPath);
    put(server.dotenvPath);
    await expectRefusals(server, reason);
    const start = await runCommand(['--demo', '--transport', 'streamable-http', '--port', '0', '--dotenv-path', server.dotenvPath], {
      cwd: server.folder,
      env: { HOME: home },
    });
    expect([start.code, start.err]).toEqual([4, expect.stringMatching(reason)]);
    expect(start.err).not.toContain('there is no such file');
  });

  it.skipIf(missing('root', 'linux', 'setpriv'))('in a closed folder, or with a mode that keeps the server out', async () => {
    const through = ['setpriv', '--reuid=4711', '--regid=4711', '--clear-groups', '--'];
    const folder = makeFolder(0o777);
    const conf = join(folder, 'conf');
    mkdirSync(conf);
    const path = join(conf, '.env');
    writeFileSync(path, 'ZSCALER_MCP_LOG_LEVEL=info\n', { mode: 0o644 });
    const server = await startServer({ folder, through, args: ['--dotenv-path', path], env: { HOME: folder } });
    chmodSync(conf, 0o700);
    await expectRefusals(server, /has no access to the folder .*conf/);
    const start = await runCommand(['--demo', '--dotenv-path', path], { cwd: folder, through });
    expect([start.code, start.err]).toEqual([4, expect.stringMatching(/has no access to the folder .*conf/)]);
    chmodSync(conf, 0o755);
    chmodSync(path, 0o600);
    await expectRefusals(server, /is owned by uid 0 with mode 0600/);
    chmodSync(path, 0o644);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged', exitCode: 0, envSource: 'live' });
  });

  /** As the server sees it; status neither. */
  async function expectRefusals(server: TestServer, reason: RegExp): Promise<void> {
    for (const words of [['reload', '--dry-run'], ['reload'], ['restart', '--dry-run'], ['restart']]) {
      const { outcome, exitCode, changes, envSource, environment, generation } = await server.ask(...words);
      expect([outcome, exitCode, changes, envSource, generation], words.join(' ')).toEqual(['refused', 4, [], 'live', 1]);
      expect(environment).toMatch(/\.env \(live\), not read: it .*stays in force/);
      expect(environment).toMatch(reason);
    }
    const { out } = await server.command('status');
    expect(out).toContain('cannot be seen');
    expect(out.split('\n').filter((line) => reason.test(line) && line.includes('a reload is refused'))).toHaveLength(1);
    expect(await server.ask('status')).toMatchObject({ envSource: 'live', envChanged: null, generation: 1 });
  }
});

describe.skipIf(missing('root', 'linux', 'unshare'))('a bind mount', () => {
  /** Runs a script in a new mount namespace; $N and $S are Node.js and the program, $D the test's folder. */
  async function inMountNamespace(script: string): Promise<string> {
    const folder = makeFolder();
    const prologue = `set -eu; D=${folder}; N=${process.execPath}; S=${entry}; export HOME=$D; cd $D; mkdir host app; echo ZSCALER_MCP_LOG_LEVEL=info > host/.env; ZS() { $N $S "$@" --pid-file $D/pid; }; AWAIT() { for i in $(seq 200); do grep -q '"ready"' $D/pid 2>/dev/null && return; sleep 0.05; done; cat $D/log; exit 9; }; `;
    return new Promise((resolve, reject) => {
      const child = spawn('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', prologue + script], {
        cwd: root,
        env: cleanEnv(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
      child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
      child.once('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`exit ${code}: ${text}`))));
    });
  }

  const serve =
    '$N $S --transport streamable-http --port 0 --demo --dotenv-path $D/app/.env --pid-file $D/pid >/dev/null 2>$D/log & AWAIT; ';

  it('of the file itself is proven by the mount table; edits in place are live', async () => {
    const text = await inMountNamespace(
      `touch app/.env; mount --bind host/.env app/.env; ${serve} ZS status; echo ZSCALER_MCP_LOG_LEVEL=warn > host/.env; ZS reload; ZS stop`,
    );
    expect(text).toContain('live (bind-mounted)');
    expect(text).toContain('ZSCALER_MCP_LOG_LEVEL');
    expect(text).toMatch(/reload: applied/);
  });

  it('that is read-only by now holds the PID file: status does not say that the server does not answer', async () => {
    const text = await inMountNamespace(
      `mkdir run; mount --bind run run; ZS() { $N $S "$@" --pid-file $D/run/pid; }; $N $S --transport streamable-http --port 0 --demo --pid-file $D/run/pid >/dev/null 2>$D/log & ` +
        `for i in $(seq 400); do grep -q '"ready"' run/pid 2>/dev/null && break; sleep 0.05; done; mount -o remount,bind,ro run; ZS status --json; kill $!`,
    );
    expect(JSON.parse(text)).toMatchObject({ running: true, responding: null, exitCode: 0 });
  });

  it('of a single file that was replaced by rename on the host is stale, and every command says so', async () => {
    const text = await inMountNamespace(
      `touch app/.env; mount --bind host/.env app/.env; ${serve} echo ZSCALER_MCP_LOG_LEVEL=warn > host/new; mv host/new host/.env; ` +
        `for c in status reload restart check; do echo "== $c"; ZS $c 2>&1 || true; done; ZS stop`,
    );
    const [, status = '', reload = '', restart = '', check = ''] = text.split('== ');
    for (const part of [status, reload, restart]) expect(part.replaceAll(/\s+/g, ' ')).toMatch(/still sees the old.*mount the directory/);
    expect(status).toContain('cannot be seen');
    expect(status).not.toContain('differs     nothing');
    expect(reload).toContain('refused');
    expect(restart).toContain('generation 2 serves');
    expect(check).toContain('valid: it would start again with what can be seen from here; a new start may read the file that replaced it');
  });

  it.for<[how: string, replace: string]>([
    ['renamed over', 'echo ZSCALER_MCP_LOG_LEVEL=warn > host/new; mv host/new host/.env'],
    ['removed', 'rm host/.env'],
    // Some editors keep a backup: the kernel then shows another root instead of a deleted one.
    ['renamed away', 'mv host/.env host/backup; echo ZSCALER_MCP_LOG_LEVEL=warn > host/.env'],
  ])('of a single file that was %s: reload refuses (4), restart is done (3), again and again', async ([, replace]) => {
    const text = await inMountNamespace(
      `touch app/.env; mount --bind host/.env app/.env; ${serve} ${replace}; ` +
        'for c in "reload --dry-run" reload "restart --dry-run" restart reload restart status; do ZS $c --json || true; done; ZS stop >/dev/null',
    );
    const answers = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Operation & { envChanged?: boolean | null });
    expect(answers.map(({ kind, outcome, exitCode }) => [kind, outcome, exitCode])).toEqual([
      ['reload', 'refused', 4],
      ['reload', 'refused', 4],
      ['restart', 'valid', 3],
      ['restart', 'restarted', 3],
      ['reload', 'refused', 4],
      ['restart', 'restarted', 3],
      [undefined, undefined, 0],
    ]);
    expect(answers.at(-1)?.envChanged).toBeNull();
    for (const { envSource, environment } of answers) {
      expect(envSource).toBe('live (bind-mounted)');
      expect(environment).toMatch(/app\/\.env \(live \(bind-mounted\)\), .*replaced on the host.*mount the directory/);
    }
  });

  it.for<[how: string, replace: string, label: string]>([
    ['renamed away', 'mv host gone; mkdir host; echo ZSCALER_MCP_LOG_LEVEL=warn > host/.env', 'live (bind-mounted)'],
    ['removed', 'rm -r host; mkdir host; echo ZSCALER_MCP_LOG_LEVEL=warn > host/.env', 'missing'],
  ])('of a directory that was %s on the host is stale: reload refuses (4), restart is done (3)', async ([, replace, label]) => {
    const text = await inMountNamespace(
      `mount --bind host app; ${serve} ${replace}; for c in reload "reload --dry-run" restart reload status; do ZS $c --json || true; done; ZS status 2>&1; ZS stop >/dev/null`,
    );
    const lines = text.trim().split('\n');
    const answers = lines.slice(0, 5).map((line) => JSON.parse(line) as Operation & { envChanged?: boolean | null });
    expect(answers.map(({ kind, exitCode }) => [kind, exitCode])).toEqual([
      ['reload', 4],
      ['reload', 4],
      ['restart', 3],
      ['reload', 4],
      [undefined, 0],
    ]);
    for (const { envSource, environment } of answers) {
      expect(envSource).toBe(label);
      expect(environment).toMatch(/the mounted directory was replaced on the host.*which mounts the path again\.$/);
    }
    expect(lines.slice(5).join('\n')).not.toMatch(/differs +nothing/);
  });

  it('of a directory gives way to another one that is mounted over it, which is read', async () => {
    const text = await inMountNamespace(
      `mount --bind host app; ${serve} mkdir other; echo ZSCALER_MCP_LOG_LEVEL=warn > other/.env; mount --bind other app; ZS reload; ZS stop`,
    );
    expect(text).toMatch(/reload: applied: in force now: ZSCALER_MCP_LOG_LEVEL/);
  });

  it('of the directory sees a file replaced by rename', async () => {
    const text = await inMountNamespace(
      `mount --bind host app; ${serve} ZS status; echo ZSCALER_MCP_LOG_LEVEL=warn > host/new; mv host/new host/.env; ZS reload; ZS stop`,
    );
    expect(text).toContain('live (bind-mounted)');
    expect(text).toMatch(/reload: applied/);
  });

  it('is judged from the server, not from the caller: another mount namespace sees another file', async () => {
    const text = await inMountNamespace(
      `touch app/.env; mount --bind host/.env app/.env; ${serve} nsenter --mount=/proc/${process.pid}/ns/mnt $N $S status --json --pid-file $D/pid; ZS stop`,
    );
    expect(text).toContain('"envSource":"live (bind-mounted)"');
  });

  it('swapped the way a ConfigMap is, through two links, is followed', async () => {
    const text = await inMountNamespace(
      `mkdir host/one host/two; echo ZSCALER_MCP_LOG_LEVEL=info > host/one/.env; echo ZSCALER_MCP_LOG_LEVEL=error > host/two/.env; rm host/.env; ln -s one host/..data; ln -s ..data/.env host/.env; mount --bind host app; ` +
        `${serve} ln -s two host/..tmp; mv -T host/..tmp host/..data; ZS reload; ln -s one host/..tmp; mv -T host/..tmp host/..data; ZS reload; ZS stop`,
    );
    expect(text.match(/reload: applied/g)?.length).toBe(2);
  });
});

it('is a file whose owner renamed it away and back: the last good values stay in force meanwhile', async () => {
  const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=warn\n', env: { HOME: makeFolder() } });
  renameSync(server.dotenvPath, `${server.dotenvPath}.away`);
  expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', changes: [] });
  renameSync(`${server.dotenvPath}.away`, server.dotenvPath);
  expect(await server.ask('status')).toMatchObject({ envSource: 'live', envChanged: false });
  expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged' });
});
