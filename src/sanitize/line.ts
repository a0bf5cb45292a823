/** A text of the tenant on one line of a question to a person. */
import { sanitizeText } from './sanitize.ts';

/** Sanitized, in quotation marks, at most `limit` characters long; it cannot end its quotation or begin a line. */
export function quoteForPerson(text: string, limit = 120): string {
  const points = Array.from(text);
  const short = points.length > limit ? `${points.slice(0, limit).join('')}…` : text;
  const line = sanitizeText(short).replaceAll(/\s+/g, ' ').replaceAll('“', '"').replaceAll('”', '"');
  return `“${line}”`;
}
