/** Text of the tenant as one line inside a question to a person. */
import { sanitizeText } from './sanitize.ts';

/** `text` sanitized and quoted, at most `limit` characters; it cannot close its quotation marks or start a new line. */
export function quoteForPerson(text: string, limit = 120): string {
  // A code point has at most two code units; the text may be megabytes long.
  const points = Array.from(text.slice(0, 2 * limit + 2));
  const short = points.length > limit ? `${points.slice(0, limit).join('')}…` : text;
  const line = sanitizeText(short).replaceAll(/\s+/g, ' ').replaceAll('“', '"').replaceAll('”', '"');
  return `“${line}”`;
}
