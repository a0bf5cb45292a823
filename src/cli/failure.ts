/** How an error that ends a command is reported, and the exit code that it means. */
import { ZscalerMcpError } from '../common/errors.ts';
import { showLine } from '../common/hidden.ts';
import { explainSystemError, inWords } from '../common/system-error.ts';
import type { Outcome } from '../lifecycle/index.ts';
import type { Launch } from '../lifecycle/launch.ts';
import type { Command, Stage } from './command.ts';
import { toJson } from './print.ts';

/** Prints an error: as one JSON object with `json`, else as text on stderr. @returns the exit code */
export async function reportFailure(
  error: unknown,
  { out, err, launch }: Stage,
  json: boolean,
  commands: readonly Command[],
): Promise<number> {
  const words = explainSystemError(error);
  const { code, hint = words?.remedy ?? '' } = error instanceof ZscalerMcpError ? error : {};
  const exitCode = exitCodeOfError(error);
  const message = inWords(error);
  if (json) out(toJson(await failure({ launch, commands, exitCode, message, hint })));
  else err(`zscaler-mcp: ${showLine(message)}${code ? ` (${code})` : ''}${hint ? `\n${showLine(hint)}` : ''}`);
  return exitCode;
}

interface Failure {
  readonly launch: Launch;
  readonly commands: readonly Command[];
  readonly exitCode: number;
  readonly message: string;
  readonly hint: string;
}

/** The command failed before there was an operation; printed in the shape of one. */
async function failure({ launch: { argv }, commands, exitCode, message, hint }: Failure): Promise<object> {
  const { describeOperation } = await import('../lifecycle/index.ts');
  const kind = commands.find(({ name, options }) => options['json'] && argv.includes(name))?.name ?? null;
  return describeOperation({
    id: null,
    kind,
    outcome: outcomes[exitCode] ?? 'failed',
    exitCode,
    message,
    errors: [{ setting: null, file: null, line: null, message, hint }],
    // It could not be found out.
    ...(kind === 'status' && { running: null }),
  });
}

/** Of a command that came to no outcome of its own. */
const outcomes: Readonly<Record<number, Outcome>> = { 4: 'refused', 77: 'not-permitted' };

/** @returns 77 where the system does not permit it, 1 for an error without a code of its own */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof ZscalerMcpError) return codesOf[error.code] ?? 1;
  return explainSystemError(error)?.isPermission ? 77 : 1;
}

const codesOf: Partial<Record<ZscalerMcpError['code'], number>> = {
  ERR_USAGE: 2,
  ERR_SETTINGS_INVALID: 4,
  ERR_RECORD_UNUSABLE: 4,
  ERR_RECORD_TAKEN: 4,
  ERR_NOT_PERMITTED: 77,
};
