/** What is published, as a user gets it: packed, installed in a folder with nothing else, and run by its name. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnv, makeFolder, root, startServer } from './harness.ts';
import { callTool } from './mcp.ts';

/** npm with the Node.js that these tests run on; its own settings stay those of this machine. */
function npm(args: readonly string[], cwd: string): string {
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  return execFileSync('npm', args, { cwd, encoding: 'utf8', env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
}

function install(): string {
  const folder = makeFolder();
  const packed = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], root)) as
    | { filename: string }[]
    | Record<string, { filename: string }>;
  const [first] = Object.values(packed);
  const home = join(folder, 'user');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{"private":true}');
  npm(['install', '--no-audit', '--no-fund', join(folder, first?.filename ?? '')], home);
  return home;
}

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

  it('is described for the registry of MCP servers as it is', () => {
    const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8')) as Record<string, unknown>;
    const [own, listed] = [read('package.json'), read('server.json')];
    expect(listed).toMatchObject({
      name: own['mcpName'],
      version: own['version'],
      packages: [{ identifier: own['name'], version: own['version'], transport: { type: 'stdio' } }],
    });
    // The registry's own limit.
    expect(String(listed['description']).length).toBeLessThanOrEqual(100);
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
