/**
 * Active text: HTML elements that load, run or hide something, links that disguise their target, code fences, and tokens by which
 * chat templates separate speakers. Only the one character that makes it active is shown by code point; `<`, `&`, brackets and
 * backticks that are just data stay.
 */
import { SEPARATORS } from './separators.ts';
import { showUnseenElements } from './unseen-elements.ts';
import { showByNumber } from '../common/hidden.ts';

const ELEMENTS =
  'script|style|iframe|frame|img|image|svg|object|embed|link|meta|base|form|input|button|video|audio|source|template|noscript|noframes|math|picture|canvas|dialog|textarea|applet|portal|details|a';
const SPEAKERS =
  'system|assistant|user|human|developer|instructions?|tool|tools|tool_(?:use|call|calls|result|results|response|output)|function_(?:call|calls|result|results)|invoke|think|thinking';

/** Each pattern matches exactly the character to escape. */
export const TRICKS: readonly RegExp[] = [
  // HTML comments and elements that are invisible or fetch something.
  new RegExp(`<(?=!--|/?(?:${ELEMENTS})(?:[\\s/>]|$))`, 'gi'),
  // Chat template tokens and tags, in the forms models were trained on.
  ...SEPARATORS,
  new RegExp(`<(?=/?(?:\\w+:)?(?:${SPEAKERS})(?:\\s[^<>\\n]*)?/?>)`, 'gi'),
  // Links and images: escaping the bracket shows where they lead.
  /(?<=\])\((?=\s*<?(?:[a-z][a-z\d+.-]*:|\/\/))/gi,
  /(?<=^[^\S\n]{0,3}\[[^\]\n]{1,200}\]):(?=\s*<?(?:[a-z][a-z\d+.-]*:|\/\/))/gim,
  // A fence at the start of a line would open or close the block that the text is shown in.
  /`(?<=^[^\S\n]*`)(?=``)|~(?<=^[^\S\n]*~)(?=~~)/gm,
];

const ACTING = /[<[(:`~]/;

/** Whether this character may be escaped as active markup. */
export const isActing = (character: string): boolean => ACTING.test(character) && character.length === 1;

export function showActing(text: string, separators: readonly string[] = []): string {
  if (!ACTING.test(text)) return text;
  const known = separators.reduce((rest, separator) => rest.replaceAll(separator, showFirstActing), text);
  return TRICKS.reduce((rest, trick) => rest.replaceAll(trick, showByNumber), showUnseenElements(known, showByNumber));
}

const showFirstActing = (separator: string): string => separator.replace(ACTING, showByNumber);
