/** Finds what `check` judges: the configuration with which the recorded server would start again, or a start by the command line given. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../common/errors.ts';
import {
  defaultPidFiles,
  findServer,
  isBeating,
  problemOfStart,
  programPathOf,
  readEnvironment,
  troubleWith,
  type Found,
  type Launch,
  type LifecycleRecord,
  type Problem,
} from '../lifecycle/index.ts';
import { flagLayer, flagOptions, isSettingVariable, type FlagLayer } from '../settings/index.ts';
import type { Invocation, OptionValues } from './command.ts';
import { finding } from './options.ts';
import { parseCommandLine } from './parse.ts';

/** A start to be judged. */
export interface Judged {
  readonly launch: Launch;
  readonly flags: FlagLayer;
  readonly demo: boolean;
  /** Null: the start that the command line describes. */
  readonly server: JudgedServer | null;
  /** What is to be known about it, in words; continues a sentence. */
  readonly about: string;
  /** Why it could not even begin to start. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** The server whose start is judged. */
export interface JudgedServer {
  readonly record: LifecycleRecord;
  readonly pidFile: string;
  readonly running: boolean;
  /** `own`: that of its first start. `recorded`: what its record holds of it, with the environment of the command. */
  readonly environment: 'own' | 'recorded';
  /** Settings that its environment set and whose values are not known here. */
  readonly unknown: readonly string[];
}

/** Why no start can be judged: the outcome to report. */
export type Unjudged = NonNullable<ReturnType<typeof troubleWith>>;

/** Finds what to judge: with flags of a server, a start with them; else the recorded server; without one, a start as it is. */
export async function findJudged(invocation: Invocation): Promise<Judged | Unjudged> {
  const { stage, values, where } = invocation;
  if (hasServeFlags(values)) return startHere(stage.launch, values, ', with the flags of this command');
  const found = findServer(where);
  const { path, reading } = found;
  if (reading.kind === 'absent' || path === null) {
    const places = where.pidFile === null ? defaultPidFiles(where.home) : [where.pidFile];
    return startHere(stage.launch, values, `; no server is recorded at ${places.join(', ')}; to judge another start, give its flags`);
  }
  const isDead = await hasEnded(found);
  const trouble = isDead ? null : troubleWith(found);
  if (trouble || reading.kind !== 'record') return trouble ?? { outcome: 'failed', message: 'the PID file changed' };
  return startAgain(invocation, { record: reading.record, pidFile: path, running: !isDead, note: found.note });
}

function hasServeFlags(values: OptionValues): boolean {
  const names = Object.keys(flagOptions()).filter((name) => !Object.hasOwn(finding, name));
  return [...names, 'demo'].some((name) => values[name] !== undefined);
}

function startHere(launch: Launch, values: OptionValues, about: string): Judged {
  return {
    launch,
    flags: flagLayer(values),
    demo: values['demo'] === true,
    server: null,
    about,
    problems: [],
    warnings: [],
  };
}

/** A file of another PID namespace that nobody touches any more is that of a former container. */
async function hasEnded({ path, reading }: Found): Promise<boolean> {
  if (reading.kind !== 'record' || path === null) return false;
  return reading.presence === 'elsewhere' ? !(await isBeating(path)) : reading.presence !== 'alive';
}

interface Recorded extends Pick<JudgedServer, 'record' | 'pidFile' | 'running'> {
  /** See `Found`. */
  readonly note: string | null;
}

async function startAgain({ stage, commands }: Invocation, { record, pidFile, running, note }: Recorded): Promise<Judged> {
  const { argv, cwd } = record;
  const environment = environmentOf(record, running, stage.launch);
  const launch = {
    ...stage.launch,
    argv: argv.slice(1),
    entry: argv[0] ?? stage.launch.entry,
    main: programPathOf(record) ?? '',
    ...interpreterOf(record, running),
    cwd: cwd === '' ? stage.launch.cwd : cwd,
    env: environment.env,
  };
  const { values, problems } = await readRecordedLine(launch.argv, commands);
  return {
    launch,
    flags: flagLayer(values),
    demo: values['demo'] === true,
    server: { record, pidFile, running, environment: environment.trouble === '' ? 'own' : 'recorded', unknown: environment.unknown },
    about: describe(environment),
    problems: [...problems, ...[problemOfStart(launch) ?? []].flat()],
    warnings: note === null ? [] : [note],
  };
}

/** A version of the program that knows other options may have written the record. */
async function readRecordedLine(
  argv: readonly string[],
  commands: Invocation['commands'],
): Promise<{ values: OptionValues; problems: readonly Problem[] }> {
  try {
    const { values } = await parseCommandLine(argv, { commands, settingOptions: () => Promise.resolve(flagOptions()) });
    return { values, problems: [] };
  } catch (error) {
    const hint = 'Start the server with a command line that this version of the program understands.';
    return { values: {}, problems: [{ setting: null, file: null, line: null, message: `its command line: ${messageOf(error)}`, hint }] };
  }
}

/** What a restart would execute: the same interpreter, by the name that it was started with, and its options. */
const interpreterOf = ({ argv, argv0, searchPath = null, interpreter, pid }: LifecycleRecord, running: boolean) => ({
  argv0: argv0 ?? interpreter,
  searchPath,
  execPath: interpreter,
  execArgv: running ? optionsOf(pid, argv.length) : [],
});

/** Those of Node.js: what stands between its name and the program. Linux only. */
function optionsOf(pid: number, argumentCount: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .slice(1, -1 - argumentCount);
  } catch {
    return [];
  }
}

interface StartEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** Why it is not exactly that of the first start; empty when it is. */
  readonly trouble: string;
  readonly unknown: readonly string[];
}

function environmentOf(record: LifecycleRecord, running: boolean, here: Launch): StartEnvironment {
  const { bootSettings, pid } = record;
  const own = running ? readOwn(pid) : 'is gone with the process';
  const base = typeof own === 'string' ? standIn(record, here) : own;
  // What a launcher set after the process had begun is not among the variables that the kernel shows.
  const known = Object.entries(bootSettings ?? {}).filter((entry): entry is [string, string] => entry[1] !== null);
  const env = { ...Object.fromEntries(known), ...base };
  return { env, trouble: typeof own === 'string' ? own : '', unknown: Object.keys(bootSettings ?? {}).filter((name) => !(name in env)) };
}

/** The reason when it cannot be read. */
function readOwn(pid: number): Record<string, string> | string {
  if (process.platform !== 'linux') return 'cannot be read on this platform';
  try {
    return readEnvironment(pid);
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? messageOf(error)})`;
  }
}

/** The environment of this command, with only those settings that the server had, and the home that the server had. */
function standIn({ bootSettings, envCandidates }: LifecycleRecord, { env }: Launch): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => {
    if (name === 'HOME') return false;
    return bootSettings === null || !isSettingVariable(name) || bootSettings[name] === null;
  });
  const [, home] = envCandidates.flatMap((path) => /^(.+)\/\.zscaler-mcp\/\.env$/.exec(path)).filter((part) => part !== null);
  return { ...Object.fromEntries(kept), ...(home !== undefined && { HOME: home }) };
}

function describe({ trouble, unknown }: StartEnvironment): string {
  const standing = trouble === '' ? '' : `; its environment ${trouble}: its record and the environment of this command stand in for it`;
  return unknown.length === 0 ? standing : `${standing}; the values in it of ${unknown.join(', ')} are not known`;
}

/** A start that a command judged: over what, where, and with which `.env`. */
export interface Start {
  readonly transport: string;
  readonly cwd: string;
  readonly dotenvPath: string | null;
}

export const describeDotenv = ({ dotenvPath }: Pick<Start, 'dotenvPath'>): string =>
  dotenvPath === null ? 'without a .env' : `with the .env ${dotenvPath}`;

export const describeNewStart = (start: Start): string => `a start over ${start.transport} in ${start.cwd}, ${describeDotenv(start)}`;

/** The files that the server sees otherwise than this command, because it has mounts of its own (a unit of systemd, a container). */
export function filesSeenOtherwise({ record, running }: JudgedServer, files: readonly { readonly path: string }[]): string[] {
  if (!running || process.platform !== 'linux') return [];
  return files.map(({ path }) => resolve(record.cwd, path)).filter((path) => isOther(path, `/proc/${record.pid}/root${path}`));
}

/** What cannot be seen from here is not compared. */
function isOther(here: string, there: string): boolean {
  try {
    const [one, other] = [here, there].map((path) => statSync(path, { throwIfNoEntry: false }));
    return one?.dev !== other?.dev || one?.ino !== other?.ino;
  } catch {
    return false;
  }
}
