/**
 * Containers for tests: through the docker or podman of this machine, or, where there is neither an engine nor a registry
 * of images but root on Linux, through podman and a base image put together from Debian's packages and this Node.js.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Engine {
  readonly name: string;
  /** Runs the engine's command to its end. */
  run(...args: string[]): Promise<Finished>;
  /** The same; standard output without its last line break. @throws when it fails */
  must(...args: string[]): Promise<string>;
}

const BASE_IMAGE = 'docker.io/library/node:26-bookworm-slim';
const LAB = '/var/tmp/zscaler-mcp-containers';
const PACKAGES = ['podman', 'buildah', 'crun', 'debootstrap', 'catatonit', 'uidmap'];

/** The engine, or why there is none. */
export async function openEngine(): Promise<Engine | string> {
  for (const name of ['docker', 'podman']) if (works(name)) return engineOf(name, [name]);
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid?.() !== 0)
    return 'no docker and no podman answers, and building both needs root on Linux x64';
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0)
    return 'no docker, no podman, and no apt-get to install one with';
  return openLab();
}

/** An engine that answers may still be unable to get an image or to run one. */
const works = (name: string): boolean =>
  spawnSync(name, ['info'], { stdio: 'ignore' }).status === 0 &&
  spawnSync(name, ['run', '--rm', '--network', 'host', BASE_IMAGE, 'node', '--version'], { stdio: 'ignore', timeout: 300_000 }).status ===
    0;

function engineOf(name: string, words: readonly [string, ...string[]], env: Record<string, string> = {}): Engine {
  const run = (...args: string[]): Promise<Finished> =>
    new Promise((resolve, reject) => {
      const [command, ...first] = words;
      const child = spawn(command, [...first, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      child.once('error', reject).once('close', (code) => resolve({ code, out, err }));
    });
  return {
    name,
    run,
    async must(...args) {
      const { code, out, err } = await run(...args);
      if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${out}${err}`);
      return out.trimEnd();
    },
  };
}

async function openLab(): Promise<Engine> {
  const absent = PACKAGES.filter((name) => spawnSync('dpkg', ['-s', name], { stdio: 'ignore' }).status !== 0);
  if (absent.length > 0) {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...absent], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  configure();
  // podman wants a cgroup tree of one kind; it sees one in a mount namespace of its own, as it sees our configuration.
  const prologue =
    `mount --bind ${LAB}/etc /etc/containers; umount -R /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null; ` +
    'exec podman "$@"';
  const engine = engineOf('podman', ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', prologue, 'podman'], {
    BUILDAH_ISOLATION: 'chroot',
    BUILDAH_FORMAT: 'docker',
    // Without an overlay file system each layer is a copy of all below it.
    BUILDAH_LAYERS: 'false',
  });
  if ((await engine.run('image', 'exists', BASE_IMAGE)).code !== 0) await makeBaseImage(engine);
  return engine;
}

/** No cgroups, no overlay file system and no bridge are taken for granted; containers share the host's network. */
function configure(): void {
  mkdirSync(`${LAB}/etc`, { recursive: true });
  mkdirSync('/etc/containers', { recursive: true });
  const files = {
    'storage.conf': `[storage]\ndriver = "vfs"\nrunroot = "/run/zscaler-mcp-containers"\ngraphroot = "${LAB}/storage"\n`,
    'containers.conf':
      '[containers]\nnetns = "host"\ncgroups = "disabled"\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\nlog_driver = "k8s-file"\n' +
      '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n',
    'policy.json': '{"default":[{"type":"insecureAcceptAnything"}]}\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(LAB, 'etc', name), text);
}

/** Stands in for the public image of the same name: Debian, Node.js, npm and the user `node`. */
async function makeBaseImage(engine: Engine): Promise<void> {
  const tree = `${LAB}/tree`;
  rmSync(tree, { recursive: true, force: true });
  execFileSync('debootstrap', ['--variant=minbase', '--include=ca-certificates,libstdc++6,libatomic1', 'bookworm', tree], {
    stdio: 'ignore',
  });
  const local = join(tree, 'usr/local');
  cpSync(realpathSync(process.execPath), join(local, 'bin/node'));
  const npm = dirname(dirname(realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim())));
  mkdirSync(join(local, 'lib/node_modules'), { recursive: true });
  cpSync(npm, join(local, 'lib/node_modules/npm'), { recursive: true, dereference: true });
  for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
  // npm reaches and trusts inside what it reaches and trusts here.
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  if (existsSync(authorities)) writeFileSync(join(tree, authorities), readFileSync(authorities));
  mkdirSync(join(local, 'etc'), { recursive: true });
  writeFileSync(join(local, 'etc/npmrc'), `registry=${registry}\ncafile=${authorities}\n`);
  execFileSync('chroot', [tree, 'useradd', '--uid', '1000', '--create-home', 'node'], { stdio: 'ignore' });
  for (const waste of ['var/cache/apt/archives', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale'])
    rmSync(join(tree, waste), { recursive: true, force: true });
  const archive = `${LAB}/base.tar`;
  execFileSync('tar', ['-C', tree, '-cf', archive, '.']);
  await engine.must('import', archive, BASE_IMAGE);
  rmSync(tree, { recursive: true, force: true });
  rmSync(archive);
}
