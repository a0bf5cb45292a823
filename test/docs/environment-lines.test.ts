/** The table of what each command says of the environment, on docs/operations/lifecycle.md: real output of real servers. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, describe, it } from 'vitest';
import { makeFolder, missing, root, runCommand, startServer, waitFor, type TestServer } from '../process/harness.ts';

const PAGE = join(root, 'docs/operations/lifecycle.md');
/** Writes the page instead of comparing it. */
const isUpdate = process.env['UPDATE_PAGES'] === 'true';

const COMMANDS = ['reload --dry-run', 'reload', 'restart --dry-run', 'check', 'status', 'restart'];

/** A server in one of the five situations, in a mount namespace that looks like a container. */
interface Scene {
  readonly server: TestServer;
  /** Paths of the test, and what stands for them on the page. */
  readonly names: Readonly<Record<string, string>>;
}

/** `prepare` is a shell script that runs before the server, in its namespace. */
async function open(dotenv: string | null, prepare = 'true'): Promise<Scene> {
  const folder = makeFolder();
  const home = join(folder, 'home');
  for (const name of ['srv', 'config', 'home']) mkdirSync(join(folder, name));
  const path = dotenv === null ? null : join(folder, dotenv);
  if (path !== null) put(path);
  // Every container has a mount of its own at this place.
  const enter = `set -e; cd ${folder}; mount --bind /etc/hosts /etc/hosts; ${prepare}; cd srv; exec "$@"`;
  const server = await startServer({
    folder,
    through: ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', enter, 'bash'],
    args: path === null ? [] : ['--dotenv-path', path],
    env: { HOME: home },
  });
  return { server, names: { [join(folder, 'srv')]: '/srv', [join(folder, 'config')]: '/config', [home]: '/home/mcp' } };
}

function put(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, 'ZSCALER_MCP_LOG_LEVEL=info\n', { mode: 0o600 });
}

const scenes: Readonly<Record<string, () => Promise<Scene>>> = {
  live: () => open('srv/.env'),
  'live (bind-mounted)': () => open('config/.env', 'mount --bind config config'),
  'fresh-discovery': async () => {
    const scene = await open('srv/.env');
    rmSync(join(scene.server.folder, 'srv/.env'));
    put(join(scene.server.folder, 'home/.zscaler-mcp/.env'));
    return scene;
  },
  missing: async () => {
    const scene = await open('srv/.env');
    rmSync(join(scene.server.folder, 'srv/.env'));
    return scene;
  },
  none: () => open(null),
};

/** What one command came to: `result` is the exit code, or the level in the log. */
interface Said {
  readonly command: string;
  readonly result: string;
  readonly line: string;
}

async function run({ server, names }: Scene, command: string): Promise<Said> {
  const within = ['nsenter', `--mount=/proc/${server.pid}/ns/mnt`, '--'];
  const { code, out, err } = await runCommand([...command.split(' '), '--pid-file', server.pidFile], { through: within });
  const lines = `${out}\n${err}`.split('\n').filter((line) => line !== '');
  const line = lines.find((each) => each.startsWith('environment: '))?.slice('environment: '.length);
  const advice = command === 'status' ? out.trim().split('\n').at(-1) : undefined;
  return { command, result: String(code), line: tame(line ?? advice ?? lines.join(' '), names) };
}

async function signal({ server, names }: Scene, name: 'SIGHUP' | 'SIGUSR2', kind: string): Promise<Said> {
  const logged = () =>
    server
      .log()
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []))
      .find((entry) => entry['kind'] === kind && entry['askedBy'] === null);
  process.kill(server.pid, name);
  await waitFor(() => logged() !== undefined);
  const { level, message } = logged() as { level: string; message: string };
  return {
    command: `kill -${name.slice(3)}`,
    result: level,
    line: tame(message.split('; environment: ')[1] ?? message, names),
  };
}

/** Commands that say the same share a row. */
function rowsOf(label: string, said: readonly Said[]): string[] {
  const groups = Map.groupBy(said, ({ result, line }) => `${result}\n${line}`);
  return [...groups.values()].map((group) => {
    const [{ result, line } = { result: '', line: '' }] = group;
    return `| \`${label}\` | ${group.map(({ command }) => `\`${command}\``).join(', ')} | ${result} | ${line} |`;
  });
}

function tame(line: string, names: Scene['names']): string {
  const named = Object.entries(names).reduce((text, [path, name]) => text.replaceAll(path, name), line);
  return named.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '2026-01-02T03:04:05Z').replaceAll('|', String.raw`\|`);
}

describe.skipIf(missing('root', 'linux', 'unshare'))('the line on the environment, as the page shows it', () => {
  it.for(Object.entries(scenes))('for %s', async ([label, prepare]) => {
    const scene = await prepare();
    const said: Said[] = [];
    said.push(await signal(scene, 'SIGHUP', 'reload'));
    for (const command of COMMANDS) said.push(await run(scene, command));
    // A restart has changed what `fresh-discovery` means.
    said.push(await signal(await prepare(), 'SIGUSR2', 'restart'));
    const rows = rowsOf(label, said);
    const page = readFileSync(PAGE, 'utf8');
    const shown = page.split('\n').filter((line) => line.startsWith(`| \`${label}\` | \``) && /\| (?:\d|info|warn|error) \|/.test(line));
    if (isUpdate) writeFileSync(PAGE, page.replace(shown.join('\n'), rows.join('\n')));
    else expect(rows, `UPDATE_PAGES=true vitest run --project docs test/docs/environment-lines.test.ts writes the page`).toEqual(shown);
  });
});
