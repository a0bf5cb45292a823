/** Names for credentials that give nothing away. */
import { createHash, createHmac, randomBytes } from 'node:crypto';

/** Of this process alone: what it makes is of no use elsewhere. */
const KEY = randomBytes(32);

/** For comparing and remembering within the process. */
export const digestOf = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hmac = createHmac('sha256', KEY);
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    hmac.update(`${bytes.length}:`).update(bytes);
  }
  return hmac.digest();
};

/** The same in every process, to tell keys apart in a log: 48 bits, which lead nowhere from a key of 256. */
export const fingerprintOf = (key: string): string => createHash('sha256').update(`zscaler-mcp api key\0${key}`).digest('hex').slice(0, 12);
