/**
 * The connection to Redis or Valkey: one socket for commands, one for messages. Every command has a time limit; after the
 * first failure all further ones fail at once, until a write in the background has succeeded again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, ErrorReply } from '@redis/client';
import type { Log } from '../common/log.ts';
import { describeFailure, probe, refusalOf, type Refusal } from './refusal.ts';

export interface LinkOptions {
  /** May contain a password; passed to the client library and nowhere else. */
  readonly url: string;
  readonly log: Log;
  /** Proves that the store accepts writes; part of every connect. */
  readonly prove: (client: Client) => Promise<unknown>;
}

export type Client = ReturnType<typeof openClient>;
type Listener = (payload: string) => void;

interface Clients {
  readonly commands: Client;
  readonly messages: Client;
}

const CONNECT_MS = 1_500;
const COMMAND_MS = 1_500;
/** Further commands are queued, so that a burst does not look like an outage. */
const MOST_UNDER_WAY = 256;
const RETRY_MS = { first: 200, longest: 2_000 };
/** After an outage: by then every replica has connected again and stored what it alone knew. */
const CATCH_UP_MS = RETRY_MS.longest + CONNECT_MS + COMMAND_MS;

/** Replies after which no other command will succeed either: out of memory, no permission, read-only replica. */
const HOPELESS = /^(?:OOM|READONLY|LOADING|MASTERDOWN|MISCONF|CLUSTERDOWN|NOAUTH|NOPERM|WRONGPASS|NOREPLICAS)\b/;

export class Unavailable extends Error {
  override name = 'Unavailable';
}

export class Link {
  readonly #options: LinkOptions;
  readonly #channels = new Map<string, Set<Listener>>();
  #underWay = 0;
  readonly #queue: (() => void)[] = [];
  readonly #observers = new Set<(isUp: boolean) => void>();
  #clients: Clients | null = null;
  /** Null until the first attempt has finished. */
  #wasUp: boolean | null = null;
  /** When the last outage ended, by `performance.now()`. */
  #backAt = -Infinity;
  /** What an operator must know; null while the store is up. */
  #fault: string | null = null;
  #isClosed = false;
  readonly #closing = new AbortController();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#clients !== null;
  }

  /** Whether the store was away a moment ago: other replicas may not have stored yet what they alone knew meanwhile. */
  get isCatchingUp(): boolean {
    return performance.now() - this.#backAt < CATCH_UP_MS;
  }

  /** Why state is not shared; null while it is. */
  get fault(): string | null {
    return this.#fault;
  }

  /**
   * Connects once, runs `work`, and disconnects.
   * @returns why the store refuses this server; as text, that it is away and what that means; null when it can be used
   */
  async tryOut(limitMs: number, work: (client: Client) => Promise<unknown>): Promise<Refusal | string | null> {
    const { url } = this.#options;
    const client = openClient(url);
    const heard: unknown[] = [];
    client.on('error', (error: unknown) => heard.push(error));
    try {
      await within(limitMs, client.connect());
      await within(limitMs, work(client));
      return null;
    } catch (error) {
      const refusal = refusalAmong([...heard, error]);
      return refusal ?? (await probe(url)) ?? describe(error, url);
    } finally {
      destroy(client);
    }
  }

  /** Connects in the background; resolves when the first attempt has finished, or after `waitMs`. */
  async begin(waitMs: number): Promise<void> {
    const tried = new Promise<void>((resolve) => this.#observers.add(() => resolve()));
    this.#keepConnecting();
    await Promise.race([tried, sleep(waitMs, undefined, { ref: false })]);
  }

  /** Runs a command. @throws Unavailable at once while there is no connection; otherwise whatever `work` throws */
  async run<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    if (this.#underWay >= MOST_UNDER_WAY) await new Promise<void>((resolve) => this.#queue.push(resolve));
    const clients = this.#clients;
    if (!clients) {
      this.#queue.shift()?.();
      throw new Unavailable('the state store cannot be reached');
    }
    this.#underWay++;
    try {
      return await within(COMMAND_MS, work(clients.commands));
    } catch (error) {
      if (!(error instanceof ErrorReply) || HOPELESS.test(error.message)) this.#lose(clients, error);
      throw error;
    } finally {
      this.#underWay--;
      this.#queue.shift()?.();
    }
  }

  /** Subscribes to a channel, across reconnects; messages sent while disconnected are lost. Resolves once subscribed. */
  async listen(channel: string, listener: Listener): Promise<() => void> {
    const listeners = this.#channels.get(channel) ?? new Set();
    listeners.add(listener);
    this.#channels.set(channel, listeners);
    await this.#subscribe(this.#clients, channel);
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0 || this.#channels.get(channel) !== listeners) return;
      this.#channels.delete(channel);
      this.#clients?.messages.unsubscribe(channel).catch(() => undefined);
    };
  }

  /** Calls `observer` on every change between reachable and unreachable. */
  onChange(observer: (isUp: boolean) => void): void {
    this.#observers.add(observer);
  }

  /** @param last a final command, such as releasing the lease */
  async close(last: (client: Client) => Promise<unknown>): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort();
    const clients = this.#clients;
    this.#clients = null;
    if (!clients) return;
    await within(COMMAND_MS, last(clients.commands)).catch(() => undefined);
    destroy(clients.commands);
    destroy(clients.messages);
  }

  #keepConnecting(): void {
    this.#connect().catch((error: unknown) =>
      this.#options.log.error(
        { err: error },
        'connecting to the state store failed unexpectedly; it is not tried again until the next restart',
      ),
    );
  }

  async #connect(): Promise<void> {
    for (let waitMs = RETRY_MS.first; !this.#isClosed; waitMs = Math.min(waitMs * 2, RETRY_MS.longest)) {
      try {
        return await this.#open();
      } catch (error) {
        this.#tell(error);
        await sleep(waitMs, undefined, { ref: false, signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  async #open(): Promise<void> {
    const { url, prove } = this.#options;
    const clients = { commands: openClient(url), messages: openClient(url) };
    const heard = new Set(this.#channels.keys());
    const told: unknown[] = [];
    for (const client of Object.values(clients))
      client.on('error', (error: unknown) => {
        told.push(error);
        this.#lose(clients, error);
      });
    try {
      await within(CONNECT_MS, Promise.all([clients.commands.connect(), clients.messages.connect()]));
      await within(COMMAND_MS, prove(clients.commands));
      if (heard.size > 0) await within(CONNECT_MS, this.#hear(clients.messages, [...heard]));
      if (this.#isClosed) throw new Unavailable('the server is stopping');
    } catch (error) {
      destroy(clients.commands);
      destroy(clients.messages);
      throw told.find((each) => refusalOf(each) !== null) ?? error;
    }
    this.#clients = clients;
    for (const channel of this.#channels.keys()) if (!heard.has(channel)) void this.#subscribe(clients, channel);
    this.#tell(null);
  }

  #lose(clients: Clients, reason: unknown): void {
    if (this.#clients !== clients) return;
    this.#clients = null;
    destroy(clients.commands);
    destroy(clients.messages);
    if (this.#isClosed) return;
    this.#tell(reason);
    this.#keepConnecting();
  }

  async #subscribe(clients: Clients | null, channel: string): Promise<void> {
    try {
      if (clients) await within(COMMAND_MS, this.#hear(clients.messages, [channel]));
    } catch (error) {
      // The next connection subscribes to all channels.
      if (clients) this.#lose(clients, error);
    }
  }

  /** Subscribing twice is harmless: the client recognises the listener. */
  #hear(client: Client, channels: string[]): Promise<void> {
    return client.subscribe(channels, this.#dispatch);
  }

  readonly #dispatch = (payload: string, channel: string): void => {
    for (const listener of this.#channels.get(channel) ?? []) listener(payload);
  };

  /** @param error why the store cannot be used; null when it can */
  #tell(error: unknown): void {
    const { log } = this.#options;
    const isUp = error === null;
    const { url } = this.#options;
    const fault = isUp ? null : describe(error, url);
    const isNews = this.#wasUp !== isUp || (fault !== null && refusalOf(error) !== null && fault !== this.#fault);
    if (!isNews) return;
    if (isUp) log.info({}, this.#wasUp === null ? 'state is shared with other replicas' : 'the state store is back: state is shared again');
    else log[refusalOf(error) ? 'error' : 'warn']({ store: new URL(url).host, reason: reasonOf(error, url) }, fault ?? '');
    if (isUp && this.#wasUp === false) this.#backAt = performance.now();
    this.#wasUp = isUp;
    this.#fault = fault;
    for (const observer of this.#observers) observer(isUp);
  }
}

/** States of a store that answers but takes no writes; they end without a change here. */
const conditions: readonly (readonly [RegExp, string])[] = [
  [/^OOM\b/, 'has no memory left (maxmemory)'],
  [/^(?:READONLY|MASTERDOWN)\b/, 'is a replica and takes no writes'],
  [/^LOADING\b/, 'is still loading its data'],
  [/^(?:MISCONF|NOREPLICAS)\b/, 'takes no writes, since it cannot save or replicate them'],
];

const reasonOf = (error: unknown, url: string): string =>
  error instanceof Unavailable ? error.message : describeFailure(error, new URL(url).host);

const MEANWHILE = 'known sessions continue in this process only, confirmations are refused, limits are counted per process';

/** @param url of which only the host is named: it may contain a password */
function describe(error: unknown, url: string): string {
  const refusal = refusalOf(error);
  if (refusal) return `the state store ${refusal.what}: ${MEANWHILE}. ${refusal.hint}`;
  const condition = error instanceof ErrorReply ? conditions.find(([reply]) => reply.test(error.message))?.[1] : undefined;
  if (condition !== undefined) return `the state store ${condition}: ${MEANWHILE}`;
  return `the state store cannot be reached: ${MEANWHILE}. At ${new URL(url).host}: ${reasonOf(error, url)}`;
}

function refusalAmong(errors: readonly unknown[]): Refusal | null {
  for (const error of errors) {
    const refusal = refusalOf(error);
    if (refusal) return refusal;
  }
  return null;
}

function openClient(url: string) {
  return createClient({
    url,
    RESP: 2,
    name: 'zscaler-mcp',
    disableOfflineQueue: true,
    disableClientInfo: true,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
  });
}

function destroy(client: Client): void {
  try {
    client.destroy();
  } catch {
    // Never opened, or closed already.
  }
}

/** On a busy process data may have arrived but not been read when the timer fires: two turns of the loop let it count. */
function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => setImmediate(() => setImmediate(() => reject(new Unavailable(`no answer within ${limitMs / 1_000} s`)))),
      limitMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
