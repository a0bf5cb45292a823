import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { logFor, newRequestId, scopeFields } from './log-scope.ts';

it('carries the fields along, across waiting, and two at once do not mix', async () => {
  const seen = await Promise.all(
    ['a', 'b'].map((request) =>
      logFor({ request }, async () => {
        await sleep(1);
        return scopeFields();
      }),
    ),
  );
  expect(seen).toEqual([{ request: 'a' }, { request: 'b' }]);
  expect(scopeFields()).toEqual({});
});

it('adds the fields of an inner scope', async () => {
  const seen = await logFor({ request: 'a', call: 'outer' }, () => logFor({ call: 'inner' }, () => Promise.resolve(scopeFields())));
  expect(seen).toEqual({ request: 'a', call: 'inner' });
});

it('ends with its work: what is left behind does not go on in its name', async () => {
  let late: Promise<object> = Promise.resolve({});
  await logFor({ request: 'a' }, () => {
    late = sleep(5).then(scopeFields);
    return Promise.resolve();
  });
  expect(await late).toEqual({});
});

it('ends when its work fails', async () => {
  let late: Promise<object> = Promise.resolve({});
  const failing = logFor({ request: 'a' }, async () => {
    late = sleep(5).then(scopeFields);
    await sleep(1);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await late).toEqual({});
});

it('makes ids that differ', () => {
  expect(new Set(Array.from({ length: 100 }, newRequestId)).size).toBe(100);
});
