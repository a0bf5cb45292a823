import { describe, expect, it } from 'vitest';
import { escapeInvisible } from './invisible.ts';
import { openLog } from './log.ts';

const invisible: readonly (readonly [what: string, character: string, shown: string])[] = [
  ['an escape', '\u001B', '\\u001b'],
  ['a C1 control', '\u009B', '\\u009b'],
  ['a zero-width space', '\u200B', '\\u200b'],
  ['a zero-width joiner', '\u200D', '\\u200d'],
  ['a word joiner', '\u2060', '\\u2060'],
  ['an invisible times', '\u2062', '\\u2062'],
  ['a byte order mark', '\uFEFF', '\\ufeff'],
  ['a right-to-left override', '\u202E', '\\u202e'],
  ['an isolate', '\u2066', '\\u2066'],
  ['an Arabic letter mark', '\u061C', '\\u061c'],
  ['a line separator', '\u2028', '\\u2028'],
  ['a soft hyphen', '\u00AD', '\\u00ad'],
  ['a grapheme joiner', '\u034F', '\\u034f'],
  ['a Hangul filler', '\u3164', '\\u3164'],
  ['a Hangul choseong filler', '\u115F', '\\u115f'],
  ['a halfwidth Hangul filler', '\uFFA0', '\\uffa0'],
  ['a Mongolian vowel separator', '\u180E', '\\u180e'],
  ['a variation selector', '\uFE0F', '\\ufe0f'],
  ['a supplementary variation selector', '\u{E0101}', '\\udb40\\udd01'],
  ['a tag', '\u{E0041}', '\\udb40\\udc41'],
  ['a musical begin beam', '\u{1D173}', '\\ud834\\udd73'],
  ['an annotation anchor', '\uFFF9', '\\ufff9'],
  ['a noncharacter', '\uFFFE', '\\ufffe'],
  ['half of a pair', '\uD83D', '\\ud83d'],
];

describe('a character that nobody sees', () => {
  it.each(invisible)('is shown by its number in both formats of the log: %s', (_what, character, shown) => {
    expect(escapeInvisible(`a${character}b`)).toBe(`a${shown}b`);
    for (const format of ['json', 'text'] as const) {
      const lines: string[] = [];
      const writer = { write: (text: string) => void lines.push(text), flush: () => undefined, onDropped: null };
      const log = openLog('info', { format, target: { isTerminal: false, isJournal: false, hasColour: false, writer } });
      log.info({ client: `x${character}y` }, `one${character}two`);
      expect(lines.join('')).not.toContain(character);
      expect(lines.join('')).toContain(`one${shown}two`);
      if (format === 'json') expect(JSON.parse(lines.join(''))).toMatchObject({ client: `x${character}y`, message: `one${character}two` });
    }
  });

  it.each(['é שלום مرحبا สวัสดี 1\u00A0000 km 😀 ⟦x⟧', 'a | b\\u200b'])('is not seen in %j', (text) => {
    expect(escapeInvisible(text)).toBe(text);
  });
});
