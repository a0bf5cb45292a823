/**
 * The events of one session in the store that replicas share: any replica can follow a stream, whichever replica runs its
 * requests. While the store cannot be reached, events are kept in this process and stored when it is back.
 */
import type { EventId, JSONRPCMessage, RequestId, StreamId } from '@modelcontextprotocol/server';
import {
  GET_STREAM,
  isPriming,
  weigh,
  type FoundEvent,
  type KeepsEvents,
  type KeepsStreams,
  type Place,
  type SavedEvents,
} from './events.ts';
import { wholeMessage } from './prepared-list.ts';
import type { Kept, KeptEvent, SharedStore } from './shared.ts';
import { abandoned } from './web.ts';

/** What `SharedEvents` needs. */
export interface SharedEventsOptions {
  readonly session: string;
  readonly tag: string;
  readonly store: SharedStore;
  readonly lifeMs: () => number;
  /** Accounts for what is kept in this process; see `EventPool`. */
  readonly account: (log: KeepsEvents, weight: number) => void;
  /** Keeps the session alive while one of its streams is open. */
  readonly touch: () => Promise<void>;
}

/** An event for the client, or the sign that nothing came for a while. */
export type Followed = { readonly id: EventId; readonly message: JSONRPCMessage } | 'quiet';

interface KeptHere extends Kept {
  readonly weight: number;
}

const MOST_HERE = 128;
/** How often to check whether the replica that a stream comes from is still running. */
const LOOK_MS = 2_000;
const QUIET_MS = 15_000;
const TOUCH_MS = 60_000;

/** The events of one session that replicas share. */
export class SharedEvents implements KeepsStreams {
  readonly isShared = true;
  readonly #options: SharedEventsOptions;
  /** The number of each stream that this process has yet to end. */
  readonly #numbers = new Map<StreamId, number>([[GET_STREAM, 0]]);
  /** Events that could not be stored yet. */
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

  store({ stream, requests, isLast = false }: Place, message: JSONRPCMessage): Promise<EventId> {
    // In sequence, so that a stream has its number before its second event is stored.
    const stored = this.#tail.then(() => this.#store(stream, { message: wholeMessage(message), isLast, requests }));
    this.#tail = stored.catch(() => undefined);
    return stored;
  }

  /** Null for an ID of another session or of an unknown stream. @throws Error when the store cannot be reached to look it up */
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

  /** Whether nothing follows on the stream of this event. @throws Error when the store cannot be reached */
  async isEnd({ number, sequence, isStanding }: FoundEvent): Promise<boolean> {
    if (isStanding) return false;
    const last = (await this.#ofStream(number)).at(-1);
    return last?.sequence === sequence && last.event.isLast;
  }

  /** The ID after which a stream begins that a GET opens now. */
  async latest(): Promise<EventId> {
    const { store, session } = this.#options;
    const shared = await store.latest(session).catch(() => 0);
    return `${this.tag}-0-${Math.max(shared, this.#latest)}`;
  }

  /** Yields the events of a stream after a given one, until the stream ends or `signal` is aborted. */
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

  /** Makes followers look for new events. */
  nudge(): void {
    this.#nudges++;
    for (const wake of this.#waiting) wake();
  }

  /** Stores the events that were kept here while the store was away. */
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

  /** Ends a stream whose replica is gone: its unanswered requests get the error "outcome unknown". */
  async #endIfLost(number: number): Promise<void> {
    const { store, session, lifeMs } = this.#options;
    try {
      const before = await this.#ofStream(number);
      const origin = before[0]?.event;
      if (!origin || before.some(({ event }) => event.isLast)) return;
      if (origin.replica === store.replica ? [...this.#numbers.values()].includes(number) : await store.lives(origin.replica)) return;
      // Its last answers may have been stored between the two checks.
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
      // The store cannot be reached; the next check repeats this.
    }
  }

  async #ofStream(number: number): Promise<readonly Kept[]> {
    const { store, session } = this.#options;
    return [...(await store.read(session, number - 1)), ...this.#here].filter((kept) => numberOf(kept) === number);
  }
}

const numberOf = ({ event, sequence }: Kept): number => event.stream ?? sequence;
