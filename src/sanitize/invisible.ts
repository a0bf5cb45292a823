/** Characters that are invisible or reorder visible text, unless a script or an emoji needs them. */
import { HIDDEN, showByNumber } from '../common/hidden.ts';

/** One such character alone. */
export const HIDDEN_ALONE = new RegExp(`^(?:${HIDDEN.source})$`, 'u');

export const isHidden = (character: string): boolean => HIDDEN_ALONE.test(character);

export const showHidden = (text: string): string =>
  text.replaceAll(HIDDEN, (character, at: number) => (isNeeded(character, text, at) ? character : showByNumber(character)));

/** Scripts in which joiners are part of the spelling. */
const JOINING =
  /[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Nkoo}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Tibt}\p{scx=Mymr}\p{scx=Khmr}]/u;
const LETTER_OR_MARK = /[\p{L}\p{M}]/u;
/** Scripts without spaces between words: a zero-width space marks where a line may break. */
const UNSPACED = /[\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;
const PICTURE = /(?:\p{Extended_Pictographic}\uFE0F?|\p{Emoji_Modifier})$/u;
const STARTS_WITH_PICTURE = /^\p{Extended_Pictographic}/u;
/** The three flags spelled with tag characters (UTS #51): England, Scotland, Wales. */
const FLAG = /🏴\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}/gu;

type Rule = (before: string, text: string, at: number) => boolean;

const afterLetterOf =
  (script: RegExp): Rule =>
  (before) =>
    script.test(before) && LETTER_OR_MARK.test(before);

const joinsPictures: Rule = (_before, text, at) =>
  PICTURE.test(text.slice(Math.max(0, at - 4), at)) && STARTS_WITH_PICTURE.test(text.slice(at + 1, at + 3));
const isSpelling = afterLetterOf(JOINING);

/** A single such character after its base is spelling; any further one hides something. */
const rules: readonly (readonly [RegExp, Rule])[] = [
  [/\u200D/, (...place) => isSpelling(...place) || joinsPictures(...place)],
  [/\u200C/, isSpelling],
  [/\u200B/, afterLetterOf(UNSPACED)],
  [/[\uFE0E\uFE0F]/, (before, text, at) => STARTS_WITH_PICTURE.test(before) || /^[\d#*]\uFE0F\u20E3/.test(text.slice(at - 1, at + 2))],
  [/[\uFE00-\uFE02]|[\u{E0100}-\u{E010F}]/u, (before) => /\p{Unified_Ideograph}/u.test(before)],
  [/[\u180B-\u180D\u180F]/, afterLetterOf(/\p{sc=Mong}/u)],
  [/[\u{E0020}-\u{E007F}]/u, (_before, text, at) => isInFlag(text, at)],
];

function isNeeded(character: string, text: string, at: number): boolean {
  const rule = ruleOf(character);
  return rule !== null && rule(characterBefore(text, at), text, at);
}

/** There are a few thousand hidden characters. */
const ruleByCharacter = new Map<string, Rule | null>();

function ruleOf(character: string): Rule | null {
  let rule = ruleByCharacter.get(character);
  if (rule === undefined) {
    rule = rules.find(([which]) => which.test(character))?.[1] ?? null;
    ruleByCharacter.set(character, rule);
  }
  return rule;
}

const isLow = (code: number): boolean => code >= 0xdc_00 && code <= 0xdf_ff;
const isHigh = (code: number): boolean => code >= 0xd8_00 && code <= 0xdb_ff;

const characterBefore = (text: string, at: number): string =>
  at > 1 && isLow(text.charCodeAt(at - 1)) && isHigh(text.charCodeAt(at - 2)) ? text.slice(at - 2, at) : text.charAt(at - 1);

const isInFlag = (text: string, at: number): boolean =>
  Array.from(text.slice(Math.max(0, at - 14), at + 14).matchAll(FLAG), ({ index, 0: flag }) => [index, index + flag.length] as const).some(
    ([start, end]) => start <= Math.min(at, 14) && Math.min(at, 14) < end,
  );
