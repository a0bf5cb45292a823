/** How many requests one caller may make. The library behind it is loaded with the first limit. */

/** Counts requests in a window; `consume` throws the same when there were too many. */
interface Counter {
  consume(caller: string): Promise<{ readonly msBeforeNext: number }>;
}

/** Makes a counter that allows so many points in so many seconds. */
export type OpenCounter = (points: number, seconds: number) => Promise<Counter>;

export class RateLimit {
  readonly perMinute: number;
  readonly #open: OpenCounter;
  #counter: Promise<Counter> | null = null;

  /** @param perMinute 0 sets no limit @param open counts elsewhere than in this process */
  constructor(perMinute: number, open: OpenCounter = countHere) {
    this.perMinute = perMinute;
    this.#open = open;
  }

  /** Counts one request. Returns null when it may go on, or the seconds after which the caller may come again. */
  async take(caller: string): Promise<number | null> {
    if (this.perMinute === 0) return null;
    this.#counter ??= this.#open(this.perMinute, 60);
    const counter = await this.#counter;
    try {
      await counter.consume(caller);
      return null;
    } catch (refused) {
      return Math.max(1, Math.ceil((refused as { msBeforeNext: number }).msBeforeNext / 1_000));
    }
  }
}

async function countHere(points: number, duration: number): Promise<Counter> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return new RateLimiterMemory({ points, duration });
}
