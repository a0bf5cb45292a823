import { Work } from './fault.ts';
import { parse } from './parse.ts';
import { weigh } from './values.ts';

/**
 * What the expression finds in `value`, null for nothing. `limit`: how many steps it may take, and how large what it
 * finds may be in about as many characters.
 * @throws Fault
 */
export type Search = (value: unknown, limit: number) => unknown;

/** @throws Fault when it is no expression */
export function compile(expression: string): Search {
  const step = parse(expression);
  return (value, limit) => {
    const found = step(value, new Work(limit)) ?? null;
    weigh(found, new Work(limit));
    return found;
  };
}
