/** The keys that seal session IDs: those of ZSCALER_MCP_REQUEST_STATE_KEYS, and a random one. */
import { openRing, randomSecret } from '../confirm/index.ts';

type Ring = ReturnType<typeof openRing>;

/** Derives keys of their own for session IDs: nothing sealed for another use opens with them, and the reverse. */
export class SessionKeys {
  /** Random; handed from generation to generation. Seals where no key is configured, and opens in any case. */
  readonly secret: string;
  #keys: readonly string[] = [];
  #ring: Ring | null = null;

  constructor(secret: string | null) {
    this.secret = secret ?? randomSecret();
  }

  /** @param keys the configured keys: the first one seals, every one opens */
  ring(keys: readonly string[]): Ring {
    if (this.#ring && this.#keys.join() === keys.join()) return this.#ring;
    this.#keys = keys;
    this.#ring = openRing([...keys, this.secret], undefined, 'session ids');
    return this.#ring;
  }
}
