/** `zscaler-mcp check`: judges the configuration with which a server would start, or start again, and starts nothing. */
import { count } from '../common/count.ts';
import { describeProblem } from '../common/problem.ts';
import { showLine } from '../common/hidden.ts';
import {
  describeOperation,
  exitCodeOf,
  findProgram,
  isInterpreterReplaced,
  judgePidFilePlace,
  newOperationId,
  rehearse,
  takeOn,
  traceFiles,
  type Launch,
  type Operation,
  type Outcome,
  type Problem,
} from '../lifecycle/index.ts';
import { judgeConfiguration, readConfiguration, type ConfigurationReading, type Trial } from '../server/index.ts';
import {
  classifyEnvSource,
  describeEnvironment,
  describeOrigin,
  describeValue,
  isSet,
  maskSecrets,
  rows,
  secretValues,
  type EnvSourceReport,
} from '../settings/index.ts';
import type { Invocation } from './command.ts';
import { describeDotenv, describeNewStart, filesSeenOtherwise, findJudged, type Judged, type JudgedServer } from './judged.ts';
import { printOperation, table, toJson, type Printer } from './print.ts';

/** Says what it judges, then prints every problem, or the settings with where each value came from. @returns the exit code */
export async function printCheck(invocation: Invocation): Promise<number> {
  const { stage, values, json } = invocation;
  const startedAt = performance.now();
  // Before the environment is changed, which decides about colour.
  const printer: Printer = { out: stage.out, err: stage.err, canvas: stage.canvas };
  const verdict = ({ outcome, ...rest }: Verdict): Operation => {
    const id = newOperationId();
    const durationMs = Math.round(performance.now() - startedAt);
    return describeOperation({ id, kind: 'check', outcome, exitCode: exitCodeOf('check', outcome), ...rest, durationMs });
  };
  const judged = await findJudged(invocation);
  if ('outcome' in judged) return printOperation(verdict(judged), json, printer);
  const { reading, problems, warnings } = await judge(judged);
  const words = wordsOn(judged, reading);
  const operation = verdict({
    outcome: problems.length === 0 ? 'valid' : 'refused',
    message: messageOn(judged, problems.length, words.isStale),
    errors: problems,
    warnings: [...judged.warnings, ...reading.warnings, ...words.warnings, ...warnings],
    envSource: words.envSource,
    environment: words.environment,
  });
  const settings = resolved(reading);
  if (json) {
    printer.out(toJson({ ...operation, judged: words.judged, settings }));
    return operation.exitCode;
  }
  printer.out(showLine(`check: judged ${words.judged.text}`));
  if (operation.outcome === 'valid') printSettings(settings, values['all'] === true, printer);
  return printOperation(operation, false, printer);
}

type Verdict = { readonly outcome: Outcome; readonly message: string } & Partial<
  Pick<Operation, 'errors' | 'warnings' | 'envSource' | 'environment'>
>;

async function judge({ launch, flags, demo, server, problems }: Judged): Promise<Trial & { readonly reading: ConfigurationReading }> {
  if (server !== null && problems.length === 0) takeOn(launch);
  const reading = await readConfiguration(launch, flags);
  if (problems.length > 0) return { reading, problems: [...problems, ...reading.problems], warnings: [] };
  const trial = await judgeConfiguration(reading, demo);
  if (trial.problems.length > 0) return { reading, ...trial };
  if (server === null) return { reading, ...judgePlace(reading, trial) };
  return { reading, ...trial, problems: await rehearseStart(server, launch, reading) };
}

/** A PID file that was named must be one that the server can keep. */
function judgePlace({ configuration }: ConfigurationReading, trial: Trial): Trial {
  const { pidFile } = configuration.settings;
  const complaint = pidFile === undefined ? null : judgePidFilePlace(pidFile);
  if (complaint === null) return trial;
  const { message, hint, isCertain } = complaint;
  const problem = { setting: 'ZSCALER_MCP_PID_FILE', file: null, line: null, message, hint };
  return isCertain ? { ...trial, problems: [problem] } : { ...trial, warnings: [...trial.warnings, describeProblem(problem)] };
}

const REHEARSAL_LIMIT_MS = 20_000;

/** Loads the program as a restart does, unless it is known to be what the server runs already. */
async function rehearseStart(
  { record, running }: JudgedServer,
  launch: Launch,
  { configuration }: ConfigurationReading,
): Promise<readonly Problem[]> {
  const isWhatRuns = running && record.codeTrace !== null && traceFiles(launch.main) === record.codeTrace;
  if (launch.main === '' || (isWhatRuns && isInterpreterReplaced(record) === false)) return [];
  const options = { state: configuration.saved, limitMs: REHEARSAL_LIMIT_MS, signal: new AbortController().signal };
  const { ok, message, problems } = await rehearse(findProgram(launch), launch, options);
  if (ok || problems.length > 0) return problems;
  const masked = maskSecrets(message, configuration.secrets);
  return [{ setting: null, file: launch.main, line: null, message: masked, hint: '' }];
}

function messageOn({ server }: Judged, problems: number, isStale: boolean): string {
  if (problems === 0 && isStale)
    return 'it would start again with what can be seen from here; a new start may read the file that replaced it on the host, which cannot be seen';
  if (problems === 0)
    return server === null ? 'a server would start with this configuration' : 'it would start again with this configuration';
  return `${server === null ? 'a server would not start' : 'it would not start again'}: ${count(problems, 'problem')}`;
}

/** What was judged, for the first line and for JSON, and where its environment came from. */
interface Words {
  readonly judged: {
    readonly text: string;
    readonly pid: number | null;
    readonly running: boolean | null;
    readonly transport: string;
    readonly url: string | null;
    readonly pidFile: string | null;
    readonly cwd: string;
    readonly dotenvPath: string | null;
    /** See `JudgedServer`; `own` too for a start by this command line. */
    readonly environment: 'own' | 'recorded';
    readonly unknown: readonly string[];
  };
  readonly environment: string;
  readonly envSource: string;
  /** What was judged was replaced on the host, where it cannot be seen. */
  readonly isStale: boolean;
  readonly warnings: readonly string[];
}

function wordsOn(judged: Judged, { configuration, problems }: ConfigurationReading): Words {
  const { server, launch } = judged;
  const { dotenvPath } = configuration.source;
  const { transport } = configuration.settings;
  return {
    judged: {
      text: describeStart(judged, transport, dotenvPath),
      pid: server?.record.pid ?? null,
      running: server?.running ?? null,
      transport,
      url: server?.record.url ?? null,
      pidFile: server?.pidFile ?? null,
      cwd: launch.cwd,
      dotenvPath,
      environment: server?.environment ?? 'own',
      unknown: server?.unknown ?? [],
    },
    ...environmentOf(judged, configuration, problems.length > 0),
    warnings:
      server === null
        ? []
        : [
            ...(problems.length === 0 ? leftBehind(server, dotenvPath) : []),
            ...filesSeenOtherwise(server, configuration.files).map(
              (path) => `the server sees another file at ${path} than this command, which judged its own`,
            ),
          ],
  };
}

/** A restart keeps what was last read from a file that is gone; a new start does not. */
const leftBehind = ({ record: { dotenvPath }, running }: JudgedServer, found: string | null): string[] =>
  running && dotenvPath !== null && found === null
    ? [`a new start would run without the values of ${dotenvPath}, which is gone; zscaler-mcp restart keeps them`]
    : [];

function describeStart({ server, about, launch: { cwd } }: Judged, transport: string, dotenvPath: string | null): string {
  if (server === null) return `${describeNewStart({ transport, cwd, dotenvPath })}${about}`;
  const { pid, transport: recorded, url } = server.record;
  const at = url === null ? recorded : `${recorded} at ${url}`;
  const who = server.running ? `the server with PID ${pid} (${at})` : `the server that had PID ${pid} (${at}) and has ended`;
  return `${who}, as it would start again, ${describeDotenv({ dotenvPath })}${about}`;
}

/** The label is that of the running server where the start would read what the label speaks of, or cannot. */
function environmentOf(
  { server }: Judged,
  { source }: ConfigurationReading['configuration'],
  isRefused: boolean,
): Pick<Words, 'envSource' | 'environment' | 'isStale'> {
  const readAt = source.envFile?.loadedAt ?? null;
  const ofServer = server && classifyEnvSource(server.record, { pid: server.running ? server.record.pid : null });
  const isTheSame =
    ofServer !== null &&
    (ofServer.situation.origin === 'pipe' || ofServer.found === source.dotenvPath || ofServer.situation.obstacle !== null);
  // The server has left the file that it was started with, and a new start reads no other.
  const isLeft = source.dotenvPath !== null && server !== null && server.record.dotenvPath !== source.dotenvPath;
  const ofStart = isLeft ? { ...source, envCandidates: [source.dotenvPath] } : source;
  const report: EnvSourceReport = isTheSame ? ofServer : classifyEnvSource(ofStart);
  const { envSource, situation } = report;
  const isAdopted = envSource === 'fresh-discovery' && readAt !== null;
  const isAbsent = !isLeft && (envSource === 'missing' || envSource === 'none');
  const by = isAdopted ? 'restart' : isAbsent && server?.running === true ? 'status' : 'check';
  const isStale = server !== null && situation.origin === 'stale';
  return { envSource, isStale, environment: describeEnvironment(situation, { by, dryRun: true, readAt, isRefused }) };
}

interface ResolvedSetting {
  readonly setting: string;
  /** Secrets read `set` or `unset`, what cannot be used `invalid`. */
  readonly value: string;
  readonly origin: string;
  /** The same in words. */
  readonly from: string;
}

function resolved({ configuration, problems }: ConfigurationReading): ResolvedSetting[] {
  const invalid = new Set(problems.map(({ setting }) => setting));
  const { settings, origins } = configuration.loaded;
  const secrets = secretValues(settings);
  return rows.map(([name, row]) => {
    const { env, secret } = row;
    const value = settings[name];
    const found = origins[env] ?? { origin: 'default' };
    const { origin, file, line, secretFile } = found;
    const valid = secret ? (isSet(value) ? 'set' : 'unset') : maskSecrets(describeValue(value), secrets);
    const shown = invalid.has(env) ? 'invalid' : valid;
    const place = file === undefined ? origin : `${file}:${line}`;
    const where = secretFile === undefined ? place : `${secretFile}, named in ${place}`;
    return { setting: env, value: shown, origin: maskSecrets(where, secrets), from: maskSecrets(describeOrigin(row, found), secrets) };
  });
}

function printSettings(settings: readonly ResolvedSetting[], all: boolean, { out }: Printer): void {
  const shown = settings.filter(({ origin }) => all || origin !== 'default');
  for (const line of table(shown.map(({ setting, value, from }) => [setting, value, from]))) out(`  ${line}`);
  if (shown.length === 0) out('  every setting is at its default');
}
