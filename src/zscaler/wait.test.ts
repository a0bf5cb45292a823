import { describe, expect, it } from 'vitest';
import { askedWaitMs, backoffMs, editLockWaitMs, parseWait } from './wait.ts';

const now = Date.UTC(2026, 0, 1, 12, 0, 0);
const answer = (status: number, headers: Record<string, string>) => ({ status, headers: new Headers(headers) });
const clock = (random: number) => ({ now: () => now, sleep: async () => {}, random: () => random });

describe('parseWait', () => {
  it.each([
    ['1', 1_000],
    ['4s', 4_000],
    ['5 s', 5_000],
    ['1 seconds', 1_000],
    ['1 second', 1_000],
    ['0', 0],
    ['1, 1', 1_000],
    ['2, 44', 44_000],
    [3, 3_000],
    ['Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['', null],
    [-1, null],
    [null, null],
    [undefined, null],
  ])('reads %j', (value, wanted) => {
    expect(parseWait(value, now)).toBe(wanted);
  });
});

describe('askedWaitMs', () => {
  it('believes Retry-After before the counters of the gateway', () => {
    expect(askedWaitMs(answer(429, { 'retry-after': '2', 'x-ratelimit-reset': '36' }), {}, now)).toBe(2_000);
  });
  it('reads the body of a ZIA refusal', () => {
    expect(askedWaitMs(answer(429, {}), { message: 'Rate Limit (1/SECOND) exceeded', 'Retry-After': '1 seconds' }, now)).toBe(1_000);
  });
  it('falls back on the counters when a limit was hit', () => {
    expect(askedWaitMs(answer(429, { 'x-ratelimit-reset': '36' }), {}, now)).toBe(36_000);
    expect(askedWaitMs(answer(429, { 'x-rate-limit-retry-after-seconds': '7', 'x-ratelimit-reset': '36' }), {}, now)).toBe(7_000);
  });
  it('does not mistake the counters for a request to wait when no limit was hit', () => {
    expect(askedWaitMs(answer(503, { 'x-ratelimit-reset': '36' }), {}, now)).toBeNull();
  });
});

describe('waits of our own', () => {
  it('grow with each attempt, fully at random, up to a limit', () => {
    expect([0, 1, 2, 9].map((retry) => backoffMs(retry, clock(1)))).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(backoffMs(3, clock(0))).toBe(0);
  });
  it('are never short for an edit lock', () => {
    expect([0, 1].map((retry) => editLockWaitMs(retry, clock(0)))).toEqual([1_250, 2_500]);
    expect(editLockWaitMs(1, clock(1))).toBe(5_000);
  });
});
