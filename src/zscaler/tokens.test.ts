import { describe, expect, it } from 'vitest';
import { TokenCache, type Token } from './tokens.ts';

const clockAt = (time: { now: number }) => ({ now: () => time.now, sleep: async () => {}, random: () => 0 });
const never = new AbortController().signal;

function issuer(usableUntil = 1_000) {
  const issued: Token[] = [];
  const request = async (): Promise<Token> => {
    const token = { value: `token-${issued.length + 1}`, usableUntil };
    issued.push(token);
    return token;
  };
  return { issued, request };
}

describe('TokenCache', () => {
  it('sends one request for all calls that need a token at the same time', async () => {
    const cache = new TokenCache(clockAt({ now: 0 }));
    const { issued, request } = issuer();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => cache.get('a', request, never)));
    expect(issued).toHaveLength(1);
    expect(new Set(tokens)).toEqual(new Set(issued));
  });

  it('hands on the tokens that can still be used, and takes a newer one in place of an older', async () => {
    const time = { now: 0 };
    const cache = new TokenCache(clockAt(time));
    await cache.get('a', issuer(1_000).request, never);
    await cache.get('b', issuer(2_000).request, never);
    time.now = 1_500;
    const saved = JSON.parse(JSON.stringify(cache.save())) as ReturnType<TokenCache['save']>;
    expect(saved).toEqual([['b', { value: 'token-1', usableUntil: 2_000 }]]);
    const next = new TokenCache(clockAt(time), saved);
    const { issued, request } = issuer(3_000);
    expect([(await next.get('b', request, never)).value, issued]).toEqual(['token-1', []]);
    next.adopt([['b', { value: 'newer', usableUntil: 3_000 }]]);
    expect([(await next.get('b', request, never)).value, issued]).toEqual(['newer', []]);
  });

  it('keeps a token until it is no longer usable', async () => {
    const time = { now: 0 };
    const cache = new TokenCache(clockAt(time));
    const { issued, request } = issuer(1_000);
    await cache.get('a', request, never);
    time.now = 999;
    await cache.get('a', request, never);
    expect(issued).toHaveLength(1);
    time.now = 1_000;
    await cache.get('a', request, never);
    expect(issued).toHaveLength(2);
  });

  it('does not give the token of one set of credentials to another', async () => {
    const cache = new TokenCache(clockAt({ now: 0 }));
    const { request } = issuer();
    expect(await cache.get('a', request, never)).not.toEqual(await cache.get('b', request, never));
  });

  it('forgets a refused token, but not the newer one that took its place', async () => {
    const cache = new TokenCache(clockAt({ now: 0 }));
    const { issued, request } = issuer();
    const first = await cache.get('a', request, never);
    cache.drop('a', first);
    const second = await cache.get('a', request, never);
    cache.drop('a', first);
    expect(await cache.get('a', request, never)).toBe(second);
    expect(issued).toHaveLength(2);
  });

  it('does not remember a failure', async () => {
    const cache = new TokenCache(clockAt({ now: 0 }));
    await expect(cache.get('a', () => Promise.reject(new Error('down')), never)).rejects.toThrow('down');
    expect(await cache.get('a', issuer().request, never)).toMatchObject({ value: 'token-1' });
  });

  it('lets one caller give up without harm to the others', async () => {
    const cache = new TokenCache(clockAt({ now: 0 }));
    const { promise, resolve } = Promise.withResolvers<Token>();
    const impatient = new AbortController();
    let abandoned = false;
    const request = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => (abandoned = true));
      return promise;
    };
    const gone = cache.get('a', request, impatient.signal);
    const patient = cache.get('a', request, never);
    impatient.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    expect(abandoned).toBe(false);
    resolve({ value: 'late', usableUntil: 1 });
    expect(await patient).toMatchObject({ value: 'late' });
  });

  it('gives the request up when the last caller is gone, and starts a new one for the next', async () => {
    const cache = new TokenCache(clockAt({ now: 0 }));
    const only = new AbortController();
    let abandoned = false;
    const hangs = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => (abandoned = true));
      return new Promise<Token>(() => {});
    };
    const gone = cache.get('a', hangs, only.signal);
    only.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    expect(abandoned).toBe(true);
    expect(await cache.get('a', issuer().request, never)).toMatchObject({ value: 'token-1' });
  });
});
