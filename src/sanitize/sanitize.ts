/** Everything that reaches a model or a person passes here, and what they write back passes the other way. */
import { guardLookalikes, takeBack } from './escape.ts';
import { isHidden, showHidden } from './invisible.ts';
import { isActing, showActing } from './markup.ts';

/** Plain text, in which nothing can be hidden and nothing acts, is by far the most common. */
const MAY_NEED_WORK = /[^\t\n\r\x20-\x7E]|[<[(:`~]/;

/** `restoreText` undoes it, to the last character. Once is enough: a second time would show the marks of the first. */
export const sanitizeText = (text: string): string => (MAY_NEED_WORK.test(text) ? showActing(showHidden(guardLookalikes(text))) : text);

/** The inverse of `sanitizeText`, for text that a model writes back. */
export const restoreText = (text: string): string => takeBack(text, (character) => isHidden(character) || isActing(character));

/**
 * A copy with all texts sanitized, names of fields included; `value` itself when there is nothing to do.
 * @throws RangeError when it is nested deeper than any answer of the cloud
 */
export const sanitize = (value: unknown): unknown => mapTexts(value, sanitizeText, refuseDepth);

/** The way back, for what a model writes. What is nested deeper than anything that was sanitized holds nothing to restore. */
export const restore = (value: unknown): unknown => mapTexts(value, restoreText, (deeper) => deeper);

/** Guards the stack. */
const MAX_DEPTH = 200;

function refuseDepth(): never {
  throw new RangeError('nested too deeply to be sanitized');
}

function mapTexts(value: unknown, change: (text: string) => string, tooDeep: (value: object) => unknown, depth = 0): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return tooDeep(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => mapTexts(item, change, tooDeep, depth + 1));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  const entries = Object.entries(value);
  const changed = entries.map(([key, item]) => [change(key), mapTexts(item, change, tooDeep, depth + 1)] as const);
  return changed.some(([key, item], at) => key !== entries[at]?.[0] || item !== entries[at][1]) ? Object.fromEntries(changed) : value;
}
