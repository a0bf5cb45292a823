import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { EventEmitter } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Log } from '../common/log.ts';
import { Gate, type AuthConfig } from './index.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const keys = (...list: string[]): AuthConfig => ({ mode: 'api-key', keys: list, trustsPlatform: false, failureLimit: 5, baseUrl: null });

const open = (config: AuthConfig, log: Log = silent) =>
  new Gate(config, {
    log,
    fetchText: () => Promise.reject(new Error('unused')),
    path: '/mcp',
    verifyClient: () => Promise.resolve({ kind: 'wrong' }),
  });

const admit = (gate: Gate, headers: IncomingHttpHeaders, remoteAddress = '192.0.2.1') =>
  gate.admit({ headers } as IncomingMessage, remoteAddress);

const statusOf = async (...asked: Parameters<typeof admit>) => {
  const admission = await admit(...asked);
  return 'refusal' in admission ? admission.refusal.status : (admission.principal ?? 'anybody');
};

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('the gate', () => {
  it('lets everybody in where clients are not authenticated', async () => {
    expect(await statusOf(open({ mode: 'none', failureLimit: 5, baseUrl: null }), {})).toBe('anybody');
  });

  it.each<[string, IncomingHttpHeaders]>([
    ['a bearer token', bearer('right')],
    ['a header of its own', { 'x-api-key': 'right' }],
    ['another case of the scheme', { authorization: 'bearer right' }],
    ['a header of its own, beside what is meant for a proxy', { 'x-api-key': 'right', authorization: 'Basic eDp5' }],
  ])('accepts a key as %s', async (_name, headers) => {
    expect(await statusOf(open(keys('other', 'right')), headers)).toMatch(/^api-key:[0-9a-f]{12}$/);
  });

  it.each<[string, IncomingHttpHeaders]>([
    ['another one', bearer('wrong')],
    ['part of it', bearer('righ')],
    ['more than it', bearer('right2')],
    ['two keys at once', { 'x-api-key': 'other, right' }],
    ['characters outside of ASCII', { 'x-api-key': 'r\u00efght\u00ff' }],
    ['nothing', { 'x-api-key': '' }],
  ])('refuses a key that is %s', async (_name, headers) => {
    expect(await statusOf(open(keys('other', 'right')), headers)).toBe(401);
  });

  it('takes a key with characters outside of ASCII, byte by byte', async () => {
    const header = Buffer.from('schlüssel-ключ').toString('latin1');
    expect(await statusOf(open(keys('schlüssel-ключ')), { 'x-api-key': header })).toMatch(/^api-key:/);
  });

  it('says of wrong credentials no more than that, and of missing ones how to show some', async () => {
    const gate = open(keys('right'));
    const [wrong, part, missing] = await Promise.all([admit(gate, bearer('wrong')), admit(gate, bearer('right2')), admit(gate, {})]);
    expect(wrong).toEqual(part);
    expect(wrong).toMatchObject({
      refusal: { status: 401, code: -32_001, headers: { 'www-authenticate': 'Bearer realm="zscaler-mcp", error="invalid_token"' } },
    });
    expect(missing).toMatchObject({
      refusal: {
        status: 401,
        message: expect.stringContaining('Set the header "Authorization: Bearer KEY"') as string,
        headers: { 'www-authenticate': 'Bearer realm="zscaler-mcp"' },
      },
    });
  });

  it.each([
    ['/.well-known/oauth-protected-resource', 404],
    ['/.well-known/oauth-protected-resource/mcp', 404],
    ['/.well-known/oauth-authorization-server', 404],
    ['/.well-known/oauth-authorization-server/mcp', 404],
    ['/.well-known/openid-configuration', 404],
    ['/mcp/.well-known/openid-configuration', 404],
    ['/.well-known/other', null],
    ['/register', 400],
    ['/mcp/register', 400],
    ['/authorize', 400],
    ['/token', 400],
    ['/tokens', null],
    ['/mcp', null],
  ])('with keys tells a client that looks for OAuth at %s which header to set', (path, status) => {
    const published = open(keys('right')).publish(path, { headers: {} } as IncomingMessage);
    expect(published?.status ?? null).toBe(status);
    if (published)
      expect(published.body).toEqual({
        error: 'invalid_request',
        error_description: expect.stringMatching(/^This server does not use OAuth\. Set the header "Authorization: Bearer KEY"/) as string,
      });
    expect(open({ mode: 'none', failureLimit: 5, baseUrl: null }).publish(path, { headers: {} } as IncomingMessage)).toBeNull();
  });

  it('gives each key a principal of its own, the same in every process, which does not show the key', async () => {
    const gate = open(keys('one', 'two'));
    const [one, two] = [await statusOf(gate, bearer('one')), await statusOf(gate, bearer('two'))];
    expect(one).not.toBe(two);
    expect(one).toBe('api-key:2378422ddcd9');
  });

  it('lets what shows nothing in where the platform is trusted, and still refuses what is wrong', async () => {
    const gate = open({ ...keys('right'), trustsPlatform: true } as AuthConfig);
    expect(await statusOf(gate, {})).toBe('platform');
    expect(await statusOf(gate, bearer('wrong'))).toBe(401);
    expect(await statusOf(gate, { authorization: 'Basic eDp5' })).toBe(401);
    expect(await statusOf(gate, bearer('right'))).toMatch(/^api-key:/);
  });
});

describe('guessing', () => {
  it('is told to wait after so many wrong credentials from one address; others go on', async () => {
    const gate = open(keys('right'));
    const statuses: unknown[] = [];
    for (let attempt = 0; attempt < 7; attempt++) statuses.push(await statusOf(gate, bearer(`wrong${attempt}`)));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect(await statusOf(gate, bearer('right'))).toBe(429);
    expect(await statusOf(gate, bearer('right'), '192.0.2.2')).toMatch(/^api-key:/);
    expect(await statusOf(gate, bearer('right'))).toMatch(/^api-key:/);
    expect(await admit(gate, bearer('wrong'))).toMatchObject({
      refusal: { status: 429, headers: { 'retry-after': expect.stringMatching(/^[1-9]\d?$/) as string } },
    });
  });

  it('from the same address does not shut out whoever was let in before', async () => {
    const gate = open(keys('right'));
    await admit(gate, bearer('right'));
    for (let attempt = 0; attempt < 20; attempt++) await admit(gate, bearer(`wrong${attempt}`));
    expect(await statusOf(gate, bearer('right'))).toMatch(/^api-key:/);
    expect(await statusOf(gate, bearer('wrong'))).toBe(429);
  });

  it('is counted on over a reload', async () => {
    const gate = open(keys('right'));
    for (let attempt = 0; attempt < 7; attempt++) await admit(gate, bearer(`wrong${attempt}`));
    gate.prepare(keys('right', 'another')).commit();
    expect(await statusOf(gate, bearer('wrong'))).toBe(429);
  });

  it('does not count what shows no credentials', async () => {
    const gate = open(keys('right'));
    for (let attempt = 0; attempt < 20; attempt++) expect(await statusOf(gate, {})).toBe(401);
  });

  it('counts one IPv6 network and one IPv4 address as one, however they are written', async () => {
    const gate = open(keys('right'));
    for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:2:3:4:5:6', '::ffff:192.0.2.9', '192.0.2.9'])
      for (let attempt = 0; attempt < 3; attempt++) await admit(gate, bearer(`${address}${attempt}`), address);
    expect(await statusOf(gate, bearer('x'), '2001:db8:1:2::77')).toBe(429);
    expect(await statusOf(gate, bearer('x'), '192.0.2.9')).toBe(429);
    expect(await statusOf(gate, bearer('x'), '2001:db8:1:3::1')).toBe(401);
  });
});

describe('the log', () => {
  const ONE = (address: string) => `1 request with invalid credentials was refused, the latest from ${address}`;

  it('hears of wrong credentials at once, and of many more once a minute, how many they were', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const told: unknown[] = [];
    const gate = open(keys('right'), { ...silent, warn: (fields, text) => void told.push({ ...fields, text }) });
    await admit(gate, {});
    await admit(gate, bearer('right'));
    expect(told).toEqual([]);
    for (let attempt = 0; attempt < 20; attempt++) await admit(gate, bearer(`wrong${attempt}`), `192.0.2.${10 + (attempt % 2)}`);
    expect(told).toEqual([{ mode: 'api-key', address: '192.0.2.10', requests: 1, text: ONE('192.0.2.10') }]);
    vi.advanceTimersByTime(60_000);
    expect(told.slice(1)).toEqual([
      {
        mode: 'api-key',
        address: '192.0.2.11',
        requests: 19,
        text: '19 requests with invalid credentials were refused, the latest from 192.0.2.11',
      },
    ]);
    vi.advanceTimersByTime(120_000);
    await admit(gate, bearer('wrong'));
    expect(told.slice(2)).toEqual([{ mode: 'api-key', address: '192.0.2.1', requests: 1, text: ONE('192.0.2.1') }]);
    expect(JSON.stringify(told)).not.toContain('wrong');
    gate.close();
  });
});

describe('a reload', () => {
  const stand = async (gate: Gate, key: string) => {
    const admission = await admit(gate, bearer(key));
    if ('refusal' in admission) throw new Error('refused');
    const response = new EventEmitter();
    let ended = false;
    admission.standing(response as ServerResponse, () => (ended = true));
    return { response, hasEnded: () => ended };
  };

  it('refuses the revoked key from the next request on and ends its streams; those of others stay', async () => {
    const gate = open(keys('old', 'steady'));
    const [old, steady] = [await stand(gate, 'old'), await stand(gate, 'steady')];
    gate.prepare(keys('new', 'steady')).commit();
    expect([await statusOf(gate, bearer('old')), await statusOf(gate, bearer('new'))]).toEqual([401, expect.stringMatching(/^api-key/)]);
    expect([old.hasEnded(), steady.hasEnded()]).toEqual([true, false]);
    gate.close();
  });

  it('that comes between a request and its stream ends the stream, too', async () => {
    const gate = open(keys('old'));
    const admission = await admit(gate, bearer('old'));
    if ('refusal' in admission) throw new Error('refused');
    gate.prepare(keys('new')).commit();
    let ended = false;
    admission.standing(new EventEmitter() as ServerResponse, () => (ended = true));
    await statusOf(gate, bearer('old'));
    expect(ended).toBe(true);
    gate.close();
  });

  it('that is discarded changes nothing', async () => {
    const gate = open(keys('old'));
    gate.prepare(keys('new')).discard();
    expect(await statusOf(gate, bearer('old'))).toMatch(/^api-key:/);
  });

  it('forgets a stream that ended by itself', async () => {
    const gate = open(keys('old'));
    const { response, hasEnded } = await stand(gate, 'old');
    response.emit('close');
    gate.prepare(keys('new')).commit();
    await statusOf(gate, bearer('old'));
    expect(hasEnded()).toBe(false);
  });
});
