/** Real servers for tests: the built program with its own folder and PID file, on a free loopback port. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LifecycleRecord, Operation } from '../../src/lifecycle/index.ts';
import { PATIENCE_MS, waitFor } from '../wait.ts';

export { waitFor };

export const root = join(import.meta.dirname, '../..');
export const entry = join(root, 'dist/main.js');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Creates a temporary folder that is removed when the test ends. */
export function makeFolder(mode = 0o755, parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'zscaler-mcp-test-'));
  chmodSync(folder, mode);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The environment of a test's programs, without settings of the outer environment. */
export function cleanEnv(extra: Record<string, string> = {}): Record<string, string> {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env;
  return { PATH, LANG, ...extra };
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly timeoutMs?: number;
  /** Command prefix, e.g. setpriv and its options. */
  readonly through?: readonly string[];
  readonly program?: string;
  readonly interpreter?: string;
}

/** Runs one command to its end. */
export async function runCommand(
  args: readonly string[],
  { cwd = root, env = {}, timeoutMs = PATIENCE_MS, through = [], program = entry, interpreter = process.execPath }: RunOptions = {},
): Promise<Finished> {
  const [command = '', ...rest] = [...through, interpreter, program, ...args];
  const child = spawn(command, rest, { cwd, env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const finished = await collect(child);
  clearTimeout(timer);
  return finished;
}

function collect(child: ChildProcess): Promise<Finished> {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, out, err }));
  });
}

export interface ServerOptions {
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** Content of the server's `.env`; if absent, none is named. */
  readonly dotenv?: string;
  readonly cwd?: string;
  readonly folder?: string;
  readonly through?: readonly string[];
  readonly demo?: boolean;
  readonly transport?: 'streamable-http' | 'sse' | 'stdio';
  readonly execArgv?: readonly string[];
  /** Null: `interpreter` is the program. */
  readonly program?: string | null;
  readonly interpreter?: string;
  /** False leaves the port to the configuration; otherwise a free one is chosen. */
  readonly anyPort?: boolean;
  readonly pidFile?: string | null;
  readonly waitForReady?: boolean;
}

export interface TestServer {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly folder: string;
  readonly pidFile: string;
  readonly dotenvPath: string;
  readonly url: string;
  /** All output of the server so far. */
  log(): string;
  stdout(): string;
  record(): LifecycleRecord;
  isAlive(): boolean;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Runs a command against this server. */
  command(...args: string[]): Promise<Finished>;
  /** The same with --json, parsed. */
  ask(...args: string[]): Promise<Operation & Record<string, unknown>>;
  writeDotenv(text: string): void;
}

/** Starts a server and waits until it says `ready`. It is stopped, by its PID, when the test ends. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const folder = options.folder ?? makeFolder();
  const pidFile = options.pidFile ?? join(folder, 'server.pid');
  const dotenvPath = join(folder, '.env');
  const { transport = 'streamable-http', demo = true } = options;
  if (options.dotenv !== undefined) writeFileSync(dotenvPath, options.dotenv, { mode: 0o644 });
  const args = [
    '--transport',
    transport,
    ...(transport === 'stdio' || options.anyPort === false ? [] : ['--port', '0']),
    ...(demo ? ['--demo'] : []),
    ...(options.pidFile === null ? [] : ['--pid-file', pidFile]),
    ...(options.dotenv === undefined ? [] : ['--dotenv-path', dotenvPath]),
    ...(options.args ?? []),
  ];
  const [command = '', ...rest] = [
    ...(options.through ?? []),
    options.interpreter ?? process.execPath,
    ...(options.execArgv ?? []),
    ...(options.program === null ? [] : [options.program ?? entry]),
    ...args,
  ];
  const child = spawn(command, rest, { cwd: options.cwd ?? folder, env: cleanEnv(options.env), stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  let stdout = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const readRecord = () => JSON.parse(readFileSync(pidFile, 'utf8')) as LifecycleRecord;
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  if (options.waitForReady !== false) {
    await waitFor(
      () => existsSync(pidFile) && readRecord().state === 'ready' && (Boolean(options.through?.length) || readRecord().pid === child.pid),
      () => `the server did not get ready:\n${log}`,
      () => child.exitCode !== null || child.signalCode !== null,
    );
  }
  return {
    child,
    pid: options.through?.length && existsSync(pidFile) ? readRecord().pid : (child.pid ?? 0),
    folder,
    pidFile,
    dotenvPath,
    url: existsSync(pidFile) ? (readRecord().url ?? '') : '',
    log: () => log,
    stdout: () => stdout,
    record: readRecord,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    ended,
    command: (...words) => runCommand([...patient(words), '--pid-file', pidFile], { cwd: folder }),
    ask: async (...words) => {
      const { out, err } = await runCommand([...patient(words), '--json', '--pid-file', pidFile], { cwd: folder });
      try {
        return JSON.parse(out) as Operation & Record<string, unknown>;
      } catch {
        throw new Error(`no JSON on stdout: ${out}\n${err}`);
      }
    },
    writeDotenv: (text) => writeFileSync(dotenvPath, text),
  };
}

/** A timeout for busy machines, longer than the command's default. */
const patient = (words: readonly string[]): readonly string[] =>
  ['reload', 'restart', 'stop'].includes(words[0] ?? '') && !words.some((word) => word === '--timeout' || word === '--no-wait')
    ? [...words, '--timeout', String(PATIENCE_MS / 1_000)]
    : words;

/** Whether a signal is pending because the process is stopped. Source: proc_pid_status(5). */
export function isSignalPending(pid: number, signal: NodeJS.Signals): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const masks = [...status.matchAll(/^(?:SigPnd|ShdPnd):\s+([\da-f]+)$/gm)].map(([, mask]) => BigInt(`0x${mask}`));
  return masks.some((mask) => ((mask >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n);
}

/** `waitFor` in a shell script. */
export const untilInShell = (condition: string): string =>
  `for i in $(seq ${PATIENCE_MS / 50}); do ${condition} && break; sleep 0.05; done; `;

/**
 * A free port that is unlikely to be taken before it is used: it is below the kernel's range of ephemeral ports
 * (ip_local_port_range in ip(7)), and files of tests that run at the same time search in different thousands.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    nextPort = nextPort + 1 >= firstPort + 1_000 ? firstPort : nextPort + 1;
    if (await canListen(nextPort)) return nextPort;
  }
}

/** Vitest numbers the workers from 1. Source: https://vitest.dev/config/#vitest-pool-id */
const firstPort = 20_000 + 1_000 * (Number(process.env['VITEST_POOL_ID'] ?? 0) % 12);
let nextPort = firstPort + ((process.pid * 37) % 1_000);

function canListen(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

type Need = 'root' | 'linux' | 'setpriv' | 'unshare' | 'prlimit' | 'script' | 'tini' | 'descriptors' | 'redis-server' | 'nginx';

/** The reason why a test cannot run here, or null. On CI a missing requirement is a failure, never a skip. */
export function missing(...needs: readonly Need[]): string | null {
  const reasons = needs.flatMap((need) => (has(need) ? [] : [need]));
  if (reasons.length === 0) return null;
  const reason = `needs ${reasons.join(', ')}`;
  if (process.env['CI'] === 'true') throw new Error(`this test ${reason}, and CI must have it`);
  console.error(`skipped: ${reason}`);
  return reason;
}

function has(need: Need): boolean {
  if (need === 'linux') return process.platform === 'linux';
  if (need === 'root') return process.getuid?.() === 0;
  if (need === 'descriptors') return mayOpen(12_000);
  try {
    execFileSync(need, [need === 'nginx' ? '-v' : '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Node.js raises its soft limit to the hard limit. Source: proc(5). */
function mayOpen(descriptors: number): boolean {
  if (process.platform !== 'linux') return true;
  const limit = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return limit === 'unlimited' || Number(limit) >= descriptors;
}

/** Number of repetitions: few in `npm test`, many in `npm run soak`. */
export const sized = (few: number, many: number): number => (isSoak ? many : few);

export const isSoak = process.env['SOAK'] === 'true';

/** Path of the oldest supported Node.js, if installed; see CONTRIBUTING.md. */
export function node24(): string | null {
  const path = process.env['ZSCALER_MCP_TEST_NODE_24'];
  if (path !== undefined) return path;
  if (process.env['CI'] === 'true') throw new Error('ZSCALER_MCP_TEST_NODE_24 must name a Node.js 24 on CI');
  console.error('skipped: ZSCALER_MCP_TEST_NODE_24 names no Node.js 24');
  return null;
}
