import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startDemoTenant } from '../demo/index.ts';
import { checkClient, Transport, type CloudConfig } from '../zscaler/index.ts';
import { Gate, type AuthConfig } from './index.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const config = (change: { allowedClients?: string[]; failureLimit?: number } = {}): AuthConfig => ({
  mode: 'zscaler',
  allowedClients: [],
  trustsPlatform: false,
  failureLimit: 5,
  baseUrl: null,
  ...change,
});

async function start(first = config(), tokenLifetimeSeconds = 86_399) {
  const tenant = await startDemoTenant({ log: silent, tokenLifetimeSeconds });
  onTestFinished(() => tenant.close());
  const transport = new Transport();
  const cloud: CloudConfig = {
    cloud: '',
    tokenUrl: tenant.tokenUrl,
    apiUrl: tenant.apiUrl,
    requestTimeoutMs: 5_000,
    maxRetries: 0,
    answerLimit: 16_777_216,
  };
  let asked = 0;
  const gate = new Gate(first, {
    log: silent,
    fetchText: () => Promise.reject(new Error('unused')),
    path: '/mcp',
    verifyClient: (credentials) => {
      asked += 1;
      return checkClient(cloud, transport, credentials);
    },
  });
  const { clientId, clientSecret } = tenant.credentials;
  const admit = (headers: IncomingHttpHeaders, address = '192.0.2.1') => gate.admit({ headers } as IncomingMessage, address);
  const statusOf = async (...args: Parameters<typeof admit>) => {
    const admission = await admit(...args);
    return 'refusal' in admission ? admission.refusal.status : admission.principal;
  };
  return { tenant, gate, clientId, clientSecret, admit, statusOf, asked: () => asked };
}

const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
const two = (id: string, secret: string) => ({ 'x-zscaler-client-id': id, 'x-zscaler-client-secret': secret });

describe('a OneAPI client', () => {
  it('is let in by Basic or by two headers, when the tenant confirms it', async () => {
    const { clientId, clientSecret, statusOf, admit, asked } = await start();
    const principal = `zscaler:${clientId}`;
    expect(await statusOf(basic(clientId, clientSecret))).toBe(principal);
    expect(await statusOf(two(clientId, clientSecret))).toBe(principal);
    expect(asked()).toBe(1);
    expect(await statusOf(basic(clientId, 'wrong'))).toBe(401);
    expect(await statusOf({ 'x-zscaler-client-id': clientId })).toBe(401);
    expect(await admit({})).toMatchObject({
      refusal: { status: 401, headers: { 'www-authenticate': 'Basic realm="zscaler-mcp", charset="UTF-8"' } },
    });
  });

  it.each<[string, IncomingHttpHeaders]>([
    ['no colon', { authorization: `Basic ${Buffer.from('abc').toString('base64')}` }],
    ['no secret', basic('abc', '')],
    ['no id', basic('', 'abc')],
    ['bytes that are no text', { authorization: `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}` }],
    ['a secret of any length', basic('abc', 'x'.repeat(5_000))],
  ])('with %s is refused', async (_name, headers) => {
    expect(await (await start()).statusOf(headers)).toBe(401);
  });

  it('that is not on the list is refused without asking the tenant; the list is live', async () => {
    const { gate, clientId, clientSecret, statusOf, asked } = await start(config({ allowedClients: ['other'] }));
    expect([await statusOf(basic(clientId, clientSecret)), asked()]).toEqual([401, 0]);
    gate.prepare(config({ allowedClients: ['other', clientId] })).commit();
    expect(await statusOf(basic(clientId, clientSecret))).toBe(`zscaler:${clientId}`);
    gate.prepare(config({ allowedClients: ['other'] })).commit();
    expect(await statusOf(basic(clientId, clientSecret))).toBe(401);
  });

  it('is asked about once for many requests at once, and after a reload not again', async () => {
    const { gate, clientId, clientSecret, statusOf, asked } = await start();
    await Promise.all(Array.from({ length: 20 }, () => statusOf(basic(clientId, clientSecret))));
    gate.prepare(config({ failureLimit: 6 })).commit();
    await statusOf(basic(clientId, clientSecret));
    expect(asked()).toBe(1);
  });

  it.each([
    ['after ten minutes', 86_399, 600],
    ['when its token would have expired', 120, 120],
  ])('is asked about again %s, and is out then if the tenant says so', async (_when, tokenSeconds, keptSeconds) => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { tenant, clientId, clientSecret, statusOf, asked } = await start(config(), tokenSeconds);
    await statusOf(basic(clientId, clientSecret));
    tenant.rotateSecret('another');
    vi.advanceTimersByTime((keptSeconds - 1) * 1_000);
    expect([await statusOf(basic(clientId, clientSecret)), asked()]).toEqual([`zscaler:${clientId}`, 1]);
    vi.advanceTimersByTime(2_000);
    expect([await statusOf(basic(clientId, clientSecret)), asked()]).toEqual([401, 2]);
  });

  it('that was wrong is asked about again a minute later', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { tenant, statusOf, asked } = await start();
    expect(await statusOf(basic('new', 'secret'))).toBe(401);
    tenant.admitClient('new', 'secret');
    vi.advanceTimersByTime(59_000);
    expect([await statusOf(basic('new', 'secret')), asked()]).toEqual([401, 1]);
    vi.advanceTimersByTime(2_000);
    expect([await statusOf(basic('new', 'secret')), asked()]).toEqual(['zscaler:new', 2]);
  });

  it('gets 503, not 401, while the tenant cannot be asked; whoever is known goes on', async () => {
    const { tenant, clientId, clientSecret, statusOf } = await start();
    await statusOf(basic(clientId, clientSecret));
    await tenant.close();
    expect(await statusOf(basic(clientId, clientSecret))).toBe(`zscaler:${clientId}`);
    expect(await statusOf(basic('another', 'secret'))).toBe(503);
  });
});

describe('guessing', () => {
  it('the same again is not relayed to the tenant, and guessing on is stopped by address', async () => {
    const { clientId, clientSecret, statusOf, asked } = await start();
    expect([await statusOf(basic(clientId, 'wrong')), await statusOf(basic(clientId, 'wrong')), asked()]).toEqual([401, 401, 1]);
    for (let attempt = 0; attempt < 20; attempt++) await statusOf(basic(clientId, `guess-${attempt}`));
    expect(asked()).toBeLessThanOrEqual(6);
    expect(await statusOf(basic(clientId, 'guess'))).toBe(429);
    expect(await statusOf(basic(clientId, clientSecret), '192.0.2.2')).toBe(`zscaler:${clientId}`);
  });
});
