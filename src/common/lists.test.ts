import { expect, it } from 'vitest';
import { append, largest } from './lists.ts';

it('a list of a million is appended, and its largest number found', () => {
  const long = Array.from({ length: 1_000_000 }, (_, at) => at);
  const list = [-1];
  append(list, long);
  expect([list.length, list.at(-1), largest(long), largest([])]).toEqual([1_000_001, 999_999, 999_999, -Infinity]);
});
