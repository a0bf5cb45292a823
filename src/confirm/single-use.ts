/** Remembers which one-time proofs were used. */
export interface UsedOnce {
  /** Marks an id as used. False if it was used before; null if that cannot be determined. May be forgotten after it expires. */
  consume(id: string, life: Life): Promise<boolean | null>;
}

/** When each used id expires, in milliseconds since 1970. */
export interface Life {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Used proofs that are remembered until they expire; beyond, no proof is accepted. */
const MOST_USED = 10_000;

/** The memory of one process; handed over on a restart. */
export class UsedHere implements UsedOnce {
  readonly #until: Map<string, number>;
  readonly #now: () => number;

  constructor(saved: SavedUse = [], now: () => number = Date.now) {
    this.#until = new Map(saved);
    this.#now = now;
  }

  consume(id: string, { expiresAt }: Life): Promise<boolean | null> {
    this.#forgetExpired();
    if (this.#until.has(id)) return Promise.resolve(false);
    // To forget one would let it be used again.
    if (this.#until.size >= MOST_USED) return Promise.resolve(null);
    this.#until.set(id, expiresAt);
    return Promise.resolve(true);
  }

  save(): SavedUse {
    this.#forgetExpired();
    return [...this.#until];
  }

  #forgetExpired(): void {
    const now = this.#now();
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id);
  }
}

/** Used ids that have not expired, with their expiry in milliseconds since 1970. */
export type SavedUse = readonly (readonly [id: string, until: number])[];
