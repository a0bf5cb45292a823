/**
 * Seals content that the client stores and must return unread and unchanged: AES-256-GCM with a ring of keys. The first key
 * seals, every key opens, so that keys can be rotated while sealed content is still out there.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

export interface Ring {
  /** @param purpose must be the same on opening: content sealed for one purpose is invalid for any other */
  seal(purpose: string, content: string): string;
  /** The content; null if it was not sealed for this purpose by a key of the ring. */
  open(purpose: string, sealed: string): string | null;
}

const VERSION = 1;
const NAME_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Far more than a client ever carries. */
const MAX_LENGTH = 4_096;

/**
 * @param secrets keys of at least 32 bytes each; the first one seals
 * @param maxLength longer input is rejected unread
 * @param use what the keys are derived for: what is sealed for one use cannot be opened for another
 */
export function openRing(secrets: readonly string[], maxLength = MAX_LENGTH, use = 'request state'): Ring {
  const keys = secrets.map((secret) => deriveKey(secret, use));
  const [first] = keys;
  if (!first) throw new RangeError('a ring needs a key');
  return {
    seal: (purpose, content) => sealWith(first, purpose, content),
    open(purpose, sealed) {
      const bytes = sealed.length <= maxLength ? Buffer.from(sealed, 'base64url') : Buffer.alloc(0);
      // Several texts decode to the same bytes: only the one that was given out is accepted.
      if (bytes.toString('base64url') !== sealed) return null;
      if (bytes.length < 1 + NAME_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) return null;
      const key = keys.find(({ name }) => name.equals(bytes.subarray(1, 1 + NAME_BYTES)));
      return key ? openWith(key, purpose, bytes) : null;
    },
  };
}

/** A random key, for a server without configured keys. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

interface Key {
  /** Identifies a key within its ring; reveals nothing about it. */
  readonly name: Buffer;
  readonly bytes: Buffer;
}

function deriveKey(secret: string, use: string): Key {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', `zscaler-mcp ${use}`, 32));
  return { bytes, name: createHash('sha256').update('name').update(bytes).digest().subarray(0, NAME_BYTES) };
}

function sealWith({ bytes: key, name }: Key, purpose: string, content: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  const sealed = [cipher.update(content, 'utf8'), cipher.final()];
  return Buffer.concat([Buffer.of(VERSION), name, nonce, ...sealed, cipher.getAuthTag()]).toString('base64url');
}

function openWith({ bytes: key }: Key, purpose: string, bytes: Buffer): string | null {
  const nonceAt = 1 + NAME_BYTES;
  const contentAt = nonceAt + NONCE_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(nonceAt, contentAt), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(contentAt, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
