import { realpathSync } from 'node:fs';

/** Files of the running program, links resolved: where a link leads later does not change what runs. */
export interface LoadedProgram {
  readonly interpreter: string;
  readonly entry: string;
}

/** How this process was started, as seen on its first line; a restart repeats exactly this. */
export interface Launch {
  /** Arguments behind the entry file. */
  readonly argv: readonly string[];
  /** The entry file as it was given, links unresolved: a moved `current` link leads to the new version. */
  readonly entry: string;
  readonly execPath: string;
  readonly argv0: string;
  readonly loaded: LoadedProgram;
  readonly execArgv: readonly string[];
  readonly cwd: string;
  /** The environment at the very first start. It passes through every exec unchanged. */
  readonly env: Readonly<Record<string, string>>;
  /** What a service manager told this very process, and no part of the environment. The handover carries it on. */
  readonly manager: Readonly<Record<string, string>>;
}

/** The one private variable: names the descriptor or file that holds the handover. */
export const HANDOVER_VARIABLE = 'ZSCALER_MCP_HANDOVER';
/** Set for the child that rehearses a restart. */
export const REHEARSAL_VARIABLE = 'ZSCALER_MCP_REHEARSAL';

/** Variables that must not reach the next image: ours, and those of whoever forked us. */
const PRIVATE_VARIABLES = [HANDOVER_VARIABLE, REHEARSAL_VARIABLE, 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_UNIQUE_ID'];

/** See sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3). A child that had them would speak, or listen, in our name. */
const MANAGER_VARIABLES = [
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'LISTEN_PIDFDID',
];

/** Also takes the service manager's variables out of `process.env`, so that nothing that is started later inherits them. */
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
  });
}

function resolveLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** A deleted working directory makes `process.cwd()` throw; Linux still tells its name. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return process.env['PWD'] ?? '/';
  }
}
