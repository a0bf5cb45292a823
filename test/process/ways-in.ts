/** The ways to authenticate clients, for tests of all of them: valid and invalid credentials, and their rotation. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { startIdp, type Idp } from '../idp.ts';
import { startCloud } from './cloud.ts';
import type { TestServer } from './harness.ts';
import { modern, openSession, post } from './mcp.ts';

type Headers = Record<string, string>;

export interface Way {
  readonly dotenv: string;
  /** The initial `.env`, under which the expired credentials were valid; a reload switches to `dotenv`. */
  readonly before?: string;
  /** Two accepted callers. */
  readonly one: Headers;
  readonly two: Headers;
  /** All of them get 401. */
  readonly refused: Readonly<Record<'none' | 'wrong' | 'expired' | 'of another', Headers>>;
  /** After a reload, `one` is rejected and `fresh` is accepted; `two` is not affected. */
  readonly rotate: () => Promise<{ dotenv: string; fresh: Headers }>;
  readonly secrets: readonly string[];
}

export const newKey = (): string => randomBytes(16).toString('hex');
export const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` });
const basic = (id: string, secret: string): Headers => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });

export const ways: Readonly<Record<string, () => Promise<Way>>> = {
  'api-key': () => {
    const [one, two, fresh, gone, other] = Array.from({ length: 5 }, newKey) as [string, string, string, string, string];
    const dotenv = (...keys: string[]) => `ZSCALER_MCP_AUTH_API_KEY=${keys.join(',')}\n`;
    return Promise.resolve({
      before: dotenv(one, gone, two),
      dotenv: dotenv(one, two),
      one: { 'x-api-key': one },
      two: bearer(two),
      refused: { none: {}, wrong: bearer(one.slice(1)), expired: bearer(gone), 'of another': bearer(other) },
      rotate: () => Promise.resolve({ dotenv: dotenv(fresh, two), fresh: bearer(fresh) }),
      secrets: [one, two, gone, other],
    });
  },
  jwt: async () => {
    const idp = await startIdp();
    const dotenv = `ZSCALER_MCP_AUTH_JWKS_URI=${idp.jwksUri}\nZSCALER_MCP_AUTH_ISSUER=${idp.issuer}\nZSCALER_MCP_AUTH_AUDIENCE=`;
    return tokenWay(idp, dotenv);
  },
  oidc: async () => {
    const idp = await startIdp();
    return tokenWay(idp, `OIDCPROXY_CONFIG_URL=${idp.configUrl}\nOIDCPROXY_AUDIENCE=`);
  },
  zscaler: async () => {
    const [tenant, other] = [await startCloud(), await startCloud()];
    const clients = ['one', 'two', 'fresh', 'gone'].map((id) => [id, newKey()] as const);
    for (const [id, secret] of clients) tenant.tenant.admitClient(id, secret);
    const [one, two, fresh, gone] = clients.map(([id, secret]) => basic(id, secret)) as [Headers, Headers, Headers, Headers];
    const dotenv = (...ids: string[]) =>
      `${tenant.dotenv()}ZSCALER_MCP_AUTH_MODE=zscaler\nZSCALER_MCP_AUTH_ALLOWED_CLIENTS=${ids.join(',')}\n`;
    return {
      before: dotenv('one', 'gone', 'two'),
      dotenv: dotenv('one', 'two'),
      one,
      two,
      refused: {
        none: {},
        wrong: basic('one', 'SENTINEL-wrong'),
        expired: gone,
        'of another': basic(other.tenant.credentials.clientId, other.tenant.credentials.clientSecret),
      },
      rotate: () => Promise.resolve({ dotenv: dotenv('two', 'fresh'), fresh }),
      secrets: ['SENTINEL-wrong', ...clients.map(([, secret]) => secret), other.tenant.credentials.clientSecret],
    };
  },
};

/** @param dotenv without the audience, which is appended */
async function tokenWay(idp: Idp, dotenv: string): Promise<Way> {
  const past = Math.floor(Date.now() / 1_000) - 60;
  const tokens = {
    one: await idp.token(),
    two: await idp.token({ sub: 'bob', aud: [idp.audience, 'the-next'] }),
    fresh: await idp.token({ aud: 'the-next' }),
    wrong: idp.unsigned(),
    expired: await idp.token({ exp: past }),
    other: await idp.token({ aud: 'another-server' }),
  };
  return {
    dotenv: `${dotenv}${idp.audience}\n`,
    one: bearer(tokens.one),
    two: bearer(tokens.two),
    refused: { none: {}, wrong: bearer(tokens.wrong), expired: bearer(tokens.expired), 'of another': bearer(tokens.other) },
    rotate: () => Promise.resolve({ dotenv: `${dotenv}the-next\n`, fresh: bearer(tokens.fresh) }),
    secrets: Object.values(tokens),
  };
}

export const openWay = (name: string): Promise<Way> => (ways[name] as () => Promise<Way>)();

export const eras = ['2025-11-25', '2026-07-28', 'HTTP+SSE'] as const;

export const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

export interface Visit {
  /** The status of another request, in the session if there is one. */
  readonly ask: (headers: Headers) => Promise<number>;
  /** Whether the server has ended the event stream. */
  readonly hasEnded: () => boolean;
}

/** Opens a session, where the revision has them, and an event stream. */
export async function visit({ url }: TestServer, era: (typeof eras)[number], headers: Headers): Promise<Visit> {
  if (era === '2026-07-28') {
    const { hasEnded } = await openListener(url, headers);
    return { ask: async (shown) => (await modern(url, 'tools/list', {}, shown)).status, hasEnded };
  }
  if (era === '2025-11-25') {
    const { id } = await openSession(url, era, headers);
    const session = { 'mcp-session-id': id, 'mcp-protocol-version': era };
    const { hasEnded } = await openStream(url, { ...session, ...headers });
    return { ask: async (shown) => (await post(url, { id: 9, method: 'ping' }, { ...session, ...shown })).status, hasEnded };
  }
  const { hasEnded, first } = await openStream(url, headers);
  const path = /data: (\S+)/.exec(await first)?.[1] ?? '';
  return { ask: async (shown) => (await post(new URL(path, url).href, initialize, shown)).status, hasEnded };
}

/** The stream of change notifications of revision 2026-07-28. */
const openListener = (url: string, headers: Headers): Promise<Stream> =>
  openStream(
    url,
    {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
      ...headers,
    },
    JSON.stringify({
      jsonrpc: '2.0',
      id: 'listen',
      method: 'subscriptions/listen',
      params: {
        notifications: { toolsListChanged: true },
        _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} },
      },
    }),
  );

interface Stream {
  readonly hasEnded: () => boolean;
  /** The first event. */
  readonly first: Promise<string>;
}

/** An event stream, open until the server ends it. */
async function openStream(url: string, headers: Headers, body?: string): Promise<Stream> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const request = body === undefined ? {} : { method: 'POST', body };
  const response = await fetch(url, { ...request, headers: { accept: 'text/event-stream', ...headers }, signal: abort.signal });
  expect(response.status).toBe(200);
  const { promise: first, resolve } = Promise.withResolvers<string>();
  let ended = false;
  const read = async (): Promise<void> => {
    for await (const part of response.body as AsyncIterable<Uint8Array>) resolve(Buffer.from(part).toString());
  };
  void read()
    .catch(() => undefined)
    .finally(() => (ended = true));
  return { hasEnded: () => ended, first };
}
