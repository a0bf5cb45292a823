import type { Command } from '../command.ts';
import { help, printing } from '../options.ts';

export const version: Command = {
  name: 'version',
  summary: 'print the version',
  settings: 'none',
  options: { help },
  exits: printing,
  example: 'version',
  async run({ stage }) {
    const { version } = await import('../../common/version.ts');
    stage.out(version);
    return 0;
  },
};
