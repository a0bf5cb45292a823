/** What was redeemed once and cannot be redeemed again. */

export interface UsedOnce {
  /** False when it was consumed before. It may be forgotten after `expiresAt`, milliseconds since 1970. */
  consume(id: string, expiresAt: number): Promise<boolean>;
}

/** Of one process; it is handed on over a restart. */
export class UsedHere implements UsedOnce {
  readonly #until: Map<string, number>;
  readonly #now: () => number;

  constructor(saved: SavedUse = [], now: () => number = Date.now) {
    this.#until = new Map(saved);
    this.#now = now;
  }

  consume(id: string, expiresAt: number): Promise<boolean> {
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
