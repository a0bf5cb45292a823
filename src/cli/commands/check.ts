import type { Command } from '../command.ts';
import { finding } from '../options.ts';

export const check: Command = {
  name: 'check',
  summary: 'judge the configuration with which a server would start, or start again',
  settings: 'all',
  options: {
    all: { type: 'boolean', about: 'print every setting, also those at their default' },
    demo: { type: 'boolean', about: 'as for a server; like any flag of a server, it has a start with these flags judged' },
    ...finding,
  },
  exits: {
    0: 'valid',
    1: 'failed unexpectedly',
    2: 'wrong usage',
    4: 'invalid, or PID file unusable',
    77: "another user's server or file",
  },
  example: 'check --dotenv-path ./new.env',
  async run(invocation) {
    const { printCheck } = await import('../check.ts');
    return printCheck(invocation);
  },
};
