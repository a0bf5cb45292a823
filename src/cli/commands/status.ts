import type { Command } from '../command.ts';
import { finding } from '../options.ts';

export const status: Command = {
  name: 'status',
  summary: 'show what runs, and what on disk differs from it',
  settings: 'none',
  options: {
    settings: { type: 'boolean', about: 'show the settings in force, where each comes from, and what has no effect below it' },
    all: { type: 'boolean', about: 'with --settings: those at their default, too' },
    ...finding,
  },
  exits: {
    0: 'running',
    1: 'dead, but its PID file is there',
    2: 'wrong usage',
    3: 'not running',
    4: 'PID file unusable: state unknown',
    6: 'running, but does not answer within two seconds',
    77: "another user's server or file",
  },
  example: 'status --json',
  async run({ where, values, json, stage }) {
    const all = values['all'] === true;
    const { printStatus } = await import('../status.ts');
    return await printStatus(where, json, stage, { settings: all || values['settings'] === true, all });
  },
};
