/** The part of confirming that outlives a configuration: the generated key of a server without configured keys, and the used proofs. */
import { Confirmations } from './confirmations.ts';
import { openRing, randomSecret } from './seal.ts';
import { UsedHere, type SavedUse, type UsedOnce } from './single-use.ts';

/** Handed to the next generation, so that an answer may arrive after a restart, and still only once. Holds a secret key. */
export interface SavedDesk {
  readonly secret: string;
  readonly used: SavedUse;
}

/** Makes the `Confirmations` of each configuration, and keeps what must survive it. */
export class ConfirmationDesk {
  readonly #secret: string;
  readonly #usedHere: UsedHere;
  readonly #used: UsedOnce;

  /** @param share wraps the local memory of used proofs with that of all replicas */
  constructor(saved: SavedDesk | null, share: (here: UsedOnce) => UsedOnce = (here) => here) {
    this.#secret = saved?.secret ?? randomSecret();
    this.#usedHere = new UsedHere(saved?.used);
    this.#used = share(this.#usedHere);
  }

  /** @param keys configured keys; with none, the key of this process is used */
  open(keys: readonly string[], lifetimeMs: number): Confirmations {
    return new Confirmations({ ring: openRing(keys.length > 0 ? keys : [this.#secret]), used: this.#used, lifetimeMs });
  }

  save(): SavedDesk {
    return { secret: this.#secret, used: this.#usedHere.save() };
  }
}
