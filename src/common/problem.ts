/** Problems of a configuration: their shape, and the one way to put them into words. */

/** One thing that is wrong with a configuration. Never holds the value of a secret. */
export interface Problem {
  /** Environment name of the setting; null when the problem is not about a single setting. */
  readonly setting: string | null;
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: number | null;
  readonly message: string;
  /** What to do next; may be empty. */
  readonly hint: string;
}

/** `file:line: SETTING: message (hint)`, leaving out what is not known. */
export function describeProblem({ setting, file, line, message, hint }: Problem): string {
  const place = file === null ? [] : [line === null ? file : `${file}:${line}`];
  return `${[...place, ...(setting === null ? [] : [setting]), message].join(': ')}${hint ? ` (${hint})` : ''}`;
}
