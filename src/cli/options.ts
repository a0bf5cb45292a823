/** Options that several commands share, and what their values mean. */
import type { Option, Options, OptionValues } from './command.ts';
import { usageError } from './usage.ts';

const pidFile: Option = {
  type: 'string',
  takes: 'PATH',
  about: 'the PID file of the server, if it is not in a default place; also ZSCALER_MCP_PID_FILE',
};

export const json: Option = { type: 'boolean', about: 'print one JSON object on stdout' };

export const help: Option = { type: 'boolean', short: 'h', about: 'show this page', runs: 'help' };

export const timeout: Option = { type: 'string', takes: 'SECONDS', about: 'how long to wait for the outcome (default 30)' };

/** For a command that looks for a running server. */
export const finding: Options = { 'pid-file': pidFile, json, help };

/** For a command that asks a running server to do something. */
export const asking: Options = {
  'dry-run': { type: 'boolean', about: 'say what would change, and change nothing' },
  timeout,
  'no-wait': { type: 'boolean', about: 'do not wait for the outcome' },
  'expect-generation': { type: 'string', takes: 'N', about: 'refuse if another generation of the server runs' },
  ...finding,
};

/** The exit codes of a command that only prints. */
export const printing = { 0: 'printed', 2: 'wrong usage' } as const;

/**
 * @param command whose page of help an error refers to
 * @returns the value of --timeout in seconds, from 0 to 86400
 * @throws ZscalerMcpError ERR_USAGE
 */
export function timeoutOf(values: OptionValues, command: string): number {
  const raw = values['timeout'];
  if (raw === undefined) return 30;
  const value = Number(raw);
  if (raw === '' || !Number.isFinite(value) || value < 0 || value > 86_400)
    throw usageError('--timeout requires a number of seconds from 0 to 86400', '', command);
  return value;
}

/**
 * @param command whose page of help an error refers to
 * @returns the generation that must run; null when any may
 * @throws ZscalerMcpError ERR_USAGE
 */
export function generationOf(values: OptionValues, command: string): number | null {
  const raw = values['expect-generation'];
  if (raw === undefined) return null;
  const value = Number(raw);
  if (!Number.isSafeInteger(value) || value < 1) throw usageError('--expect-generation requires a whole number from 1', '', command);
  return value;
}

/**
 * @param command whose page of help an error refers to
 * @returns what becomes of client sessions; null when no option says so
 * @throws ZscalerMcpError ERR_USAGE
 */
export function sessionsOf(values: OptionValues, command: string): 'keep' | 'end' | null {
  const [keep, end] = [values['keep-sessions'] === true, values['end-sessions'] === true];
  if (keep && end) throw usageError('--keep-sessions and --end-sessions exclude each other', '', command);
  return keep ? 'keep' : end ? 'end' : null;
}
