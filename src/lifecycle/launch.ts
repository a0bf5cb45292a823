/** How this process was started, as seen on its first line; a restart repeats exactly this. */
export interface Launch {
  /** Arguments behind the entry file. */
  readonly argv: readonly string[];
  /** The entry file as it was given, links unresolved: a moved `current` link leads to the new version. */
  readonly entry: string;
  readonly execPath: string;
  readonly argv0: string;
  readonly execArgv: readonly string[];
  readonly cwd: string;
  /** The environment at the very first start. It passes through every exec unchanged. */
  readonly env: Readonly<Record<string, string>>;
}

/** The one private variable: names the descriptor or file that holds the handover. */
export const HANDOVER_VARIABLE = 'ZSCALER_MCP_HANDOVER';
/** Set for the child that rehearses a restart. */
export const REHEARSAL_VARIABLE = 'ZSCALER_MCP_REHEARSAL';

/** Variables that must not reach the next image: ours, and those of whoever forked us. */
const PRIVATE_VARIABLES = [HANDOVER_VARIABLE, REHEARSAL_VARIABLE, 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_UNIQUE_ID'];

export function captureLaunch(): Launch {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !PRIVATE_VARIABLES.includes(name)) env[name] = value;
  }
  return Object.freeze({
    argv: Object.freeze(process.argv.slice(2)),
    entry: process.argv[1] ?? '',
    execPath: process.execPath,
    argv0: process.argv0,
    execArgv: Object.freeze([...process.execArgv]),
    cwd: workingDirectory(),
    env: Object.freeze(env),
  });
}

/** A deleted working directory makes `process.cwd()` throw; Linux still tells its name. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return process.env['PWD'] ?? '/';
  }
}
