/** Text of the tenant as one line inside a question to a person. */
import { sanitizeText } from './sanitize.ts';

/** `text` sanitized and quoted, at most `limit` characters; it cannot close its quotation marks or start a new line. */
export function quoteForPerson(text: string, limit = 120): string {
  const points = Array.from(text);
  const short = points.length > limit ? `${points.slice(0, limit).join('')}…` : text;
  const line = sanitizeText(short).replaceAll(/\s+/g, ' ').replaceAll('“', '"').replaceAll('”', '"');
  return `“${line}”`;
}
