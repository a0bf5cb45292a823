/**
 * Shows one character by its code point, `⟦U+202E⟧`, and restores it when a value is written. Lossless: text that already looks
 * like such a mark has its own first bracket shown by code point.
 */
import { showByNumber } from '../common/hidden.ts';

const OPEN = '⟦';
const LOOKS_LIKE_ONE = /⟦(?=U\+[\dA-F]{4,6}⟧)/g;
const SHOWN = /⟦U\+([\dA-F]{4,6})⟧/g;

/** Must run before any other character is shown by code point. */
export const guardLookalikes = (text: string): string => text.replaceAll(LOOKS_LIKE_ONE, showByNumber(OPEN));

/** Restores marks. @param isOurs whether the sanitizer ever escapes this character; other marks stay as they are */
export const takeBack = (text: string, isOurs: (character: string) => boolean): string =>
  text.includes(OPEN)
    ? text.replaceAll(SHOWN, (mark, digits: string) => {
        const number = Number.parseInt(digits, 16);
        const character = number <= 0x10_ff_ff ? String.fromCodePoint(number) : '';
        return showByNumber(character) === mark && (character === OPEN || isOurs(character)) ? character : mark;
      })
    : text;
