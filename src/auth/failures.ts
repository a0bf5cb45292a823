/** Slows down who guesses: so many wrong credentials a minute from one address, then it waits. */
import { isIPv6 } from 'node:net';

interface Count {
  readonly consumedPoints: number;
  readonly msBeforeNext: number;
}

/** Counts in a window of some seconds. */
interface Counter {
  get(source: string): Promise<Count | null>;
  /** Counts one more. */
  penalty(source: string): Promise<Count>;
}

/** What replicas know together of wrong credentials. */
export interface SharedFailures {
  counter(points: number, seconds: number): Counter;
  /** Whether the tenant refused this one a short while ago, wherever it was asked. */
  isWrong(id: string, secret: string): Promise<boolean>;
  noteWrong(id: string, secret: string, lifeMs: number): Promise<void>;
}

const WINDOW_S = 60;

export class Failures {
  readonly limit: number;
  /** Made at the first failure: most servers never see one. */
  #counter: Promise<Counter> | null = null;

  /** @param shared null counts in this process alone */
  constructor(limit: number, shared: SharedFailures | null = null) {
    this.limit = limit;
    if (shared) this.#counter = Promise.resolve(shared.counter(limit, WINDOW_S));
  }

  /** Seconds until the address may try again; 0 when it may now. */
  async wait(address: string): Promise<number> {
    if (!this.#counter) return 0;
    return this.#secondsOf(await (await this.#counter).get(sourceOf(address)));
  }

  /** Counts one more, and says how long to wait before the next. */
  async count(address: string): Promise<number> {
    this.#counter ??= countHere(this.limit);
    return this.#secondsOf(await (await this.#counter).penalty(sourceOf(address)));
  }

  #secondsOf(state: Count | null): number {
    return state && state.consumedPoints > this.limit ? Math.max(1, Math.ceil(state.msBeforeNext / 1_000)) : 0;
  }
}

async function countHere(points: number): Promise<Counter> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return new RateLimiterMemory({ points, duration: WINDOW_S });
}

/** Whoever has one IPv6 address has all of its /64. */
function sourceOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const whole = tail === undefined ? left : [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return `${whole.slice(0, 4).join(':')}::/64`;
}
