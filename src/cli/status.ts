/** `zscaler-mcp status`: what runs, where its environment comes from, and what differs from what runs. Never signals. */
import { readFileSync } from 'node:fs';
import { showLine } from '../common/hidden.ts';
import {
  describeHeirs,
  digestProgram,
  explainClosedFolder,
  explainStartObstacle,
  findOthers,
  findServer,
  isAnswering,
  isBetweenPrograms,
  isInterpreterReplaced,
  isProgramGone,
  programPathOf,
  traceFiles,
  troubleWith,
  whyDeaf,
  type Found,
  type LifecycleRecord,
  type RecordedSetting,
  type OtherServer,
  type Whereabouts,
} from '../lifecycle/index.ts';
import { classifyEnvSource, describeEnvironment, findNewerFiles } from '../settings/env-source.ts';
import { ELSEWHERE } from './exit-codes.ts';
import { toJson, type Printer } from './print.ts';
import { printPicture } from './status-picture.ts';
import type { StatusReport } from './status-report.ts';
import { isFixed, settingLines, settingsToShow, type SettingsAsked } from './status-settings.ts';

/** How long a server has to answer. */
const ANSWER_MS = 2_000;

/** Prints what runs. @returns the exit code */
export async function printStatus(where: Whereabouts, json: boolean, printer: Printer, asked: SettingsAsked): Promise<number> {
  const { found, responding } = await look(where);
  const others = findOthers(found, where);
  const trouble = withHeirs(troubleWith(found), others);
  if (found.note !== null && !json) printer.err(showLine(`note: ${found.note}`));
  if (found.reading.kind !== 'record' || found.path === null || trouble?.outcome === 'record-unusable') {
    const exitCode = trouble?.outcome === 'not-running' ? 3 : trouble?.outcome === 'not-permitted' ? 77 : 4;
    const message = trouble?.message ?? 'no server is running';
    if (json) printer.out(toJson({ running: exitCode === 3 ? false : null, exitCode, message, pidFile: found.path, others }));
    else {
      const print = exitCode === 3 ? printer.out : printer.err;
      print(showLine(`zscaler-mcp: ${message}`));
      if (exitCode === 3 && others.length === 0) print(ELSEWHERE);
    }
    return exitCode;
  }
  const { record } = found.reading;
  const report: StatusReport = { ...describe(found.path, record, trouble === null), responding, others };
  const silence = responding === false ? `running, but does not answer${whyDeaf(record.pid)}` : null;
  const exitCode = trouble !== null ? 1 : silence !== null ? 6 : 0;
  const settings = settingsToShow(report.settings ?? [], asked);
  const shown = { ...report, settings: asked.settings ? settings : undefined };
  if (json) printer.out(toJson({ ...shown, exitCode, message: trouble?.message ?? silence ?? 'running' }));
  else if (asked.settings && trouble === null) {
    if (silence !== null) printer.err(`zscaler-mcp: ${silence}`);
    for (const line of describeSettings(report, settings)) printer.out(showLine(line));
  } else {
    printPicture(report, { trouble: trouble?.message ?? null, silence }, printer);
    if (asked.settings) for (const line of ['', ...describeSettings(report, settings)]) printer.out(showLine(line));
  }
  return exitCode;
}

function describeSettings(
  { settings, dotenvPath, envSource, envChanged, config, generation, running }: StatusReport,
  shown: readonly RecordedSetting[],
): string[] {
  if (settings === undefined) return ['The server is of a version that does not record its settings. After a restart it does.'];
  return [
    `${running ? 'settings in force' : 'settings that were in force'}: generation ${generation}, read ${config.loadedAt}, .env ${dotenvPath ?? 'none'} (${envSource})`,
    ...(envChanged ? ['the .env has changed since: zscaler-mcp reload reads it again'] : []),
    ...settingLines(shown, config.loadedAt),
    ...(shown.length < settings.length ? [`${settings.length - shown.length} more are at their default; --all shows them`] : []),
  ];
}

type Trouble = ReturnType<typeof troubleWith>;

const withHeirs = (trouble: Trouble, others: readonly OtherServer[]): Trouble =>
  trouble?.outcome === 'not-running' && others.length > 0 ? { ...trouble, message: describeHeirs(others) } : trouble;

/** Finds the server, and asks it whether it does anything. */
async function look(where: Whereabouts): Promise<{ found: Found; responding: boolean | null }> {
  const found = findServer(where);
  if (found.reading.kind !== 'record' || found.path === null || found.reading.presence !== 'alive') return { found, responding: null };
  const responding = await isAnswering({ path: found.path, record: found.reading.record }, ANSWER_MS);
  if (responding !== false) return { found, responding };
  // It may have ended meanwhile, or begun to replace its program.
  const now = { ...findServer(where), note: found.note };
  if (now.reading.kind !== 'record' || now.path === null || now.reading.presence !== 'alive') return { found: now, responding: null };
  return { found: now, responding: isBetweenPrograms(now.path, now.reading.record) ? null : false };
}

function describe(pidFile: string, record: LifecycleRecord, running: boolean): Omit<StatusReport, 'responding' | 'others'> {
  const { situation, ...source } = classifyEnvSource(record, { pid: running ? record.pid : null });
  const codeGone = running && isProgramGone(record);
  return {
    ...record,
    faults: [...record.faults, ...(running ? [explainClosedFolder(pidFile) ?? []].flat() : [])],
    running,
    uptimeSeconds: running ? uptimeOf(record) : null,
    ...source,
    environment: describeEnvironment(situation, { by: 'status' }),
    secretFilesChanged: running ? findNewerFiles(filesOf(record), record.pid) : [],
    codeChanged: running ? codeGone || isReplaced(record) : null,
    codeGone,
    restartObstacle: running && !codeGone ? explainStartObstacle(needsOf(record)) : null,
    shadowed: (record.settings ?? []).flatMap(({ setting, value, from, shadowed = [] }) =>
      shadowed.map((below) => ({
        setting,
        value: below.value,
        from: below.from,
        inForce: below.value === null ? null : value,
        by: from,
        readAt: isFixed(below.from) ? null : record.config.loadedAt,
      })),
    ),
    pidFile,
  };
}

/** Beside the `.env`: files of secrets, and those that settings name. */
const filesOf = ({ secretSources, namedFiles = [] }: LifecycleRecord) => [
  ...secretSources,
  ...namedFiles.map(({ path, readAt }) => ({ kind: 'file', place: path, readAt })),
];

function isReplaced(record: LifecycleRecord): boolean | null {
  const { codeDigest, codeTrace } = record;
  if (isInterpreterReplaced(record)) return true;
  const path = programPathOf(record);
  if (path === null || codeDigest === '') return null;
  if (codeTrace !== null && traceFiles(path) === codeTrace) return false;
  const now = digestProgram(path);
  return now === null ? null : now !== codeDigest;
}

const needsOf = (record: LifecycleRecord) => ({
  argv0: record.argv0 ?? record.interpreter,
  searchPath: record.searchPath ?? null,
  execPath: record.interpreter,
  cwd: record.cwd,
  main: programPathOf(record) ?? '',
});

/** From the kernel's clock where there is one: the wall clock may be set. */
function uptimeOf({ identity, startedAt }: LifecycleRecord): number {
  if (process.platform === 'linux' && identity.startTime !== null) {
    const bootedFor = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    // The kernel reports start times in ticks of USER_HZ, 100 a second on every Linux that Node.js runs on.
    return Math.max(0, Math.round((bootedFor - Number(identity.startTime) / 100) * 10) / 10);
  }
  return Math.max(0, Math.round((Date.now() - Date.parse(startedAt)) / 100) / 10);
}
