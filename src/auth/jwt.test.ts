import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { failingServers, RAW_ERROR } from '../../test/failing-servers.ts';
import { startIdp, type Idp } from '../../test/idp.ts';
import { openStandIn, type StandInAnswer } from '../../test/stand-in.ts';
import type { GateParts } from './gate.ts';
import { Gate, type AuthConfig } from './index.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const fetchText = (url: string, signal: AbortSignal) => fetch(url, { signal, redirect: 'manual' });

const open = (config: AuthConfig, more: Partial<GateParts> = {}): Gate => {
  const verifyClient = () => Promise.resolve({ kind: 'wrong' } as const);
  const gate = new Gate(config, { log: silent, fetchText, path: '/mcp', verifyClient, ...more });
  onTestFinished(() => gate.close());
  return gate;
};

const common = { failureLimit: 1_000, baseUrl: null, algorithms: ['RS256', 'ES256'], scopes: [] };
const jwt = (idp: Idp): AuthConfig => ({ ...common, mode: 'jwt', jwksUri: idp.jwksUri, issuer: idp.issuer, audience: idp.audience });
const oidc = (idp: Idp, change: object = {}): AuthConfig => ({
  ...common,
  mode: 'oidc',
  configUrl: idp.configUrl,
  audience: idp.audience,
  ...change,
});

const request = (headers: Record<string, string>) => ({ headers: { host: 'mcp.example', ...headers }, socket: {} }) as IncomingMessage;

const admit = (gate: Gate, token: string | null) =>
  gate.admit(request(token === null ? {} : { authorization: `Bearer ${token}` }), '192.0.2.1');

const statusOf = async (gate: Gate, token: string | null) => {
  const admission = await admit(gate, token);
  return 'refusal' in admission ? admission.refusal.status : admission.principal;
};

const now = () => Math.floor(Date.now() / 1_000);

const KEY = /^its key is not one that the issuer publishes$/;
const ALGORITHM = /^its algorithm is not one of RS256, ES256$/;

describe.each([
  ['jwt', jwt],
  ['oidc', oidc],
])('a token in mode %s', (_mode, configOf) => {
  it('is good when issuer, audience, time and signature are', async () => {
    const idp = await startIdp();
    const gate = open(configOf(idp));
    const principal = `token:alice/console@${encodeURIComponent(idp.issuer)}`;
    expect(await statusOf(gate, await idp.token())).toBe(principal);
    expect(await statusOf(gate, await idp.token({ aud: ['other', idp.audience] }))).toBe(principal);
    expect(await statusOf(gate, await idp.token({ exp: now() - 20, nbf: now() + 20 }))).toBe(principal);
    expect(await statusOf(gate, await idp.token({ sub: 'bob' }))).not.toBe(principal);
    expect(await statusOf(gate, await idp.token({ sub: null }))).toMatch(/^token:\/console@/);
  });

  it.each<[string, RegExp, (idp: Idp, stranger: Idp) => string | Promise<string>]>([
    ['is of another issuer', /^it was not issued by http:/, (idp) => idp.token({ iss: 'https://evil.example' })],
    ['names the issuer with a slash more', /^it was not issued by http:/, (idp) => idp.token({ iss: `${idp.issuer}/` })],
    ['names no issuer', /^it was not issued by http:/, (idp) => idp.token({ iss: null })],
    ['is meant for another audience', /^it was not issued for the audience zscaler-mcp-server$/, (idp) => idp.token({ aud: 'other' })],
    ['is meant for nobody', /^it was not issued for the audience/, (idp) => idp.token({ aud: null })],
    ['has expired', /^it has expired, or the clock/, (idp) => idp.token({ exp: now() - 40 })],
    ['never expires', /^its claim exp is missing or not valid$/, (idp) => idp.token({ exp: null })],
    ['is not valid yet', /^it is not valid yet, or the clock/, (idp) => idp.token({ nbf: now() + 40 })],
    ['is for nobody through no client', /^it names neither a subject nor a client, or/, (idp) => idp.token({ sub: null, azp: null })],
    ['is signed with a key of an unknown id', KEY, (idp) => idp.token({}, { kid: 'unknown' })],
    [
      'is signed by a stranger under a known key id',
      /^its signature is not that of the key/,
      (idp, stranger) => stranger.token({ iss: idp.issuer }),
    ],
    ['brings its own key', KEY, async (idp, stranger) => stranger.token({ iss: idp.issuer }, { jku: stranger.jwksUri, kid: 'mine' })],
    ['is signed with an algorithm that is not accepted', ALGORITHM, (idp) => idp.token({}, { alg: 'RS384' })],
    ['is not signed', ALGORITHM, (idp) => idp.unsigned()],
    ['is signed with the public key as a secret', ALGORITHM, (idp) => idp.confused()],
    [
      'was changed',
      /^its signature is not that of the key/,
      async (idp) => (await idp.token()).replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"root"}').toString('base64url')}.`),
    ],
    ['is no token', /^it is not a signed token/, () => 'abc'],
    ['is next to nothing', /^it is not a signed token/, () => '..'],
  ])('is refused when it %s, in words that do not say why; the log does', async (_name, why, make) => {
    const [idp, stranger] = [await startIdp(), await startIdp()];
    const reasons: unknown[] = [];
    const debug = ({ reason }: Record<string, unknown>) => void (reason !== undefined && reasons.push(reason));
    const gate = open(configOf(idp), { log: { ...silent, debug } });
    expect(await admit(gate, await make(idp, stranger))).toEqual({
      refusal: {
        status: 401,
        code: -32_001,
        message: 'Unauthorized: the credentials are not valid for this server.',
        headers: {
          'www-authenticate':
            'Bearer realm="zscaler-mcp", error="invalid_token", resource_metadata="http://mcp.example/.well-known/oauth-protected-resource/mcp"',
        },
      },
    });
    expect(reasons).toEqual([expect.stringMatching(why)]);
  });
});

describe('a forged token', () => {
  const soon = now() + 300;
  /** Signed by the issuer's own key, and yet not to be accepted. */
  const parts: readonly { header?: unknown; payload?: unknown }[] = [
    ...[['exp'], ['b64', 'exp'], ['unknown'], [], 'exp', null, {}].map((crit) => ({ header: { crit, unknown: 1 } })),
    { header: { b64: false, crit: ['b64'] } },
    ...[
      'none',
      'None',
      'NONE',
      'nOnE',
      '',
      ' RS256',
      'rs256',
      'RS512',
      'PS256',
      'ES256',
      'HS256',
      'dir',
      'RSA1_5',
      null,
      256,
      ['RS256'],
      {},
    ].map((alg) => ({ header: { alg } })),
    ...['', '../key-1', 'key-1\0', 'key-1 ', 'KEY-1', 1, true, ['key-1'], {}, 'x'.repeat(4_000), '__proto__', 'toString'].map((kid) => ({
      header: { kid },
    })),
    ...['[]', 'null', '1', '"x"', '{', '', '{"alg":"RS256"', '{"alg":"RS256","alg":"none"}'].map((header) => ({ header })),
    ...['[]', 'null', '1', '"x"', '{', '', '\u0000'].map((payload) => ({ payload })),
    ...[`${soon}`, true, [soon], {}, -1, 0, null, 'NaN', 1e-9].map((exp) => ({ payload: { exp } })),
    ...[`${now()}`, true, [1], {}, soon].map((nbf) => ({ payload: { nbf } })),
    ...[
      '',
      ' zscaler-mcp-server',
      'ZSCALER-MCP-SERVER',
      {},
      1,
      [['zscaler-mcp-server']],
      [],
      null,
      ['zscaler-mcp-server '],
      { 0: 'zscaler-mcp-server' },
    ].map((aud) => ({ payload: { aud } })),
    ...['', 'http://127.0.0.1', [], {}, 1, null, true].map((iss) => ({ payload: { iss } })),
    ...[
      { sub: '', azp: '' },
      { sub: {}, azp: {} },
      { sub: [], azp: [] },
      { sub: null, azp: null },
    ].map((payload) => ({ payload })),
  ];
  /** What is done to a good token. */
  const changes: readonly ((token: string, idp: Idp) => string)[] = [
    (token) => token.slice(0, -1),
    (token) => token.slice(0, token.lastIndexOf('.') + 1),
    (token) => token.slice(0, token.lastIndexOf('.')),
    (token) => `${token}.`,
    (token) => `.${token}`,
    (token) => `${token}.${token}`,
    (token) => `${token}=`,
    (token) => token.split('.').toReversed().join('.'),
    (token) => token.replaceAll('.', '..'),
    (token) => `${token.slice(0, -4)}${token.slice(-4).replaceAll(/[\w-]/g, (one) => (one === 'A' ? 'B' : 'A'))}`,
    (token) => token.toUpperCase(),
    (token) => JSON.stringify({ payload: token.split('.')[1], protected: token.split('.')[0], signature: token.split('.')[2] }),
    (token, idp) =>
      `${idp
        .sign({ payload: { sub: 'root' } })
        .split('.')
        .slice(0, 2)
        .join('.')}.${token.split('.')[2] ?? ''}`,
    (token, idp) => `${idp.unsigned()}${token.split('.')[2] ?? ''}`,
    (token, idp) =>
      `${idp
        .sign({ header: { alg: 'none' } })
        .split('.')
        .slice(0, 2)
        .join('.')}.`,
  ];

  it('is refused, whichever part of it is odd', async () => {
    const idp = await startIdp();
    const gate = open(jwt(idp));
    const good = await idp.token();
    expect(await statusOf(gate, idp.sign({})), 'what all are made of').toBe(await statusOf(gate, good));
    const forged = [...parts.map((one) => idp.sign(one)), ...changes.map((change) => change(good, idp))];
    const outcomes = await Promise.all(forged.map(async (token) => [token.slice(0, 300), await statusOf(gate, token)]));
    expect(forged.length).toBeGreaterThan(90);
    expect(outcomes.filter(([, status]) => status !== 401)).toEqual([]);
  });
});

describe('the keys of an issuer', () => {
  it('may be rotated: a new one is looked up once, and the old one is good as long as it is published', async () => {
    const idp = await startIdp();
    const gate = open(jwt(idp));
    const old = await idp.token();
    expect(await statusOf(gate, old)).toMatch(/^token:/);
    idp.rotate();
    expect(await statusOf(gate, await idp.token())).toMatch(/^token:/);
    expect(await statusOf(gate, old)).toMatch(/^token:/);
    expect(idp.fetches()).toBe(2);
  });

  it('are not good any more when they are no longer published', async () => {
    const idp = await startIdp();
    const gate = open(jwt(idp));
    const old = await idp.token();
    await statusOf(gate, old);
    idp.rotate({ keep: false });
    await statusOf(gate, await idp.token());
    expect(await statusOf(gate, old)).toBe(401);
  });

  it('are not fetched for every unknown id that somebody makes up', async () => {
    const idp = await startIdp();
    const gate = open(jwt(idp));
    for (let attempt = 0; attempt < 20; attempt++) await statusOf(gate, await idp.token({}, { kid: `made-up-${attempt}` }));
    expect(idp.fetches()).toBe(2);
  });

  it('serve on while the issuer is down, and survive a reload that changes something else', async () => {
    const idp = await startIdp();
    const gate = open(oidc(idp));
    const token = await idp.token();
    await statusOf(gate, token);
    await idp.stop();
    expect(await statusOf(gate, token)).toMatch(/^token:/);
    gate.prepare(oidc(idp, { failureLimit: 7 })).commit();
    expect(await statusOf(gate, token)).toMatch(/^token:/);
  });

  it('are fetched again in time, and believed no longer than an hour when the issuer is down', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const idp = await startIdp();
    const gate = open(jwt(idp));
    const token = () => idp.token({ exp: now() + 100_000 });
    await statusOf(gate, await token());
    vi.advanceTimersByTime(11 * 60_000);
    await statusOf(gate, await token());
    await vi.waitFor(() => expect(idp.fetches()).toBe(2));
    await idp.stop();
    vi.advanceTimersByTime(59 * 60_000);
    expect(await statusOf(gate, await token())).toMatch(/^token:/);
    vi.advanceTimersByTime(2 * 60_000);
    expect(await statusOf(gate, await token())).toBe(503);
  });
});

describe('an identity provider that does not answer', () => {
  it('keeps nobody waiting whose key is known, and those of unknown keys no longer than it does', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const idp = await startIdp();
    const gate = open(oidc(idp));
    const token = await idp.token({ exp: now() + 100_000 });
    await statusOf(gate, token);
    const release = idp.hold();
    let isJudged = false;
    const unknown = statusOf(gate, await idp.token({}, { kid: 'unknown' })).finally(() => (isJudged = true));
    expect(await statusOf(gate, token)).toMatch(/^token:/);
    // What is known has to be renewed by now, which nobody waits for.
    vi.advanceTimersByTime(11 * 60_000);
    expect(await statusOf(gate, token)).toMatch(/^token:/);
    expect(isJudged).toBe(false);
    release();
    expect(await unknown).toBe(401);
  });
});

describe('an identity provider that publishes its keys elsewhere', () => {
  it('is followed as soon as a token is signed with a key that is not known', async () => {
    const idp = await startIdp();
    const gate = open(oidc(idp));
    const old = await idp.token();
    expect(await statusOf(gate, old)).toMatch(/^token:/);
    idp.move();
    idp.rotate({ keep: false });
    expect(await statusOf(gate, await idp.token())).toMatch(/^token:/);
    expect(await statusOf(gate, old)).toBe(401);
  });
});

describe('a document of an issuer that cannot be used', () => {
  /** What the log says, in both modes, when the document at the URL cannot be used. */
  const said = async (url: string): Promise<unknown[]> => {
    const idp = await startIdp();
    const token = await idp.token();
    const lines: Record<string, unknown>[] = [];
    const log = { ...silent, warn: (fields: Record<string, unknown>, text: string) => void lines.push({ ...fields, text }) };
    for (const config of [{ ...jwt(idp), jwksUri: url }, oidc(idp, { configUrl: url })] as AuthConfig[])
      expect(await statusOf(open(config, { log }), token)).toBe(503);
    expect(lines.map(({ text }) => text)).toEqual([
      'the list of public keys of the issuer cannot be fetched; clients get 503 until it can be fetched',
      'the discovery document of the identity provider cannot be fetched; clients get 503 until it can be fetched',
    ]);
    for (const { reason } of lines) expect(reason).not.toMatch(RAW_ERROR);
    return lines.map(({ reason }) => reason);
  };

  it.each(failingServers)('is told in words: %s', async (_, open, words) => {
    const server = await open();
    onTestFinished(() => server.close());
    for (const reason of await said(`${server.url}/document`)) expect(reason).toMatch(words);
  });

  const KEYS_NOT = 'it is not a JSON Web Key Set: {"keys": [...]}';
  const DISCOVERY_NOT = 'it names no issuer, or no jwks_uri: it is not a document of OpenID Connect Discovery';

  it.each<[string, StandInAnswer, [string, string]]>([
    ['a web page', { body: '<!doctype html><title>Sign in</title>' }, ['it is a web page, not JSON', 'it is a web page, not JSON']],
    ['half of it', { body: '{"keys":[' }, ['it is not JSON', 'it is not JSON']],
    ['nothing', { body: '' }, ['it is not JSON', 'it is not JSON']],
    ['null', { body: 'null' }, [KEYS_NOT, DISCOVERY_NOT]],
    ['something else', { body: '{"keys":{"a":1},"issuer":7}' }, [KEYS_NOT, DISCOVERY_NOT]],
    ['an error', { status: 404 }, ['it was answered with 404', 'it was answered with 404']],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://evil.example' } },
      ['it was answered with 302, and redirects are not followed', 'it was answered with 302, and redirects are not followed'],
    ],
  ])('is told in words: %s', async (_, answer, words) => {
    const standIn = await openStandIn(() => answer);
    onTestFinished(() => standIn.close());
    expect(await said(`${standIn.url}/document`)).toEqual(words);
  });
});

describe('an issuer that is down from the start', () => {
  it('is told with 503 and a time to come again, and found as soon as it is up', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const idp = await startIdp();
    const token = await idp.token();
    await idp.stop();
    const gate = open(oidc(idp));
    expect(await admit(gate, token)).toMatchObject({
      refusal: { status: 503, headers: { 'retry-after': '5' }, message: expect.stringContaining('cannot be reached') as string },
    });
    expect(await statusOf(gate, null)).toBe(401);
    expect(gate.publish('/.well-known/oauth-protected-resource/mcp', request({}))).toMatchObject({ status: 503 });
    await idp.start();
    expect(await statusOf(gate, token)).toBe(503);
    vi.advanceTimersByTime(2_001);
    expect(await statusOf(gate, token)).toMatch(/^token:/);
    expect(gate.publish('/.well-known/oauth-protected-resource/mcp', request({}))).toMatchObject({ status: 200 });
  });
});

describe('an event stream', () => {
  it('ends within a minute after the token has expired that it was opened with', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const idp = await startIdp();
    const gate = open(jwt(idp));
    const ended: string[] = [];
    for (const [name, seconds] of [
      ['short', 60],
      ['long', 600],
    ] as const) {
      const admission = await admit(gate, await idp.token({ exp: now() + seconds }));
      if ('refusal' in admission) throw new Error('refused');
      admission.standing(new EventEmitter() as ServerResponse, () => ended.push(name));
    }
    // Clocks may differ by half a minute.
    await vi.advanceTimersByTimeAsync(61_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    await vi.waitFor(() => expect(ended).toEqual(['short']));
  });
});

describe('scopes', () => {
  it.each([{ scope: 'mcp:read other mcp:call' }, { scp: ['mcp:call', 'mcp:read'] }, { scp: 'mcp:read mcp:call' }])(
    'are all found in %j',
    async (claims) => {
      const idp = await startIdp();
      expect(await statusOf(open(oidc(idp, { scopes: ['mcp:read', 'mcp:call'] })), await idp.token(claims))).toMatch(/^token:/);
    },
  );

  it.each([{}, { scope: 'mcp:read' }, { scope: 'mcp:readmcp:call' }, { scp: [1, null] }])('are missing in %j', async (claims) => {
    const idp = await startIdp();
    expect(await admit(open(oidc(idp, { scopes: ['mcp:read', 'mcp:call'] })), await idp.token(claims))).toMatchObject({
      refusal: {
        status: 403,
        headers: {
          'www-authenticate': expect.stringContaining(
            'error="insufficient_scope", scope="mcp:read mcp:call", resource_metadata=',
          ) as string,
        },
      },
    });
  });
});

describe('the description of this server (RFC 9728)', () => {
  const publish = async (path: string, change: object, headers: Record<string, string> = {}) => {
    const idp = await startIdp();
    const gate = open(oidc(idp, change));
    await statusOf(gate, await idp.token());
    const published = gate.publish(path, request(headers));
    const body = published?.body as Record<string, unknown> | undefined;
    return {
      published,
      resource: body?.['resource'],
      issuer: body?.['authorization_servers'],
      isOurs: (list: unknown) => JSON.stringify(list) === JSON.stringify([idp.issuer]),
    };
  };

  it.each([
    ['', null, 'http://mcp.example'],
    ['/mcp', null, 'http://mcp.example/mcp'],
    ['/mcp', 'https://out.example', 'https://out.example/mcp'],
    ['', 'https://out.example', 'https://out.example'],
    ['/mcp', 'https://out.example/mcp', 'https://out.example/mcp'],
    ['/zscaler/mcp', 'https://out.example/zscaler', 'https://out.example/zscaler/mcp'],
    ['/mcp', 'https://out.example/zscaler', 'https://out.example/zscaler/mcp'],
  ])('at %j under %j names %s', async (rest, baseUrl, wanted) => {
    const { resource, issuer, isOurs } = await publish(`/.well-known/oauth-protected-resource${rest}`, { baseUrl });
    expect([resource, isOurs(issuer)]).toEqual([wanted, true]);
  });

  it.each([
    ['127.0.0.1', 'https', 'https://mcp.example/mcp'],
    ['127.0.0.1', 'http, https', 'https://mcp.example/mcp'],
    ['127.0.0.1', 'https, http', 'http://mcp.example/mcp'],
    ['127.0.0.1', undefined, 'http://mcp.example/mcp'],
    ['192.0.2.1', 'https', 'http://mcp.example/mcp'],
  ])('believes %s, which says %s, about HTTPS as far as it is a trusted proxy', async (remoteAddress, scheme, wanted) => {
    const idp = await startIdp();
    const gate = open(oidc(idp), { isTrustedProxy: (address) => address === '127.0.0.1' });
    await statusOf(gate, await idp.token());
    const headers = { host: 'mcp.example', ...(scheme !== undefined && { 'x-forwarded-proto': scheme }) };
    const asked = { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
    expect(gate.publish('/.well-known/oauth-protected-resource/mcp', asked)?.body).toMatchObject({ resource: wanted });
    expect(await gate.admit(asked, null)).toMatchObject({
      refusal: { headers: { 'www-authenticate': expect.stringContaining(`"${wanted.replace(/mcp$/, '')}.well-known/`) as string } },
    });
  });

  it('tells the scopes', async () => {
    const { published } = await publish('/.well-known/oauth-protected-resource', { scopes: ['a', 'b'] });
    expect(published?.body).toMatchObject({ scopes_supported: ['a', 'b'], bearer_methods_supported: ['header'] });
  });

  it('is at no other path, and not where keys are taken', async () => {
    expect((await publish('/.well-known/oauth-protected-resource/other', {})).published).toBeNull();
    const keys = open({ mode: 'api-key', keys: ['k'], trustsPlatform: false, failureLimit: 5, baseUrl: null });
    expect(keys.publish('/.well-known/oauth-protected-resource', request({}))).toMatchObject({ status: 404 });
  });

  it('does not let a name that breaks out of a header into one', async () => {
    const idp = await startIdp();
    const admission = await open(jwt(idp)).admit(request({ host: 'x", evil="' }), null);
    expect(JSON.stringify(admission)).not.toContain('evil');
  });
});
