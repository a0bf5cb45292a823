/** Events of all sessions in the store of replicas: bounded together, whichever session they belong to. */
import { afterAll, describe, expect, it } from 'vitest';
import { SharedState } from '../../src/state/index.ts';
import { missing } from './harness.ts';
import { startRedis, type TestRedis } from './redis.ts';

const MIB = 1_048_576;
/** As sequences are: in microseconds. */
const now = (): number => Date.now() * 1_000;
const ignore = (): void => undefined;
const opened: SharedState[] = [];

afterAll(async () => {
  for (const state of opened) await state.close();
});

async function openSessions({ url }: TestRedis) {
  const state = new SharedState({
    url,
    prefix: 'zscaler-mcp:',
    keys: ['k'.repeat(32)],
    openRing: () => ({ seal: (_purpose, content) => content, open: (_purpose, sealed) => sealed }),
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  opened.push(state);
  await state.begin(10_000);
  return state.sessions<object, { stream: number | null; text: string }, object>();
}

describe.skipIf(missing('redis-server'))('events that replicas share', () => {
  it('take 64 MiB together at most, and the oldest make room', async () => {
    const redis = await startRedis();
    const sessions = await openSessions(redis);
    const append = (session: number) => sessions.append(`session ${session}`, { stream: 1, text: 'x'.repeat(MIB - 100) }, now(), 600_000);
    const kept = async (session: number) => (await sessions.read(`session ${session}`, 0)).length;
    for (let session = 0; session < 40; session++) for (let count = 0; count < 3; count++) await append(session);
    const used = Number(/used_memory:(\d+)/.exec(String(await redis.send('INFO', 'memory')))?.[1]);
    expect(used).toBeLessThan(90 * MIB);
    // One after the other: an answer of the store has a time limit.
    const all: number[] = [];
    for (let session = 0; session < 40; session++) all.push(await kept(session));
    expect([all[0], all[15], all[39]]).toEqual([0, 0, 3]);
    expect(all.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(63);
    expect(await sessions.append('session 0', { stream: 1, text: 'again' }, now(), 600_000)).toBeGreaterThan(0);
    expect(await kept(0)).toBe(1);
  });

  it('leave nothing behind when they expire', async () => {
    const redis = await startRedis();
    const sessions = await openSessions(redis);
    await sessions.append('session', { stream: 1, text: 'x' }, now(), 50_000);
    const names = [...(await redis.dump())]
      .filter(([name]) => name.includes('events'))
      .map(([name, { ttlMs }]) => ({ name, ends: ttlMs > 0 }));
    expect(names).toEqual(
      expect.arrayContaining([
        { name: 'zscaler-mcp:events-noted', ends: true },
        { name: 'zscaler-mcp:events-bytes', ends: true },
      ]),
    );
    expect(names.every(({ ends }) => ends)).toBe(true);
  });
});
