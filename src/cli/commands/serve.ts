import type { Command } from '../command.ts';
import { exitCodeOfError } from '../failure.ts';
import { help } from '../options.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'serve MCP clients; the word may be left out',
  isServer: true,
  settings: 'all',
  options: {
    demo: { type: 'boolean', about: 'serve the embedded demo tenant instead of a cloud; on a loopback address only' },
    'pid-file': { type: 'string', takes: 'PATH', about: 'where to write the PID file; also ZSCALER_MCP_PID_FILE' },
    'generate-auth-token': { type: 'boolean', about: 'the same as the command of that name', runs: 'generate-auth-token' },
    version: { type: 'boolean', short: 'v', about: 'print the version', runs: 'version' },
    help,
  },
  exits: {
    0: 'ended cleanly',
    1: 'could not start or ended on an error',
    2: 'wrong usage',
    4: 'the configuration is invalid, or the PID file cannot be used',
    130: 'a second SIGINT ended it at once',
    143: 'a second SIGTERM ended it at once',
  },
  example: '--transport streamable-http --port 8000',
  async run({ stage, values }) {
    const [{ serve }, { flagLayer }] = await Promise.all([import('../../server/index.ts'), import('../../settings/index.ts')]);
    return serve(stage, { flags: flagLayer(values), demo: values['demo'] === true, exitCodeOf: exitCodeOfError });
  },
};
