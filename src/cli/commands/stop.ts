import type { Command } from '../command.ts';
import { finding, timeout, timeoutOf } from '../options.ts';

export const stop: Command = {
  name: 'stop',
  summary: 'finish the requests in flight, then end the server',
  settings: 'none',
  options: { timeout, force: { type: 'boolean', about: 'send SIGKILL when the timeout is over' }, ...finding },
  exits: {
    0: 'stopped, or nothing was running',
    1: 'failed',
    2: 'wrong usage',
    4: 'PID file unusable; no process was signalled',
    6: 'timed out, still running',
    77: "another user's server or file",
  },
  example: 'stop --timeout 60 --force',
  async run({ values, where, json, stage }) {
    const timeoutMs = timeoutOf(values, 'stop') * 1_000;
    const [{ stopServer }, { printOperation }] = await Promise.all([import('../../lifecycle/index.ts'), import('../print.ts')]);
    return printOperation(await stopServer({ where, timeoutMs, force: values['force'] === true }), json, stage);
  },
};
