/**
 * Text that acts instead of being read: elements that load, run or hide, links that look like something else, fences, and
 * the tokens by which chat templates tell speakers apart. The one character that makes it act is shown by its number, so
 * that `<`, `&`, brackets and backticks stay as they are wherever they only are data.
 */
import { showByNumber } from './escape.ts';

const ELEMENTS =
  'script|style|iframe|frame|img|image|svg|object|embed|link|meta|base|form|input|button|video|audio|source|template|details|a';
const SPEAKERS =
  'system|assistant|user|human|developer|instructions?|tool|tools|tool_(?:use|call|calls|result|results|response|output)|function_(?:call|calls|result|results)|invoke|think|thinking';

/** Each finds exactly the character to show by number. */
const TRICKS: readonly RegExp[] = [
  // Comments and elements of HTML that a reader does not see, or that fetch something.
  new RegExp(`<(?=!--|/?(?:${ELEMENTS})(?:[\\s/>]|$))`, 'gi'),
  // Tokens and tags of chat templates, in the forms that models were trained on.
  /<(?=\|[^|<>\n]{1,40}\|>)/g,
  new RegExp(`<(?=/?(?:\\w+:)?(?:${SPEAKERS})(?:\\s[^<>\\n]*)?/?>)`, 'gi'),
  /<(?=<\/?SYS>>)/g,
  /\[(?=\/?INST\])/g,
  // Links and images: the label no longer hides where they lead.
  /(?<=\])\((?=\s*<?(?:[a-z][a-z\d+.-]*:|\/\/))/gi,
  /(?<=^[^\S\n]{0,3}\[[^\]\n]{1,200}\]):(?=\s*<?(?:[a-z][a-z\d+.-]*:|\/\/))/gim,
  // A fence at the beginning of a line would open or close the one that the text is shown in.
  /(?<=^[^\S\n]*)(?:`(?=``)|~(?=~~))/gm,
];

const ACTING = /[<[(:`~]/;

/** Whether a character is one that is shown by number when it acts. */
export const isActing = (character: string): boolean => ACTING.test(character) && character.length === 1;

export const showActing = (text: string): string =>
  ACTING.test(text) ? TRICKS.reduce((rest, trick) => rest.replaceAll(trick, showByNumber), text) : text;
