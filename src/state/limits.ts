/** Counters that all replicas add to; without the engine, each counts for itself until it is back. */
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Link } from './link.ts';
import type { Names } from './names.ts';

/** How far a caller is; see `rate-limiter-flexible`. */
interface Count {
  readonly consumedPoints: number;
  readonly msBeforeNext: number;
}

export interface Counter {
  get(caller: string): Promise<Count | null>;
  /** Counts one more. */
  penalty(caller: string): Promise<Count>;
  /** Counts one more. @throws the count when it is too many */
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

/** The part of a client that the library uses, with the time limits of the link. */
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
