import { expect, test, vi } from 'vitest';
import { quoteBriefly, sayFew } from './few.ts';

test('a list is named whole up to five items, then counted', () => {
  expect(sayFew([1, 2, 3, 4, 5], String)).toBe('1, 2, 3, 4, 5');
  const say = vi.fn(String);
  expect(
    sayFew(
      Array.from({ length: 100_000 }, (_, at) => at),
      say,
      '; ',
    ),
  ).toBe('0; 1; 2; 3; 4; and 99995 more');
  expect(say).toHaveBeenCalledTimes(5);
});

test('a long text is cut', () => {
  expect(quoteBriefly('a"b')).toBe('"a\\"b"');
  expect(quoteBriefly('x'.repeat(1_000_000))).toBe(`"${'x'.repeat(100)}…"`);
});
