/** What a failed call says: what failed, on the way to where, and what to do; never in the words of JavaScript. */
import { afterEach, describe, expect, it } from 'vitest';
import { failingProxies, failingServers, RAW_ERROR } from '../../test/failing-servers.ts';
import { openStandIn, type StandInAnswer } from '../../test/stand-in.ts';
import { checkClient, CloudError, createCloud, TokenCache, Transport, type CloudConfig } from './index.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const keep = <One extends { close(): unknown }>(one: One): One => {
  opened.push(one);
  return one;
};

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const configOf = (config: Partial<CloudConfig>): CloudConfig => ({
  clientId: 'client-1',
  clientSecret: 'top-secret',
  cloud: '',
  apiUrl: 'http://127.0.0.1:9999',
  tokenUrl: 'http://127.0.0.1:9999/token',
  requestTimeoutMs: 10_000,
  maxRetries: 0,
  answerLimit: 1_000_000,
  ...config,
});

async function failureOf(config: Partial<CloudConfig>, method = 'GET'): Promise<CloudError> {
  const transport = keep(new Transport());
  const cloud = createCloud(configOf(config), { tokens: new TokenCache(), transport, log: silent });
  const error: unknown = await cloud.send({ method, path: '/zia/api/v1/things' }).catch((thrown: unknown) => thrown);
  if (!(error instanceof CloudError)) throw new Error(`expected a CloudError, got ${String(error)}`);
  expect(error.message).not.toMatch(RAW_ERROR);
  expect(error.message).not.toContain('top-secret');
  expect(error.hint).toMatch(/^[A-Z].*\.$/);
  return error;
}

const TOKEN: StandInAnswer = { body: '{"access_token":"t","expires_in":3600}' };

/** @param api what the API answers; the token endpoint answers well unless `token` is given */
async function answering(api: StandInAnswer, token = TOKEN): Promise<Partial<CloudConfig>> {
  const { url } = keep(await openStandIn(({ path }) => (path === '/token' ? token : api)));
  return { apiUrl: url, tokenUrl: `${url}/token` };
}

describe('a call says on the way to where it failed, and why', () => {
  it.each(failingServers)('when at the API %s', async (_, open, said) => {
    const server = keep(await open());
    const { message, code } = await failureOf({ ...(await answering({})), apiUrl: server.url });
    expect(code).toBe('ERR_CLOUD_UNREACHABLE');
    expect(message).toMatch(/^GET \/zia\/api\/v1\/things failed on the way to [\w.:]+: /);
    expect(message).toContain(`to ${new URL(server.url).host}: `);
    expect(message).toMatch(said);
  });

  it.each(failingServers)('when at the token endpoint %s', async (_, open, said) => {
    const server = keep(await open());
    const { message } = await failureOf({ tokenUrl: `${server.url}/oauth2/v1/token` });
    expect(message).toMatch(/^POST \/oauth2\/v1\/token \(token\) failed on the way to /);
    expect(message).toMatch(said);
  });

  it.each(failingProxies)('when of the proxy %s', async (_, open, said) => {
    const { url } = keep(await open());
    const { message } = await failureOf({ ...(await answering({})), apiUrl: 'https://api.example', proxy: { https: url } });
    expect(message).toMatch(said);
  });

  it.each(failingServers)('for the credentials of a client, when at the token endpoint %s', async (_, open, said) => {
    const server = keep(await open());
    const verdict = await checkClient(configOf({ tokenUrl: `${server.url}/token` }), keep(new Transport()), { id: 'a', secret: 'b' });
    expect(verdict).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(said) as string });
    expect(verdict.kind === 'unavailable' && verdict.reason).not.toMatch(RAW_ERROR);
  });
});

const html = { headers: { 'content-type': 'text/html' }, body: '<html><title>502 Bad Gateway</title></html>' };

/** Bodies that no API documents, and every proxy can send. */
const bodies: readonly (readonly [what: string, answer: Pick<StandInAnswer, 'headers' | 'body'>, said: RegExp])[] = [
  ['nothing', { body: '' }, /answered with \d{3}$/],
  ['an empty object', { body: '{}' }, /answered with \d{3}$/],
  ['null', { body: 'null' }, /answered with \d{3}$/],
  ['an empty list', { body: '[]' }, /answered with \d{3}$/],
  ['a number', { body: '0' }, /answered with \d{3}$/],
  ['objects where texts belong', { body: '{"message":{"a":1},"code":["b"]}' }, /answered with \d{3}$/],
  ['half a document', { body: '{"message":"half' }, /answered with \d{3}: \{"message":"half$/],
  ['plain text', { headers: { 'content-type': 'text/plain' }, body: 'upstream connect error' }, /: upstream connect error$/],
  ['a web page', html, /answered with \d{3} and a web page instead of an API answer$/],
  ['the same word twice', { body: '{"id":"resource.busy","reason":"resource.busy"}' }, /answered with \d{3}: resource\.busy$/],
  ['control characters', { body: JSON.stringify({ message: 'a\u001b[31m\nb' }) }, /: a \[31m b$/],
];

const statuses = [400, 401, 403, 404, 405, 409, 412, 415, 418, 422, 429, 500, 501, 502, 503, 504];

describe('an answer that is an error says its status, its words, and what to do', () => {
  it.each(bodies)('with %s', async (_, answer, said) => {
    const check = async (status: number) => {
      const { message, hint = '' } = await failureOf(await answering({ status, ...answer }));
      expect(message).toMatch(said);
      expect(message.match(new RegExp(`\\b${status}\\b`, 'g')), message).toHaveLength(1);
      if (status === 418) expect(hint.includes('the message names')).toBe(!/\d{3}$/.test(message) && !message.includes('web page'));
    };
    await Promise.all(statuses.map(check));
  });

  it.each(bodies)('also of the token endpoint, with %s', async (_, answer, said) => {
    for (const status of [401, 404, 429, 502]) {
      const { message } = await failureOf(await answering({}, { status, ...answer }));
      expect(message).toMatch(said);
      expect(message).toMatch(/^the token endpoint at 127\.0\.0\.1:\d+ answered with /);
    }
  });

  it('names the place that a redirect leads to', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const redirect = { status, headers: { location: 'https://login.example/path?secret=1' } };
      for (const config of [await answering(redirect), await answering({}, redirect)])
        expect((await failureOf(config)).message).toMatch(/ answered with 30\d: redirected to login\.example, which is not followed$/);
    }
  });

  it('does not ask for a token from a web page', async () => {
    expect((await failureOf(await answering({}, html))).message).toMatch(/answered with a web page instead of an API answer$/);
  });
});
