/** How many requests one caller may make. The library behind it is loaded with the first limit. */
import type { RateLimiterMemory } from 'rate-limiter-flexible';

export class RateLimit {
  readonly perMinute: number;
  #limiter: RateLimiterMemory | null = null;

  /** @param perMinute 0 sets no limit */
  constructor(perMinute: number) {
    this.perMinute = perMinute;
  }

  /** Counts one request. Returns null when it may go on, or the seconds after which the caller may come again. */
  async take(caller: string): Promise<number | null> {
    if (this.perMinute === 0) return null;
    this.#limiter ??= await openLimiter(this.perMinute);
    try {
      await this.#limiter.consume(caller);
      return null;
    } catch (refused) {
      return Math.max(1, Math.ceil((refused as { msBeforeNext: number }).msBeforeNext / 1_000));
    }
  }
}

async function openLimiter(points: number): Promise<RateLimiterMemory> {
  const { RateLimiterMemory: Limiter } = await import('rate-limiter-flexible');
  return new Limiter({ points, duration: 60 });
}
