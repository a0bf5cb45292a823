import type { Command } from '../command.ts';
import { asking } from '../options.ts';

export const restart: Command = {
  name: 'restart',
  summary: 'exec a fresh Node.js in place: same PID, same socket',
  settings: 'none',
  options: {
    'keep-sessions': {
      type: 'boolean',
      about: 'MCP sessions go on under the same ids: the default, unless ZSCALER_MCP_RESTART_KEEP_SESSIONS=false',
    },
    'end-sessions': { type: 'boolean', about: 'end the sessions of MCP revisions before 2026-07-28: their clients must start over' },
    ...asking,
  },
  exits: {
    0: 'the next generation serves; with --dry-run: it was rehearsed and would get ready; with --no-wait: requested, outcome unknown',
    1: 'failed unexpectedly',
    2: 'wrong usage, or not supported on Windows',
    3: 'the next generation serves, but what was edited cannot be seen from here: a mounted file was replaced on the host; with --dry-run: the same would happen',
    4: 'configuration invalid or its file out of reach, rehearsal failed, another generation than expected, or PID file unusable; nothing changed, the server keeps running',
    5: 'the new generation failed, the former one is back',
    6: 'timed out: outcome unknown',
    7: 'not running',
    75: 'another command holds the lock; nothing was asked',
    77: "another user's server or file",
  },
  example: 'restart --end-sessions --timeout 60',
  async run({ values, where, json, stage }) {
    const [{ askServer }, { printOperation }] = await Promise.all([import('../ask.ts'), import('../print.ts')]);
    return printOperation(await askServer('restart', values, where), json, stage);
  },
};
