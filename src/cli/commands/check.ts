import type { Command } from '../command.ts';
import { finding } from '../options.ts';

export const check: Command = {
  name: 'check',
  summary: 'judge a configuration without starting a server',
  settings: 'all',
  options: { demo: { type: 'boolean', about: 'accepted, so that the options of a server can be judged as they are' }, ...finding },
  exits: { 0: 'valid', 1: 'failed unexpectedly', 2: 'wrong usage', 4: 'invalid' },
  example: 'check --dotenv-path ./new.env',
  async run({ stage, values, json }) {
    const { printCheck } = await import('../check.ts');
    return printCheck(stage, values, json);
  },
};
