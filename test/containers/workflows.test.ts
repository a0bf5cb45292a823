/** Workflows of operators with containers. Each test prints a line. */
import { chmodSync, chownSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaints, startLoad, summary } from '../process/load.ts';
import { Container, engine, initialize, lacksEngine, makeFolder, report, writeEnv } from './container.ts';

const settingOf = (answer: unknown, name: string): unknown =>
  (answer as { settings: { setting: string }[] }).settings.find(({ setting }) => setting === name);

describe.skipIf(lacksEngine !== null)(`with ${lacksEngine === null ? engine.name : 'no engine'}`, () => {
  it('run with --env-file: all commands work, and say why the file cannot be edited live', async () => {
    const file = writeEnv(join(makeFolder(), 'boot.env'), 'warn');
    const container = await Container.start(['--env-file', file]);
    expect(await container.ask('status')).toMatchObject({ pid: 1, envSource: 'none', running: true });
    writeEnv(file, 'debug');
    expect(await container.ask('reload')).toMatchObject({ outcome: 'unchanged', exitCode: 0, envSource: 'none' });
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0 });
    const level = { value: 'warn', origin: 'environment' };
    expect(settingOf(await container.ask('check'), 'ZSCALER_MCP_LOG_LEVEL')).toMatchObject(level);
    expect((await container.zscaler('status')).out).toMatch(/An --env-file is read by docker run alone/);
    writeFileSync(file, 'ZSCALER_MCP_LOG_LEVEL="warn"\n');
    const refused = await Container.once(['--env-file', file], ['check']);
    expect([refused.code, refused.out + refused.err]).toEqual([4, expect.stringContaining('Remove the quotes')]);
    report('--env-file: an edit on the host reaches neither reload nor restart, and status says what does');
  });

  it('exec status, reload, restart and check: each says what happened, with PID 1 before and after', async () => {
    const folder = makeFolder();
    const file = writeEnv(join(folder, '.env'), 'info');
    const container = await Container.start(['--volume', `${folder}:/config:ro`, '--env', 'ZSCALER_MCP_DOTENV_PATH=/config/.env']);
    const seen: string[] = [];
    const say = async (word: string, wanted: number): Promise<string> => {
      const { code, out, err } = await container.zscaler(word);
      expect(code, `${word}: ${out}${err}`).toBe(wanted);
      seen.push(`${word} ${code}`);
      return out + err;
    };
    expect(await say('status', 0)).toMatch(/is running: ready, generation 1/);
    writeEnv(file, 'loud');
    expect(await say('check', 4)).toMatch(/ZSCALER_MCP_LOG_LEVEL/);
    expect(await say('reload', 4)).toMatch(/\/config\/\.env:1/);
    expect(await say('restart', 4)).toMatch(/\/config\/\.env:1/);
    writeEnv(file, 'warn');
    expect(await say('check', 0)).toMatch(/ZSCALER_MCP_LOG_LEVEL/);
    expect(await say('reload', 0)).toMatch(/applied/);
    expect(await say('restart', 0)).toMatch(/generation 2 serves/);
    expect(await container.ask('status')).toMatchObject({ pid: 1, generation: 2, failedCount: 2, running: true });
    report(`exec: ${seen.join(', ')}; PID 1 throughout`);
  });

  it('docker cp of a .env, then restart: fresh-discovery, and the file is in force', async () => {
    const container = await Container.start();
    const file = writeEnv(join(makeFolder(), '.env'), 'warn');
    await container.copy(file, '/app/.env');
    expect(await container.ask('status')).toMatchObject({ envSource: 'fresh-discovery' });
    expect(await container.ask('reload')).toMatchObject({ exitCode: 0, envSource: 'fresh-discovery' });
    expect(await container.ask('restart')).toMatchObject({
      outcome: 'restarted',
      changes: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', to: 'warn' }],
    });
    expect(await container.ask('status')).toMatchObject({ dotenvPath: '/app/.env', generation: 2, pid: 1 });
    expect((await container.zscaler('status')).err.replaceAll(/\s+/g, ' ')).toContain('do not reach this copy');
    await container.copy(writeEnv(file, 'error'), '/app/.env');
    expect(await container.ask('reload')).toMatchObject({ outcome: 'applied', changes: [{ to: 'error' }] });
    report('docker cp: fresh-discovery before the restart, in force after it; a second copy is taken by reload');
  });

  it('docker cp of a file that only another user may read: refused with the remedy, and the server keeps running', async () => {
    const container = await Container.start();
    const file = writeEnv(join(makeFolder(), '.env'), 'warn');
    chmodSync(file, 0o600);
    chownSync(file, 4_711, 4_711);
    await container.copy(file, '/app/.env');
    expect(await engine.must('exec', container.name, 'stat', '-c', '%u %a', '/app/.env')).toBe('4711 600');
    const { code, out, err } = await container.zscaler('restart');
    expect(code, out + err).toBe(4);
    const [remedy = ''] = /chown \S+ \/app\/\.env|chmod \S+ \/app\/\.env/.exec(out + err) ?? [];
    expect(out + err).toMatch(/uid 4711/);
    expect(await container.ask('status')).toMatchObject({ running: true, generation: 1, pid: 1 });
    expect(await initialize(await container.url())).toBe(200);
    // The advised remedy works.
    await engine.must('exec', '--user', 'root', container.name, ...remedy.split(' '));
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted', changes: [{ to: 'warn' }] });
    report(`docker cp of a foreign file with mode 0600: refused (4), the server runs on; "${remedy}" mends it`);
  });

  it('a bind-mounted file edited in place: live, and reload applies it', async () => {
    const file = writeEnv(join(makeFolder(), '.env'), 'info');
    const container = await Container.start(['--volume', `${file}:/app/.env:ro`]);
    expect(await container.ask('status')).toMatchObject({ envSource: 'live (bind-mounted)', envMounted: true });
    writeEnv(file, 'warn');
    expect(await container.ask('status')).toMatchObject({ envChanged: true });
    expect(await container.ask('reload')).toMatchObject({
      outcome: 'applied',
      changes: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', from: 'info', to: 'warn' }],
    });
    report('a mounted file edited in place: live (bind-mounted), info -> warn by reload');
  });

  it('a bind-mounted file replaced by rename: stale, and every command says so', async () => {
    const folder = makeFolder();
    const file = writeEnv(join(folder, '.env'), 'info');
    const container = await Container.start(['--volume', `${file}:/app/.env:ro`]);
    renameSync(writeEnv(join(folder, 'new'), 'warn'), file);
    for (const word of ['status', 'reload', 'restart']) {
      const { out, err } = await container.zscaler(word);
      expect((out + err).replaceAll(/\s+/g, ' ')).toMatch(/still sees the old.*mount the directory/);
    }
    expect(await container.ask('reload')).toMatchObject({ outcome: 'refused', exitCode: 4 });
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 3 });
    await engine.must('restart', '--time', '10', container.name);
    await container.ready();
    expect(await container.ask('check')).toMatchObject({ outcome: 'valid', environment: expect.stringContaining('/app/.env') as string });
    expect(await container.ask('status')).toMatchObject({ envSource: 'live (bind-mounted)', envChanged: false, envWarnings: [] });
    report('a mounted file replaced by a rename: stale, and status, reload and restart say so; a restart of the container mounts it again');
  });

  it('a bind-mounted directory: a file replaced by rename is seen', async () => {
    const folder = makeFolder();
    const file = writeEnv(join(folder, '.env'), 'info');
    const container = await Container.start(['--volume', `${folder}:/config:ro`, '--env', 'ZSCALER_MCP_DOTENV_PATH=/config/.env']);
    expect(await container.ask('status')).toMatchObject({ envSource: 'live (bind-mounted)', dotenvPath: '/config/.env' });
    renameSync(writeEnv(join(folder, 'new'), 'warn'), file);
    expect(await container.ask('reload')).toMatchObject({ outcome: 'applied' });
    report('a mounted folder: the renamed file is applied by reload');
  });

  it('docker stop ends it within its grace, with exit code 0', async () => {
    const container = await Container.start();
    const startedAt = performance.now();
    await engine.must('stop', '--time', '10', container.name);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    // After the grace period the engine kills the container, and the exit code is 137.
    expect(await container.inspect('{{.State.ExitCode}} {{.State.Status}}')).toBe('0 exited');
    expect(await container.log()).toContain('stopped');
    report(`docker stop: exit 0 after ${seconds} s of the 10 it may take`);
  });

  it('docker restart, and a kill with the old PID file left behind: the next start takes its place', async () => {
    const container = await Container.start();
    await engine.must('restart', '--time', '10', container.name);
    await container.ready();
    expect(await container.ask('status')).toMatchObject({ pid: 1, generation: 1 });
    await engine.must('kill', container.name);
    await engine.must('start', container.name);
    await container.ready();
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted' });
    report('docker restart, then kill and start with the old PID file: serves, and restarts in place');
  });

  it('docker exec as root acts as the server’s user; another user is told whose server it is', async () => {
    const container = await Container.start();
    const asRoot = await engine.run('exec', '--user', 'root', container.name, 'zscaler-mcp', 'reload', '--json');
    expect(JSON.parse(asRoot.out)).toMatchObject({ exitCode: 0 });
    const asOther = await engine.run('exec', '--user', '4711', container.name, 'zscaler-mcp', 'restart', '--json');
    expect(asOther.code).toBe(77);
    expect(asOther.out).toContain('1000');
    expect(await container.ask('status')).toMatchObject({ generation: 1 });
    report('exec -u root reloads as uid 1000; exec -u 4711 is not permitted (77), and nothing was signalled');
  });

  it('two containers that share a volume for the PID file: neither signals the other', async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'run'));
    chownSync(join(folder, 'run'), 1_000, 1_000);
    const options = ['--volume', `${folder}/run:/run/zscaler-mcp`];
    const pidFile = ['--pid-file', '/run/zscaler-mcp/pid'];
    const first = await Container.start(options, pidFile);
    const other = await Container.once(options, ['--demo', '--transport', 'streamable-http', '--port', '0', ...pidFile]);
    const asked = await Container.once(options, ['restart', ...pidFile]);
    expect(asked.code).toBe(4);
    expect(asked.out + asked.err).toContain('container');
    expect(other.code).not.toBe(0);
    expect(await first.ask('status')).toMatchObject({ running: true, generation: 1, pid: 1 });
    report(`a shared PID file: the second server ends with ${other.code}, a command from another container with 4`);
  });

  it('a read-only root and no capabilities: serves, reloads, restarts and stops', async () => {
    const folder = makeFolder();
    const file = writeEnv(join(folder, '.env'), 'info');
    const locked = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
    const container = await Container.start([...locked, '--volume', `${file}:/app/.env:ro`]);
    writeEnv(file, 'warn');
    expect(await container.ask('reload')).toMatchObject({ outcome: 'applied' });
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(await initialize(await container.url())).toBe(200);
    await engine.must('stop', '--time', '10', container.name);
    expect(await container.inspect('{{.State.ExitCode}}')).toBe('0');
    report('a read-only root without capabilities: reload, restart, stop with exit 0');
  });

  it('a read-only root with nothing writable but shared memory: the commands work all the same', async () => {
    const withoutTmp = engine.name === 'podman' ? ['--read-only', '--read-only-tmpfs=false'] : ['--read-only'];
    const container = await Container.start(withoutTmp);
    const { pidFile } = (await container.ask('status')) as { pidFile?: string };
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0 });
    report(`a read-only root with no /tmp of its own: the PID file is ${pidFile}, and restart works`);
  });

  it('what a shell in the container leaves behind does not stay as zombies, before a restart and after it', async () => {
    const container = await Container.start();
    const zombies = async (): Promise<number> => {
      const count = 'grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l';
      return Number(await engine.must('exec', container.name, 'sh', '-c', count));
    };
    const leave = () => engine.must('exec', container.name, 'sh', '-c', 'for i in 1 2 3 4 5; do (sleep 0.2 &); done');
    await leave();
    await expect.poll(zombies, { timeout: 10_000, interval: 100 }).toBe(5);
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0 });
    await leave();
    await expect.poll(zombies, { timeout: 30_000, interval: 500 }).toBe(0);
    report('10 processes left behind by shells: none of them is left as a zombie');
  });

  it.each([
    ['PID 1', [], true],
    ['an init', ['--init'], false],
  ])('restarts under numbered load as %s: the same PID before and after, and no request lost', async (name, options, isFirst) => {
    const container = await Container.start(options);
    const { pid, url = '' } = await container.ask('status');
    expect(pid === 1).toBe(isFirst);
    const load = startLoad({ url, perSecond: 40, freshShare: 0.3, keptAlive: 8 });
    for (let round = 1; round <= 5; round++) {
      expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0 });
      expect(await container.ask('status')).toMatchObject({ pid, generation: round + 1 });
    }
    const ledger = await load.stop();
    expect(complaints(ledger)).toEqual([]);
    expect(ledger.sent.length).toBeGreaterThan(50);
    expect(ledger.answered.size).toBe(ledger.sent.length);
    await engine.must('stop', '--time', '10', container.name);
    expect(await container.inspect('{{.State.ExitCode}}')).toBe('0');
    report(
      `5 restarts as ${name} (PID ${pid}): ${ledger.sent.length} numbered requests, ${ledger.answered.size} answered; ${summary(ledger)}`,
    );
  });
});
