/**
 * Shows one character by its code point, `⟦U+202E⟧`, and restores it when a value is written. Lossless: text that already looks
 * like such a mark has its own first bracket shown by code point.
 */
import { showByNumber } from '../common/hidden.ts';

const OPEN = '⟦';
const LOOKS_LIKE_ONE = /⟦(?=U\+[\dA-F]{4,6}⟧)/g;

/** Must run before any other character is shown by code point. */
export const guardLookalikes = (text: string): string => text.replaceAll(LOOKS_LIKE_ONE, showByNumber(OPEN));

/** Restores marks. @param isOurs whether the sanitizer ever escapes this character; other marks stay as they are */
export function takeBack(text: string, isOurs: (character: string) => boolean): string {
  let restored = '';
  let copied = 0;
  for (let at = text.indexOf(OPEN); at !== -1; at = text.indexOf(OPEN, at + 1)) {
    const end = endOfMark(text, at);
    if (end === null) continue;
    const character = String.fromCodePoint(Number.parseInt(text.slice(at + START, end - 1), 16));
    if (character !== OPEN && !isOurs(character)) continue;
    restored += text.slice(copied, at) + character;
    copied = end;
  }
  return copied === 0 ? text : restored + text.slice(copied);
}

/** Length of `⟦U+`. */
const START = 3;
const LARGEST_CODE_POINT = 0x10_ff_ff;

/** The offset after the mark that begins at `from`; null when none does that `showByNumber` would write: four digits, more only when needed. */
function endOfMark(text: string, from: number): number | null {
  if (text.charCodeAt(from + 1) !== 0x55 || text.charCodeAt(from + 2) !== 0x2b) return null;
  let number = 0;
  let at = from + START;
  for (let digit = digitOf(text.charCodeAt(at)); digit !== -1 && at < from + START + 6; digit = digitOf(text.charCodeAt(at))) {
    number = number * 16 + digit;
    at += 1;
  }
  return at - from - START === Math.max(4, number.toString(16).length) && number <= LARGEST_CODE_POINT && text.charCodeAt(at) === CLOSE
    ? at + 1
    : null;
}

const CLOSE = 0x27e7;

/** The value of an upper case hexadecimal digit, or -1. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x41 && code <= 0x46 ? code - 0x37 : -1;
}
