/** Cache of access tokens for the life of the process, by credentials. */
import { systemClock, type Clock } from './clock.ts';

export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch: the token's expiry less a safety margin. */
  readonly usableUntil: number;
}

/** A token and the key of its credentials, to be handed to the next generation. Secret. */
export type SavedToken = readonly [key: string, token: Token];

type RequestToken = (signal: AbortSignal) => Promise<Token>;

interface Pending {
  readonly answer: Promise<Token>;
  readonly abandoned: AbortController;
  waiting: number;
}

/** Largest number of cached tokens; the oldest are evicted. */
const MOST_HELD = 16;

/** Concurrent calls share one request for the same token; it is cancelled when the last of them is. */
export class TokenCache {
  readonly #clock: Clock;
  readonly #held = new Map<string, Token>();
  readonly #pending = new Map<string, Pending>();

  constructor(clock: Clock = systemClock, saved: readonly SavedToken[] = []) {
    this.#clock = clock;
    this.adopt(saved);
  }

  /** The tokens that can still be used. */
  save(): readonly SavedToken[] {
    return [...this.#held].filter(([, { usableUntil }]) => usableUntil > this.#clock.now());
  }

  /** Holds tokens that were requested elsewhere, in place of those for the same credentials. */
  adopt(saved: readonly SavedToken[]): void {
    for (const [key, token] of saved) this.#hold(key, token);
  }

  /** @param key identifies the credentials without revealing them */
  async get(key: string, request: RequestToken, signal: AbortSignal): Promise<Token> {
    const held = this.#held.get(key);
    if (held && held.usableUntil > this.#clock.now()) return held;
    signal.throwIfAborted();
    const pending = this.#pending.get(key) ?? this.#begin(key, request);
    pending.waiting += 1;
    try {
      return await untilAborted(pending.answer, signal);
    } finally {
      pending.waiting -= 1;
      if (pending.waiting === 0) this.#end(key, pending);
    }
  }

  /** Drops a token that the cloud rejected, unless a newer one has replaced it. */
  drop(key: string, refused: Token): void {
    if (this.#held.get(key) === refused) this.#held.delete(key);
  }

  #begin(key: string, request: RequestToken): Pending {
    const abandoned = new AbortController();
    const answer = request(abandoned.signal).then((token) => this.#hold(key, token));
    // A failure reaches the waiting calls; without any, it needs no handling.
    answer.catch(() => undefined);
    const pending: Pending = { answer, abandoned, waiting: 0 };
    this.#pending.set(key, pending);
    return pending;
  }

  #end(key: string, pending: Pending): void {
    if (this.#pending.get(key) === pending) this.#pending.delete(key);
    pending.abandoned.abort();
  }

  #hold(key: string, token: Token): Token {
    this.#held.delete(key);
    this.#held.set(key, token);
    const [oldest] = this.#held.keys();
    if (this.#held.size > MOST_HELD && oldest !== undefined) this.#held.delete(oldest);
    return token;
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
