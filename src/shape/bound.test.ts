import { describe, expect, it } from 'vitest';
import { bound } from './bound.ts';
import { writeText } from './text.ts';

const budget = { maxTokens: 1_000, inputs: ['query', 'limit'] };
const rows = Array.from({ length: 2_000 }, (_, id) => ({ id, name: `name ${id}`, tags: ['a', 'b'] }));
const flat = Array.from({ length: 2_000 }, (_, id) => ({ id, name: `n, ${id}` }));

describe('a value without what has no room in its answer', () => {
  it.each([
    ['a list', rows],
    ['a listing', { items: rows, total: 9_000, next: { page: 2 }, envelope: { a: 1 } }],
    ['flat rows', flat],
    ['empty rows', Array.from({ length: 5_000 }, () => null)],
    ['one row that is too long', [{ name: 'x'.repeat(50_000) }, ...rows]],
    ['a text', 'é'.repeat(50_000)],
    ['a text that just fits', 'x'.repeat(3_000)],
    ['few rows', rows.slice(0, 3)],
    ['an object', { a: 1, b: 'x'.repeat(50_000) }],
    ['nothing', null],
  ])('gives the same answer: %s', (_, value) => {
    const { value: part, ...whole } = bound(value, budget);
    expect(writeText(part, { ...budget, whole })).toBe(writeText(value, budget));
  });

  it('is small', () => {
    expect(bound(rows, budget).value).toHaveLength(223);
    expect(bound('x'.repeat(1_000_000), budget).value).toHaveLength(3_001);
    expect(
      bound(
        Array.from({ length: 1_000_000 }, () => 0),
        budget,
      ).value,
    ).toHaveLength(1_501);
  });
});
