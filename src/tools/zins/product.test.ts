import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tell, windowOf } from './product.ts';

const DAY = 86_400_000;
const NOW = 1_790_000_000_000;
const days = (input: Record<string, unknown>): number[] => {
  const { startTime, endTime } = windowOf(input);
  return [(NOW - startTime) / DAY, (NOW - endTime) / DAY];
};

describe('the span of a report', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    [{ start_days_ago: 9, end_days_ago: 2 }, [9, 2]],
    [{ start_days_ago: 12, end_days_ago: 2 }, [9, 2]],
    [{ start_days_ago: 13, end_days_ago: 2 }, [16, 2]],
    [{ start_days_ago: 60, end_days_ago: 2 }, [16, 2]],
    [{ start_days_ago: 3, end_days_ago: 2 }, [9, 2]],
  ])('of %o becomes 7 or 14 days up to its end', (input, wanted) => {
    expect(days(input)).toEqual(wanted);
  });
  it('is left as it is when it is exact', () => {
    expect(days({ start_days_ago: 9, end_days_ago: 2, start_time: NOW - 5 * DAY, end_time: NOW - 3 * DAY })).toEqual([5, 3]);
  });
  it.each([
    [{ start_days_ago: 2, end_days_ago: 2 }, 'begin 2 and end 2 days ago'],
    [{ start_time: NOW - 5 * DAY }, 'only one of'],
    [{ start_time: NOW - 3 * DAY, end_time: NOW - 3 * DAY }, 'not before'],
    [{ start_time: NOW - 3 * DAY, end_time: NOW }, 'less than a day ago'],
  ])('is refused for %o', (input, message) => {
    expect(() => windowOf(input)).toThrow(message);
  });
  it('is told in words', () => {
    expect(tell(windowOf({ start_days_ago: 9, end_days_ago: 2 }))).toEqual({
      span: { from: new Date(NOW - 9 * DAY).toISOString(), to: new Date(NOW - 2 * DAY).toISOString() },
    });
  });
});
