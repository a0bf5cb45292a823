/** Captures how this process was started. The only reader of `process.env` beside the entry file. */
import { realpathSync } from 'node:fs';

/** Absolute paths of the running program, links resolved: a link that is moved later does not change what runs now. */
export interface LoadedProgram {
  /** The Node.js executable. */
  readonly interpreter: string;
  readonly entry: string;
}

/** How this process was started, captured on its first lines; a restart repeats exactly this. */
export interface Launch {
  /** Arguments after the entry file. */
  readonly argv: readonly string[];
  /** The entry file as it was given, links unresolved, so that a moved `current` link leads to the new version. */
  readonly entry: string;
  readonly execPath: string;
  readonly argv0: string;
  readonly loaded: LoadedProgram;
  readonly execArgv: readonly string[];
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
 */
export function captureLaunch(): Launch {
  const env: Record<string, string> = {};
  const manager: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined || PRIVATE_VARIABLES.includes(name)) continue;
    (MANAGER_VARIABLES.includes(name) ? manager : env)[name] = value;
  }
  for (const name of Object.keys(manager)) delete process.env[name];
  return Object.freeze({
    argv: Object.freeze(process.argv.slice(2)),
    entry: process.argv[1] ?? '',
    execPath: process.execPath,
    argv0: process.argv0,
    loaded: Object.freeze({ interpreter: process.execPath, entry: resolveLinks(process.argv[1] ?? '') }),
    execArgv: Object.freeze([...process.execArgv]),
    cwd: workingDirectory(),
    env: Object.freeze(env),
    manager: Object.freeze(manager),
    handover: process.env[HANDOVER_VARIABLE] ?? null,
  });
}

function resolveLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** `process.cwd()` throws when the directory has been deleted; the shell's PWD still has its name. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return process.env['PWD'] ?? '/';
  }
}
