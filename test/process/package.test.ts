/** The published package: packed, installed into an empty folder, and run by its name. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { rows, type Setting } from '../../src/settings/index.ts';
import { cleanEnv, makeFolder, root, startServer } from './harness.ts';
import { callTool } from './mcp.ts';

/** PATH with the Node.js of the tests first. */
const PATH = (): string => [dirname(process.execPath), process.env['PATH']].join(delimiter);

/** npm and npx keep the settings of this machine. */
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, PATH: PATH() }, stdio: ['ignore', 'pipe', 'pipe'] });

const npm = (args: readonly string[], cwd: string): string => run('npm', args, cwd);

/** The path of the archive. */
function pack(): string {
  const folder = makeFolder();
  const packed = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], root)) as
    | { filename: string }[]
    | Record<string, { filename: string }>;
  return join(folder, Object.values(packed)[0]?.filename ?? '');
}

function install(): string {
  const home = join(makeFolder(), 'user');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{"private":true}');
  npm(['install', '--no-audit', '--no-fund', pack()], home);
  return home;
}

/** The registry's schema, as far as it is used. Source: the schema named in server.json. */
const registryEntry = z.strictObject({
  $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: z
    .string()
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/)
    .max(200),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  websiteUrl: z.url(),
  repository: z.strictObject({ url: z.url(), source: z.literal('github') }),
  packages: z.array(
    z.strictObject({
      registryType: z.literal('npm'),
      identifier: z.string(),
      version: z.string().regex(/^\d+\.\d+\.\d+$/),
      runtimeHint: z.literal('npx'),
      transport: z.strictObject({ type: z.literal('stdio') }),
      environmentVariables: z.array(
        z.strictObject({ name: z.string(), description: z.string(), isRequired: z.boolean().optional(), isSecret: z.boolean().optional() }),
      ),
    }),
  ),
});

describe('the package', () => {
  it('runs by its name in a folder with nothing else, serves, and restarts itself', { timeout: 300_000 }, async () => {
    const home = install();
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(npm(['exec', '--', 'zscaler-mcp', '--version'], home).trim()).toBe(version);
    const entry = join(home, 'node_modules/zscaler-mcp/dist/main.js');
    const server = await startServer({ program: entry, cwd: home });
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(server.record().handover).toBe('descriptor');
  });

  it('holds the program and what a user reads, and nothing else', () => {
    const files = (JSON.parse(npm(['pack', '--json', '--dry-run'], root)) as { files: { path: string }[] }[])[0]?.files ?? [];
    const folders = new Set(files.map(({ path }) => path.split('/')[0]));
    expect(folders).toEqual(new Set(['.env.example', 'CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'server.json']));
  });

  it('is Latin-1, where it is not a table of encodings: one other character doubles the memory of a whole chunk', () => {
    const wide = readdirSync(join(root, 'dist'))
      .filter((name) => name.endsWith('.js'))
      // oxlint-disable-next-line no-control-regex
      .filter((name) => /[^\0-\xff]/.test(readFileSync(join(root, 'dist', name), 'utf8')));
    expect(wide.filter((name) => !name.startsWith('sse-'))).toEqual([]);
  });

  it('carries the notices of what it bundles, and only of that', () => {
    const files = (JSON.parse(npm(['pack', '--json', '--dry-run'], root)) as { files: { path: string }[] }[])[0]?.files ?? [];
    expect(files.map(({ path }) => path)).toContain('dist/THIRD-PARTY-NOTICES.txt');
    const notices = readFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    const named = [...notices.matchAll(/^-{80}\n(\S+) \S+ \(/gm)].map(([, name = '']) => name);
    expect(named).toEqual(expect.arrayContaining(['@modelcontextprotocol/server', '@redis/client', 'jose', 'pino', 'zod']));
    for (const outside of ['undici', 'koffi', 'vitest']) expect(named).not.toContain(outside);
    expect(named.length).toBeGreaterThan(20);
  });

  it('is described for the registry of MCP servers as it is, in the form that the registry takes', () => {
    const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));
    const own = read('package.json') as Record<string, unknown>;
    const listed = registryEntry.parse(read('server.json'));
    expect(listed).toMatchObject({
      name: own['mcpName'],
      version: own['version'],
      packages: [{ identifier: own['name'], version: own['version'], transport: { type: 'stdio' } }],
    });
    const settings = new Map(rows.map(([, row]: readonly [string, Setting<unknown>]) => [row.env, row]));
    for (const { name, isSecret = false } of listed.packages.flatMap(({ environmentVariables }) => environmentVariables)) {
      expect(settings.has(name), name).toBe(true);
      expect(settings.get(name)?.secret ?? false, name).toBe(isSecret);
    }
  });

  it('runs with npx from its archive, in a folder with nothing at all, and speaks MCP over its pipes', { timeout: 300_000 }, async () => {
    const [archive, home] = [pack(), makeFolder()];
    const npx = (args: readonly string[]) => ['--yes', '--package', archive, '--', 'zscaler-mcp', ...args];
    expect(run('npx', npx(['--version']), home).trim()).toMatch(/^\d+\.\d+\.\d+$/);
    const env = { ...process.env, PATH: PATH(), ZSCALER_MCP_PID_FILE: join(home, 'server.pid') };
    const child = spawn('npx', npx(['--demo']), { cwd: home, env, stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(JSON.parse(line)).toMatchObject({ id: 1, result: { serverInfo: { name: 'zscaler-mcp' } } });
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says in words that an older Node.js cannot run it', () => {
    const old = ['/usr/bin/node', '/usr/local/bin/node'].find(
      (path) => existsSync(path) && /^v(?:18|20|22)\./.test(execFileSync(path, ['--version'], { encoding: 'utf8' })),
    );
    if (old === undefined) return console.error('skipped: no older Node.js is here');
    const run = () => execFileSync(old, [join(root, 'dist/main.js'), 'status'], { env: cleanEnv(), encoding: 'utf8', stdio: 'pipe' });
    expect(run).toThrow(/Node\.js 24/);
  });
});
