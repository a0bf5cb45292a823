/** Picks the command, and is the edge where errors become words and exit codes. */
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import type { Launch } from '../lifecycle/launch.ts';
import { serve, type Stage as ServerStage } from '../server/index.ts';
import type { Canvas } from './picture.ts';
import { parseCommandLine, subcommands, type CommandLine, type Options, type OptionValues } from './parse.ts';

/** The process, as far as commands may touch it. */
export interface Stage extends ServerStage {
  /** What standard output is. */
  readonly canvas: Canvas;
}

/** Runs one command; the exit code, or undefined while the server goes on. */
export async function run(stage: Stage): Promise<number | undefined> {
  const json = stage.launch.argv.includes('--json');
  try {
    return await dispatch(await parseCommandLine(stage.launch.argv, settingOptions), stage, json);
  } catch (error) {
    return await report(error, stage, json);
  }
}

async function dispatch({ command, values }: CommandLine, stage: Stage, json: boolean): Promise<number | undefined> {
  const where = { pidFile: pidFileOf(values, stage.launch), home: stage.launch.env['HOME'] };
  const { printOperation } = await import('./print.ts');
  switch (command) {
    case 'serve': {
      const { flagLayer } = await import('../settings/index.ts');
      return serve(stage, { flags: flagLayer(values), demo: values['demo'] === true });
    }
    case 'reload':
    case 'restart': {
      const { askServer } = await import('./commands/ask.ts');
      return printOperation(await askServer(command, values, where), json, stage);
    }
    case 'stop': {
      const { stop } = await import('./commands/stop.ts');
      return printOperation(await stop(values, where), json, stage);
    }
    case 'status': {
      const { status } = await import('./commands/status.ts');
      return status(where, json, stage);
    }
    case 'check': {
      const { check } = await import('./commands/check.ts');
      return check(stage, values, json);
    }
    case 'tools': {
      const { listTools } = await import('./commands/tools.ts');
      return listTools(stage, values, json);
    }
    case 'help': {
      const { help } = await import('./commands/help.ts');
      stage.out(help());
      return 0;
    }
    case 'generate-auth-token': {
      const { generateKey } = await import('./commands/generate-key.ts');
      return generateKey(stage);
    }
    case 'version': {
      const { version } = await import('../common/version.ts');
      stage.out(version);
      return 0;
    }
  }
}

const settingOptions = async (): Promise<Options> => {
  const { flagOptions } = await import('../settings/index.ts');
  return flagOptions();
};

/** The command looks where the server was told to write: the flag, else the same variable. */
function pidFileOf(values: OptionValues, launch: Launch): string | null {
  const flag = values['pid-file'];
  return typeof flag === 'string' ? flag : launch.env['ZSCALER_MCP_PID_FILE'] || null;
}

async function report(error: unknown, { out, err, launch }: Stage, json: boolean): Promise<number> {
  const exitCode = error instanceof ZscalerMcpError ? (codesOf[error.code] ?? 1) : 1;
  const message = messageOf(error);
  const hint = (error instanceof ZscalerMcpError ? error.hint : undefined) ?? '';
  if (json) out(JSON.stringify(await failure(launch, exitCode, message, hint)));
  else err(`zscaler-mcp: ${message}${error instanceof ZscalerMcpError ? ` (${error.code})` : ''}${hint ? `\n${hint}` : ''}`);
  return exitCode;
}

/** An operation that did not come about, in the shape of all others. */
async function failure({ argv }: Launch, exitCode: number, message: string, hint: string): Promise<object> {
  const { describeOperation } = await import('../lifecycle/index.ts');
  return describeOperation({
    id: null,
    kind: subcommands.find((word) => argv.includes(word)) ?? null,
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
