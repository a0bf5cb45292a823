/**
 * What leaves the server and must come back unread and unchanged: AES-256-GCM under a ring of keys. The first key seals, all
 * of them open, so that keys can be exchanged while seals are on their way.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

export interface Ring {
  /** `purpose` must be the same to open it: what was sealed for one use is worth nothing for another. */
  seal(purpose: string, content: string): string;
  /** Null for whatever was not sealed for this purpose by a key of the ring. */
  open(purpose: string, sealed: string): string | null;
}

const VERSION = 1;
const NAME_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Far above what a client ever carries. */
const MAX_LENGTH = 4_096;

/** @param secrets of at least 32 bytes each, the first one seals @param maxLength longer seals are not looked at */
export function openRing(secrets: readonly string[], maxLength = MAX_LENGTH): Ring {
  const keys = secrets.map(deriveKey);
  const [first] = keys;
  if (!first) throw new RangeError('a ring needs a key');
  return {
    seal: (purpose, content) => sealWith(first, purpose, content),
    open(purpose, sealed) {
      const bytes = sealed.length <= maxLength && /^[\w-]+$/.test(sealed) ? Buffer.from(sealed, 'base64url') : Buffer.alloc(0);
      if (bytes.length < 1 + NAME_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) return null;
      const key = keys.find(({ name }) => name.equals(bytes.subarray(1, 1 + NAME_BYTES)));
      return key ? openWith(key, purpose, bytes) : null;
    },
  };
}

/** For a server that was given no keys. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

interface Key {
  /** Tells the keys of a ring apart; reveals nothing of the key. */
  readonly name: Buffer;
  readonly bytes: Buffer;
}

function deriveKey(secret: string): Key {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'zscaler-mcp request state', 32));
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
