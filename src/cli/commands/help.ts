import type { Command } from '../command.ts';
import { help as helpOption, printing } from '../options.ts';

export const help: Command = {
  name: 'help',
  summary: 'show an overview, the page of a command, or all settings',
  settings: 'none',
  takesTopic: true,
  options: { help: helpOption },
  exits: printing,
  example: 'help reload',
  async run({ stage: { out, canvas }, topic, commands }) {
    const { renderHelp } = await import('../help.ts');
    out(await renderHelp(topic, commands, canvas));
    return 0;
  },
};
