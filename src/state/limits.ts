/** Rate limit counters shared by all replicas; while the store is unreachable, each process counts alone. */
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Link } from './link.ts';
import type { Names } from './names.ts';

/** The state of one counter; see `rate-limiter-flexible`. */
interface Count {
  readonly consumedPoints: number;
  readonly msBeforeNext: number;
}

/** A rate limit counter of one kind. */
export interface Counter {
  get(caller: string): Promise<Count | null>;
  /** Adds one without a limit. */
  penalty(caller: string): Promise<Count>;
  /** Adds one. @throws the counter's state (a `Reach`) when the limit is exceeded */
  consume(caller: string): Promise<Count>;
}

export function openCounter(link: Link, names: Names, kind: string, points: number, duration: number): Counter {
  const limiter = new RateLimiterRedis({
    storeClient: throughLink(link),
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    keyPrefix: '',
    points,
    duration,
    insuranceLimiter: new RateLimiterMemory({ points, duration }),
  });
  const name = (caller: string): string => names.ofGuessable(kind, caller);
  return {
    get: (caller) => limiter.get(name(caller)),
    penalty: (caller) => limiter.penalty(name(caller)),
    consume: (caller) => limiter.consume(name(caller)),
  };
}

/** The commands that the rate limiter uses, with the time limits of the link. */
const throughLink = (link: Link) => ({
  get isReady(): boolean {
    return link.isUp;
  },
  eval: (script: string, options: { keys: string[]; arguments: string[] }) => link.run((client) => client.eval(script, options)),
  multi: () => ({
    get: (key: string) => ({
      pTTL: () => ({ exec: () => link.run((client) => client.multi().get(key).pTTL(key).exec()) }),
    }),
  }),
});
