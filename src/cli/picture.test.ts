import { describe, expect, it } from 'vitest';
import { draw, paint, spell, wrap } from './picture.ts';

const pipe = { width: null, hasColour: false };

it.each([
  [0, '0 s'],
  [0.9, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [312, '5 min 12 s'],
  [3_600, '1 h'],
  [3_605, '1 h'],
  [7_380, '2 h 3 min'],
  [183_600, '2 d 3 h'],
  [-5, '0 s'],
])('spells %d seconds as %j', (seconds, words) => {
  expect(spell(seconds)).toBe(words);
});

describe('a picture', () => {
  const rows = [
    { label: 'PID', text: '4711' },
    { label: 'risk', text: 'the first of them is long enough to be wrapped', tone: 'bad' as const },
    { label: 'risk', text: 'the second' },
  ];

  it('aligns labels, and names each once', () => {
    expect(draw(rows, pipe)).toEqual(['  PID   4711', '  risk  the first of them is long enough to be wrapped', '        the second']);
  });

  it('wraps to the width of a terminal, under its own column', () => {
    expect(draw(rows, { width: 46, hasColour: false })).toEqual([
      '  PID   4711',
      '  risk  the first of them is long enough to be',
      '        wrapped',
      '        the second',
    ]);
  });

  it('has colour on a terminal only', () => {
    expect(draw(rows, { width: null, hasColour: true }).join('')).toContain('\u{1b}[31m');
    expect(draw(rows, pipe).join('')).not.toContain('\u{1b}');
    expect(paint('x', 'plain', { width: null, hasColour: true })).toBe('x');
  });

  it('keeps a word whole that is longer than a line', () => {
    const path = `/${'a'.repeat(60)}`;
    expect(wrap(`at ${path} it is`, 40)).toEqual(['at', path, 'it is']);
  });
});
