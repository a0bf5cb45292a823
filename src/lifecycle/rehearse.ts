/** Runs the program that a restart would execute, with the configuration it would get, in a child that accepts no requests. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { withRemedy } from '../common/system-error.ts';
import { REHEARSAL_VARIABLE, type Launch } from './launch.ts';
import type { Program } from './program.ts';
import { explainStartObstacle } from './startable.ts';
import type { LifecycleRecord, Problem } from './record.ts';

/** What the rehearsal showed. */
export interface RehearsalResult {
  readonly ok: boolean;
  /** What is wrong, for people; empty when nothing is. */
  readonly message: string;
  /** Problems of the configuration, where the child could name them. */
  readonly problems: readonly Problem[];
  /** What the new generation would have to do without at first. */
  readonly warnings: readonly string[];
  /** How the child would hand its listening socket over in its turn; null when it does not say. */
  readonly handover: LifecycleRecord['handover'] | null;
}

/** What the child prints on its standard output, as one line of JSON. */
export interface RehearsalReport {
  readonly rehearsal: 'ok' | 'failed';
  readonly problems: readonly Problem[];
  /** Absent in what an older version prints. */
  readonly warnings?: readonly string[];
  readonly handover?: LifecycleRecord['handover'];
}

/** What to rehearse with, and for how long. */
export interface RehearsalOptions {
  /** The configuration; the child gets it as JSON. */
  readonly state: unknown;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** Resolves when the child has ended, so that none is left when the program is replaced. Never throws. */
export async function rehearse(program: Program, launch: Launch, options: RehearsalOptions): Promise<RehearsalResult> {
  const outcome = await runChild(program, launch, options);
  if (typeof outcome === 'string') return { ...REFUSED, message: outcome };
  const report = parseReport(outcome.stdout);
  if (report?.rehearsal === 'failed')
    return { ...REFUSED, message: 'the new generation refuses its configuration', problems: report.problems };
  if (outcome.code !== 0 || !report) {
    const obstacle = explainStartObstacle(launch);
    if (obstacle !== null) return { ...REFUSED, message: `the program cannot be started: ${obstacle}` };
    const remedy = /SyntaxError|Cannot find (?:module|package)/.test(outcome.stderr) ? `; ${REINSTALL}` : '';
    return { ...REFUSED, message: `the rehearsal of the new generation ${outcome.end}${lastWords(outcome.stderr)}${remedy}` };
  }
  const { warnings = [], handover = null } = report;
  return { ok: true, message: '', problems: [], warnings, handover };
}

interface ChildOutcome {
  readonly code: number | null;
  /** How it ended, in words. */
  readonly end: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the child ended, or why there was none. */
function runChild(program: Program, launch: Launch, { state, limitMs, signal }: RehearsalOptions): Promise<ChildOutcome | string> {
  const input = JSON.stringify(state);
  return new Promise((resolve) => {
    const env = { ...launch.env, [REHEARSAL_VARIABLE]: '3' };
    const [argv0 = '', ...args] = program.argv;
    const child = spawn(program.path, args, { argv0, cwd: launch.cwd, env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    makeFirstToKill(child.pid);
    let stdout = '';
    let stderr = '';
    let killedFor = '';
    const kill = (why: string) => {
      killedFor = why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => kill(`did not get ready within ${limitMs / 1000} s`), limitMs);
    const onAbort = () => kill('was called off');
    signal.addEventListener('abort', onAbort, { once: true });
    const finish = (result: ChildOutcome | string) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4_000)));
    child.once('error', (error) => finish(`the program cannot be started: ${explainStartObstacle(launch) ?? withRemedy(error)}`));
    child.once('close', (code, signalName) =>
      finish({ code, stdout, stderr, end: killedFor || (signalName ? `was ended by ${signalName}` : `ended with exit code ${code}`) }),
    );
    // No child, no pipe: the `error` event above reports why.
    const pipe = (child.stdio as typeof child.stdio | undefined)?.[3];
    if (pipe && 'end' in pipe) pipe.on('error', ignoreBrokenPipe).end(input);
    if (signal.aborted) onAbort();
  });
}

/** Makes the child the first that the kernel kills when memory runs out: before it has loaded anything, else it is this server. */
function makeFirstToKill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // Not Linux, not permitted, or the child has ended.
  }
}

/** In the child: the configuration to rehearse with. @throws when this process is not such a child */
export const readRehearsal = (): unknown => JSON.parse(readFileSync(3, 'utf8'));

/** The child may end before it has read everything; its exit is reported instead. */
const ignoreBrokenPipe = (): void => undefined;

function parseReport(stdout: string): RehearsalReport | null {
  try {
    const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as RehearsalReport;
    return report.rehearsal === 'ok' || report.rehearsal === 'failed' ? report : null;
  } catch {
    return null;
  }
}

const REINSTALL = 'the program on disk is damaged: install it again';

/** A rehearsal that failed, without its reason. */
export const REFUSED = { ok: false, problems: [], warnings: [], handover: null } as const;

/** The line of a crash report that names the error, and of one that is in the program itself the place. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const line =
    lines.findLast((text) => text.includes(':', /Error\b/.exec(text)?.index ?? text.length)) ??
    lines.findLast((text) => text !== '' && !text.startsWith('at '));
  const [, place] = /^(?:file:\/\/)?(\/.*:\d+)$/m.exec(stderr) ?? [];
  const where = line?.startsWith('SyntaxError') && place !== undefined ? ` (${place})` : '';
  return line ? `: ${line.slice(0, 300)}${where}` : '';
}
