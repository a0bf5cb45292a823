import type { Command } from '../command.ts';
import { asking } from '../options.ts';

export const reload: Command = {
  name: 'reload',
  summary: 'read the .env again and apply what can be applied live',
  settings: 'none',
  options: asking,
  exits: {
    0: 'all that changed is in force, nothing had changed, or there was no file to read again; with --dry-run: valid, nothing would wait for a restart; with --no-wait: requested, outcome unknown',
    1: 'failed unexpectedly',
    2: 'wrong usage, or not supported on Windows',
    3: 'valid and applied, but some changes wait for a restart; with --dry-run: valid, some changes would wait',
    4: 'configuration invalid, its file out of reach or replaced on the host below its mount, another generation than expected, or PID file unusable; nothing changed, the server keeps running',
    6: 'timed out: outcome unknown',
    7: 'not running',
    75: 'another command holds the lock; nothing was asked',
    77: "another user's server or file",
  },
  example: 'reload --dry-run',
  async run({ values, where, json, stage }) {
    const [{ askServer }, { printOperation }] = await Promise.all([import('../ask.ts'), import('../print.ts')]);
    return printOperation(await askServer('reload', values, where), json, stage);
  },
};
