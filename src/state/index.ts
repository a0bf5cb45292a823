/** State that replicas share through Redis or Valkey. Loaded only where it is configured. */
import { randomBytes } from 'node:crypto';
import type { Log } from '../common/log.ts';
import { Eviction, type EvictionPolicy } from './eviction.ts';
import { Lease } from './lease.ts';
import { openCounter, type Counter } from './limits.ts';
import { Link } from './link.ts';
import { Names } from './names.ts';
import type { Refusal } from './refusal.ts';
import { SharedSessions, type Ring } from './sessions.ts';
import { shareUsed } from './single-use.ts';

export type { EvictionPolicy } from './eviction.ts';
export type { Counter } from './limits.ts';
export type { Refusal } from './refusal.ts';

/** How to reach and seal the shared state. */
export interface StateOptions {
  /** Secret: it may contain a password. */
  readonly url: string;
  readonly prefix: string;
  /** Keys of ZSCALER_MCP_REQUEST_STATE_KEYS: the first one seals, every one opens. */
  readonly keys: readonly string[];
  readonly openRing: (keys: readonly string[]) => Ring;
  readonly log: Log;
}

type Used = ReturnType<typeof shareUsed>;

/** The shared state: sessions, used proofs, counters and notes, over one connection. */
export class SharedState {
  readonly #link: Link;
  readonly #names: Names;
  readonly #lease: Lease;
  readonly #eviction: Eviction;
  readonly #log: Log;
  readonly #openRing: StateOptions['openRing'];
  #ring: Ring;

  constructor({ url, prefix, keys, openRing, log }: StateOptions) {
    this.#names = new Names(prefix, keys[0] ?? '');
    this.#log = log;
    this.#openRing = openRing;
    this.#ring = openRing(keys);
    this.#link = new Link({ url, log, prove: (client) => this.#lease.renew(client) });
    this.#eviction = new Eviction(log);
    this.#lease = new Lease(randomBytes(8).toString('hex'), this.#link, this.#names, this.#eviction);
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  /** What the store does when its memory is full. */
  get evictionPolicy(): EvictionPolicy {
    return this.#eviction.policy;
  }

  /** Connects; resolves when the store answers or after `waitMs`, and then continues in the background. */
  async begin(waitMs: number): Promise<void> {
    this.#lease.begin();
    await this.#link.begin(waitMs);
  }

  /** Why state is not shared, and what to do; null while it is. */
  get fault(): string | null {
    return this.#link.fault;
  }

  /**
   * Connects once and uses what a server needs, without sharing anything.
   * @returns why the store refuses this server; as text, that it is away and what that means; null when it can be used
   */
  tryOut(limitMs: number): Promise<Refusal | string | null> {
    return this.#link.tryOut(limitMs, async (client) => {
      await this.#lease.renew(client);
      await client.eval('return 1', { keys: [], arguments: [] });
      const stream = this.#names.ofRandom('try', this.#lease.replica);
      await client.multi().xAdd(stream, '*', { try: '1' }).pExpire(stream, 1_000).exec();
      await client.publish(stream, '');
      await client.del(stream);
      await this.#lease.end(client);
      await client.subscribe(stream, () => undefined);
    });
  }

  /** Calls `observer` when the store has gone or come back, or its eviction policy has changed. */
  onChange(observer: () => void): void {
    this.#link.onChange(observer);
    this.#eviction.onChange(observer);
  }

  /** One part of a reload: replaces the keys. */
  rekey(keys: readonly string[]): void {
    this.#ring = this.#openRing(keys);
    this.#names.rekey(keys[0] ?? '');
  }

  sessions<Record, Event extends { readonly stream: number | null }, Message>(): SharedSessions<Record, Event, Message> {
    return new SharedSessions({ link: this.#link, names: this.#names, lease: this.#lease, ring: () => this.#ring, log: this.#log });
  }

  /** @param here the memory of this process */
  used(here: Used): Used {
    return shareUsed(this.#link, this.#names, here);
  }

  /** A counter of `points` per `seconds`. @param kind what is counted; part of the key's name */
  counter(kind: string, points: number, seconds: number): Counter {
    return openCounter(this.#link, this.#names, kind, points, seconds);
  }

  /** Whether this was noted and has not expired; false also if the store cannot be asked. */
  async isNoted(kind: string, ...parts: readonly string[]): Promise<boolean> {
    const key = this.#names.ofGuessable(kind, ...parts);
    return this.#link
      .run((client) => client.exists(key))
      .then(
        (found) => found === 1,
        () => false,
      );
  }

  /** Best effort: a failure is ignored. */
  async note(lifeMs: number, kind: string, ...parts: readonly string[]): Promise<void> {
    const key = this.#names.ofGuessable(kind, ...parts);
    await this.#link.run((client) => client.set(key, '1', { expiration: { type: 'PX', value: lifeMs } })).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#lease.stop();
    await this.#link.close((client) => this.#lease.end(client));
  }
}
