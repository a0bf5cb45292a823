/** Rate limit headers of the cloud (recorded: `x-ratelimit-limit: 5000, 5000;w=60`), and the limit itself where a test asks for one. */
import type { Answer } from './answer.ts';

export interface Limiter {
  /** Counts a request; the headers tell how many are left in this minute. */
  admit(): { readonly headers: Record<string, string>; readonly exceeded: boolean };
}

const WINDOW_SECONDS = 60;

/** @param enforced false only counts: nobody trying the demo is refused @param now seconds since 1970 */
export function openLimiter(perMinute: number, enforced: boolean, now: () => number): Limiter {
  let window = 0;
  let used = 0;
  return {
    admit() {
      const current = Math.floor(now() / WINDOW_SECONDS);
      if (current !== window) used = 0;
      window = current;
      used += 1;
      const headers = {
        'x-ratelimit-limit': `${perMinute}, ${perMinute};w=${WINDOW_SECONDS}`,
        'x-ratelimit-remaining': String(Math.max(0, perMinute - used)),
        'x-ratelimit-reset': String(WINDOW_SECONDS - (Math.floor(now()) % WINDOW_SECONDS)),
      };
      return { headers, exceeded: enforced && used > perMinute };
    },
  };
}

/** Both forms were recorded: ZIA uses a sentence, ZPA an id and seconds with an `s`. */
export const tooMany = (path: string, perMinute: number): Answer =>
  path.startsWith('/zpa/')
    ? {
        status: 429,
        headers: { 'retry-after': '4s' },
        body: {
          exception: 'invalid.toomanyrequests',
          id: 'invalid.toomanyrequests',
          reason: 'Exceeded the number of requests allowed.',
        },
      }
    : {
        status: 429,
        headers: { 'retry-after': '1' },
        body: { message: `Rate Limit (${perMinute}/MINUTE) exceeded`, 'Retry-After': '1 seconds' },
      };
