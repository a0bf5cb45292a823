/** Problems found while settings are read. */
import { count } from '../common/count.ts';
import type { Problem } from '../common/problem.ts';

export type { Problem };

/** A problem with a file as a whole. */
export const fileProblem = (file: string, message: string, hint: string): Problem => ({ setting: null, file, line: null, message, hint });

/** More are counted: a file in the wrong format has thousands of lines that are wrong. */
export const MOST_TOLD = 20;

/** The first of many, and how many more there are. */
export function few(problems: readonly Problem[], what: string): readonly Problem[] {
  const rest = problems.slice(MOST_TOLD);
  const [next] = rest;
  if (!next || rest.length === 1) return problems;
  const message = `${count(rest.length, `more ${what}`)} not listed here`;
  return [...problems.slice(0, MOST_TOLD), { setting: null, file: next.file, line: next.line, message, hint: '' }];
}
