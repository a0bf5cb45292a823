import { describe, expect, it } from 'vitest';
import { draw, paint, span, spell, spellTime, whole, wrap } from './picture.ts';

const pipe = { width: null, hasColour: false };
const colours = { width: null, hasColour: true };

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

it('spells an age roughly, where one unit is asked for', () => {
  expect([0, 59, 312, 183_600].map((seconds) => spell(seconds, 1))).toEqual(['0 s', '59 s', '5 min', '2 d']);
});

it('spells a time to the second, and leaves what is none', () => {
  expect(['2026-03-02T09:14:06.981Z', '2026-03-02T09:14:06Z', 'soon', ''].map(spellTime)).toEqual([
    '2026-03-02 09:14:06 UTC',
    '2026-03-02 09:14:06 UTC',
    'soon',
    '',
  ]);
});

describe('a picture', () => {
  const rows = [
    { label: 'PID', text: '4711' },
    { label: 'risk', mark: span('!', 'waiting'), text: 'the first of them is long enough to be wrapped' },
    { label: 'risk', text: 'the second' },
  ];

  it('aligns labels, and names each once', () => {
    expect(draw([rows], pipe)).toEqual(['  PID   4711', '  risk  ! the first of them is long enough to be wrapped', '        the second']);
  });

  it('parts groups by an empty line, and aligns them all the same; an empty group is none', () => {
    expect(draw([[{ label: 'PID', text: '1' }], [], [{ label: 'source', text: 'live' }]], pipe)).toEqual([
      '  PID     1',
      '',
      '  source  live',
    ]);
  });

  it('wraps to the width of a terminal, under its own column, whatever the colours', () => {
    const wanted = ['  PID   4711', '  risk  ! the first of them is long enough to be', '          wrapped', '        the second'];
    expect(draw([rows], { width: 48, hasColour: false })).toEqual(wanted);
    // oxlint-disable-next-line no-control-regex
    expect(draw([rows], { width: 48, hasColour: true }).map((line) => line.replaceAll(/\u{1b}\[\d+m/gu, ''))).toEqual(wanted);
  });

  it('keeps columns that were made with blanks', () => {
    expect(wrap([span('reload  '), span('refused', 'bad'), span('2 s ago')], pipe)).toEqual(['reload   refused 2 s ago']);
  });

  it('has colour where it is shown only, and on what has a tone', () => {
    expect(draw([rows], colours)).toEqual([
      '  \u{1b}[2mPID\u{1b}[22m   4711',
      '  \u{1b}[2mrisk\u{1b}[22m  \u{1b}[33m!\u{1b}[39m the first of them is long enough to be wrapped',
      '        the second',
    ]);
    expect(draw([rows], pipe).join('')).not.toContain('\u{1b}');
    expect(paint('x', 'plain', colours)).toBe('x');
  });

  it('breaks no line within what belongs together', () => {
    const text = [span('waiting since it was typed, for'), whole('zscaler-mcp restart', 'waiting')];
    expect(wrap(text, { width: 44, hasColour: false })).toEqual(['waiting since it was typed, for', 'zscaler-mcp restart']);
  });

  it('paints words of one tone that stand together at once', () => {
    expect(wrap([span('a b', 'bad'), span('c', 'bad'), span('d')], colours)).toEqual(['\u{1b}[31ma b c\u{1b}[39m d']);
  });

  it('keeps a word whole that is longer than a line', () => {
    const path = `/${'a'.repeat(60)}`;
    expect(wrap(`at ${path} it is`, { width: 40, hasColour: false })).toEqual(['at', path, 'it is']);
  });

  it('does not wrap a text that has less than 20 columns', () => {
    const text = 'one word after another';
    expect(wrap(text, { width: 20, hasColour: false })).toEqual(['one word after', 'another']);
    expect(wrap(text, { width: 19, hasColour: false })).toEqual([text]);
  });
});
