/** What of confirming outlives a configuration: the key of a server that was given none, and what was used already. */
import { Confirmations } from './confirmations.ts';
import { openRing, randomSecret } from './seal.ts';
import { UsedHere, type SavedUse } from './used.ts';

/** Goes to the next generation with everything else that is private, so that an answer may come after a restart, once. */
export interface SavedDesk {
  readonly secret: string;
  readonly used: SavedUse;
}

export class ConfirmationDesk {
  readonly #secret: string;
  readonly #used: UsedHere;

  constructor(saved: SavedDesk | null) {
    this.#secret = saved?.secret ?? randomSecret();
    this.#used = new UsedHere(saved?.used);
  }

  /** @param keys of the configuration; with none, the process has its own */
  open(keys: readonly string[], lifetimeMs: number): Confirmations {
    return new Confirmations({ ring: openRing(keys.length > 0 ? keys : [this.#secret]), used: this.#used, lifetimeMs });
  }

  save(): SavedDesk {
    return { secret: this.#secret, used: this.#used.save() };
  }
}
