import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { classifyEnvSource, readEnvFile, type EnvSourceRecord, type EnvSourceReport } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'zscaler-mcp-source-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = '';
let path = '';
let other = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
  path = join(folder, '.env');
  other = join(folder, 'other.env');
  writeFileSync(path, 'a=1\n');
});

const record = (changes: Partial<EnvSourceRecord> = {}): EnvSourceRecord => ({
  dotenvPath: path,
  envCandidates: [path, other],
  envFile: readEnvFile(path, { discovered: false }).identity,
  ...changes,
});

describe('the env source', () => {
  it('is live while the recorded file is there, and tells whether it changed', () => {
    const server = record();
    expect(classifyEnvSource(server)).toMatchObject({
      envSource: 'live',
      found: path,
      envMounted: false,
      envWarnings: [],
      envChanged: false,
    });
    writeFileSync(path, 'a=2\n');
    expect(classifyEnvSource(server)).toMatchObject({ envSource: 'live', envChanged: true });
    writeFileSync(path, 'a=1\n');
    expect(classifyEnvSource(server).envChanged).toBe(false);
  });

  it('is fresh-discovery when the recorded file is gone and another place has one', () => {
    const server = record();
    renameSync(path, other);
    expect(classifyEnvSource(server)).toMatchObject({ envSource: 'fresh-discovery', found: other, envChanged: null });
    expect(classifyEnvSource(server).envAdvice).toContain(`restart picks up ${other}`);
  });

  it('is fresh-discovery when none was recorded and one appeared', () => {
    expect(classifyEnvSource(record({ dotenvPath: null, envFile: null }))).toMatchObject({ envSource: 'fresh-discovery', found: path });
  });

  it('is missing when the recorded file is gone and there is no other', () => {
    const server = record();
    rmSync(path);
    expect(classifyEnvSource(server)).toMatchObject({ envSource: 'missing', found: null, envChanged: null, envWarnings: [] });
  });

  it.skipIf(process.platform === 'win32').for<[what: string, put: () => void, reason: string]>([
    ['a folder', () => mkdirSync(path), 'is a folder, not a regular file'],
    ['a pipe', () => execFileSync('mkfifo', [path]), 'is a named pipe, not a regular file'],
    ['a link to itself', () => symlinkSync('.env', path), 'lead in a circle'],
  ])('is not gone where its place holds %s: whether it changed cannot be seen, and nothing else is found', ([, put, reason]) => {
    const server = record();
    rmSync(path);
    writeFileSync(other, 'a=2\n');
    put();
    const report = classifyEnvSource(server);
    expect(report).toMatchObject({ envSource: 'live', found: path, envChanged: null, envWarnings: [expect.stringContaining(reason)] });
    expect(report.envAdvice).toContain('a reload is refused');
    expect(report.situation.obstacle?.reason).toContain(reason);
  });

  it('does not pass over what is in the way at a default place', () => {
    const server = record({ dotenvPath: join(folder, 'gone'), envCandidates: [path, other] });
    rmSync(path);
    mkdirSync(path);
    writeFileSync(other, 'a=2\n');
    expect(classifyEnvSource(server)).toMatchObject({ envSource: 'fresh-discovery', found: path, situation: { obstacle: { path } } });
  });

  it.skipIf(process.platform === 'win32')('has an obstacle where a file is refused for who may write it', () => {
    chmodSync(path, 0o666);
    const named = record();
    expect(classifyEnvSource(named).situation.obstacle).toBeNull();
    const discovered = { ...named, envFile: named.envFile && { ...named.envFile, discovered: true } };
    expect(classifyEnvSource(discovered)).toMatchObject({
      envSource: 'live',
      envChanged: null,
      envAdvice: expect.stringMatching(/writable by others .*: a reload is refused/) as string,
    });
    rmSync(path);
    writeFileSync(other, 'a=2\n');
    chmodSync(other, 0o666);
    for (const server of [named, discovered]) {
      const report = classifyEnvSource(server);
      expect(report).toMatchObject({ envSource: 'fresh-discovery', found: other, situation: { obstacle: { path: other } } });
      expect(report.envAdvice).toMatch(/writable by others .*: a restart is refused/);
    }
  });

  it('names a file that comes before the recorded one, and that a new start would read instead', () => {
    const server = record({ envCandidates: [other, path] });
    expect(classifyEnvSource(server).situation.preferred).toBeUndefined();
    writeFileSync(other, 'a=2\n');
    expect(classifyEnvSource(server)).toMatchObject({
      envSource: 'live',
      found: path,
      situation: { preferred: other },
      envWarnings: [expect.stringContaining(`${other} is there too and is not read`)],
    });
  });

  it('is none when there never was one', () => {
    rmSync(path);
    expect(classifyEnvSource(record({ dotenvPath: null, envFile: null }))).toMatchObject({ envSource: 'none', found: null });
  });

  it('does not tell whether it changed when nothing was recorded of it', () => {
    expect(classifyEnvSource(record({ envFile: null })).envChanged).toBeNull();
  });

  it('comes with one line of advice for each label', () => {
    const live = classifyEnvSource(record()).envAdvice;
    rmSync(path);
    const gone = record({ envFile: null });
    const advice = [live, classifyEnvSource(gone).envAdvice, classifyEnvSource({ ...gone, dotenvPath: null }).envAdvice];
    expect(new Set(advice).size).toBe(3);
    expect(advice.every((line) => /^[^\n]{20,}$/.test(line))).toBe(true);
  });
});

it.runIf(process.platform === 'linux')(
  'a server that is gone or closed to us is judged by what this process sees, and that is said',
  () => {
    // No process has a number beyond the kernel's limit of 2^22.
    const report = classifyEnvSource(record(), { pid: 4_194_305 });
    expect(report).toMatchObject({
      envSource: 'live',
      envChanged: false,
      envWarnings: ['process 4194305 cannot be inspected: this is what the current process sees'],
    });
  },
);

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!canMount) {
  if (process.env['CI'] === 'true') throw new Error('the tests of real mounts need root and unshare on Linux, and CI must run all tests');
  console.error('skipping tests of real mounts: they need root and unshare on Linux');
}

const module = join(import.meta.dirname, 'index.ts');
/** Reads or judges what is at `$1`; prints JSON. Runs inside a mount namespace. */
const program = `const { classifyEnvSource, readEnvFile } = await import(${JSON.stringify(module)});
const [verb, path, given] = process.argv.slice(1);
const envFile = verb === 'read' ? readEnvFile(path, { discovered: false }).identity : JSON.parse(given);
console.log(JSON.stringify(verb === 'read' ? envFile : classifyEnvSource({ dotenvPath: path, envCandidates: [path], envFile })));`;

/** Runs a shell script in a private mount namespace; READ and JUDGE print what this part says of a path. */
const inNamespace = (script: string): EnvSourceReport[] => {
  const tools = `READ() { "$NODE" --input-type=module -e "$PROGRAM" -- read "$1"; }; JUDGE() { "$NODE" --input-type=module -e "$PROGRAM" -- judge "$1" "$2"; };`;
  const env = { PATH: process.env['PATH'] ?? '', NODE: process.execPath, PROGRAM: program };
  const printed = execFileSync('unshare', ['--mount', '--propagation', 'private', 'bash', '--norc', '-euc', tools + script], {
    cwd: folder,
    encoding: 'utf8',
    env,
  });
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as EnvSourceReport);
};

describe.runIf(canMount)('a real mount', () => {
  const STALE = expect.stringContaining('app/.env: the file was replaced on the host; this container still sees the old one. ') as string;

  it('of the file is proven, and an edit in place is seen', () => {
    const [before, after] = inNamespace(
      'mkdir app; touch app/.env; mount --bind .env app/.env; R=$(READ $PWD/app/.env); JUDGE $PWD/app/.env "$R"; echo a=2 > .env; JUDGE $PWD/app/.env "$R"',
    );
    expect(before).toMatchObject({ envSource: 'live (bind-mounted)', envMounted: true, envChanged: false, envWarnings: [] });
    expect(after).toMatchObject({ envSource: 'live (bind-mounted)', envChanged: true, envWarnings: [] });
  });

  it('of a file that was replaced by rename has gone stale, also for a server that started afterwards', () => {
    const reports = inNamespace(
      'mkdir app; touch app/.env; mount --bind .env app/.env; R=$(READ $PWD/app/.env); echo a=2 > new; mv new .env; JUDGE $PWD/app/.env "$R"; R=$(READ $PWD/app/.env); JUDGE $PWD/app/.env "$R"',
    );
    const stale = { envMounted: true, envChanged: null, envWarnings: [STALE] };
    expect(reports).toMatchObject([stale, stale]);
  });

  it('of a file that was renamed away, so that the kernel shows another root', () => {
    const [report] = inNamespace(
      'mkdir app; touch app/.env; mount --bind .env app/.env; R=$(READ $PWD/app/.env); mv .env backup; echo a=2 > .env; JUDGE $PWD/app/.env "$R"',
    );
    expect(report?.envWarnings).toEqual([STALE]);
  });

  it('of the directory sees a file replaced by rename', () => {
    const [report] = inNamespace(
      'mkdir app host; cp .env host; mount --bind host app; R=$(READ $PWD/app/.env); echo a=2 > host/new; mv host/new host/.env; JUDGE $PWD/app/.env "$R"',
    );
    expect(report).toMatchObject({ envSource: 'live (bind-mounted)', envMounted: true, envChanged: true, envWarnings: [] });
  });

  /** A root of its own: the machine's files in an overlay, so that markers of containers can be set and removed. */
  const inRoot = (prepare: string, path: string): EnvSourceReport | undefined => {
    const root =
      'mkdir up work; mount -t tmpfs none up; mkdir up/u up/w; mount -t overlay -o lowerdir=/,upperdir=up/u,workdir=up/w none work; mount -t proc proc work/proc; mount --rbind /dev work/dev;';
    const call = (verb: string, rest: string) => `chroot work "$NODE" --input-type=module -e "$PROGRAM" -- ${verb} ${path} ${rest}`;
    return inNamespace(
      `${root} rm -f work/.dockerenv work/run/.containerenv; ${prepare}; R=$(${call('read', '')}); ${call('judge', '"$R"')}`,
    )[0];
  };

  it('of a file system of its own, such as a tmpfs, is a bind mount in a container and none on a host', () => {
    const prepare = 'mkdir work/conf; mount -t tmpfs none work/conf; cp .env work/conf/.env';
    expect(inRoot(prepare, '/conf/.env')).toMatchObject({ envSource: 'live', envMounted: false, envWarnings: [] });
    for (const marker of ['/.dockerenv', '/run/.containerenv']) {
      rmSync(join(folder, 'up'), { recursive: true });
      rmSync(join(folder, 'work'), { recursive: true });
      expect(inRoot(`${prepare}; touch work${marker}`, '/conf/.env')).toMatchObject({
        envSource: 'live (bind-mounted)',
        envMounted: true,
        envWarnings: [],
      });
    }
  });

  it('is told from a copy at the place that containers use', () => {
    const report = inRoot('mkdir work/app; cp .env work/app/.env', '/app/.env');
    expect(report).toMatchObject({
      envSource: 'live (bind-mounted)',
      envMounted: false,
      envChanged: false,
      envWarnings: ['/app/.env is a copy, not a mount: edits on the host do not reach this copy'],
    });
    expect(report?.envAdvice).toContain('docker cp');
  });

  it('is judged from the view of the server, whose namespace is another', async () => {
    mkdirSync(join(folder, 'app'));
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'inner/real'), 'inner=1\n');
    // An absolute link leads elsewhere in the server's view than in ours.
    symlinkSync(join(folder, 'app/real'), join(folder, 'inner/.env'));
    const inside = join(folder, 'app/.env');
    const child = spawn(
      'unshare',
      ['--mount', '--propagation', 'private', 'bash', '--norc', '-euc', 'mount --bind inner app; echo ready; read -r _'],
      { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill());
    await once(child.stdout, 'data');
    const server = {
      dotenvPath: inside,
      envCandidates: [],
      envFile: { digest: readEnvFile(join(folder, 'inner/real'), { discovered: false }).identity?.digest ?? '', mountRoot: null },
    };
    expect(classifyEnvSource(server).envSource).toBe('missing');
    expect(classifyEnvSource(server, { pid: child.pid ?? null })).toMatchObject({
      envSource: 'live (bind-mounted)',
      found: inside,
      envMounted: true,
      envChanged: false,
    });
    child.stdin.end('\n');
    await once(child, 'close');
  });
});
