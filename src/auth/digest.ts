/** Digests that stand in for credentials wherever one is compared, remembered or logged. */
import { createHash, createHmac, randomBytes } from 'node:crypto';

/** Random for each process: a digest is useless outside it. */
const KEY = randomBytes(32);

/** Keyed digest, for comparing and caching within this process. Parts are length-prefixed, so that ("ab","c") differs from ("a","bc"). */
export const digestOf = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hmac = createHmac('sha256', KEY);
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    hmac.update(`${bytes.length}:`).update(bytes);
  }
  return hmac.digest();
};

/** Twelve hex digits that identify an API key in logs. The same in every process; 48 bits of a 256-bit key reveal nothing useful. */
export const fingerprintOf = (key: string): string => createHash('sha256').update(`zscaler-mcp api key\0${key}`).digest('hex').slice(0, 12);
