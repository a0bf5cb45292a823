/**
 * Containers for tests: with the docker or podman of this machine or, as root on Linux without an engine and an image registry,
 * with podman and a base image built from Debian's packages and this Node.js.
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
  /** Like `run`, but returns standard output without its last line break. @throws when it fails */
  must(...args: string[]): Promise<string>;
  /** Runs a script of bash in which `docker` is this engine, ports are published, and what was started is not left behind. */
  script(text: string, folder: string): Promise<Finished>;
}

export const BASE_IMAGE = 'docker.io/library/node:26-bookworm-slim';
/** The name of the image that is built for the tests. */
export const IMAGE = 'zscaler-mcp-under-test';
const LAB = '/var/tmp/zscaler-mcp-containers';
const PACKAGES = ['podman', 'buildah', 'crun', 'debootstrap', 'catatonit', 'uidmap'];
/** For containers with a separate network. */
const NETWORK_PACKAGES = ['netavark', 'aardvark-dns', 'iptables', 'iproute2', 'podman-compose'];

/** The engine, or why there is none. */
export async function openEngine(): Promise<Engine | string> {
  for (const name of ['docker', 'podman']) if (works(name)) return engineOf(name, [name]);
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid?.() !== 0)
    return 'no docker and no podman answers, and building both needs root on Linux x64';
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0)
    return 'no docker, no podman, and no apt-get to install one with';
  return openLab();
}

/** Checks that the engine can pull and run an image. */
const works = (name: string): boolean =>
  spawnSync(name, ['info'], { stdio: 'ignore' }).status === 0 &&
  spawnSync(name, ['run', '--rm', '--network', 'host', BASE_IMAGE, 'node', '--version'], { stdio: 'ignore', timeout: 300_000 }).status ===
    0;

type Words = readonly [string, ...string[]];

function engineOf(name: string, words: Words, env: Record<string, string> = {}, shell: Words = ['bash', '-c']): Engine {
  const run = (...args: string[]): Promise<Finished> => finish([...words, ...args], env);
  return {
    name,
    run,
    async must(...args) {
      const { code, out, err } = await run(...args);
      if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${out}${err}`);
      return out.trimEnd();
    },
    script: (text, folder) => finish([...shell, `set -eu\ncd ${folder}\n${name === 'docker' ? '' : PODMAN_AS_DOCKER}${text}`], env),
  };
}

const PODMAN_AS_DOCKER = `docker() {
  if [ "$1" = compose ]; then shift; podman-compose "$@"; else podman "$@"; fi
}
`;

function finish([command, ...args]: Words, env: Record<string, string>): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', reject).once('close', (code) => resolve({ code, out, err }));
  });
}

async function openLab(): Promise<Engine> {
  const absent = [...PACKAGES, ...NETWORK_PACKAGES].filter((name) => spawnSync('dpkg', ['-s', name], { stdio: 'ignore' }).status !== 0);
  if (absent.length > 0) {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...absent], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  const driver = mountsOverlays() ? 'overlay' : 'vfs';
  configure(driver);
  const keeper = await openNamespace();
  const env = {
    BUILDAH_ISOLATION: 'chroot',
    BUILDAH_FORMAT: 'docker',
    // Without overlays each layer is a copy of all below it.
    BUILDAH_LAYERS: String(driver === 'overlay'),
  };
  const inside = ['nsenter', `--mount=/proc/${keeper}/ns/mnt`] as const;
  const prologue = 'export CONTAINERS_CONF=/etc/containers/network.conf; ip link set lo up; exec bash -c "$1"';
  const engine = engineOf('podman', [...inside, 'podman'], env, [...inside, 'unshare', '--net', 'bash', '-c', prologue, 'bash']);
  if ((await engine.run('image', 'exists', BASE_IMAGE)).code !== 0) await makeBaseImage(engine);
  return engine;
}

function mountsOverlays(): boolean {
  const folder = `${LAB}/probe`;
  const script = `mkdir -p ${folder}/l ${folder}/u ${folder}/w && mount -t overlay overlay -o lowerdir=${folder}/l,upperdir=${folder}/u,workdir=${folder}/w ${folder}/l`;
  const { status } = spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
  return status === 0;
}

/**
 * Opens a mount namespace in which podman finds our configuration and a cgroup tree of one kind, which it insists on.
 * @returns the PID of the process that keeps it open; it ends with this one
 */
function openNamespace(): Promise<number> {
  const script = `mount --bind ${LAB}/etc /etc/containers; umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; echo ready; exec cat`;
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', () => reject(new Error('no mount namespace could be opened')));
    child.stdout.once('data', () => {
      for (const each of [child, child.stdin, child.stdout]) (each as { unref?: () => void }).unref?.();
      resolve(child.pid ?? 0);
    });
  });
}

/** Works without cgroups and bridge; containers share the host's network. */
function configure(driver: string): void {
  mkdirSync(`${LAB}/etc`, { recursive: true });
  mkdirSync('/etc/containers', { recursive: true });
  const common =
    'cgroups = "disabled"\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\nlog_driver = "k8s-file"\n' +
    '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n';
  const files = {
    'storage.conf': `[storage]\ndriver = "${driver}"\nrunroot = "/run/zscaler-mcp-containers/${driver}"\ngraphroot = "${LAB}/${driver}"\n`,
    'containers.conf': `[containers]\nnetns = "host"\n${common}`,
    'network.conf': `[containers]\n${common}[network]\nnetwork_backend = "netavark"\n`,
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
