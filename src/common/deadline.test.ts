import { getEventListeners } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import { openDeadline } from './deadline.ts';

afterEach(() => void vi.useRealTimers());

it('aborts after its time, and says so', () => {
  vi.useFakeTimers();
  const deadline = openDeadline(1_000);
  vi.advanceTimersByTime(999);
  expect([deadline.signal.aborted, deadline.isOver()]).toEqual([false, false]);
  vi.advanceTimersByTime(1);
  expect([deadline.signal.aborted, deadline.isOver(), (deadline.signal.reason as Error).name]).toEqual([true, true, 'TimeoutError']);
});

it.each(['before', 'after'])('aborts with the other signal, which was aborted %s it began', (when) => {
  const other = new AbortController();
  if (when === 'before') other.abort('why');
  const deadline = openDeadline(60_000, other.signal);
  other.abort('why');
  expect([deadline.signal.aborted, deadline.signal.reason, deadline.isOver()]).toEqual([true, 'why', false]);
  deadline.close();
});

it('leaves neither a timer nor a listener behind once it is closed', () => {
  vi.useFakeTimers();
  const other = new AbortController();
  const deadlines = Array.from({ length: 100 }, () => openDeadline(60_000, other.signal));
  expect([vi.getTimerCount(), getEventListeners(other.signal, 'abort').length]).toEqual([100, 100]);
  for (const deadline of deadlines) deadline.close();
  expect([vi.getTimerCount(), getEventListeners(other.signal, 'abort').length]).toEqual([0, 0]);
});

it('takes a time that is longer than a timer can wait', () => {
  vi.useFakeTimers();
  const deadline = openDeadline(2 ** 40);
  vi.advanceTimersByTime(60_000);
  expect(deadline.signal.aborted).toBe(false);
  deadline.close();
});
