/** What is wrong with an expression, and at which of its characters. */
export class Fault extends Error {
  /** Null when it is the whole. */
  readonly at: number | null;

  constructor(message: string, at: number | null) {
    super(message);
    this.at = at;
  }
}

/** Counts what an evaluation does, so that a small expression cannot keep the server busy. */
export class Work {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** @throws Fault when it was too much */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new Fault('it asks for too much work', null);
  }
}
