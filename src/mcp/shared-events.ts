/**
 * The events of one session where replicas share them: any replica can follow a stream, wherever its requests run. While the
 * store cannot be reached, events are kept here, and are put there when it is back.
 */
import type { EventId, EventStore, JSONRPCMessage, RequestId, StreamId } from '@modelcontextprotocol/server';
import { GET_STREAM, isPriming, openedStream, weigh, type FoundEvent, type KeepsEvents, type SavedEvents } from './events.ts';
import type { Kept, KeptEvent, SharedStore } from './shared.ts';
import { abandoned } from './web.ts';

export interface SharedEventsOptions {
  readonly session: string;
  readonly tag: string;
  readonly store: SharedStore;
  readonly lifeMs: () => number;
  /** Told what is kept in this process, so that all sessions together stay within bounds. */
  readonly account: (log: KeepsEvents, weight: number) => void;
  /** Keeps the session alive as long as one of its streams is open. */
  readonly touch: () => Promise<void>;
  /** Whether any of the requests runs in this process. */
  readonly runs: (requests: readonly RequestId[]) => boolean;
}

/** Of a stream that is followed: an event for the client, or a moment in which nothing came. */
export type Followed = { readonly id: EventId; readonly message: JSONRPCMessage } | 'quiet';

interface KeptHere extends Kept {
  readonly weight: number;
}

const MOST_HERE = 128;
/** How often somebody looks whether the replica still lives that a stream comes from. */
const LOOK_MS = 2_000;
const QUIET_MS = 15_000;
const TOUCH_MS = 60_000;

export class SharedEvents implements EventStore, KeepsEvents {
  readonly #options: SharedEventsOptions;
  readonly #numbers = new Map<StreamId, number>([[GET_STREAM, 0]]);
  /** The requests that were received together, by each of them; those that have no answer yet. */
  readonly #open = new Map<RequestId, { readonly all: readonly RequestId[]; readonly left: Set<RequestId> }>();
  /** What could not be put into the store yet. */
  #here: KeptHere[] = [];
  #latest = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #nudges = 0;
  readonly #waiting = new Set<() => void>();

  constructor(options: SharedEventsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#here.length;
  }

  get tag(): string {
    return this.#options.tag;
  }

  /** The answers to these belong to one stream. */
  expect(requests: readonly RequestId[]): void {
    const group = { all: requests, left: new Set(requests) };
    for (const id of requests) this.#open.set(id, group);
  }

  storeEvent(stream: StreamId, message: JSONRPCMessage): Promise<EventId> {
    const opened = openedStream.getStore();
    if (opened?.isRehearsed) return Promise.resolve(`${this.tag}-0-0`);
    if (opened && isPriming(message)) opened.stream = stream;
    const answered = 'method' in message ? undefined : (message as { id?: RequestId }).id;
    const requests = (answered === undefined ? opened?.requests : this.#open.get(answered)?.all) ?? [];
    const isLast = stream !== GET_STREAM && answered !== undefined && this.#settle(answered);
    // One after the other, so that a stream has its number before its second event comes.
    const stored = this.#tail.then(() => this.#store(stream, { message, isLast, requests }));
    this.#tail = stored.catch(() => undefined);
    return stored;
  }

  /** Streams are followed, not replayed; see `follow`. */
  replayEventsAfter(): Promise<StreamId> {
    return Promise.reject(new Error('a shared stream is not replayed'));
  }

  /** Where an id points to; null when it is of no stream that is known. @throws while that cannot be told */
  async find(id: EventId): Promise<FoundEvent | null> {
    const [, tag, named, at] = /^(\w+)-(\d+)-(\d+)$/.exec(id) ?? [];
    if (tag !== this.tag) return null;
    const [number, sequence] = [Number(named), Number(at)];
    const found = (stream: StreamId) => ({ stream, number, sequence, isStanding: number === 0 });
    for (const [stream, known] of this.#numbers) if (known === number) return found(stream);
    if (this.#here.some((kept) => numberOf(kept) === number)) return found('');
    const { store, session } = this.#options;
    return (await store.read(session, number - 1)).some((kept) => numberOf(kept) === number) ? found('') : null;
  }

  /** The id that a stream begins after which a GET opens now. */
  async latest(): Promise<EventId> {
    const { store, session } = this.#options;
    const shared = await store.latest(session).catch(() => 0);
    return `${this.tag}-0-${Math.max(shared, this.#latest)}`;
  }

  /** What comes on a stream after an event, until the stream has ended or `signal` aborts. */
  async *follow({ number, sequence }: FoundEvent, signal: AbortSignal): AsyncGenerator<Followed, void, undefined> {
    const { store, session, lifeMs, touch } = this.#options;
    const stop = await store.watch(session, (stream) => {
      if (stream === number) this.nudge();
    });
    const seen = new Set<number>();
    let cursor = sequence;
    let lookedAt = performance.now();
    let toldAt = lookedAt;
    let touchedAt = lookedAt;
    try {
      while (!signal.aborted) {
        const nudges = this.#nudges;
        for (const kept of await this.#since(cursor)) {
          if (!this.#here.includes(kept as KeptHere)) cursor = kept.sequence;
          if (numberOf(kept) !== number || kept.sequence <= sequence || seen.has(kept.sequence)) continue;
          seen.add(kept.sequence);
          toldAt = performance.now();
          if (!isPriming(kept.event.message)) yield { id: `${this.tag}-${number}-${kept.sequence}`, message: kept.event.message };
          if (kept.event.isLast) return;
        }
        if (this.#nudges !== nudges) continue;
        await this.#rest(signal, number === 0 ? QUIET_MS : LOOK_MS);
        const now = performance.now();
        if (now - toldAt >= QUIET_MS) {
          toldAt = now;
          yield 'quiet';
        }
        if (now - touchedAt >= Math.min(TOUCH_MS, lifeMs() / 4)) {
          touchedAt = now;
          await touch();
        }
        if (number === 0 || now - lookedAt < LOOK_MS) continue;
        lookedAt = now;
        await this.#endIfLost(number);
      }
    } finally {
      stop();
    }
  }

  /** There may be something new. */
  nudge(): void {
    this.#nudges++;
    for (const wake of this.#waiting) wake();
  }

  /** Puts into the store what was kept here while it was away. */
  async flush(): Promise<void> {
    const { store, session, lifeMs } = this.#options;
    for (let [first] = this.#here; first && store.isUp; [first] = this.#here) {
      const { event, sequence, weight } = first;
      await store.append(session, { ...event, stream: numberOf({ event, sequence }) }, sequence, lifeMs());
      this.#here.shift();
      this.#options.account(this, -weight);
    }
    this.nudge();
  }

  save(): SavedEvents {
    return { tag: this.tag, sequence: this.#latest, streams: [[GET_STREAM, 0]], events: [] };
  }

  restore({ sequence }: Pick<SavedEvents, 'sequence'>): void {
    this.#latest = Math.max(this.#latest, sequence);
  }

  clear(): void {
    const weight = this.#here.reduce((sum, kept) => sum + kept.weight, 0);
    this.#here = [];
    this.#options.account(this, -weight);
    this.nudge();
  }

  async #store(stream: StreamId, event: Omit<KeptEvent, 'stream' | 'replica'>): Promise<EventId> {
    const { store, session, lifeMs } = this.#options;
    const known = this.#numbers.get(stream);
    const kept = { ...event, stream: known ?? null, replica: store.replica };
    const least = Math.max(this.#latest + 1, Date.now() * 1_000);
    const sequence = await store.append(session, kept, least, lifeMs()).catch(() => this.#keepHere(kept, least));
    this.#latest = Math.max(this.#latest, sequence);
    const number = known ?? sequence;
    if (event.isLast) this.#numbers.delete(stream);
    else this.#numbers.set(stream, number);
    return `${this.tag}-${number}-${sequence}`;
  }

  #keepHere(event: KeptEvent, sequence: number): number {
    const weight = weigh(event.message);
    this.#here.push({ event, sequence, weight });
    const dropped = this.#here.length > MOST_HERE ? (this.#here.shift()?.weight ?? 0) : 0;
    this.#options.account(this, weight - dropped);
    this.nudge();
    return sequence;
  }

  /** Returns whether the answer was the last one that its stream waited for. */
  #settle(request: RequestId): boolean {
    const group = this.#open.get(request);
    this.#open.delete(request);
    group?.left.delete(request);
    return (group?.left.size ?? 0) === 0;
  }

  async #since(cursor: number): Promise<readonly Kept[]> {
    const { store, session } = this.#options;
    const shared = store.isUp ? await store.read(session, cursor).catch(() => []) : [];
    if (this.#here.length === 0) return shared;
    return [...shared, ...this.#here].toSorted((one, other) => one.sequence - other.sequence);
  }

  async #rest(signal: AbortSignal, limitMs: number): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, limitMs);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  /** Says of requests without an answer that nobody knows what became of them, once their replica is gone. */
  async #endIfLost(number: number): Promise<void> {
    const { store, session, lifeMs, runs } = this.#options;
    try {
      const before = await this.#ofStream(number);
      const origin = before[0]?.event;
      if (!origin || before.some(({ event }) => event.isLast)) return;
      if (origin.replica === store.replica ? runs(origin.requests) : await store.lives(origin.replica)) return;
      // Its last words may have come between the two looks.
      const kept = await this.#ofStream(number);
      if (kept.some(({ event }) => event.isLast)) return;
      const answered = new Set(kept.map(({ event }) => ('method' in event.message ? undefined : (event.message as { id?: RequestId }).id)));
      const lost = origin.requests.filter((id) => !answered.has(id));
      for (const [at, id] of lost.entries()) {
        const event = {
          ...origin,
          stream: number,
          message: abandoned(id, 'the replica that ran this request is gone'),
          isLast: at === lost.length - 1,
        };
        await store.append(session, event, Date.now() * 1_000, lifeMs());
      }
    } catch {
      // It cannot be told now; the next look may.
    }
  }

  async #ofStream(number: number): Promise<readonly Kept[]> {
    const { store, session } = this.#options;
    return [...(await store.read(session, number - 1)), ...this.#here].filter((kept) => numberOf(kept) === number);
  }
}

const numberOf = ({ event, sequence }: Kept): number => event.stream ?? sequence;
