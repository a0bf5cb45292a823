import type { Command } from '../command.ts';
import { help, json } from '../options.ts';

export const tools: Command = {
  name: 'tools',
  summary: 'list the tools that are offered, and why others are not',
  settings: 'all',
  options: { demo: { type: 'boolean', about: 'list what a server of the demo tenant would offer' }, json, help },
  exits: { 0: 'printed', 1: 'failed unexpectedly', 2: 'wrong usage', 4: 'the configuration is invalid' },
  example: 'tools --toolsets zia_locations,zpa_servers',
  async run({ stage, values, json }) {
    const { printTools } = await import('../tools.ts');
    return printTools(stage, values, json);
  },
};
