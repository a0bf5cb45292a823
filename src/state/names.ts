/** Names of keys and channels in the store. They show the kind of content, never whose it is. */
import { createHash, createHmac, hkdfSync } from 'node:crypto';

export class Names {
  readonly #prefix: string;
  #key: Buffer;

  /** @param secret keys the names of guessable things (addresses, passwords) */
  constructor(prefix: string, secret: string) {
    this.#prefix = prefix;
    this.#key = keyOf(secret);
  }

  /** Names of guessable things change with the secret, so their counters start from zero. */
  rekey(secret: string): void {
    this.#key = keyOf(secret);
  }

  /** Name for something random that cannot be guessed. Independent of the secret, so that keys can be rotated. */
  ofRandom(kind: string, id: string): string {
    return `${this.#prefix}${kind}:${createHash('sha256').update(id).digest('base64url').slice(0, 32)}`;
  }

  /** Name for something guessable, such as an address or a password: a keyed digest. */
  ofGuessable(kind: string, ...parts: readonly string[]): string {
    const hmac = createHmac('sha256', this.#key);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return `${this.#prefix}${kind}:${hmac.digest('base64url').slice(0, 32)}`;
  }

  /** Name for something public. */
  plain(kind: string, id = ''): string {
    return `${this.#prefix}${kind}${id === '' ? '' : `:${id}`}`;
  }
}

const keyOf = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'zscaler-mcp state names', 32));
