import { Work } from './fault.ts';
import { parse } from './parse.ts';
import { weigh } from './values.ts';

/**
 * Evaluates a compiled expression; null when nothing is found. `limit`: maximum number of steps, and roughly the maximum
 * size of the result in characters.
 * @throws Fault
 */
export type Search = (value: unknown, limit: number) => unknown;

/** A character of the result is sanitized, written and cut after the query. */
const WORK_A_CHARACTER = 2;

/** Compiles an expression. @throws Fault when it is invalid */
export function compile(expression: string): Search {
  const step = parse(expression);
  return (value, limit) => {
    const found = step(value, new Work(limit)) ?? null;
    weigh(found, new Work(limit / WORK_A_CHARACTER));
    return found;
  };
}
