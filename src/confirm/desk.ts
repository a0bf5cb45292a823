/** What of confirming outlives a configuration: the key of a server that was given none, and what was used already. */
import { Confirmations } from './confirmations.ts';
import { openRing, randomSecret } from './seal.ts';
import { UsedHere, type SavedUse, type UsedOnce } from './used.ts';

/** Goes to the next generation with everything else that is private, so that an answer may come after a restart, once. */
export interface SavedDesk {
  readonly secret: string;
  readonly used: SavedUse;
}

export class ConfirmationDesk {
  readonly #secret: string;
  readonly #usedHere: UsedHere;
  readonly #used: UsedOnce;

  /** @param share makes what was used known to other replicas, and what they used known here */
  constructor(saved: SavedDesk | null, share: (here: UsedOnce) => UsedOnce = (here) => here) {
    this.#secret = saved?.secret ?? randomSecret();
    this.#usedHere = new UsedHere(saved?.used);
    this.#used = share(this.#usedHere);
  }

  /** @param keys of the configuration; with none, the process has its own */
  open(keys: readonly string[], lifetimeMs: number): Confirmations {
    return new Confirmations({ ring: openRing(keys.length > 0 ? keys : [this.#secret]), used: this.#used, lifetimeMs });
  }

  save(): SavedDesk {
    return { secret: this.#secret, used: this.#usedHere.save() };
  }
}
