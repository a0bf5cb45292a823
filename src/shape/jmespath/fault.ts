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

/** Making a list takes the time of about so many steps. */
export const STEPS_A_LIST = 4;

/** So does calling a function, and looking at an object for the first time. */
export const STEPS_A_CALL = 8;
const STEPS_A_LOOK = 16;

/** Of a number in the size of a result. */
export const CHARACTERS_A_NUMBER = 8;

/** Counts the work of an evaluation, so that a small expression cannot keep the server busy. */
export class Work {
  /** Whether an object has members: to find out takes time for each of them. */
  readonly #isFilled = new WeakMap<object, boolean>();
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** Spends steps. @throws Fault when the limit is exceeded */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new Fault('it asks for too much work', null);
  }

  /** @throws Fault when the limit is exceeded */
  isFilled(object: object): boolean {
    const known = this.#isFilled.get(object);
    if (known !== undefined) return known;
    this.spend(STEPS_A_LOOK);
    const { length } = Object.keys(object);
    this.spend(length * STEPS_A_MEMBER);
    const isFilled = length > 0;
    this.#isFilled.set(object, isFilled);
    return isFilled;
  }
}
