/** Limits how many requests a caller may make. The library behind it is loaded with the first limit. */
import { BoundedKeys } from '../common/bounded-keys.ts';

/** Counts requests in a time window. `consume` rejects with the same value when there were too many. */
interface Counter {
  consume(caller: string): Promise<{ readonly msBeforeNext: number }>;
}

/** Creates a counter that allows `points` requests within `seconds`. */
export type OpenCounter = (points: number, seconds: number) => Promise<Counter>;

/** The number of requests that each caller may make in a minute. */
export class RateLimit {
  readonly perMinute: number;
  readonly #open: OpenCounter;
  readonly #keys = new BoundedKeys(60_000);
  #counter: Promise<Counter> | null = null;

  /** @param perMinute 0 for no limit @param open counts outside of this process, for example in a shared store */
  constructor(perMinute: number, open: OpenCounter = countHere) {
    this.perMinute = perMinute;
    this.#open = open;
  }

  /** Counts one request. @returns null when it is within the limit; otherwise seconds until the caller may try again */
  async take(caller: string): Promise<number | null> {
    if (this.perMinute === 0) return null;
    this.#counter ??= this.#open(this.perMinute, 60);
    const counter = await this.#counter;
    try {
      await counter.consume(this.#keys.of(caller));
      return null;
    } catch (refused) {
      return Math.max(1, Math.ceil((refused as { msBeforeNext: number }).msBeforeNext / 1_000));
    }
  }
}

/** Loads the library, which the first request under a limit does otherwise. */
export const loadRateLimits = () => import('rate-limiter-flexible');

async function countHere(points: number, duration: number): Promise<Counter> {
  const { RateLimiterMemory } = await loadRateLimits();
  return new RateLimiterMemory({ points, duration });
}
