/**
 * Follows the pages on a machine with git, npm and an older Node.js: runs their blocks in a fresh copy of the repository and
 * checks the outcome. A block is marked with `<!-- run: name -->`, or is one of the two lines of the README.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, root, waitFor } from '../process/harness.ts';
import { post } from '../process/mcp.ts';
import { blocksOf, readPage } from './pages.ts';

/** What is on the PATH of the machine itself, without what this repository brings. */
const machine = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
const hostNode = machine.map((folder) => join(folder, 'node')).find((path) => existsSync(path));

let folder = '';
let copy = '';
let demo: ChildProcess | null = null;
let demoLog = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zscaler-mcp-quick-'));
  copy = join(folder, 'zscaler-mcp');
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  for (const file of files.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
});

afterAll(async () => {
  if (demo !== null && demo.exitCode === null) {
    // The shell, npm and the server: they are a group of their own.
    process.kill(-(demo.pid ?? 0), 'SIGKILL');
    await new Promise((resolve) => demo?.once('exit', resolve));
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The PID file is named, for on this machine others may use the default places. npm keeps what was fetched before, and the machine its way out. */
const OUTSIDE = /^(?:https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file|npm_config_registry)$/i;

function environment(more: Record<string, string> = {}): Record<string, string> {
  const npm = (name: string) => execFileSync('npm', ['config', 'get', name], { cwd: tmpdir(), encoding: 'utf8' }).trim();
  return {
    PATH: machine.join(delimiter),
    HOME: folder,
    ZSCALER_MCP_PID_FILE: join(folder, 'server.pid'),
    npm_config_cache: npm('cache'),
    npm_config_userconfig: npm('userconfig'),
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => OUTSIDE.test(name)) as [string, string][]),
    ...more,
  };
}

interface Typed {
  readonly code: number | null;
  readonly text: string;
}

/** A line as somebody types it. */
function type(line: string, env = environment()): Promise<Typed> {
  const child = spawn('bash', ['-c', line], { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
  });
}

const MARK = '/.zscaler-mcp-copy-of-root';

/** As root, where the whole system may be changed: what is written goes into memory and is gone afterwards. */
function typeInCopyOfRoot(lines: readonly string[]): Promise<Typed> {
  const [typed, enter, above] = [join(folder, 'typed.sh'), join(folder, 'enter.sh'), join(folder, 'above')];
  mkdirSync(above);
  // Refuses to run outside the copy.
  writeFileSync(typed, [`set -e; [ -e ${MARK} ] || exit 99`, ...lines].join('\n'));
  writeFileSync(
    enter,
    `set -e
mount -t tmpfs tmpfs '${above}'
cd '${above}'
mkdir up work root
touch up${MARK}
mount -t overlay overlay -o lowerdir=/,upperdir=up,workdir=work root
mount --bind /proc root/proc
mount --bind /dev root/dev
exec chroot root bash '${typed}'
`,
  );
  return type(`exec unshare --mount bash '${enter}'`);
}

const marked = (page: string, name: string): string[] => {
  const block = blocksOf(readPage(page)).find(({ note }) => note === `run: ${name}`);
  if (!block) throw new Error(`${page} has no block ${name}`);
  return block.text.trim().split('\n');
};

/** Each command of a block of `$ command` lines, with the lines shown below it. */
function dialogue(lines: readonly string[]): { readonly line: string; readonly shown: readonly string[] }[] {
  const starts = lines.flatMap((line, at) => (line.startsWith('$ ') ? at : []));
  return starts.map((at, which) => ({ line: lines[at]?.slice(2) ?? '', shown: lines.slice(at + 1, starts[which + 1]) }));
}

/** Lines with words in place of what differs from run to run, and without the session that the test opened. */
const withoutMoments = (text: string): string[] =>
  text
    .replaceAll(/(PID\s+)\d+/g, '$1N')
    .replaceAll(/; 1 MCP session.*$/gm, '')
    .replaceAll(/\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?: UTC|Z)/g, 'MOMENT')
    .replaceAll(copy, '/home/you/zscaler-mcp')
    .replaceAll(/\b\d+(?:\.\d+)? (?:ms|s|min)\b/g, 'TIME')
    .split('\n')
    .filter((line, _, { length }) => line !== '' || length > 1);

const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const PORT = 8_000;
const [demoLine = '', testLine = ''] = blocksOf(readPage('README.md'))[0]?.text.trim().split('\n') ?? [];

describe('a machine that has seen none of it', () => {
  it('has a Node.js that is older than the one that the server needs, or at least not the one of this repository', () => {
    expect(hostNode).toBeDefined();
    console.error(`the quick starts are typed with Node.js ${execFileSync(hostNode ?? '', ['--version'], { encoding: 'utf8' }).trim()}`);
  });

  it('serves the demo after the first line of the README', { timeout: 300_000 }, async () => {
    if (await isTaken(PORT)) {
      if (process.env['CI'] === 'true') throw new Error(`port ${PORT} is taken, and CI must have it`);
      return console.error(`skipped: port ${PORT} is taken`);
    }
    expect(demoLine).toMatch(/^npm ci && npm run demo\b/);
    demo = spawn('bash', ['-c', demoLine], { cwd: copy, env: environment(), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [demo.stdout, demo.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (demoLog += text));
    const isOver = () => demo?.exitCode !== null;
    await waitFor(
      () => demoLog.includes('serving the DEMO tenant'),
      () => `the demo did not come up:\n${demoLog}`,
      isOver,
      240_000,
    );
    const [, url = ''] =
      /"url": "([^"]+)"/.exec(blocksOf(readPage('README.md')).find(({ language }) => language === 'json')?.text ?? '') ?? [];
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    const { status, body } = await post(url, { id: 1, method: 'initialize', params });
    expect([status, body?.result?.['serverInfo']]).toEqual([200, expect.objectContaining({ name: 'zscaler-mcp' })]);
  });

  it('operates it in a second terminal', { timeout: 120_000 }, async () => {
    if (demo === null) return console.error('skipped: the demo was not started');
    for (const { line, shown } of dialogue(marked('README.md', 'operate'))) {
      const { code, text } = await type(line);
      expect(code, `${line}\n${text}`).toBe(0);
      // Three dots stand for the rest.
      const lines = withoutMoments(text.trimEnd());
      const end = shown.at(-1) === '...' ? shown.length - 1 : lines.length;
      expect(lines.slice(0, end), `what the README shows below "${line}"`).toEqual(
        withoutMoments(shown.join('\n')).filter((each) => each !== '...'),
      );
    }
    rmSync(join(copy, '.env'));
    await waitFor(
      () => demo?.exitCode !== null,
      () => `the demo did not end:\n${demoLog}`,
    );
    expect(demoLog).toMatch(/restart: restarted[^]*reload: applied/);
  });

  it('has a configuration judged', { timeout: 300_000 }, async () => {
    if (!existsSync(join(copy, 'node_modules'))) expect((await type('npm ci')).code).toBe(0);
    const [, env = ''] = /^```sh\n(ZSCALER_CLIENT_ID[\s\S]*?)^```$/m.exec(readPage('README.md')) ?? [];
    expect(env).toContain('ZSCALER_VANITY_DOMAIN=acme');
    writeFileSync(join(copy, '.env'), env, { mode: 0o600 });
    const [line = ''] = marked('README.md', 'judge the configuration');
    const { code, text } = await type(line);
    expect([code, text]).toEqual([0, expect.stringMatching(/ZSCALER_VANITY_DOMAIN +acme/)]);
    expect(text).toMatch(/ZSCALER_CLIENT_SECRET +set/);
    expect(text.split('\n')[0]).toMatch(/^check: judged a start over streamable-http in .*, with the \.env \//);
  });

  it('installs the command from the package', { timeout: 300_000 }, async () => {
    if (!existsSync(join(copy, 'node_modules'))) expect((await type('npm ci')).code).toBe(0);
    const prefix = join(folder, 'global');
    const env = environment({ npm_config_prefix: prefix });
    for (const line of marked('docs/operations/clients.md', 'install the package')) {
      const { code, text } = await type(line, env);
      expect(code, `${line}\n${text}`).toBe(0);
    }
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const newer = { ...env, PATH: [join(prefix, 'bin'), dirname(process.execPath), ...machine].join(delimiter) };
    expect(await type('zscaler-mcp --version', newer)).toEqual({ code: 0, text: `${version}\n` });
    expect(await type('zscaler-mcp check --demo --transport streamable-http', newer)).toMatchObject({ code: 0 });
  });

  const lacking = missing('root', 'linux', 'unshare', 'setpriv');
  it.skipIf(lacking !== null)(
    'installs the service, in a root of its own, and its user can read the configuration',
    { timeout: 300_000 },
    async () => {
      if (!existsSync(join(copy, 'node_modules'))) expect((await type('npm ci')).code).toBe(0);
      expect((await type('npm run build && npm pack')).code).toBe(0);
      writeFileSync(join(copy, 'my.env'), 'ZSCALER_MCP_LOG_LEVEL=warn\n');
      const [bin, lines] = [join(folder, 'stub'), marked('docs/operations/systemd.md', 'install the service')];
      mkdirSync(bin);
      // systemd is absent; its calls are recorded.
      writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\necho "systemctl $*"\n`, { mode: 0o755 });
      const unit = '/etc/systemd/system/zscaler-mcp.service';
      const wasThere = existsSync(unit);
      const { code, text } = await typeInCopyOfRoot([
        `cd '${copy}'; export PATH='${bin}':$PATH`,
        ...lines,
        `grep -c '^ExecStart=/usr/bin/zscaler-mcp ' ${unit}`,
        `stat -c '%a %U %G' /etc/zscaler-mcp/.env`,
        `export PATH='${dirname(process.execPath)}':$PATH`,
        `env -u ZSCALER_MCP_PID_FILE setpriv --reuid zscaler-mcp --regid zscaler-mcp --clear-groups /usr/bin/zscaler-mcp check --transport streamable-http --dotenv-path /etc/zscaler-mcp/.env`,
      ]);
      expect(code, text).toBe(0);
      expect(text).toContain('systemctl daemon-reload\nsystemctl enable --now zscaler-mcp\n1\n640 root zscaler-mcp\n');
      expect(text).toMatch(/ZSCALER_MCP_LOG_LEVEL +warn +\/etc\/zscaler-mcp\/\.env:1/);
      expect(existsSync(unit)).toBe(wasThere);
    },
  );

  it('finds each command of npm that a page names', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
    const named = pages.flatMap((page) =>
      [...readPage(page).matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g)].map(([, name = '']) => name),
    );
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
    expect(testLine).toMatch(/^npm ci && npm test\b/);
    expect(scripts['test']).toBeDefined();
  });
});
