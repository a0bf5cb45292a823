/** Characters in lines of a log that a reader would not see, or that would change what is seen. */

/**
 * Controls, line separators, marks that reorder text, code points that are drawn as nothing (zero-width characters, tags, variation
 * selectors, the soft hyphen, Hangul fillers), noncharacters and lone surrogates.
 */
export const INVISIBLE =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cs}\uFFF9-\uFFFB]/gu;

/** Shows each by its number as in JSON, `\u200b`, so that a text inside a string of JSON stays the same text. */
export const escapeInvisible = (text: string): string => text.replaceAll(INVISIBLE, escapeUnits);

/** As `\u0041`; code points above U+FFFF as two of them. */
export const escapeUnits = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => String.raw`\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
