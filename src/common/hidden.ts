/** Characters that hide, reorder or forge text, or control a terminal; and how they are shown. See docs/decisions/shown-by-number.md. */

import { INVISIBLE } from './invisible.ts';

/** Those of `INVISIBLE` except tab and line ends, which texts of several lines need. */
export const HIDDEN =
  /[\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cs}\uFFF9-\uFFFB]|(?![\t\n\r])\p{Cc}/gu;

/** Hidden characters are a few thousand. */
const shownAs = new Map<string, string>();
const MOST_KNOWN = 10_000;

/** One character by its code point: `⟦U+202E⟧`. */
export function showByNumber(character: string): string {
  const known = shownAs.get(character);
  if (known !== undefined) return known;
  const shown = `⟦U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`;
  if (shownAs.size < MOST_KNOWN) shownAs.set(character, shown);
  return shown;
}

/** Text of others on one line of a terminal: nothing in it takes effect, line ends included. */
export const showLine = (text: string): string => (PLAIN.test(text) ? text : text.replaceAll(INVISIBLE, showByNumber));

/** Lines for a terminal, and no text of others that `showLine` has not seen: line ends take effect, and so do colours where there are any. */
export const showLines = (text: string, hasColour: boolean): string =>
  text
    .split(hasColour ? COLOUR : /(?!)/)
    .map((part, at) => {
      const isColour = at % 2 === 1 && part.startsWith('\u001B');
      return isColour || PLAIN.test(part) ? part : part.replaceAll(HIDDEN, showByNumber).replaceAll('\r', showByNumber);
    })
    .join('');

const COLOUR = /(\p{Cc}\[\d{1,2}m)/u;

/** Most text is plain. */
const PLAIN = /^[\x20-\x7E]*$/;
