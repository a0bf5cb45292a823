import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Pieces } from './pieces.ts';

it('gives back what was added, however it was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20_000, size: 'max' }), { maxLength: 12 }), (parts) => {
      const pieces = new Pieces();
      for (const part of parts) pieces.add(part);
      const whole = Buffer.concat(parts);
      expect(pieces.length).toBe(whole.length);
      expect(pieces.take().equals(whole)).toBe(true);
      expect([pieces.length, pieces.take().length]).toEqual([0, 0]);
    }),
    { numRuns: 40 },
  );
});

it.each([
  ['single bytes', [1]],
  ['single bytes between long pieces', [1, 5_000]],
])('takes little more than %s have', (_what, sizes) => {
  const pieces = new Pieces();
  const before = process.memoryUsage();
  for (let bytes = 0, n = 0; bytes < 2_000_000; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    pieces.add(new Uint8Array(size));
    bytes += size;
  }
  const after = process.memoryUsage();
  expect(pieces.length).toBeGreaterThanOrEqual(2_000_000);
  // Each byte as an object would be 200 MB. What was garbage meanwhile is counted too.
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(40_000_000);
  expect(pieces.take().length).toBeGreaterThanOrEqual(2_000_000);
});
