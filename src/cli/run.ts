/** Runs the command that the command line names. Errors become words and exit codes here. */
import { resolve } from 'node:path';
import { showLines } from '../common/hidden.ts';
import type { Launch } from '../lifecycle/launch.ts';
import type { OptionValues, Stage, Syntax } from './command.ts';
import { commands } from './commands/index.ts';
import { exitCodeOfError, reportFailure } from './failure.ts';
import { parseCommandLine } from './parse.ts';

/** Runs one command. @returns the exit code; undefined while a server runs */
export async function run(given: Stage): Promise<number | undefined> {
  const { launch } = given;
  let stage = given;
  const json = launch.argv.includes('--json');
  try {
    const { command, values, topic } = await parseCommandLine(launch.argv, { commands, settingOptions });
    if (!command.isServer) {
      stage = forTerminal(given);
      await stage.releaseSignals();
    }
    const where = { pidFile: pidFileOf(values, launch), home: launch.env['HOME'] };
    return await command.run({ stage, values, topic, json, where, commands });
  } catch (error) {
    if (!json && !stage.isRehearsal && isStart(launch)) return reportStart(error, launch);
    return reportFailure(error, stage, json, commands);
  }
}

/** Where a command prints to: text that another user's process wrote must not control the terminal. */
function forTerminal(stage: Stage): Stage {
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(stage)) as Stage;
  return Object.assign(copy, {
    out: (text: string) => stage.out(showLines(text, stage.canvas.hasColour)),
    err: (text: string) => stage.err(showLines(text, stage.canvas.hasColour)),
  });
}

/** Whether a server was to be started, as far as a command line that may not be understood tells. */
function isStart({ argv }: Launch): boolean {
  const [word] = argv;
  if (argv.some((each) => printing.has(each))) return false;
  return word === undefined || word.startsWith('-') ? !argv.some((each) => isOther(each)) : word === 'serve';
}

/** Options with which the server's own command line prints something instead: `--help`, `-h`, `--version`, ... */
const printing: ReadonlySet<string> = new Set(
  commands
    .filter(({ isServer }) => isServer)
    .flatMap(({ options }) => Object.entries(options))
    .filter(([, { runs }]) => runs !== undefined)
    .flatMap(([name, { short }]) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]),
);

const isOther = (word: string): boolean => commands.some(({ name, isServer }) => name === word && !isServer);

/** What a start prints is read as the log of the server. */
async function reportStart(error: unknown, { argv, env }: Launch): Promise<number> {
  const { logFailure, openLog, parseLogFormat } = await import('../common/log.ts');
  const flag = argv.findLastIndex((word) => word === '--log-format' || word.startsWith('--log-format='));
  const given = flag === -1 ? env['ZSCALER_MCP_LOG_FORMAT'] : (argv[flag]?.split('=')[1] ?? argv[flag + 1]);
  logFailure(openLog('info', { format: parseLogFormat(given), env }), error);
  return exitCodeOfError(error);
}

async function settingOptions(): Promise<Readonly<Record<string, Syntax>>> {
  const { flagOptions } = await import('../settings/index.ts');
  return flagOptions();
}

/** The command looks where the server was told to write: the flag, else the same variable. */
function pidFileOf(values: OptionValues, launch: Launch): string | null {
  const flag = values['pid-file'];
  const given = typeof flag === 'string' ? flag : launch.env['ZSCALER_MCP_PID_FILE'] || null;
  // Absolute, so that a message says where it looked. The directory may be gone.
  return given === null || launch.cwd === '' ? given : resolve(launch.cwd, given);
}
