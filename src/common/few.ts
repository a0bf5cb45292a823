/** What a caller gave, in a message of bounded length. */
import { quote } from './json.ts';

const MOST_SHOWN = 5;
const LONGEST = 100;

/** The first five of a list, and how many more there are. @param say what to write of one item; called for those five only */
export function sayFew<T>(items: readonly T[], say: (item: T) => string, separator = ', '): string {
  const shown = items.slice(0, MOST_SHOWN).map(say);
  const rest = items.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator);
}

/** The beginning of a text between quotes, at most 100 characters of it. */
export const quoteBriefly = (text: string): string => quote(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
