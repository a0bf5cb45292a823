import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../../test/wait.ts';
import { parseJson, stringifyJson } from '../common/json.ts';
import type { SavedTenant } from './index.ts';
import { openFixture, postForm, secretForm, send, signIn } from './client.fixture.ts';

const LABELS = '/zia/api/v1/ruleLabels';

describe('sign-in', () => {
  it('gives a bearer token for the client secret, with the lifetime the cloud gives', async () => {
    await using fixture = await openFixture();
    const { status, body } = await postForm(fixture.tenant, secretForm(fixture.tenant));
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/), token_type: 'Bearer', expires_in: 86_399 });
  });

  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['an unknown client', { client_id: 'somebody' }, 401, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['another audience', { audience: 'https://elsewhere.example' }, 400, 'invalid_request'],
    ['an assertion when no key is registered', { client_assertion: 'a.b.c' }, 400, 'invalid_request'],
  ])('refuses %s', async (_what, change, status, error) => {
    await using fixture = await openFixture();
    const reply = await postForm(fixture.tenant, { ...secretForm(fixture.tenant), ...change });
    expect(reply.status).toBe(status);
    expect(reply.body).toMatchObject({ error });
  });

  it('lists the products of the tenant in the token', async () => {
    await using fixture = await openFixture({ products: ['ZIA'] });
    const claims = Buffer.from((await signIn(fixture.tenant)).split('.')[1] ?? '', 'base64url').toString();
    expect(JSON.parse(claims)).toMatchObject({ 'service-info': [{ prd: 'ZIA' }] });
  });

  it('refuses a former secret after a rotation', async () => {
    await using fixture = await openFixture();
    fixture.tenant.rotateSecret('fresh');
    expect((await postForm(fixture.tenant, secretForm(fixture.tenant))).status).toBe(401);
    expect((await postForm(fixture.tenant, { ...secretForm(fixture.tenant), client_secret: 'fresh' })).status).toBe(200);
  });

  it('never lets two tenants share a secret', async () => {
    await using one = await openFixture();
    await using other = await openFixture();
    expect(one.tenant.credentials.clientSecret).not.toBe(other.tenant.credentials.clientSecret);
  });
});

describe('sign-in with a signed assertion', () => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const clientPublicKey = keys.publicKey.export({ type: 'spki', format: 'pem' });
  const inTenMinutes = () => Math.floor(Date.now() / 1_000) + 600;
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const good = { iss: 'demo-client', sub: 'demo-client', aud: 'https://api.zscaler.com' };
  const signed = (claims: object, header: object = { alg: 'RS256' }) => {
    const head = `${part(header)}.${part(claims)}`;
    return `${head}.${sign('RSA-SHA256', Buffer.from(head), keys.privateKey).toString('base64url')}`;
  };
  const form = (assertion: string) => ({
    grant_type: 'client_credentials',
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    audience: 'https://api.zscaler.com',
  });

  it('gives a token for an assertion by the registered key', async () => {
    await using fixture = await openFixture({ clientPublicKey });
    expect((await postForm(fixture.tenant, form(signed({ ...good, exp: inTenMinutes() })))).status).toBe(200);
  });

  it.each([
    ['another issuer', () => signed({ ...good, iss: 'somebody', exp: inTenMinutes() }), 'iss and sub'],
    ['another audience', () => signed({ ...good, aud: 'https://elsewhere.example', exp: inTenMinutes() }), 'aud must be'],
    ['one that has expired', () => signed({ ...good, exp: 1_000 }), 'exp must lie'],
    ['another algorithm', () => signed({ ...good, exp: inTenMinutes() }, { alg: 'none' }), 'RS256'],
    [
      'claims changed after signing',
      () => signed({ ...good, exp: inTenMinutes() }).replace(/\.[^.]+\./, `.${part({ ...good, exp: 9e9 })}.`),
      'signature',
    ],
    ['what is no token', () => 'rubbish', 'not a signed JWT'],
  ])('refuses %s', async (_what, assertion, reason) => {
    await using fixture = await openFixture({ clientPublicKey });
    const { status, body } = await postForm(fixture.tenant, form(assertion()));
    expect(status).toBe(401);
    expect(body).toEqual({ error: 'invalid_client', error_description: expect.stringContaining(reason) });
  });
});

describe('the gateway', () => {
  it('refuses requests without a good token in its own shape', async () => {
    await using fixture = await openFixture();
    for (const headers of [{}, { authorization: 'Bearer made.up.token' }]) {
      const reply = await send(`${fixture.tenant.apiUrl}${LABELS}`, { headers });
      expect(reply.status).toBe(401);
      expect(reply.text).toBe('{"detail":"unauthorized","type":"","title":"","status":""}');
    }
  });

  it('refuses a token once it has expired, and one that was revoked', async () => {
    let seconds = 1_800_000_000;
    await using fixture = await openFixture({ tokenLifetimeSeconds: 60, clock: () => seconds * 1_000 });
    const ask = () => fixture.call('GET', LABELS);
    expect((await ask()).status).toBe(200);
    seconds += 59;
    expect((await ask()).status).toBe(200);
    seconds += 1;
    expect((await ask()).status).toBe(401);
    const authorization = `Bearer ${await signIn(fixture.tenant)}`;
    expect((await fixture.call('GET', LABELS, undefined, { authorization })).status).toBe(200);
    fixture.tenant.revokeTokens();
    expect((await fixture.call('GET', LABELS, undefined, { authorization })).status).toBe(401);
  });

  it('marks every response, errors too, as coming from a demo tenant', async () => {
    await using fixture = await openFixture();
    fixture.tenant.fail({ status: 503, path: LABELS });
    const replies = [
      await fixture.call('GET', LABELS),
      await fixture.call('GET', LABELS),
      await fixture.call('GET', '/nowhere'),
      await postForm(fixture.tenant, {}),
    ];
    expect(replies.map(({ status, headers }) => [status, headers.get('x-demo-tenant')])).toEqual([
      [503, 'true'],
      [200, 'true'],
      [404, 'true'],
      [400, 'true'],
    ]);
  });

  it('counts down the rate limit and starts anew with each minute', async () => {
    let seconds = 1_800_000_030;
    await using fixture = await openFixture({ clock: () => seconds * 1_000 });
    const remaining = async () => {
      const { headers } = await fixture.call('GET', LABELS);
      return [headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining'), headers.get('x-ratelimit-reset')];
    };
    // The sign-in was the first request of the minute.
    expect(await remaining()).toEqual(['5000, 5000;w=60', '4998', '30']);
    seconds += 10;
    expect(await remaining()).toEqual(['5000, 5000;w=60', '4997', '20']);
    seconds += 20;
    expect(await remaining()).toEqual(['5000, 5000;w=60', '4999', '60']);
  });

  it('refuses what exceeds an asked-for limit, in the words of the service', async () => {
    await using fixture = await openFixture({ requestsPerMinute: 1, clock: () => 1_800_000_000_000 });
    const internetAccess = await fixture.call('GET', LABELS);
    expect([internetAccess.status, internetAccess.headers.get('retry-after'), internetAccess.body]).toEqual([
      429,
      '1',
      { message: 'Rate Limit (1/MINUTE) exceeded', 'Retry-After': '1 seconds' },
    ]);
    const privateAccess = await fixture.call('GET', fixture.segmentGroups);
    expect([privateAccess.status, privateAccess.headers.get('retry-after')]).toEqual([429, '4s']);
    expect(privateAccess.body).toMatchObject({ id: 'invalid.toomanyrequests', reason: 'Exceeded the number of requests allowed.' });
  });

  it('wants JSON, and tells a known path with another method from an unknown path', async () => {
    await using fixture = await openFixture();
    expect((await fixture.call('POST', LABELS, '{"name":"x"}', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await fixture.call('PATCH', LABELS, {})).status).toBe(405);
    const broken = await fixture.call('POST', LABELS, '{"name":');
    expect([broken.status, broken.body]).toEqual([400, { message: 'Request body is invalid.' }]);
    const unknown = await fixture.call('GET', '/zia/api/v1/noSuchThing');
    expect([unknown.status, unknown.text, unknown.headers.get('content-type')]).toEqual([404, '', null]);
  });

  it('listens on loopback only', async () => {
    await using fixture = await openFixture();
    expect(new URL(fixture.tenant.apiUrl).hostname).toBe('127.0.0.1');
    expect(fixture.tenant.tokenUrl).toBe(`${fixture.tenant.apiUrl}/oauth2/v1/token`);
  });

  it('says in the log that it is a demo, and never a secret', async () => {
    await using fixture = await openFixture();
    await fixture.call('GET', LABELS);
    expect(fixture.lines[0]).toContain('the DEMO tenant listens');
    expect(fixture.lines.join('\n')).not.toContain(fixture.tenant.credentials.clientSecret);
  });
});

describe('what tests may do to it', () => {
  it('fails the next requests as told, and none after', async () => {
    await using fixture = await openFixture();
    fixture.tenant.fail({ status: 409, body: { code: 'EDIT_LOCK_NOT_AVAILABLE' }, times: 2, method: 'POST', path: LABELS });
    const make = () => fixture.call('POST', LABELS, { name: 'Night Shift' });
    expect((await fixture.call('GET', LABELS)).status).toBe(200);
    expect([(await make()).body, (await make()).status, (await make()).status]).toEqual([{ code: 'EDIT_LOCK_NOT_AVAILABLE' }, 409, 200]);
  });

  it.each(['7', '7s', '7 seconds', 'Wed, 21 Oct 2026 07:28:00 GMT'])('sends a Retry-After of "%s" as it is', async (retryAfter) => {
    await using fixture = await openFixture();
    fixture.tenant.fail({ status: 429, body: 'slow down', headers: { 'retry-after': retryAfter } });
    const reply = await fixture.call('GET', LABELS);
    expect([reply.status, reply.headers.get('retry-after'), reply.text]).toEqual([429, retryAfter, 'slow down']);
  });

  it('can lose an answer after the request took effect', async () => {
    await using fixture = await openFixture();
    fixture.tenant.fail({ status: 503, afterEffect: true, path: LABELS });
    expect((await fixture.call('POST', LABELS, { name: 'Twice' })).status).toBe(503);
    expect((await fixture.call('POST', LABELS, { name: 'Twice' })).status).toBe(409);
  });

  it('can break the connection', async () => {
    await using fixture = await openFixture();
    await fixture.call('GET', LABELS);
    fixture.tenant.fail({ status: 503, disconnect: true });
    await expect(fixture.call('GET', LABELS)).rejects.toThrow('fetch failed');
  });

  it('can let a path wait', async () => {
    await using fixture = await openFixture();
    await fixture.call('GET', LABELS);
    fixture.tenant.delay('/ruleLabels', 80);
    const started = performance.now();
    await fixture.call('GET', LABELS);
    expect(performance.now() - started).toBeGreaterThan(75);
  });

  it('can hold a path until it is released', async () => {
    await using fixture = await openFixture();
    await fixture.call('GET', LABELS);
    const release = fixture.tenant.hold('/ruleLabels');
    let status = 0;
    const held = fixture.call('GET', LABELS).then((reply) => (status = reply.status));
    await waitFor(() => fixture.tenant.waiting('/ruleLabels') === 1);
    expect((await fixture.call('GET', '/zia/api/v1/locations')).status).toBe(200);
    expect([status, fixture.tenant.waiting('/ruleLabels')]).toEqual([0, 1]);
    release();
    await held;
    expect([status, fixture.tenant.waiting('/ruleLabels')]).toEqual([200, 0]);
  });

  it('remembers what arrived, without secrets', async () => {
    await using fixture = await openFixture();
    await fixture.call('POST', `${LABELS}?a=1&b=2&b=3`, { name: 'Remember Me' });
    const [token, write] = fixture.tenant.journal();
    expect(token).toMatchObject({
      method: 'POST',
      path: '/oauth2/v1/token',
      body: { client_id: 'demo-client', client_secret: '(secret)' },
    });
    expect(write).toEqual({ method: 'POST', path: LABELS, query: { a: '1', b: ['2', '3'] }, body: { name: 'Remember Me' }, status: 200 });
    expect(JSON.stringify(fixture.tenant.journal())).not.toContain(fixture.tenant.credentials.clientSecret);
    expect([fixture.tenant.count('POST', LABELS), fixture.tenant.count('GET', LABELS)]).toEqual([1, 0]);
  });

  it('goes back to the first day', async () => {
    await using fixture = await openFixture();
    await fixture.call('DELETE', `${LABELS}/2610101`);
    expect((await fixture.call('GET', '/zia/api/v1/status')).body).toEqual({ status: 'PENDING' });
    fixture.tenant.reset();
    expect((await fixture.call('GET', '/zia/api/v1/status')).body).toEqual({ status: 'ACTIVE' });
    expect((await fixture.call('GET', `${LABELS}/2610101`)).status).toBe(200);
    expect(fixture.tenant.journal()).toHaveLength(2);
    const first = await fixture.call('POST', LABELS, { name: 'First' });
    fixture.tenant.reset();
    expect((await fixture.call('POST', LABELS, { name: 'First' })).body).toMatchObject({ id: (first.body as { id: number }).id });
  });

  it('keeps the controls out of the HTTP interface unless they were asked for', async () => {
    await using closed = await openFixture();
    expect((await closed.call('GET', '/__demo/journal')).status).toBe(404);
    await using open = await openFixture({ controls: true });
    const ask = (method: string, path: string, body?: unknown) =>
      send(`${open.tenant.apiUrl}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    expect((await ask('POST', '/__demo/fail', { status: 503, path: LABELS })).status).toBe(204);
    expect((await open.call('GET', LABELS)).status).toBe(503);
    expect((await ask('POST', '/__demo/fail', {})).status).toBe(400);
    expect((await ask('POST', '/__demo/revoke-tokens')).status).toBe(204);
    expect((await open.call('GET', LABELS)).status).toBe(401);
    expect((await ask('GET', '/__demo/journal')).body).toMatchObject([{ status: 200 }, { status: 503 }, { status: 401 }]);
    expect((await ask('POST', '/__demo/reset')).status).toBe(204);
    expect((await ask('GET', '/__demo/journal')).body).toEqual([]);
  });
});

describe('data that goes along to the next generation', () => {
  const ZIA = '/zia/api/v1';
  it.each<readonly [what: string, change: readonly [string, string, unknown?], look: string]>([
    ['a record', ['POST', LABELS, { name: 'Of a newcomer' }], LABELS],
    [
      'a setting',
      ['PUT', `${ZIA}/cyberThreatProtection/advancedThreatSettings`, { riskTolerance: 7 }],
      `${ZIA}/cyberThreatProtection/advancedThreatSettings`,
    ],
    [
      'a list of URLs',
      ['POST', `${ZIA}/authSettings/exemptedUrls?action=ADD_TO_LIST`, { urls: ['new.example'] }],
      `${ZIA}/authSettings/exemptedUrls`,
    ],
    ['what waits for activation', ['POST', LABELS, { name: 'Staged' }], `${ZIA}/status`],
    ['a quota', ['GET', `${ZIA}/sandbox/report/${'0'.repeat(32)}`], `${ZIA}/sandbox/report/quota`],
  ])('holds %s', async (_what, [method, path, body], look) => {
    await using former = await openFixture();
    const before = (await former.call('GET', look)).body;
    const { status, text } = await former.call(method, path, body);
    expect(status, text).toBeLessThan(300);
    const after = (await former.call('GET', look)).body;
    expect(after).not.toEqual(before);
    const saved = parseJson(stringifyJson(former.tenant.save())) as SavedTenant;
    await using next = await openFixture({ saved });
    expect((await next.call('GET', look)).body).toEqual(after);
    next.tenant.reset();
    expect((await next.call('GET', look)).body).toEqual(before);
    await using other = await openFixture({ saved: { ...saved, version: 'another' } });
    expect((await other.call('GET', look)).body).toEqual(before);
  });

  it('gives records created afterwards identifiers of their own', async () => {
    await using former = await openFixture();
    const first = (await former.call('POST', LABELS, { name: 'One' })).body as { id: unknown };
    await using next = await openFixture({ saved: former.tenant.save() });
    const second = (await next.call('POST', LABELS, { name: 'Two' })).body as { id: unknown };
    expect(second.id).not.toEqual(first.id);
  });
});
