/** An error in an expression, with the position of the character that causes it. */
export class Fault extends Error {
  /** Null when the fault concerns the whole expression. */
  readonly at: number | null;

  constructor(message: string, at: number | null) {
    super(message);
    this.at = at;
  }
}

/** How many characters are compared in the time of one step. */
export const CHARACTERS_A_STEP = 16;

/** Listing the members of a large object takes the time of about so many steps for each. */
export const STEPS_A_MEMBER = 8;

/** Counts the work of an evaluation, so that a small expression cannot keep the server busy. */
export class Work {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** Spends steps. @throws Fault when the limit is exceeded */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new Fault('it asks for too much work', null);
  }
}
