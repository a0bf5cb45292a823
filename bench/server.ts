/** A real server for a benchmark, with its own folder and PID file. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LifecycleRecord, Operation } from '../src/lifecycle/index.ts';

export const entry = join(import.meta.dirname, '../dist/main.js');

export interface BenchServer {
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Time from the spawn until the PID file says `ready`. */
  readonly readyAfterMs: number;
  readonly dotenvPath: string;
  /** Runs a command and blocks until it has ended. */
  ask(...words: string[]): Operation;
  /** Like `ask` without blocking, for use during a load that must keep its rate. */
  askBeside(...words: string[]): Promise<void>;
  rssMiB(): number;
  /** CPU time of all its threads so far. */
  cpuMs(): number;
  stop(): Promise<void>;
}

const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };

export async function startServer({
  port = 0,
  dotenv = '',
  demo = true,
  args: more = [],
}: { port?: number; dotenv?: string; demo?: boolean; args?: readonly string[] } = {}): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'zscaler-mcp-bench-'));
  const pidFile = join(folder, 'server.pid');
  const dotenvPath = join(folder, '.env');
  writeFileSync(dotenvPath, dotenv, { mode: 0o600 });
  const args = [
    '--transport',
    'streamable-http',
    '--port',
    String(port),
    ...(demo ? ['--demo'] : []),
    '--pid-file',
    pidFile,
    '--dotenv-path',
    dotenvPath,
    '--log-level',
    'error',
    ...more,
  ];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [entry, ...args], { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (!isReady(pidFile)) await pause(child);
  const readyAfterMs = performance.now() - startedAt;
  const { url, port: bound } = readRecord(pidFile);
  return {
    folder,
    url: url ?? '',
    port: bound ?? 0,
    pid: child.pid ?? 0,
    readyAfterMs,
    dotenvPath,
    ask: (...words) => JSON.parse(run([...words, '--json', '--pid-file', pidFile]).stdout) as Operation,
    askBeside: (...words) =>
      new Promise((resolve) => {
        spawn(process.execPath, [entry, ...words, '--pid-file', pidFile], { env, stdio: 'ignore' }).once('exit', () => resolve());
      }),
    rssMiB: () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024,
    cpuMs: () =>
      readdirSync(`/proc/${child.pid}/task`).reduce(
        // Nanoseconds of CPU time; see Documentation/scheduler/sched-stats.rst of Linux.
        (sum, task) => sum + Number(readFileSync(`/proc/${child.pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
        0,
      ),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the program to its end and measures the wall time. */
export function run(args: readonly string[], program: readonly string[] = [entry]): { stdout: string; wallMs: number } {
  const startedAt = performance.now();
  const { stdout } = spawnSync(process.execPath, [...program, ...args], { env, encoding: 'utf8' });
  return { stdout, wallMs: performance.now() - startedAt };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

const readRecord = (pidFile: string): LifecycleRecord => JSON.parse(readFileSync(pidFile, 'utf8')) as LifecycleRecord;

const isReady = (pidFile: string): boolean => existsSync(pidFile) && readRecord(pidFile).state === 'ready';

async function pause(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} before it was ready`);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
