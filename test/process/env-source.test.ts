import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnv, entry, makeFolder, missing, root, startServer } from './harness.ts';

const label = async (server: Awaited<ReturnType<typeof startServer>>) => {
  const { envSource, envChanged, envAdvice, dotenvPath } = await server.ask('status');
  return { envSource, envChanged, dotenvPath, advised: String(envAdvice).length > 20 };
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

  it('of a single file that was replaced by rename on the host is stale, and every command says so', async () => {
    const text = await inMountNamespace(
      `touch app/.env; mount --bind host/.env app/.env; ${serve} echo ZSCALER_MCP_LOG_LEVEL=warn > host/new; mv host/new host/.env; ` +
        `for c in status reload restart; do echo "== $c"; ZS $c 2>&1; done; ZS stop`,
    );
    const [, status = '', reload = '', restart = ''] = text.split('== ');
    for (const part of [status, reload, restart]) expect(part).toMatch(/replaced on the host.*mount the directory|still sees the old/s);
    expect(reload).toContain('unchanged');
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
