/** Captures how this process was started. The only reader of `process.env` beside the entry file. */
import { readFileSync } from 'node:fs';
import { variablesOf } from '../common/surroundings.ts';
import { asNamed, findByName, resolveLinks, searchPath, workingDirectory } from './names.ts';

/** Absolute paths of the running program, links resolved: a link that is moved later does not change what runs now. */
export interface LoadedProgram {
  /** The Node.js executable. */
  readonly interpreter: string;
  /** The program's entry file, also where a launcher stands in `argv[1]`. */
  readonly entry: string;
}

/** How this process was started, captured on its first lines; a restart repeats exactly this. */
export interface Launch {
  /** Arguments after the entry file. */
  readonly argv: readonly string[];
  /**
   * `argv[1]` by the path that was given, which an exec repeats: usually the program's entry file, or the file of a launcher that imports
   * it (pm2, a wrapper). Links are unresolved, also those of the working directory where the path was relative. Empty for `node --eval`.
   */
  readonly entry: string;
  /** The program's entry file by the name that leads to it, links unresolved, so that a moved `current` link leads to the new version. */
  readonly main: string;
  readonly execPath: string;
  readonly argv0: string;
  /** PATH, where `argv0` is a bare name that led to the interpreter on it; else null. A restart searches it again. */
  readonly searchPath: string | null;
  readonly loaded: LoadedProgram;
  readonly execArgv: readonly string[];
  /** By the name that the shell had for it (PWD), links unresolved, where that leads to the same place. */
  readonly cwd: string;
  /** The environment at the very first start. It passes through every exec unchanged. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables that a service manager set for this process alone (`NOTIFY_SOCKET`, ...). The handover passes them on. */
  readonly manager: Readonly<Record<string, string>>;
  /** Value of `HANDOVER_VARIABLE`: where the former generation left its handover; null in a first generation. */
  readonly handover: string | null;
}

/** The private variable that names the descriptor or file holding the handover. */
export const HANDOVER_VARIABLE = 'ZSCALER_MCP_HANDOVER';
/** Set for the child that rehearses a restart. */
export const REHEARSAL_VARIABLE = 'ZSCALER_MCP_REHEARSAL';

/** Variables that must not reach the next image: our own, and those of a Node.js process that forked this one. */
const PRIVATE_VARIABLES = [HANDOVER_VARIABLE, REHEARSAL_VARIABLE, 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_UNIQUE_ID'];

/** See sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3). A child that inherits them would speak, or listen, in our name. */
const MANAGER_VARIABLES = [
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'LISTEN_PIDFDID',
];

/**
 * Captures how this process was started; call it on the first lines of the program. Also removes the service manager's
 * variables from `process.env`, so that no child inherits them.
 * @param main the program's entry file: `import.meta.filename` of the caller
 */
export function captureLaunch(main: string): Launch {
  const env: Record<string, string> = {};
  const manager: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined || PRIVATE_VARIABLES.includes(name)) continue;
    (MANAGER_VARIABLES.includes(name) ? manager : env)[name] = value;
  }
  for (const name of Object.keys(manager)) delete process.env[name];
  const hasEntry = !process.execArgv.some(isEval);
  const cwd = workingDirectory(env['PWD']);
  const entry = hasEntry ? asGiven(process.argv[1] ?? '', cwd) : '';
  const loaded = resolveLinks(main);
  return Object.freeze({
    argv: Object.freeze(process.argv.slice(hasEntry ? 2 : 1)),
    entry,
    main: findByName(loaded, [entry, env['pm_exec_path'] ?? ''], cwd),
    execPath: process.execPath,
    argv0: process.argv0,
    searchPath: searchPath({ argv0: process.argv0, execPath: process.execPath, cwd, path: env['PATH'] }),
    loaded: Object.freeze({ interpreter: process.execPath, entry: loaded }),
    execArgv: Object.freeze([...process.execArgv]),
    cwd,
    env: Object.freeze(env),
    manager: Object.freeze(manager),
    handover: process.env[HANDOVER_VARIABLE] ?? null,
  });
}

/**
 * The environment that a process was started with, without what is private or its service manager's. Linux only.
 * @throws when it cannot be read
 */
export function readEnvironment(pid: number): Record<string, string> {
  return Object.fromEntries(variablesOf(pid).filter(([name]) => !PRIVATE_VARIABLES.includes(name) && !MANAGER_VARIABLES.includes(name)));
}

/**
 * For a command that judges the start of another process: takes on its directory and environment, where relative paths and packages look.
 * @throws when the directory cannot be entered
 */
export function takeOn({ cwd, env }: Pick<Launch, 'cwd' | 'env'>): void {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
}

/** With `node --eval` no file stands in `argv[1]`. */
const isEval = (option: string): boolean => /^(?:-e|-p|-pe|--eval|--print)(?:=|$)/.test(option);

/**
 * Node.js makes `argv[1]` absolute by the directory's real path. Where a relative path was given, it is made absolute by the
 * directory's name instead. Only Linux tells what was given; elsewhere a path inside the directory is taken for a relative one.
 */
function asGiven(absolute: string, cwd: string): string {
  const given = process.platform === 'linux' ? givenEntry() : '';
  return given.startsWith('/') ? absolute : asNamed(absolute, cwd, given);
}

/** Counted from the end, because options of Node.js stand before it; empty when it cannot be read. */
function givenEntry(): string {
  try {
    return (
      readFileSync('/proc/self/cmdline', 'utf8')
        .split('\0')
        .slice(0, -1)
        .at(1 - process.argv.length) ?? ''
    );
  } catch {
    return '';
  }
}

/**
 * Enters the working directory by its name, which may lead to another place by now, so that relative paths in settings mean what
 * they mean to the next generation. Stays where it is when there is none.
 */
export function enterDirectory({ cwd }: Pick<Launch, 'cwd'>): void {
  try {
    process.chdir(cwd);
  } catch {
    // A restart says so.
  }
}
