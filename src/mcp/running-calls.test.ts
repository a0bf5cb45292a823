import { expect, it } from 'vitest';
import { openSession } from '../../test/conformance/raw.ts';
import { startStack } from '../../test/conformance/stack.ts';
import { RunningCalls } from './running-calls.ts';

const FREE = 16_384;

it('runs no more calls at once than there may be, and others when those have ended', async () => {
  const calls = new RunningCalls({ calls: 2, bytes: 100 });
  const { promise: over, resolve: end } = Promise.withResolvers<string>();
  const running = [1, 2].map(() => calls.track('a', {}, () => over));
  await expect(calls.track('b', {}, () => expect.unreachable('it was run'))).rejects.toThrow(
    'This server is busy: as many calls are running as may run at once (2). Nothing was done; try again when some of them have ended.',
  );
  expect(calls.list().map(({ tool }) => tool)).toEqual(['a', 'a']);
  end('done');
  expect([await Promise.all(running), await calls.track('b', {}, () => Promise.resolve('done'))]).toEqual([['done', 'done'], 'done']);
  expect(calls.list()).toEqual([]);
});

it.each([
  ['long texts', { text: 'x'.repeat(FREE + 60_000) }],
  ['many values', { rows: Array.from({ length: 2_000 }, () => []) }],
  ['long names', { ['x'.repeat(FREE + 60_000)]: 1 }],
  ['many keys', Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [at, null]))],
])('counts what the arguments of running calls take: %s', async (_what, args) => {
  const calls = new RunningCalls({ calls: 100, bytes: 100_000 });
  const { promise: over, resolve: end, reject: fail } = Promise.withResolvers<string>();
  const one = calls.track('a', args, () => over);
  await expect(calls.track('b', args, () => over)).rejects.toThrow('take the 100000 bytes that they may take together');
  const small = calls.track('c', { id: '1' }, () => over);
  fail(new Error('failed'));
  await Promise.allSettled([one, small]);
  end('done');
  expect(await calls.track('b', args, () => Promise.resolve('done'))).toBe('done');
});

it('is not stopped by arguments that are nested deeper than the stack', async () => {
  let deep: unknown = [];
  for (let level = 0; level < 100_000; level++) deep = [deep];
  expect(await new RunningCalls().track('a', deep, () => Promise.resolve('done'))).toBe('done');
});

it('tells the client of a call that is one too many', async () => {
  const { promise: over, resolve: end } = Promise.withResolvers<object>();
  const stack = await startStack({ with: { run: () => over } });
  const session = await openSession(stack.url);
  const batch = (from: number) =>
    Array.from({ length: 100 }, (_, at) => ({ jsonrpc: '2.0', id: `${from}-${at}`, method: 'tools/call', params: { name: 'list' } }));
  for (let from = 0; from < 20; from++) await (await session.fetch('POST', batch(from))).body?.cancel();
  expect(stack.mcp.running()).toHaveLength(2_000);
  expect(await session.ask('tools/call', { name: 'list' })).toMatchObject({
    error: { code: -32_000, message: expect.stringContaining('may run at once (2000)') as string },
  });
  end([1]);
  await stack.mcp.idle();
  expect(await session.ask('tools/call', { name: 'list' })).toHaveProperty('result');
});
