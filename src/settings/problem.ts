/** What is wrong with a configuration, in words that may be printed anywhere. */

/** Never holds a secret's value. */
export interface Problem {
  /** The environment name, or null when it is about no single setting. */
  readonly setting: string | null;
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: number | null;
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
}

/** A problem with a file as a whole. */
export const fileProblem = (file: string, message: string, hint: string): Problem => ({ setting: null, file, line: null, message, hint });
