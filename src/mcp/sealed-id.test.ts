import { describe, expect, it } from 'vitest';
import { openRing, randomSecret } from '../confirm/index.ts';
import { outline } from './handshake.ts';
import { LONGEST_ID, openId, sealId } from './sealed-id.ts';
import { LIFE_MS, SessionIds } from './session-ids.ts';

const ring = openRing([randomSecret()], undefined, 'session ids');
const initialize = (change: object = {}): unknown =>
  outline({ protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'client', version: '1.2' }, ...change });
const seal = (given: unknown, principal: string | null = null): string => sealId(ring, { initialize: given, principal, openedAt: 7 });

describe('an id', () => {
  it.each([
    ['no capability', {}],
    ['elicitation', { elicitation: {} }],
    ['its members', { elicitation: { form: {}, url: {} } }],
    ['all', { elicitation: { url: {} }, roots: { listChanged: true }, sampling: { context: {}, tools: {} }, tasks: {} }],
  ])('gives back what the handshake settled: %s', (_what, capabilities) => {
    const given = initialize({ capabilities });
    expect(openId(ring, seal(given), null)).toEqual({ initialize: given, principal: null, openedAt: 7 });
  });

  it('opens for its principal alone', () => {
    const principals = [null, '', 'null', 'a', 'b', '"a"'];
    for (const owner of principals) {
      const id = seal(initialize(), owner);
      expect(principals.filter((principal) => openId(ring, id, principal) !== null)).toEqual([owner]);
    }
  });

  it.each([
    ['long', 'x'.repeat(1_000_000)],
    ['of many bytes', '\u{1F600}'.repeat(1_000)],
    ['of control characters', '\0'.repeat(1_000)],
    ['of lone surrogates', '\uD83D'.repeat(1_000)],
    ['of quotes', '"\\'.repeat(1_000)],
  ])('is of bounded size when texts are %s', (_what, text) => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${text.slice(0, 8)}${at}`, { [text]: {} }]));
    const given = initialize({ protocolVersion: text, capabilities: many, clientInfo: { name: text, version: text } });
    const id = seal(given, text);
    expect(id.length).toBeLessThan(LONGEST_ID / 2);
    expect(openId(ring, id, text)).not.toBeNull();
  });

  it('opens in the one spelling that was given out', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const name of ['', 'a', 'ab']) {
      const id = seal(initialize({ clientInfo: { name, version: '1' } }));
      const others = letters.split('').flatMap((letter) => [`${id.slice(0, -1)}${letter}`, id + letter]);
      others.push(`${id}=`, `${id}==`, ` ${id}`, `${id}\n`, id.replaceAll('-', '+').replaceAll('_', '/') + '.');
      expect(others.filter((other) => other !== id && openId(ring, other, null) !== null)).toEqual([]);
    }
  });

  it('shows nothing of what it holds, and differs each time', () => {
    const [one, other] = [seal(initialize(), 'me'), seal(initialize(), 'me')];
    expect(one).not.toBe(other);
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toMatch(/client|2025|me/);
  });

  it('is not what is sealed with the same secret for another use', () => {
    const secret = randomSecret();
    const proof = openRing([secret]).seal('session', '[7,"","","","",""]');
    expect(openId(openRing([secret], undefined, 'session ids'), proof, null)).toBeNull();
  });
});

describe('session ids', () => {
  it('are too old after seven days', () => {
    let now = 1_000;
    const ids = new SessionIds({ ring: () => ring, now: () => now });
    const id = ids.issue(initialize(), null);
    now += LIFE_MS - 1;
    expect(ids.open(id, null)).not.toBeNull();
    now += 1;
    expect(ids.open(id, null)).toBeNull();
  });

  it('that were ended are not opened, nor by the next generation', () => {
    const ids = new SessionIds({ ring: () => ring });
    const [ended, other] = [ids.issue(initialize(), null), ids.issue(initialize(), null)];
    ids.end(ended);
    for (const each of [ids, new SessionIds({ ring: () => ring, saved: ids.save(false) })])
      expect([each.open(ended, null) === null, each.open(other, null) === null]).toEqual([true, false]);
    const after = new SessionIds({ ring: () => ring, saved: ids.save(true), now: () => Date.now() + 1 });
    expect([after.open(other, null) === null, after.open(after.issue(initialize(), null), null) === null]).toEqual([true, false]);
  });

  it('remember a bounded number of ended ones, the latest, for as long as they could be opened', () => {
    let now = 0;
    const ids = new SessionIds({ ring: () => ring, now: () => now });
    for (let at = 0; at < 10_050; at++) ids.end(`id-${at}`);
    expect(ids.save(false).ended).toHaveLength(10_000);
    expect([ids.hasEnded('id-0'), ids.hasEnded('id-10049')]).toEqual([false, true]);
    now = LIFE_MS + 1;
    ids.end('last');
    expect(ids.save(false).ended).toHaveLength(1);
  });
});
