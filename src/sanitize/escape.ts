/**
 * One character shown by its number, `⟦U+202E⟧`, and taken back where a value is written. Nothing is lost in between: text
 * that looks like such a mark of its own gets its first bracket shown by number, too.
 */
const OPEN = '⟦';
const LOOKS_LIKE_ONE = /⟦(?=U\+[\dA-F]{4,6}⟧)/g;
const SHOWN = /⟦U\+([\dA-F]{4,6})⟧/g;

export const showByNumber = (character: string): string =>
  `${OPEN}U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`;

/** Comes before anything else is shown by number. */
export const guardLookalikes = (text: string): string => text.replaceAll(LOOKS_LIKE_ONE, showByNumber(OPEN));

/** `isOurs`: whether a character is one that is ever shown by number; any other mark stays as it is. */
export const takeBack = (text: string, isOurs: (character: string) => boolean): string =>
  text.includes(OPEN)
    ? text.replaceAll(SHOWN, (mark, digits: string) => {
        const number = Number.parseInt(digits, 16);
        const character = number <= 0x10_ff_ff ? String.fromCodePoint(number) : '';
        return showByNumber(character) === mark && (character === OPEN || isOurs(character)) ? character : mark;
      })
    : text;
