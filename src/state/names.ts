/** Names of keys and channels. They tell what kind of thing is kept, and nothing of whom. */
import { createHash, createHmac, hkdfSync } from 'node:crypto';

export class Names {
  readonly #prefix: string;
  #key: Buffer;

  /** @param secret what names are made with that could otherwise be guessed */
  constructor(prefix: string, secret: string) {
    this.#prefix = prefix;
    this.#key = keyOf(secret);
  }

  /** Under another secret guessable names are others, so what was counted under them begins anew. */
  rekey(secret: string): void {
    this.#key = keyOf(secret);
  }

  /** Of something random, that nobody can guess: the same under every key, so that keys can be exchanged. */
  ofRandom(kind: string, id: string): string {
    return `${this.#prefix}${kind}:${createHash('sha256').update(id).digest('base64url').slice(0, 32)}`;
  }

  /** Of something that could be guessed, such as an address or a password. */
  ofGuessable(kind: string, ...parts: readonly string[]): string {
    const hmac = createHmac('sha256', this.#key);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return `${this.#prefix}${kind}:${hmac.digest('base64url').slice(0, 32)}`;
  }

  /** Of something public. */
  plain(kind: string, id = ''): string {
    return `${this.#prefix}${kind}${id === '' ? '' : `:${id}`}`;
  }
}

const keyOf = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'zscaler-mcp state names', 32));
