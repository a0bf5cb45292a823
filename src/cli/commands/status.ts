/** `zscaler-mcp status`: what runs, where its environment comes from, and what differs from what runs. Never signals. */
import { readFileSync } from 'node:fs';
import { digestProgram, findServer, troubleWith, type LifecycleRecord, type Whereabouts } from '../../lifecycle/index.ts';
import { resolve } from 'node:path';
import { classifyEnvSource } from '../../settings/env-source.ts';
import { adviceFor } from '../exit-codes.ts';
import { table, type Printer } from '../print.ts';

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

function printForPeople(report: StatusReport, trouble: string | null, { out, err }: Printer): void {
  const { generation, state, failedCount, config, envFile } = report;
  if (trouble !== null) err(`zscaler-mcp: ${trouble}`);
  else out(`zscaler-mcp ${report.version} is running${report.demo ? ' (DEMO tenant)' : ''}`);
  const rows = [
    [
      'PID',
      `${report.pid}, generation ${generation}, ${report.running ? state : `was ${state}`}${failedCount > 0 ? `, ${failedCount} failed operations` : ''}`,
    ],
    ...(report.uptimeSeconds === null ? [] : [['uptime', spell(report.uptimeSeconds)]]),
    ['transport', report.url === null ? report.transport : `${report.transport} at ${report.url}`],
    ['.env', report.dotenvPath ?? 'none'],
    ['source', `${report.envSource}${changeWords(report)}`],
    ...(envFile ? [['loaded', envFile.loadedAt]] : []),
    ...(config.pendingRestart.length > 0 ? [['waiting', `for a restart: ${config.pendingRestart.join(', ')}`]] : []),
    ...(report.codeChanged ? [['program', 'what is on disk is not what runs; a restart loads it']] : []),
    [
      'restart',
      report.handover === 'descriptor'
        ? 'keeps the listening socket and idle connections'
        : 'binds anew: connections are refused for a moment',
    ],
    ...postureRows(report),
    ['PID file', report.pidFile],
  ];
  for (const line of table(rows)) out(`  ${line}`);
  out(report.envAdvice);
  for (const warning of report.envWarnings) err(`warning: ${warning}`);
  if (trouble !== null) err(adviceFor(1));
}

function postureRows({ posture }: StatusReport): string[][] {
  if (posture === null) return [];
  return [
    ['on', posture.on.join(', ') || 'nothing'],
    ['off', posture.off.join(', ') || 'nothing'],
    ...posture.risks.map(({ message }) => ['risk', message]),
  ];
}

const changeWords = ({ envChanged }: StatusReport): string =>
  envChanged === null ? '' : envChanged ? ', changed since it was loaded' : ', unchanged since it was loaded';

function spell(seconds: number): string {
  const parts = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const words = parts.map((value, at) => [value, ['d', 'h', 'min', 's'][at]] as const).filter(([value], at) => value > 0 || at === 3);
  return words
    .slice(0, 2)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}
