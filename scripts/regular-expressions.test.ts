/** Every regular expression of `src/` takes linear time: most of them see what strangers send. */
import { analyse } from 'scslre';
import { expect, test } from 'vitest';
import { countConstructions, type Expression } from './regular-expressions.ts';
import { computed, everyExpression, files } from './regular-expressions.fixture.ts';
import { parseSources } from './source-files.ts';

/** Reported, and harmless, with the reason. */
const known: Readonly<Record<string, string>> = {
  'cli/parse.ts /=.*$/s': 'matches at the first = or nowhere',
};

const isKnown = ({ place, source, flags }: Expression): boolean => `${place.replace(/:\d+$/, '')} /${source}/${flags}` in known;

/** Two ways to match the same text, or a search that reads the rest of the text again from each position. */
const suspicions = ({ place, source, flags }: Expression): string[] =>
  analyse({ source, flags }, { reportTypes: { Move: true, Self: true, Trade: true } }).reports.map(
    ({ type }) => `${place}: /${source}/${flags}: ${type}`,
  );

test('what puts regular expressions together is known', () => {
  const found = files.flatMap((file) => (countConstructions(file) > 0 ? [[file.path, countConstructions(file)]] : []));
  expect(Object.fromEntries(found)).toEqual({
    'mcp/generation.ts': 1,
    'sanitize/invisible.ts': 1,
    'sanitize/markup.ts': 2,
    'tools/zia/ipv4.ts': 1,
  });
  expect(found.map(([path]) => path)).toEqual(Object.keys(computed));
});

test.each(['new RegExp(a)', 'RegExp(`^${a}$`)', "a.match('x+')", 'a.search(`${b}`)'])('a construction is found: %s', (text) =>
  expect(parseSources(new Map([['a.ts', text]])).map(countConstructions)).toEqual([1]),
);

test('every regular expression takes linear time', () => {
  const all = everyExpression();
  expect(all.length).toBeGreaterThan(150);
  expect(all.filter((one) => !isKnown(one)).flatMap(suspicions)).toEqual([]);
});

test.each(['/+$', '%.*$', String.raw`^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$`, String.raw`^\s*(\d+)\s*(?:s)?\s*$`, '^(?:a+)+$'])(
  'one that does not is found: %s',
  (source) => expect(suspicions({ place: '', source, flags: '' })).not.toEqual([]),
);
