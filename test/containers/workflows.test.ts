/** What operators do with a container, done with containers. Each test prints a line. */
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openEngine, repository, type Engine, type Finished } from './engine.ts';

const IMAGE = 'zscaler-mcp-under-test';
const opened = await openEngine();
if (typeof opened === 'string') {
  console.error(`container tests are skipped: ${opened}`);
  if (process.env['CI'] === 'true') throw new Error(opened);
}
const engine = opened as Engine;

/** The answer of a command with --json. */
type Answer = Readonly<Record<string, unknown>> & { readonly exitCode?: number; readonly pid?: number; readonly url?: string };

class Container {
  readonly name = `zscaler-mcp-test-${randomBytes(4).toString('hex')}`;
  readonly #pidFile: readonly string[];

  private constructor(args: readonly string[]) {
    const at = args.indexOf('--pid-file');
    this.#pidFile = at === -1 ? [] : args.slice(at, at + 2);
  }

  /** Runs the image as a server on a free port of loopback, and waits until it serves. */
  static async start(options: readonly string[] = [], args: readonly string[] = []): Promise<Container> {
    const container = new Container(args);
    onTestFinished(async () => {
      await engine.run('rm', '--force', '--time', '1', container.name);
    });
    await engine.must(
      'run',
      '--detach',
      '--network',
      'host',
      '--name',
      container.name,
      ...options,
      IMAGE,
      '--demo',
      '--transport',
      'streamable-http',
      '--port',
      '0',
      ...args,
    );
    await container.ready();
    return container;
  }

  async ready(): Promise<void> {
    await expect.poll(async () => (await this.ask('status'))['state'], { timeout: 30_000, interval: 200 }).toBe('ready');
  }

  zscaler(...words: string[]): Promise<Finished> {
    return engine.run('exec', this.name, 'zscaler-mcp', ...words, ...(words.includes('--pid-file') ? [] : this.#pidFile));
  }

  async ask(...words: string[]): Promise<Answer> {
    const { out, err } = await this.zscaler(...words, '--json');
    try {
      return JSON.parse(out) as Answer;
    } catch {
      return { message: out + err };
    }
  }

  copy(file: string, to: string): Promise<string> {
    return engine.must('cp', file, `${this.name}:${to}`);
  }

  async url(): Promise<string> {
    return (await this.ask('status')).url ?? '';
  }

  log(): Promise<string> {
    return engine.run('logs', this.name).then(({ out, err }) => out + err);
  }
}

const folders: string[] = [];

function makeFolder(): string {
  const folder = mkdtempSync('/var/tmp/zscaler-mcp-test-');
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

/** Readable for the user of the container, who is not root. */
function writeEnv(path: string, level: string): string {
  writeFileSync(path, `ZSCALER_MCP_LOG_LEVEL=${level}\n`, { mode: 0o644 });
  return path;
}

async function initialize(url: string): Promise<number> {
  const clientInfo = { name: 'a test', version: '1' };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo },
    }),
  });
  await response.text();
  return response.status;
}

describe.skipIf(typeof opened === 'string')(`containers with ${typeof opened === 'string' ? 'no engine' : opened.name}`, () => {
  beforeAll(async () => {
    await engine.must('build', '--quiet', '--file', join(repository, 'deploy/docker/Dockerfile'), '--tag', IMAGE, repository);
    const [own, base] = await Promise.all(
      [IMAGE, 'docker.io/library/node:26-bookworm-slim'].map(async (name) =>
        Number(await engine.must('image', 'inspect', '--format', '{{.Size}}', name)),
      ),
    );
    console.error(`the image has ${mebibytes(own)} MiB, ${mebibytes((own ?? 0) - (base ?? 0))} MiB of them ours`);
  }, 600_000);

  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('run with --env-file: all commands work, and say why the file cannot be edited live', async () => {
    const file = writeEnv(join(makeFolder(), 'boot.env'), 'warn');
    const container = await Container.start(['--env-file', file]);
    expect(await container.ask('status')).toMatchObject({ pid: 1, envSource: 'none', running: true });
    writeEnv(file, 'debug');
    expect(await container.ask('reload')).toMatchObject({ outcome: 'unchanged', exitCode: 0, envSource: 'none' });
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0 });
    const checked = (await container.ask('check')) as { settings: { setting: string; value: string }[] };
    expect(checked.settings.find(({ setting }) => setting === 'ZSCALER_MCP_LOG_LEVEL')).toMatchObject({
      value: 'warn',
      origin: 'environment',
    });
    expect((await container.zscaler('status')).out).toMatch(/recreate the process or container/);
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
  });

  it('docker cp of a file that only a stranger may read: refused with the remedy, and the server runs on', async () => {
    const container = await Container.start();
    const file = writeEnv(join(makeFolder(), '.env'), 'warn');
    chmodSync(file, 0o600);
    await container.copy(file, '/app/.env');
    // docker keeps the owner that the file has on the host; podman gives it to the container's user.
    await engine.must('exec', '--user', 'root', container.name, 'chown', '4711:4711', '/app/.env');
    const { code, out, err } = await container.zscaler('restart');
    expect(code, out + err).toBe(4);
    expect(out + err).toMatch(/uid 4711.*chown|chmod/s);
    expect(await container.ask('status')).toMatchObject({ running: true, generation: 1 });
    expect(await initialize(await container.url())).toBe(200);
  });

  it('a bind-mounted file edited in place: live, and reload applies it', async () => {
    const file = writeEnv(join(makeFolder(), '.env'), 'info');
    const container = await Container.start(['--volume', `${file}:/app/.env:ro`]);
    expect(await container.ask('status')).toMatchObject({ envSource: 'live (bind-mounted)', envMounted: true });
    writeEnv(file, 'warn');
    expect(await container.ask('reload')).toMatchObject({
      outcome: 'applied',
      changes: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', from: 'info', to: 'warn' }],
    });
  });

  it('a bind-mounted file replaced by rename: stale, and every command says so', async () => {
    const folder = makeFolder();
    const file = writeEnv(join(folder, '.env'), 'info');
    const container = await Container.start(['--volume', `${file}:/app/.env:ro`]);
    renameSync(writeEnv(join(folder, 'new'), 'warn'), file);
    for (const word of ['status', 'reload', 'restart']) {
      const { out, err } = await container.zscaler(word);
      expect(out + err).toMatch(/still sees the old/);
    }
    expect(await container.ask('reload')).toMatchObject({ outcome: 'unchanged' });
  });

  it('a bind-mounted directory: a file replaced by rename is seen', async () => {
    const folder = makeFolder();
    const file = writeEnv(join(folder, '.env'), 'info');
    const container = await Container.start(['--volume', `${folder}:/config:ro`, '--env', 'ZSCALER_MCP_DOTENV_PATH=/config/.env']);
    expect(await container.ask('status')).toMatchObject({ envSource: 'live (bind-mounted)', dotenvPath: '/config/.env' });
    renameSync(writeEnv(join(folder, 'new'), 'warn'), file);
    expect(await container.ask('reload')).toMatchObject({ outcome: 'applied' });
  });

  it('docker stop ends it within its grace, with exit code 0', async () => {
    const container = await Container.start();
    await engine.must('stop', '--time', '10', container.name);
    expect(await engine.must('inspect', '--format', '{{.State.ExitCode}} {{.State.Status}}', container.name)).toBe('0 exited');
    expect(await container.log()).toContain('stopped');
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
  });

  it('docker exec as root acts as the server’s user; another user is told whose server it is', async () => {
    const container = await Container.start();
    const asRoot = await engine.run('exec', '--user', 'root', container.name, 'zscaler-mcp', 'reload', '--json');
    expect(JSON.parse(asRoot.out)).toMatchObject({ exitCode: 0 });
    const asOther = await engine.run('exec', '--user', '4711', container.name, 'zscaler-mcp', 'restart', '--json');
    expect(asOther.code).toBe(77);
    expect(asOther.out).toContain('1000');
    expect(await container.ask('status')).toMatchObject({ generation: 1 });
  });

  it('two containers that share a volume for the PID file: neither signals the other', async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'run'));
    chownSync(join(folder, 'run'), 1_000, 1_000);
    const options = ['--volume', `${folder}/run:/run/zscaler-mcp`];
    const first = await Container.start(options, ['--pid-file', '/run/zscaler-mcp/pid']);
    const other = await engine.run(
      'run',
      '--rm',
      '--network',
      'host',
      ...options,
      IMAGE,
      '--demo',
      '--transport',
      'streamable-http',
      '--port',
      '0',
      '--pid-file',
      '/run/zscaler-mcp/pid',
    );
    const asked = await engine.run('run', '--rm', '--network', 'host', ...options, IMAGE, 'restart', '--pid-file', '/run/zscaler-mcp/pid');
    expect(asked.code).toBe(4);
    expect(asked.out + asked.err).toContain('container');
    expect(other.code).not.toBe(0);
    expect(await first.ask('status')).toMatchObject({ running: true, generation: 1, pid: 1 });
  });

  it('under an init: the same PID through a restart, and a clean stop', async () => {
    const container = await Container.start(['--init']);
    const { pid } = await container.ask('status');
    expect(pid).not.toBe(1);
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(await container.ask('status')).toMatchObject({ pid, generation: 2 });
    await engine.must('stop', '--time', '10', container.name);
    expect(await engine.must('inspect', '--format', '{{.State.ExitCode}}', container.name)).toBe('0');
  });

  it('a read-only root and no capabilities: serves, restarts and stops', async () => {
    const container = await Container.start(['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']);
    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(await initialize(await container.url())).toBe(200);
  });

  it('restarts under load: PID 1 before and after, and no request lost', async () => {
    const container = await Container.start();
    const url = await container.url();
    const over = new AbortController();
    const statuses: Record<string, number> = {};
    const asking = (async () => {
      while (!over.signal.aborted) {
        const status = await initialize(url).catch((error: unknown) => String(error));
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    })();
    for (let round = 0; round < 5; round++) expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0 });
    over.abort();
    await asking;
    expect(Object.keys(statuses)).toEqual(['200']);
    expect(await container.ask('status')).toMatchObject({ pid: 1, generation: 6 });
    console.error(`5 restarts in a container under load: ${statuses['200']} requests, all answered`);
  });

  it('the health check of the image tells a server that runs from one that does not', async () => {
    const container = await Container.start();
    const test = await engine
      .must('image', 'inspect', '--format', '{{json .Config.Healthcheck.Test}}', IMAGE)
      .catch(() => engine.must('image', 'inspect', '--format', '{{json .HealthCheck.Test}}', IMAGE));
    expect(JSON.parse(test)).toEqual(['CMD', 'zscaler-mcp', 'status']);
    expect((await container.zscaler('status')).code).toBe(0);
    expect((await container.zscaler('status', '--pid-file', '/tmp/nobody')).code).toBe(3);
  });

  it('speaks MCP over stdio when run without further words', async () => {
    const { out } = await engine.run(
      'run',
      '--rm',
      '--network',
      'host',
      '--entrypoint',
      'sh',
      IMAGE,
      '-c',
      `printf '%s\\n' '${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a test', version: '1' } } })}' | node /app/dist/main.js --demo`,
    );
    expect(JSON.parse(out)).toMatchObject({ id: 1, result: { serverInfo: { name: 'zscaler-mcp' } } });
  });
});

const mebibytes = (bytes: number | undefined): string => ((bytes ?? 0) / 1_048_576).toFixed(1);
