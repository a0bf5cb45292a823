import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { isCarriedWhole } from './stream-handover.ts';

const head = (url: string, rawHeaders: string[]) => ({ url, rawHeaders }) as IncomingMessage;

it.each([
  ['a usual request', head('/mcp', ['Host', 'a', 'Authorization', `Bearer ${'x'.repeat(2_000)}`]), true],
  ['a long header', head('/mcp', ['Host', 'a', 'X', 'x'.repeat(8_200)]), false],
  [
    'many headers',
    head(
      '/mcp',
      Array.from({ length: 2_000 }, () => 'abcdef'),
    ),
    false,
  ],
  ['a long address', head(`/mcp?${'x'.repeat(8_200)}`, []), false],
])('hands a stream over with %s or not', (_what, request, isCarried) => {
  expect(isCarriedWhole(request)).toBe(isCarried);
});
