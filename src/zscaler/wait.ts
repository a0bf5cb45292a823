/** Waiting times between attempts. */
import { largest } from '../common/lists.ts';
import type { Clock } from './clock.ts';
import type { HttpAnswer } from './transport.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** ZIA's edit lock is held by another administrator or call, for seconds rather than milliseconds. */
const EDIT_LOCK_WAIT_MS = 2_500;
/** Random extra, so that callers that were told to wait equally long do not retry at the same time. */
const SPREAD_MS = 250;

/**
 * The wait that the answer asks for, in milliseconds; null when it does not say.
 * `Retry-After` comes as `1`, `4s`, `1 seconds`, as an HTTP date, and in the body of ZIA's 429; the gateway's reset counters are in
 * seconds, `44` or, with several limits, `1, 1`.
 */
export function askedWaitMs(answer: Pick<HttpAnswer, 'headers' | 'status'>, body: unknown, now: number): number | null {
  const inBody = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)['Retry-After'] : undefined;
  const asked = parseWait(answer.headers.get('retry-after'), now) ?? parseWait(inBody, now);
  if (asked !== null || answer.status !== 429) return asked;
  return parseWait(answer.headers.get('x-rate-limit-retry-after-seconds'), now) ?? parseWait(answer.headers.get('x-ratelimit-reset'), now);
}

export function parseWait(value: unknown, now: number): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value * 1_000 : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const seconds = value.split(',').map((part) => /^(\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?)?$/i.exec(part.trim())?.[1]);
  if (seconds.every((text) => text !== undefined)) return largest(seconds.map(Number)) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** Exponential backoff with full jitter. @param attempt counts from 0 */
export const backoffMs = (attempt: number, clock: Clock): number =>
  clock.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt + 1));

/** Exponential backoff, at least half of it fixed: a lock is not released after a lucky millisecond. */
export const editLockWaitMs = (attempt: number, clock: Clock): number => EDIT_LOCK_WAIT_MS * 2 ** attempt * (0.5 + clock.random() / 2);

export const spread = (ms: number, clock: Clock): number => ms + clock.random() * SPREAD_MS;
