/** Sanitizes all text on its way to a model or a person, and restores what they send back. */
import { guardLookalikes, takeBack } from './escape.ts';
import { isHidden, showHidden } from './invisible.ts';
import { isActing, showActing } from './markup.ts';

/** Quick test: most text is plain and needs no work. */
const MAY_NEED_WORK = /[^\t\n\r\x20-\x7E]|[<[(:`~]/;

/** Escapes invisible and active characters; `restoreText` is its exact inverse. `separators`: texts to show beside the known separators of speakers. Not idempotent: a second pass escapes the marks of the first. */
export const sanitizeText = (text: string, separators: readonly string[] = []): string =>
  MAY_NEED_WORK.test(text) ? showActing(showHidden(guardLookalikes(text)), separators) : text;

/** The inverse of `sanitizeText`, for text that a model writes back. */
export const restoreText = (text: string): string => takeBack(text, (character) => isHidden(character) || isActing(character));

/**
 * A copy with all strings sanitized, property names included; `value` itself when nothing changes.
 * @throws RangeError when nested more than 200 levels deep
 */
export const sanitize = (value: unknown, separators: readonly string[] = []): unknown =>
  mapTexts(value, (text) => sanitizeText(text, separators), refuseDepth);

/** The inverse, for values that a model writes. Levels too deep to have been sanitized are left unchanged. */
export const restore = (value: unknown): unknown => mapTexts(value, restoreText, (deeper) => deeper);

/** Protects the stack. */
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
