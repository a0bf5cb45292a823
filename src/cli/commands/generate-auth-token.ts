import type { Command } from '../command.ts';
import { help, printing } from '../options.ts';

const KEY_BYTES = 32;

/** The key stands on stdout, alone, so that a script can take it; advice on stderr. */
export const generateAuthToken: Command = {
  name: 'generate-auth-token',
  summary: 'print a new key for ZSCALER_MCP_AUTH_API_KEY',
  settings: 'none',
  options: { help },
  exits: printing,
  example: 'generate-auth-token',
  async run({ stage: { out, err } }) {
    const { randomBytes } = await import('node:crypto');
    // Hexadecimal: no character of it means anything to a shell, a URL or a .env file.
    out(randomBytes(KEY_BYTES).toString('hex'));
    err('A new key, stored nowhere. Put it into the .env of the server:');
    err('  ZSCALER_MCP_AUTH_API_KEY=<the key>               to rotate: <the new key>,<the old key> until all clients have changed');
    err('then run `zscaler-mcp reload`, and let clients send it as `Authorization: Bearer <the key>` or `X-Api-Key: <the key>`.');
    return 0;
  },
};
