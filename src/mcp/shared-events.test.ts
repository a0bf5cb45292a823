import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { GET_STREAM } from './events.ts';
import { SharedEvents, type Followed } from './shared-events.ts';
import type { Kept, KeptEvent, SharedStore } from './shared.ts';

/** What the engine does, for several replicas in one process; it can be away. */
class FakeEngine {
  readonly events: Kept[] = [];
  readonly living = new Set<string>();
  readonly watching = new Set<(stream: number) => void>();
  isUp = true;

  replica(name: string): SharedStore {
    this.living.add(name);
    const up = async <Result>(work: () => Result): Promise<Result> => {
      if (!this.isUp) throw new Error('away');
      return work();
    };
    const isUp = (): boolean => this.isUp;
    return {
      replica: name,
      get isUp() {
        return isUp();
      },
      load: () => up(() => null),
      store: () => up(() => undefined),
      forgetEvents: () => up(() => undefined),
      append: (_id, event: KeptEvent, least) =>
        up(() => {
          const sequence = Math.max(least, (this.events.at(-1)?.sequence ?? 0) + 1);
          this.events.push({ sequence, event });
          for (const nudge of this.watching) if (event.stream !== null) nudge(event.stream);
          return sequence;
        }),
      read: (_id, after) => up(() => this.events.filter(({ sequence }) => sequence > after)),
      latest: () => up(() => this.events.at(-1)?.sequence ?? 0),
      enabledBy: () => up(() => null),
      noteEnabled: () => up(() => undefined),
      lives: (replica) => up(() => this.living.has(replica)),
      watch: (_id, nudge) => {
        this.watching.add(nudge);
        return Promise.resolve(() => this.watching.delete(nudge));
      },
      send: () => up(() => true),
      receive: () => undefined,
      onChange: () => undefined,
    };
  }
}

const engines = { now: new FakeEngine() };
const touched: string[] = [];

const open = (replica: string): SharedEvents =>
  new SharedEvents({
    session: 's',
    tag: 'tag',
    store: engines.now.replica(replica),
    lifeMs: () => 3_600_000,
    account: () => undefined,
    touch: () => Promise.resolve(void touched.push(replica)),
  });

const priming = {} as JSONRPCMessage;
const progress: JSONRPCMessage = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } };
const result = (id: number): JSONRPCMessage => ({ jsonrpc: '2.0', id, result: {} });

/** As the transport does when requests come. */
const begin = (events: SharedEvents, stream: string, requests: readonly number[]): Promise<string> =>
  events.store({ stream, requests }, priming);

async function followed(events: SharedEvents, from: string, closing = new AbortController()): Promise<Followed[]> {
  const found = await events.find(from);
  if (!found) throw new Error('no such event');
  const all: Followed[] = [];
  for await (const one of events.follow(found, closing.signal)) all.push(one);
  return all;
}

const messages = (all: readonly Followed[]): unknown[] => all.map((one) => (one === 'quiet' ? one : one.message));

beforeEach(() => {
  engines.now = new FakeEngine();
  touched.length = 0;
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a stream of one replica', () => {
  it('is followed at another one from any of its events to its end', async () => {
    const [one, other] = [open('one'), open('other')];
    const first = await begin(one, 'a', [7]);
    const rest = followed(other, first);
    const second = await one.store({ stream: 'a', requests: [7] }, progress);
    await one.store({ stream: 'a', requests: [7], isLast: true }, result(7));
    await vi.advanceTimersByTimeAsync(10);
    expect(messages(await rest)).toEqual([progress, result(7)]);
    expect(messages(await followed(other, second))).toEqual([result(7)]);
  });

  it('ends with the last answer of a batch, whatever other streams bring', async () => {
    const [one, other] = [open('one'), open('other')];
    const [first] = [await begin(one, 'a', [7, 8]), await begin(one, 'b', [9])];
    for (const [stream, id] of [
      ['a', 8],
      ['b', 9],
      ['a', 7],
    ] as const)
      await one.store({ stream, requests: [], isLast: id !== 8 }, result(id));
    expect(messages(await followed(other, first))).toEqual([result(8), result(7)]);
  });

  it('has ended for a client that has read its last answer, at any replica, and not before', async () => {
    const [one, other] = [open('one'), open('other')];
    const ids = [await begin(one, 'a', [7, 8])];
    for (const id of [8, 7]) ids.push(await one.store({ stream: 'a', requests: [7, 8], isLast: id === 7 }, result(id)));
    for (const events of [one, other]) {
      const ended = await Promise.all(ids.map(async (id) => events.isEnd((await events.find(id))!)));
      expect(ended).toEqual([false, false, true]);
    }
  });

  it('ends with "outcome unknown" once its replica is gone, for each request without an answer, and once', async () => {
    const [one, other, third] = [open('one'), open('other'), open('third')];
    const first = await begin(one, 'a', [7, 8]);
    await one.store({ stream: 'a', requests: [7, 8] }, result(8));
    const rest = followed(other, first);
    await vi.advanceTimersByTimeAsync(30_000);
    engines.now.living.delete('one');
    await vi.advanceTimersByTimeAsync(3_000);
    const lost = { jsonrpc: '2.0', id: 7, error: { code: -32_603, message: expect.stringContaining('Outcome unknown') as string } };
    expect(messages(await rest).filter((one_) => one_ !== 'quiet')).toEqual([result(8), lost]);
    expect(messages(await followed(third, first))).toEqual([result(8), lost]);
  });

  it('is not given up while nobody can tell whether its replica lives', async () => {
    const [one, other] = [open('one'), open('other')];
    const first = await begin(one, 'a', [7]);
    const closing = new AbortController();
    const rest = followed(other, first, closing);
    engines.now.living.delete('one');
    engines.now.isUp = false;
    await vi.advanceTimersByTimeAsync(20_000);
    closing.abort();
    await vi.advanceTimersByTimeAsync(10);
    expect(messages(await rest).filter((each) => each !== 'quiet')).toEqual([]);
  });

  it('is known by the id of an event of this session alone', async () => {
    const one = open('one');
    await begin(one, 'a', [7]);
    expect([await one.find('other-0-1'), await one.find('tag-5-6'), await one.find('nonsense')]).toEqual([null, null, null]);
    expect(await one.find('tag-0-1')).toMatchObject({ isStanding: true });
  });
});

describe('the stream that a GET opens', () => {
  it('brings what any replica says, in order and once, and keeps the session alive', async () => {
    const [one, other] = [open('one'), open('other')];
    const closing = new AbortController();
    const rest = followed(one, await one.latest(), closing);
    await other.store({ stream: GET_STREAM, requests: [] }, progress);
    await one.store({ stream: GET_STREAM, requests: [] }, result(1));
    await other.store({ stream: GET_STREAM, requests: [] }, result(2));
    await vi.advanceTimersByTimeAsync(61_000);
    closing.abort();
    await vi.advanceTimersByTimeAsync(10);
    expect(messages(await rest).filter((each) => each !== 'quiet')).toEqual([progress, result(1), result(2)]);
    expect(touched.length).toBeGreaterThan(0);
  });

  it('brings what happened here while the store was away at once, and elsewhere when it is back', async () => {
    const [one, other] = [open('one'), open('other')];
    const closing = new AbortController();
    const begun = await one.latest();
    const [here, there] = [followed(one, begun, closing), followed(other, begun, closing)];
    await vi.advanceTimersByTimeAsync(10);
    engines.now.isUp = false;
    await one.store({ stream: GET_STREAM, requests: [] }, progress);
    expect(one.count).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    engines.now.isUp = true;
    await one.flush();
    expect(one.count).toBe(0);
    await vi.advanceTimersByTimeAsync(100);
    closing.abort();
    await vi.advanceTimersByTimeAsync(10);
    expect([messages(await here), messages(await there)]).toEqual([[progress], [progress]]);
  });
});
