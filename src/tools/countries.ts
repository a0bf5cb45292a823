/** Countries, as people write them, in the words of the APIs: `COUNTRY_DE`. */
import { quoteBriefly, sayFew } from '../common/few.ts';
import { ZscalerMcpError } from '../common/errors.ts';

/** Understands `COUNTRY_DE`, `DE` and the English name. @throws ZscalerMcpError ERR_TOOL_INPUT */
export function countryCodes(countries: readonly string[]): string[] {
  const unknown = countries.filter((country) => codeOf(country) === undefined);
  if (unknown.length === 0) return countries.map((country) => `COUNTRY_${codeOf(country)}`);
  throw new ZscalerMcpError('ERR_TOOL_INPUT', `unknown: ${sayFew(unknown, quoteBriefly)}`, {
    hint: 'Give each country as its code of two letters (DE), as COUNTRY_DE, or by its English name (Germany).',
  });
}

function codeOf(country: string): string | undefined {
  const [, code] = /^(?:COUNTRY_)?([a-z]{2})$/i.exec(country.trim()) ?? [];
  if (code === undefined) return byName().get(simple(country));
  return names().of(code.toUpperCase()) === undefined ? undefined : code.toUpperCase();
}

const names = (): Intl.DisplayNames => new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const simple = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}]/gu, '');

let known: ReadonlyMap<string, string> | undefined;

/** Made on first use: 676 look-ups, 2 ms. */
function byName(): ReadonlyMap<string, string> {
  if (known) return known;
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
  const display = names();
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  known = new Map(codes.flatMap((code) => (display.of(code) === undefined ? [] : [[simple(display.of(code) ?? ''), code] as const])));
  return known;
}
