/** Limits failed authentication attempts: past the limit of a minute, an address must wait. */
import { isIPv6 } from 'node:net';
import { BoundedKeys } from '../common/bounded-keys.ts';

interface Count {
  readonly consumedPoints: number;
  readonly msBeforeNext: number;
}

/** Counter over a fixed window, in seconds. */
interface Counter {
  get(source: string): Promise<Count | null>;
  /** Counts one more. */
  penalty(source: string): Promise<Count>;
}

/** What all replicas know about failed attempts. */
export interface SharedFailures {
  counter(points: number, seconds: number): Counter;
  /** Whether the tenant recently refused these client credentials, whichever replica asked. */
  isWrong(id: string, secret: string): Promise<boolean>;
  noteWrong(id: string, secret: string, lifeMs: number): Promise<void>;
}

const WINDOW_S = 60;

export class Failures {
  readonly limit: number;
  readonly #keys = new BoundedKeys(WINDOW_S * 1_000);
  /** Created on the first failure: most servers never see one. */
  #counter: Promise<Counter> | null = null;

  /** @param shared counters of all replicas; null counts in this process alone */
  constructor(limit: number, shared: SharedFailures | null = null) {
    this.limit = limit;
    if (shared) this.#counter = Promise.resolve(shared.counter(limit, WINDOW_S));
  }

  /** Seconds until the address may try again; 0 when it may try now. */
  async wait(address: string): Promise<number> {
    if (!this.#counter) return 0;
    return this.#secondsOf(await (await this.#counter).get(this.#keys.of(sourceOf(address))));
  }

  /** Counts one failure and returns the seconds to wait before the next attempt. */
  async count(address: string): Promise<number> {
    this.#counter ??= countHere(this.limit);
    return this.#secondsOf(await (await this.#counter).penalty(this.#keys.of(sourceOf(address))));
  }

  #secondsOf(state: Count | null): number {
    return state && state.consumedPoints > this.limit ? Math.max(1, Math.ceil(state.msBeforeNext / 1_000)) : 0;
  }
}

/** Loads the library, which the first failure does otherwise. */
export const loadCounters = () => import('rate-limiter-flexible');

async function countHere(points: number): Promise<Counter> {
  const { RateLimiterMemory } = await loadCounters();
  return new RateLimiterMemory({ points, duration: WINDOW_S });
}

/** IPv6 is counted per /64, since one host usually has a whole /64 to itself. */
function sourceOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const whole = tail === undefined ? left : [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return `${whole.slice(0, 4).join(':')}::/64`;
}
