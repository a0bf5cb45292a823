/** Runs the command that the command line names. Errors become words and exit codes here. */
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import type { Launch } from '../lifecycle/launch.ts';
import type { Command, OptionValues, Stage, Syntax } from './command.ts';
import { commands } from './commands/index.ts';
import { parseCommandLine } from './parse.ts';

/** Runs one command. @returns the exit code; undefined while a server runs */
export async function run(stage: Stage): Promise<number | undefined> {
  const { launch } = stage;
  const json = launch.argv.includes('--json');
  try {
    const { command, values, topic } = await parseCommandLine(launch.argv, { commands, settingOptions });
    if (!command.isServer) await stage.releaseSignals();
    const where = { pidFile: pidFileOf(values, launch), home: launch.env['HOME'] };
    return await command.run({ stage, values, topic, json, where, commands });
  } catch (error) {
    return await report(error, stage, json);
  }
}

async function settingOptions(): Promise<Readonly<Record<string, Syntax>>> {
  const { flagOptions } = await import('../settings/index.ts');
  return flagOptions();
}

/** The command looks where the server was told to write: the flag, else the same variable. */
function pidFileOf(values: OptionValues, launch: Launch): string | null {
  const flag = values['pid-file'];
  return typeof flag === 'string' ? flag : launch.env['ZSCALER_MCP_PID_FILE'] || null;
}

async function report(error: unknown, { out, err, launch }: Stage, json: boolean): Promise<number> {
  const { code, hint = '' } = error instanceof ZscalerMcpError ? error : {};
  const exitCode = (code && codesOf[code]) ?? 1;
  const message = messageOf(error);
  if (json) out(JSON.stringify(await failure(launch, { exitCode, message, hint })));
  else err(`zscaler-mcp: ${message}${code ? ` (${code})` : ''}${hint ? `\n${hint}` : ''}`);
  return exitCode;
}

/** The command failed before there was an operation; printed in the shape of one. */
async function failure(
  { argv }: Launch,
  { exitCode, message, hint }: { exitCode: number; message: string; hint: string },
): Promise<object> {
  const { describeOperation } = await import('../lifecycle/index.ts');
  return describeOperation({
    id: null,
    kind: commands.find(({ name, options }: Command) => options['json'] && argv.includes(name))?.name ?? null,
    outcome: 'failed',
    exitCode,
    message,
    errors: [{ setting: null, file: null, line: null, message, hint }],
  });
}

const codesOf: Partial<Record<ZscalerMcpError['code'], number>> = {
  ERR_USAGE: 2,
  ERR_SETTINGS_INVALID: 4,
  ERR_RECORD_UNUSABLE: 4,
  ERR_RECORD_TAKEN: 4,
  ERR_NOT_PERMITTED: 77,
};
