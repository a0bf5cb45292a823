/** What was redeemed once and cannot be redeemed again. */

export interface UsedOnce {
  /** False when it was consumed before; null when nobody can tell. It may be forgotten when it has expired. */
  consume(id: string, life: Life): Promise<boolean | null>;
}

/** Milliseconds since 1970. */
export interface Life {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Of one process; it is handed on over a restart. */
export class UsedHere implements UsedOnce {
  readonly #until: Map<string, number>;
  readonly #now: () => number;

  constructor(saved: SavedUse = [], now: () => number = Date.now) {
    this.#until = new Map(saved);
    this.#now = now;
  }

  consume(id: string, { expiresAt }: Life): Promise<boolean> {
    this.#forgetExpired();
    if (this.#until.has(id)) return Promise.resolve(false);
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

export type SavedUse = readonly (readonly [id: string, until: number])[];
