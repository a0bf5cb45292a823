/** Every regular expression of `src/` meets texts made to slow it down; see regular-expressions.test.ts for the proof without running. */
import { expect, test } from 'vitest';
import { attacksOn, type Attack, type Expression } from './regular-expressions.ts';
import { everyExpression } from './regular-expressions.fixture.ts';

/** Characters. At the last size, work that grows with the square takes a hundred times this limit. */
const SIZES = [12, 18, 24, 30, 64, 256, 1_024, 4_096, 16_384, 65_536];
const LIMIT_MS = 30;
/** Below this, a size says that greater ones are harmless: the square of 4,096 takes several times as long. */
const HARMLESS = { size: 4_096, ms: 1 };

/** Of this thread alone, so that a busy machine makes no difference. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

function measure(expression: RegExp, text: string): number {
  const startedAt = cpuMs();
  if (expression.global) text.replaceAll(expression, '');
  else expression.exec(text);
  return cpuMs() - startedAt;
}

/** The size at which the limit is exceeded; null if none. */
function slowAt({ source, flags }: Expression, { before, pump, after }: Attack): number | null {
  const expression = new RegExp(source, flags);
  for (const size of SIZES) {
    const text = before + pump.repeat(Math.max(1, Math.floor(size / pump.length))) + after;
    // The shortest of several: a pause of the collector is not the expression's.
    let ms = measure(expression, text);
    for (let attempt = 0; attempt < 2 && ms > HARMLESS.ms; attempt += 1) ms = Math.min(ms, measure(expression, text));
    if (ms > LIMIT_MS) return size;
    if (size >= HARMLESS.size && ms <= HARMLESS.ms) return null;
  }
  return null;
}

function slowest(expression: Expression): string[] {
  for (const attack of attacksOn(expression)) {
    const size = slowAt(expression, attack);
    if (size !== null)
      return [`${expression.place}: /${expression.source}/${expression.flags} with ${size} characters: ${JSON.stringify(attack)}`];
  }
  return [];
}

test('no regular expression takes more than linear time, whatever is repeated', () => {
  const all = everyExpression();
  expect(all.length).toBeGreaterThan(190);
  expect(all.reduce((count, one) => count + attacksOn(one).length, 0)).toBeGreaterThan(40_000);
  expect(all.flatMap(slowest)).toEqual([]);
});

test.each([
  '/+$',
  '%.*$',
  String.raw`^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$`,
  String.raw`^\s*(\d+)\s*(?:s)?\s*$`,
  '<(?=[^>]*>)',
  '^(?:a+)+$',
  '^(?:a|a)*$',
  '^(?:ab?)*(?:a?b)*$',
  String.raw`\[[^\]]*\]`,
  'x*y',
  '(?<=^a.*)c',
])('one that does is found: %s', (source) => expect(slowest({ place: '', source, flags: 'g' })).not.toEqual([]));
