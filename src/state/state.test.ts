import { ConnectionTimeoutError, ErrorReply, SocketClosedUnexpectedlyError } from '@redis/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failingServers, RAW_ERROR } from '../../test/failing-servers.ts';
import { openRing } from '../confirm/index.ts';
import type { Lease } from './lease.ts';
import { Link } from './link.ts';
import { Names } from './names.ts';
import { describeFailure } from './refusal.ts';
import { SharedSessions } from './sessions.ts';
import { noteBirth, shareUsed } from './single-use.ts';

const SECRET = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);

/** A key-value store of one process in place of the engine; it knows the few commands that these tests need. */
function fakeLink(held = new Map<string, string>()) {
  const client = {
    getEx: (key: string) => Promise.resolve(held.get(key) ?? null),
    pExpire: () => Promise.resolve(1),
    set: (key: string, value: string, { condition }: { condition?: string } = {}) => {
      if (condition === 'NX' && held.has(key)) return Promise.resolve(null);
      held.set(key, value);
      return Promise.resolve('OK');
    },
  };
  const link = { isUp: true, run: (work: (given: typeof client) => Promise<unknown>) => work(client) } as unknown as Link;
  return { held, link, client };
}

const ignore = (): void => undefined;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const lease = { replica: 'one' } as Lease;

describe('names', () => {
  const names = new Names('p:', SECRET);

  it('hold nothing of what they stand for', () => {
    for (const name of [names.ofRandom('session', 'sentinel'), names.ofGuessable('wrong', 'sentinel', 'password')])
      expect(name).toMatch(/^p:(?:session|wrong):[\w-]{32}$/);
    expect(names.ofRandom('session', 'sentinel')).not.toContain('sentinel');
  });

  it('of what could be guessed are others under another key, those of random ids are not', () => {
    const others = new Names('p:', OTHER);
    expect(others.ofGuessable('wrong', 'a')).not.toBe(names.ofGuessable('wrong', 'a'));
    expect(others.ofRandom('session', 'a')).toBe(names.ofRandom('session', 'a'));
  });

  it('tell where one part ends and the next begins', () => {
    expect(names.ofGuessable('wrong', 'ab', 'c')).not.toBe(names.ofGuessable('wrong', 'a', 'bc'));
  });
});

describe('what is kept of a session', () => {
  const open = (held: Map<string, string>, secrets: readonly string[]) =>
    new SharedSessions<object, { stream: number | null }, object>({
      link: fakeLink(held).link,
      names: new Names('p:', SECRET),
      lease,
      ring: () => openRing(secrets, Infinity),
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    });
  const record = { id: 'x', text: 'sentinel'.repeat(2_000), number: 12_345_678_901_234_567_890n };

  it('is sealed, and opens for whoever has the key, digit by digit', async () => {
    const held = new Map<string, string>();
    await open(held, [SECRET]).store('x', record, 1_000, { onlyNew: false });
    expect([...held].join()).not.toMatch(/sentinel/);
    expect(await open(held, [SECRET]).load('x', 1_000)).toEqual(record);
    expect(await open(held, [OTHER, SECRET]).load('x', 1_000)).toEqual(record);
    expect(await open(held, [OTHER]).load('x', 1_000)).toBeNull();
  });

  it('is not called unknown while the store, just back and empty perhaps, is being told what each replica alone knew', async () => {
    const { link } = fakeLink();
    const sessions = (isCatchingUp: boolean) =>
      new SharedSessions<object, { stream: number | null }, object>({
        link: Object.assign(Object.create(link) as Link, { isCatchingUp }),
        names: new Names('p:', SECRET),
        lease,
        ring: () => openRing([SECRET], Infinity),
        log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      });
    await expect(sessions(true).load('x', 1_000)).rejects.toThrow('just come back');
    expect(await sessions(false).load('x', 1_000)).toBeNull();
  });

  it('is worth nothing under the name of another session, nor when it was changed', async () => {
    const held = new Map<string, string>();
    const sessions = open(held, [SECRET]);
    await sessions.store('x', record, 1_000, { onlyNew: false });
    const names = new Names('p:', SECRET);
    const [sealed = ''] = held.values();
    held.set(names.ofRandom('session', 'y'), sealed);
    held.set(names.ofRandom('session', 'z'), `${sealed.slice(0, -1)}${sealed.endsWith('A') ? 'B' : 'A'}`);
    expect([await sessions.load('y', 1_000), await sessions.load('z', 1_000)]).toEqual([null, null]);
  });
});

describe('a confirmation', () => {
  const life = { issuedAt: 1_000, expiresAt: 2_000 };

  it.each([
    [1, true, true],
    [0, true, false],
    [-1, true, null],
    [1, false, false],
  ])('that the store answers with %s and this process with %s is %s', async (answer, here, expected) => {
    const link = { run: () => Promise.resolve(answer) } as unknown as Link;
    const used = shareUsed(link, new Names('p:', SECRET), { consume: () => Promise.resolve(here) }, () => 1_500);
    expect(await used.consume('id', life)).toBe(expected);
  });

  it('is nobody’s to tell while the store is away', async () => {
    const link = { run: () => Promise.reject(new Error('away')) } as unknown as Link;
    const used = shareUsed(link, new Names('p:', SECRET), { consume: () => Promise.resolve(true) });
    expect(await used.consume('id', life)).toBeNull();
  });

  it('is judged by the first birth of the store that was noted', async () => {
    const { held, client } = fakeLink();
    const names = new Names('p:', SECRET);
    await noteBirth(client, names, 5);
    await noteBirth(client, names, 9);
    expect([...held]).toEqual([['p:born', '5']]);
  });
});

describe('a store that cannot be used', () => {
  const tryAt = async (url: string): Promise<string> => {
    const link = new Link({ url, log: silent, prove: () => Promise.resolve() });
    const found = await link.tryOut(1_000, (client) => client.ping());
    return typeof found === 'string' ? found : `${found?.what}. ${found?.hint}`;
  };

  it.each(failingServers)('is told in words where %s', async (_, open) => {
    const server = await open();
    onTestFinished(() => server.close());
    const { host } = new URL(server.url);
    for (const scheme of ['redis', 'rediss']) {
      const said = await tryAt(`${scheme}://user:SENTINEL@${host}`);
      expect(said).not.toMatch(RAW_ERROR);
      expect(said).not.toContain('SENTINEL');
      expect(said).toMatch(new RegExp(`At ${host}: [a-zD]|\\. [A-Z].*\\.$`));
    }
  });

  it('is told by its own words where it answers with an error that passes', () => {
    expect(describeFailure(new ErrorReply('LOADING Redis is loading the dataset in memory'), 'h')).toBe(
      'it answers: LOADING Redis is loading the dataset in memory',
    );
  });

  it.each([
    [new SocketClosedUnexpectedlyError(), 'the store closed the connection'],
    [new ConnectionTimeoutError(), 'the connection could not be made in time'],
  ])('has words for what the client library throws: %s', (error, said) => {
    expect(describeFailure(error, 'h')).toBe(said);
  });
});
