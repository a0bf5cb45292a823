import { expect, it, vi, onTestFinished } from 'vitest';
import { BoundedKeys, OTHERS } from './bounded-keys.ts';

it('counts callers beyond the limit as one, until the window is over', () => {
  const start = performance.now();
  onTestFinished(() => void vi.restoreAllMocks());
  const now = vi.spyOn(performance, 'now').mockReturnValue(start);
  const keys = new BoundedKeys(60_000, 2);
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map((caller) => keys.of(caller))).toEqual(['a', 'b', OTHERS, 'a', OTHERS, 'b']);
  now.mockReturnValue(start + 60_001);
  expect(['d', 'c', 'a'].map((caller) => keys.of(caller))).toEqual(['d', 'c', OTHERS]);
});
