/** `zscaler-mcp status`: what runs, where its environment comes from, and what differs from what runs. Never signals. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  digestProgram,
  findServer,
  isInterpreterReplaced,
  traceFiles,
  troubleWith,
  type LifecycleRecord,
  type RecordedSetting,
  type Whereabouts,
} from '../lifecycle/index.ts';
import { classifyEnvSource, describeEnvironment, findNewerFiles } from '../settings/env-source.ts';
import type { Printer } from './print.ts';
import { printPicture } from './status-picture.ts';
import type { StatusReport } from './status-report.ts';
import { settingLines, settingsToShow, type SettingsAsked } from './status-settings.ts';

/** Prints what runs. @returns the exit code */
export function printStatus(where: Whereabouts, json: boolean, printer: Printer, asked: SettingsAsked): number {
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
  const settings = settingsToShow(report.settings ?? [], asked);
  const shown = { ...report, settings: asked.settings ? settings : undefined };
  if (json) printer.out(JSON.stringify({ ...shown, exitCode, message: trouble?.message ?? 'running' }));
  else if (asked.settings && trouble === null) for (const line of describeSettings(report, settings)) printer.out(line);
  else printPicture(report, trouble?.message ?? null, printer);
  return exitCode;
}

function describeSettings(
  { settings, dotenvPath, envSource, config, generation }: StatusReport,
  shown: readonly RecordedSetting[],
): string[] {
  if (settings === undefined) return ['The running server is of a version that does not record its settings. After a restart it does.'];
  return [
    `settings in force: generation ${generation}, loaded ${config.loadedAt}, .env ${dotenvPath ?? 'none'} (${envSource})`,
    ...settingLines(shown),
    ...(shown.length < settings.length ? [`${settings.length - shown.length} more are at their default; --all shows them`] : []),
  ];
}

function describe(pidFile: string, record: LifecycleRecord, running: boolean): StatusReport {
  const { situation, ...source } = classifyEnvSource(record, { pid: running ? record.pid : null });
  return {
    ...record,
    running,
    uptimeSeconds: running ? uptimeOf(record) : null,
    ...source,
    environment: describeEnvironment(situation, { by: 'status' }),
    secretFilesChanged: running ? findNewerFiles(record.secretSources, record.pid) : [],
    codeChanged: running ? isReplaced(record) : null,
    shadowed: (record.settings ?? []).flatMap(({ setting, value, from, shadowed = [] }) =>
      shadowed.map((below) => ({ setting, value: below.value, from: below.from, inForce: below.value === null ? null : value, by: from })),
    ),
    pidFile,
  };
}

function isReplaced({ pid, interpreter, program, argv: [first], cwd, codeDigest, codeTrace }: LifecycleRecord): boolean | null {
  if (isInterpreterReplaced(pid, interpreter)) return true;
  const entry = program ?? first;
  if (entry === undefined || codeDigest === '') return null;
  const path = resolve(cwd, entry);
  if (codeTrace !== null && traceFiles(path) === codeTrace) return false;
  const now = digestProgram(path);
  return now === null ? null : now !== codeDigest;
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
