/** `zscaler-mcp status`: what runs, where its environment comes from, and what differs from what runs. Never signals. */
import { readFileSync } from 'node:fs';
import {
  digestProgram,
  findServer,
  troubleWith,
  type LifecycleRecord,
  type PastOperation,
  type Whereabouts,
} from '../../lifecycle/index.ts';
import { resolve } from 'node:path';
import { classifyEnvSource } from '../../settings/env-source.ts';
import { adviceFor } from '../exit-codes.ts';
import { draw, paint, spell, wrap, type Row } from '../picture.ts';
import type { Printer } from '../print.ts';

/** The record, and what is true as of now. */
export interface StatusReport extends LifecycleRecord {
  readonly running: boolean;
  readonly uptimeSeconds: number | null;
  readonly envMounted: boolean;
  readonly envAdvice: string;
  readonly envWarnings: readonly string[];
  /** Whether the file's content differs from what was loaded; null when that cannot be told. */
  readonly envChanged: boolean | null;
  /** Whether what is on disk is not what runs; null when that cannot be told. */
  readonly codeChanged: boolean | null;
  readonly pidFile: string;
}

export function status(where: Whereabouts, json: boolean, printer: Printer): number {
  const found = findServer(where);
  const trouble = troubleWith(found);
  if (found.note !== null && !json) printer.err(`note: ${found.note}`);
  if (found.reading.kind !== 'record' || found.path === null || trouble?.outcome === 'record-unusable') {
    const exitCode = trouble?.outcome === 'not-running' ? 3 : trouble?.outcome === 'not-permitted' ? 77 : 4;
    const message = trouble?.message ?? 'no server is running';
    if (json) printer.out(JSON.stringify({ running: exitCode === 3 ? false : null, exitCode, message, pidFile: found.path }));
    else (exitCode === 3 ? printer.out : printer.err)(`zscaler-mcp: ${message}`);
    return exitCode;
  }
  const report = describe(found.path, found.reading.record, trouble === null);
  const exitCode = report.running ? 0 : 1;
  if (json) printer.out(JSON.stringify({ ...report, exitCode, message: trouble?.message ?? 'running' }));
  else printForPeople(report, trouble?.message ?? null, printer);
  return exitCode;
}

function describe(pidFile: string, record: LifecycleRecord, running: boolean): StatusReport {
  const source = classifyEnvSource(record, { pid: running ? record.pid : null });
  const [entry] = record.argv;
  const codeNow = running && entry !== undefined ? digestProgram(resolve(record.cwd, entry)) : null;
  return {
    ...record,
    running,
    uptimeSeconds: running ? uptimeOf(record) : null,
    ...source,
    codeChanged: codeNow === null || record.codeDigest === '' ? null : codeNow !== record.codeDigest,
    pidFile,
  };
}

/** From the kernel's clock where there is one: the wall clock may be set. */
function uptimeOf({ identity, startedAt }: LifecycleRecord): number {
  if (process.platform === 'linux' && identity.startTime !== null) {
    const bootedFor = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    // The kernel reports start times in ticks of USER_HZ, 100 a second on every Linux that Node.js runs on.
    return Math.max(0, Math.round((bootedFor - Number(identity.startTime) / 100) * 10) / 10);
  }
  return Math.max(0, Math.round((Date.now() - Date.parse(startedAt)) / 100) / 10);
}

function printForPeople(report: StatusReport, trouble: string | null, { out, err, canvas }: Printer): void {
  const { version, state, generation, demo, running } = report;
  const headline = `zscaler-mcp ${version} is running: ${state}, generation ${generation}${demo ? ' (DEMO tenant)' : ''}`;
  if (trouble === null) out(paint(headline, state === 'ready' ? 'good' : 'waiting', canvas));
  else err(paint(`zscaler-mcp: ${trouble}`, 'bad', canvas));
  const rows = [...processRows(report), ...sourceRows(report), ...differenceRows(report), ...postureRows(report), ...pastRows(report)];
  for (const line of draw(rows, canvas)) out(line);
  for (const line of wrap(report.envAdvice, canvas.width)) out(line);
  for (const warning of report.envWarnings) err(paint(`warning: ${warning}`, 'waiting', canvas));
  if (!running) err(adviceFor(1));
}

const processRows = ({ pid, running, state, uptimeSeconds, startedAt, transport, url, handover, pidFile }: StatusReport): Row[] => [
  { label: 'PID', text: running ? String(pid) : `${pid}, was ${state}` },
  ...(uptimeSeconds === null ? [] : [{ label: 'uptime', text: `${spell(uptimeSeconds)}, since ${startedAt}` }]),
  { label: 'transport', text: url === null ? transport : `${transport} at ${url}` },
  {
    label: 'restart',
    text:
      handover === 'descriptor' ? 'keeps the listening socket and idle connections' : 'binds anew: connections are refused for a moment',
  },
  { label: 'PID file', text: pidFile },
];

const sourceRows = ({ dotenvPath, envSource, envChanged, envFile }: StatusReport): Row[] => [
  { label: '.env', text: dotenvPath ?? 'none' },
  { label: 'source', text: `${envSource}${changeWords(envChanged)}`, tone: envChanged ? 'waiting' : 'plain' },
  ...(envFile ? [{ label: 'loaded', text: envFile.loadedAt }] : []),
];

/** What is not as it runs. */
const differenceRows = ({ config, codeChanged }: StatusReport): Row[] => [
  ...(config.pendingRestart.length > 0
    ? [{ label: 'waiting', text: `for a restart: ${config.pendingRestart.join(', ')}`, tone: 'waiting' as const }]
    : []),
  ...(codeChanged ? [{ label: 'program', text: 'what is on disk is not what runs; a restart loads it', tone: 'waiting' as const }] : []),
];

function postureRows({ posture }: StatusReport): Row[] {
  if (posture === null) return [];
  return [
    { label: 'on', text: posture.on.join(', ') || 'nothing' },
    { label: 'off', text: posture.off.join(', ') || 'nothing' },
    ...posture.risks.map(({ message }) => ({ label: 'risk', text: message, tone: 'bad' as const })),
  ];
}

/** What was done lately, the latest first. */
function pastRows({ operations, failedCount }: StatusReport): Row[] {
  const now = Date.now();
  const rows = operations
    .slice(-SHOWN_OPERATIONS)
    .toReversed()
    .map((past): Row => {
      const isBad = past.errors.length > 0 || BAD.has(past.outcome);
      const ago = spell((now - Date.parse(past.finishedAt)) / 1_000);
      const text = `${past.kind} ${past.outcome} ${ago} ago, asked by ${askerOf(past)}${isBad ? `: ${shorten(past.message)}` : ''}`;
      return { label: 'lately', text, tone: isBad ? 'bad' : 'plain' };
    });
  return failedCount === 0
    ? rows
    : [...rows, { label: 'failed', text: `${failedCount} in all; status --json has the errors of the last 20` }];
}

const SHOWN_OPERATIONS = 5;
const BAD: ReadonlySet<string> = new Set(['refused', 'failed', 'rolled-back', 'timed-out']);
const MESSAGE_LENGTH = 160;

function askerOf({ askedBy }: PastOperation): string {
  if (askedBy === null) return 'a signal';
  return [askedBy.uid === null ? 'somebody' : `uid ${askedBy.uid}`, ...(askedBy.pid === null ? [] : [`process ${askedBy.pid}`])].join(', ');
}

const shorten = (text: string): string => (text.length > MESSAGE_LENGTH ? `${text.slice(0, MESSAGE_LENGTH - 1)}…` : text);

const changeWords = (envChanged: boolean | null): string =>
  envChanged === null ? '' : envChanged ? ', changed since it was loaded' : ', unchanged since it was loaded';
