/** `zscaler-mcp --generate-auth-token`: a new key on stdout, alone, so that a script can take it; advice on stderr. Nothing is written. */
import { randomBytes } from 'node:crypto';
import type { Printer } from '../print.ts';

const KEY_BYTES = 32;

export function generateKey({ out, err }: Printer): number {
  // Hexadecimal: no character of it means anything to a shell, a URL or a .env file.
  out(randomBytes(KEY_BYTES).toString('hex'));
  err('A new key, known to nobody else and stored nowhere. Put it into the .env of the server:');
  err('  ZSCALER_MCP_AUTH_API_KEY=<the key>               to rotate: <the new key>,<the old key> until all clients have changed');
  err('then run `zscaler-mcp reload`, and let clients send it as `Authorization: Bearer <the key>` or `X-Api-Key: <the key>`.');
  return 0;
}
