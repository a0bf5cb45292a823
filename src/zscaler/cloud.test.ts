import { createServer, request } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openStandIn, type Asked, type StandIn, type StandInAnswer } from '../../test/stand-in.ts';
import { CloudError, createCloud, TokenCache, Transport, type CloudConfig, type CloudRequest } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

interface Setup {
  /** Answers to the API, in order; the last one stays. */
  answers?: (StandInAnswer | 'hang' | 'break')[];
  tokens?: StandInAnswer[];
  config?: Partial<CloudConfig>;
  random?: number;
}

/** A cloud of two endpoints on this machine, a client of it, and a clock that sleeps without waiting. */
async function setUp({
  answers = [{ body: '{}' }],
  tokens = [tokenAnswer('t1'), tokenAnswer('t2'), tokenAnswer('t3')],
  config,
  random = 0,
}: Setup = {}) {
  const slept: number[] = [];
  const logged: { level: string; fields: Record<string, unknown> }[] = [];
  const time = { now: 1_000_000 };
  const take = <T>(queue: T[]): T => (queue.length > 1 ? queue.shift()! : queue[0]!);
  const standIn = await openStandIn(({ path }, response) => {
    const answer = path === '/token' ? take(tokens) : take(answers);
    if (answer === 'break') return void response.destroy();
    return answer === 'hang' ? undefined : answer;
  });
  opened.push(standIn);
  const transport = new Transport();
  opened.push(transport);
  const clock = {
    now: () => time.now,
    random: () => random,
    sleep: async (ms: number) => {
      slept.push(ms);
      time.now += ms;
    },
  };
  const write = (level: string) => (fields: Record<string, unknown>) => void logged.push({ level, fields });
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const cache = new TokenCache(clock);
  const base: CloudConfig = {
    clientId: 'client-1',
    clientSecret: 'top-secret',
    cloud: '',
    apiUrl: standIn.url,
    tokenUrl: `${standIn.url}/token`,
    requestTimeoutMs: 10_000,
    maxRetries: 2,
    answerLimit: 100_000,
    ...config,
  };
  const send = (request: Partial<CloudRequest> = {}, changed: Partial<CloudConfig> = {}) =>
    createCloud({ ...base, ...changed }, { tokens: cache, transport, log, clock }).send({
      method: 'GET',
      path: '/zia/api/v1/things',
      ...request,
    });
  const fail = (request: Partial<CloudRequest> = {}, changed: Partial<CloudConfig> = {}): Promise<CloudError> =>
    send(request, changed).then(
      (value) => {
        throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
      },
      (error: CloudError) => error,
    );
  return { standIn, send, fail, slept, logged, time, transport };
}

const tokenAnswer = (value: string, expires_in: unknown = 3_600): StandInAnswer => ({
  body: JSON.stringify({ access_token: value, expires_in, token_type: 'Bearer' }),
});
const apiCalls = ({ asked }: StandIn): readonly Asked[] => asked.filter(({ path }) => path !== '/token');
const tokenCalls = ({ asked }: StandIn): readonly Asked[] => asked.filter(({ path }) => path === '/token');

describe('a request', () => {
  it('goes out with a token, a user agent and its query, and brings the content back', async () => {
    const { standIn, send } = await setUp({
      answers: [{ body: '[{"id":216196257331285825,"ratio":0.5}]' }],
      config: { userAgentComment: 'ops (team)\r\nx: y', partnerId: 'p-1' },
    });
    expect(
      await send({
        query: { search: 'a+b c', 'name[like]': 'x', ids: [1, 2], on: true, none: undefined, nil: null, big: 216196257331285825n },
      }),
    ).toEqual([{ id: 216196257331285825n, ratio: 0.5 }]);
    const [call] = apiCalls(standIn);
    expect(call?.headers).toMatchObject({ authorization: 'Bearer t1', accept: 'application/json', 'x-partner-id': 'p-1' });
    expect(call?.headers['user-agent']).toMatch(/^zscaler-mcp\/\d+\.\d+\.\d+ node\/\d+\.\d+\.\d+ \(ops  team {3}x: y\)$/);
    expect([...(call?.query ?? [])]).toEqual([
      ['search', 'a+b c'],
      ['name[like]', 'x'],
      ['ids', '1'],
      ['ids', '2'],
      ['on', 'true'],
      ['big', '216196257331285825'],
    ]);
    expect(call?.headers['content-type']).toBeUndefined();
  });

  it('sends large integers digit by digit', async () => {
    const { standIn, send } = await setUp();
    await send({ method: 'POST', body: { idpId: 216196257331285825n } });
    expect(apiCalls(standIn)[0]).toMatchObject({ body: '{"idpId":216196257331285825}', headers: { 'content-type': 'application/json' } });
  });

  it.each([
    [{ status: 204 }, null],
    [{ body: '' }, null],
    [{ body: 'OK' }, 'OK'],
    [{ body: '-----BEGIN CERTIFICATE-----' }, '-----BEGIN CERTIFICATE-----'],
    [{ body: '1,2\n3,4', headers: { 'content-type': 'text/csv' } }, '1,2\n3,4'],
    [{ body: '7', headers: { 'content-type': 'text/plain' } }, '7'],
    [{ body: '36' }, 36],
  ])('understands the answer %j', async (answer, content) => {
    const { send } = await setUp({ answers: [answer] });
    expect(await send()).toEqual(content);
  });

  it('takes no web page for an answer', async () => {
    const { fail } = await setUp({ answers: [{ body: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } }] });
    expect(await fail()).toMatchObject({
      code: 'ERR_CLOUD_ANSWER',
      message: expect.stringContaining('a web page instead of an API answer') as string,
    });
  });

  it('acts in the configured microtenant, in ZPA only, unless it names another', async () => {
    const { standIn, send } = await setUp({ config: { microtenantId: '77' } });
    await send({ path: '/zpa/x' });
    await send({ path: '/zpa/x', query: { microtenantId: '5' } });
    await send({ path: '/zia/x' });
    expect(apiCalls(standIn).map(({ query }) => query.get('microtenantId'))).toEqual(['77', '5', null]);
  });

  it('follows no redirect, for that would carry the token along', async () => {
    const elsewhere = await openStandIn(() => ({ body: '{}' }));
    opened.push(elsewhere);
    const { fail } = await setUp({ answers: [{ status: 302, headers: { location: `${elsewhere.url}/steal?x=1` } }] });
    const error = await fail();
    expect(error).toMatchObject({
      status: 302,
      message: `GET /zia/api/v1/things was answered with 302: redirected to ${new URL(elsewhere.url).host}, which is not followed`,
    });
    expect(elsewhere.asked).toHaveLength(0);
  });
});

describe('tokens', () => {
  it('are requested with the secret, as a form', async () => {
    const { standIn, send } = await setUp();
    await send();
    expect(Object.fromEntries(new URLSearchParams(tokenCalls(standIn)[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_secret: 'top-secret',
      audience: 'https://api.zscaler.com',
    });
    expect(tokenCalls(standIn)[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('are requested with a signed statement when there is a key, and the secret stays here', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const privateKey = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    const { standIn, send } = await setUp({ config: { privateKey } });
    await send();
    const form = Object.fromEntries(new URLSearchParams(tokenCalls(standIn)[0]?.body));
    expect(Object.keys(form).sort()).toEqual(['audience', 'client_assertion', 'client_assertion_type', 'grant_type']);
    expect(form['client_assertion_type']).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    expect(form['client_assertion']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('are shared by calls at the same time and by later ones', async () => {
    const { standIn, send } = await setUp();
    await Promise.all(Array.from({ length: 10 }, () => send()));
    await send();
    expect(tokenCalls(standIn)).toHaveLength(1);
  });

  it('are renewed a minute before they expire', async () => {
    const { standIn, send, time } = await setUp();
    await send();
    time.now += 3_539_000;
    await send();
    expect(tokenCalls(standIn)).toHaveLength(1);
    time.now += 1_000;
    await send();
    expect(tokenCalls(standIn)).toHaveLength(2);
  });

  it.each([[{ clientSecret: 'another-secret' }], [{ clientId: 'client-2' }]])('are not reused once %j is configured', async (changed) => {
    const { standIn, send } = await setUp();
    await send();
    await send({}, changed);
    expect(tokenCalls(standIn)).toHaveLength(2);
    expect(apiCalls(standIn).at(-1)?.headers.authorization).toBe('Bearer t2');
  });

  it('are fetched anew, once, when the API refuses them, also for a change', async () => {
    const { standIn, send } = await setUp({ answers: [{ status: 401, body: '{"detail":"unauthorized"}' }, { body: '{"id":1}' }] });
    expect(await send({ method: 'POST', body: { a: 1 } })).toEqual({ id: 1 });
    expect(apiCalls(standIn).map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['Bearer t1', '{"a":1}'],
      ['Bearer t2', '{"a":1}'],
    ]);
  });

  it('are not fetched for ever when the API refuses every one', async () => {
    const { standIn, fail } = await setUp({ answers: [{ status: 401, body: '{"detail":"unauthorized"}' }] });
    expect(await fail()).toMatchObject({ code: 'ERR_CLOUD_ANSWER', status: 401, hint: expect.stringContaining('role') as string });
    expect(tokenCalls(standIn)).toHaveLength(2);
  });

  it('that are refused are explained without the secret, even where the answer repeats it', async () => {
    const { fail } = await setUp({
      tokens: [{ status: 401, body: '{"error":"invalid_client","error_description":"top-secret does not belong to client-1"}' }],
    });
    const error = await fail();
    expect(error).toMatchObject({
      code: 'ERR_CLOUD_TOKEN',
      status: 401,
      reason: 'invalid_client',
      hint: expect.stringContaining('ZSCALER_CLIENT_SECRET') as string,
    });
    expect(error.message).toContain('[hidden] does not belong to client-1');
  });

  it.each([
    [{ body: '{"token":"hidden-value"}' }],
    [{ body: 'hidden-value' }],
    [{ body: 'null' }],
    [{ body: '{"access_token":""}' }],
    [{ body: '{"access_token":"hidden-value\\nx"}' }],
  ])('that are missing from the answer %j are an error that does not repeat it', async (answer) => {
    const { fail, standIn } = await setUp({ tokens: [answer] });
    const error = await fail();
    expect(error).toMatchObject({ code: 'ERR_CLOUD_TOKEN', message: expect.stringContaining('an answer without a token') as string });
    expect(error.message).not.toContain('hidden-value');
    expect(apiCalls(standIn)).toHaveLength(0);
  });

  it('are not sent after a redirect of the token endpoint', async () => {
    const elsewhere = await openStandIn(() => tokenAnswer('stolen'));
    opened.push(elsewhere);
    const { fail } = await setUp({ tokens: [{ status: 307, headers: { location: elsewhere.url } }] });
    expect(await fail()).toMatchObject({ code: 'ERR_CLOUD_TOKEN', status: 307 });
    expect(elsewhere.asked).toHaveLength(0);
  });

  it.each([
    [{ clientId: undefined }, /a client ID is missing/],
    [{ clientSecret: undefined }, /a client secret or a private key is missing/],
  ])('need credentials: %j', async (changed, message) => {
    const { fail, standIn } = await setUp();
    expect(await fail({}, changed)).toMatchObject({ code: 'ERR_CLOUD_CONFIG', message: expect.stringMatching(message) as string });
    expect(standIn.asked).toHaveLength(0);
  });
});

describe('another attempt', () => {
  const busy = { status: 429, headers: { 'retry-after': '2' }, body: '{}' };
  const locked = { status: 409, body: '{"code":"EDIT_LOCK_NOT_AVAILABLE"}' };
  const good = { body: '{"id":1}' };

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('follows a rate limit, after the wait that was asked for: %s', async (method) => {
    const { standIn, send, slept } = await setUp({ answers: [busy, good] });
    await send({ method });
    expect(apiCalls(standIn)).toHaveLength(2);
    expect(slept).toEqual([2_000]);
  });

  it.each(['GET', 'POST', 'PUT'])('follows a held edit lock, after seconds: %s', async (method) => {
    const { standIn, send, slept } = await setUp({ answers: [locked, locked, good] });
    await send({ method });
    expect(apiCalls(standIn)).toHaveLength(3);
    expect(slept).toEqual([1_250, 2_500]);
  });

  it.each([
    ['GET', 503, 2],
    ['PUT', 503, 2],
    ['DELETE', 504, 2],
    ['POST', 503, 1],
    ['PATCH', 504, 1],
    ['GET', 500, 1],
    ['GET', 502, 1],
    ['GET', 404, 1],
  ])('of %s after %i: %i requests in all', async (method, status, count) => {
    const { standIn, send, fail } = await setUp({ answers: [{ status, body: '{}' }, good] });
    if (count === 1) expect(await fail({ method })).toMatchObject({ status });
    else await send({ method });
    expect(apiCalls(standIn)).toHaveLength(count);
  });

  it('is made of a POST that only reads', async () => {
    const { standIn, send } = await setUp({ answers: [{ status: 503, body: '{}' }, good] });
    await send({ method: 'POST', isRead: true });
    expect(apiCalls(standIn)).toHaveLength(2);
  });

  it('is not made after another conflict than the edit lock', async () => {
    const { standIn, fail } = await setUp({ answers: [{ status: 409, body: '{"code":"DUPLICATE_ITEM"}' }, good] });
    expect(await fail({ method: 'PUT' })).toMatchObject({ status: 409, reason: 'DUPLICATE_ITEM' });
    expect(apiCalls(standIn)).toHaveLength(1);
  });

  it('is made as often as configured, then the refusal is told', async () => {
    const { standIn, fail, slept } = await setUp({ answers: [busy], config: { maxRetries: 3 } });
    expect(await fail()).toMatchObject({
      code: 'ERR_CLOUD_RATE_LIMIT',
      retryAfterMs: 2_000,
      hint: 'Wait 2 s before the next call to this API.',
    });
    expect(apiCalls(standIn)).toHaveLength(4);
    expect(slept).toEqual([2_000, 2_000, 2_000]);
  });

  it('is not waited for beyond the time of the call', async () => {
    const { standIn, fail, slept } = await setUp({ answers: [{ status: 429, headers: { 'retry-after': '60' }, body: '{}' }] });
    expect(await fail()).toMatchObject({ code: 'ERR_CLOUD_RATE_LIMIT', retryAfterMs: 60_000 });
    expect(slept).toEqual([]);
    expect(apiCalls(standIn)).toHaveLength(1);
  });

  it('of a delete that finds nothing says that an earlier one may have worked', async () => {
    const { fail } = await setUp({ answers: [{ status: 503, body: '{}' }, { status: 404 }] });
    expect(await fail({ method: 'DELETE' })).toMatchObject({ status: 404, hint: 'An earlier attempt of this call may have deleted it.' });
  });

  it('is made for the token, too', async () => {
    const { standIn, send } = await setUp({ tokens: [{ status: 503 }, tokenAnswer('t1')] });
    await send();
    expect(tokenCalls(standIn)).toHaveLength(2);
  });

  it('follows a connection that could not be made, whatever the method', async () => {
    const port = await closedPort();
    const { fail, slept, logged } = await setUp({ random: 1 });
    const error = await fail({ method: 'POST' }, { apiUrl: `http://127.0.0.1:${port}` });
    expect(error).toMatchObject({ code: 'ERR_CLOUD_UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') as string });
    expect(error.message).not.toContain('may or may not');
    const fields = expect.objectContaining({
      host: `127.0.0.1:${port}`,
      because: expect.stringContaining('ECONNREFUSED') as string,
    }) as object;
    expect(logged.filter(({ level }) => level === 'info')).toEqual([
      { level: 'info', fields },
      { level: 'info', fields },
    ]);
    expect(slept).toEqual([1_000, 2_000]);
  });

  it('follows a connection that broke only if the request read', async () => {
    const { standIn, send, fail } = await setUp({ answers: ['break', good, 'break'] });
    await send();
    expect(apiCalls(standIn)).toHaveLength(2);
    expect(await fail({ method: 'PUT' })).toMatchObject({
      code: 'ERR_CLOUD_UNREACHABLE',
      message: expect.stringContaining('may or may not have taken effect') as string,
    });
    expect(apiCalls(standIn)).toHaveLength(3);
  });
});

describe('time', () => {
  it('is up when an attempt is not answered, and a change is said to be in doubt', async () => {
    const { fail } = await setUp({ answers: ['hang'], config: { requestTimeoutMs: 150 } });
    expect((await fail()).message).toBe('GET /zia/api/v1/things was not answered within 0.15 s');
    expect(await fail({ method: 'POST' })).toMatchObject({
      code: 'ERR_CLOUD_TIMEOUT',
      message: expect.stringContaining('may or may not have taken effect') as string,
    });
  });

  it('is up when no token comes', async () => {
    const { standIn, fail } = await setUp({ tokens: [], config: { requestTimeoutMs: 150 } });
    expect(await fail()).toMatchObject({ code: 'ERR_CLOUD_TIMEOUT' });
    expect(apiCalls(standIn)).toHaveLength(0);
  });

  it('is up when a body trickles', async () => {
    const trickle = await openStandIn((asked, response) => {
      if (asked.path === '/token') return tokenAnswer('t1');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('[');
    });
    opened.push(trickle);
    const { fail } = await setUp({ config: { requestTimeoutMs: 150 } });
    expect(await fail({}, { apiUrl: trickle.url })).toMatchObject({ code: 'ERR_CLOUD_TIMEOUT' });
  });

  it('ends at once when the caller gives up, and the request with it', async () => {
    const caller = new AbortController();
    const cut = Promise.withResolvers<void>();
    const hanging = await openStandIn((_, response) => {
      response.on('close', () => cut.resolve());
      caller.abort();
    });
    opened.push(hanging);
    const { fail } = await setUp();
    expect(await fail({ signal: caller.signal }, { apiUrl: hanging.url, requestTimeoutMs: 600_000 })).toMatchObject({
      code: 'ERR_CALL_CANCELLED',
    });
    await cut.promise;
  });

  it('is not spent at all when the caller gave up before', async () => {
    const { standIn, fail } = await setUp();
    expect(await fail({ signal: AbortSignal.abort() })).toMatchObject({ code: 'ERR_CALL_CANCELLED' });
    expect(standIn.asked).toHaveLength(0);
  });
});

describe('a GraphQL answer', () => {
  const graphql = { method: 'POST', path: '/zins/graphql', body: { query: '{ a }' }, isRead: true };
  const refused = {
    errors: [{ message: 'Something went wrong', path: ['A', 'b'], extensions: { classification: 'INTERNAL_ERROR' } }],
    data: { A: { b: null } },
  };

  it('with errors is a refusal, although its status is 200', async () => {
    const { fail, logged } = await setUp({ answers: [{ body: JSON.stringify(refused) }] });
    const error = await fail(graphql);
    expect(error).toMatchObject({ code: 'ERR_CLOUD_ANSWER', status: 200, reason: 'INTERNAL_ERROR' });
    expect(error.message).toBe('POST /zins/graphql was answered with INTERNAL_ERROR: Something went wrong (at A.b)');
    expect(error.hint).toContain('on the side of the cloud');
    expect(logged.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
  it('without errors is returned whole', async () => {
    const { send } = await setUp({ answers: [{ body: '{"data":{"a":1}}' }] });
    expect(await send(graphql)).toEqual({ data: { a: 1 } });
  });
  it('is looked for at GraphQL endpoints only', async () => {
    const { send } = await setUp({ answers: [{ body: JSON.stringify(refused) }] });
    expect(await send()).toEqual(refused);
  });
});

describe('the log', () => {
  it('takes 4xx for an answer and 5xx for an incident, and holds no secret', async () => {
    const { fail, logged } = await setUp({
      answers: [{ status: 404 }, { status: 500, body: '{"message":"issued-token top-secret"}' }],
      tokens: [tokenAnswer('issued-token')],
    });
    await fail();
    const error = await fail();
    expect(error.message).toContain('answered with 500: [hidden] [hidden]');
    expect(logged.filter(({ fields }) => fields['status'] === 404).map(({ level }) => level)).toEqual(['debug', 'info']);
    expect(logged.filter(({ fields }) => fields['status'] === 500).map(({ level }) => level)).toEqual(['debug', 'error']);
    expect(JSON.stringify(logged)).not.toMatch(/top-secret|issued-token/);
  });
});

describe('a proxy', () => {
  it('is used where configured, left out for the hosts that are excepted, and changed with the configuration', async () => {
    const proxy = await openProxy();
    opened.push(proxy);
    const { send, standIn } = await setUp({ answers: [{ body: '{"id":216196257331285825}' }] });
    const through = { proxy: { http: proxy.url, https: proxy.url } };
    expect(await send({}, through)).toEqual({ id: 216196257331285825n });
    expect(proxy.passed).toEqual([`${standIn.url}/token`, `${standIn.url}/zia/api/v1/things`]);
    expect(proxy.authorizations).toContain(`Basic ${Buffer.from('user:pass word').toString('base64')}`);
    await send({}, { proxy: { ...through.proxy, no: '127.0.0.1' } });
    await send();
    expect(proxy.passed).toHaveLength(2);
    expect(apiCalls(standIn)).toHaveLength(3);
  });
});

async function closedPort(): Promise<number> {
  const server: Server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Passes on what is sent through it, and remembers it. */
async function openProxy() {
  const passed: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((asked, answer) => {
    passed.push(asked.url ?? '');
    const { 'proxy-authorization': authorization, ...headers } = asked.headers;
    authorizations.push(authorization);
    asked.pipe(
      request(asked.url ?? '', { method: asked.method, headers }, (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://user:pass%20word@127.0.0.1:${port}`, passed, authorizations, close };
}
