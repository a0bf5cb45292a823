/** Slows down who guesses: so many wrong credentials a minute from one address, then it waits. */
import { isIPv6 } from 'node:net';
import type { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_S = 60;

export class Failures {
  readonly limit: number;
  /** Made at the first failure: most servers never see one. */
  #limiter: Promise<RateLimiterMemory> | null = null;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Seconds until the address may try again; 0 when it may now. */
  async wait(address: string): Promise<number> {
    if (!this.#limiter) return 0;
    return this.#secondsOf(await (await this.#limiter).get(sourceOf(address)));
  }

  /** Counts one more, and says how long to wait before the next. */
  async count(address: string): Promise<number> {
    this.#limiter ??= openLimiter(this.limit);
    return this.#secondsOf(await (await this.#limiter).penalty(sourceOf(address)));
  }

  #secondsOf(state: RateLimiterRes | null): number {
    return state && state.consumedPoints > this.limit ? Math.max(1, Math.ceil(state.msBeforeNext / 1_000)) : 0;
  }
}

async function openLimiter(points: number): Promise<RateLimiterMemory> {
  const { RateLimiterMemory: Limiter } = await import('rate-limiter-flexible');
  return new Limiter({ points, duration: WINDOW_S });
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
