/** An identity provider for tests: publishes discovery and keys over HTTP on loopback, and signs any token on request. */
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, type JWTPayload } from 'jose';
import { onTestFinished } from 'vitest';

export interface Idp {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly configUrl: string;
  readonly audience: string;
  /** Requests for the list of keys so far. */
  fetches(): number;
  /** A valid token with some claims changed; null removes a claim. */
  token(claims?: Record<string, unknown>, header?: { alg?: string; kid?: string; [name: string]: unknown }): Promise<string>;
  /** A header and a payload of any form, with a good signature (RS256) of the current key: members of objects change those of a good token, any other value replaces all. */
  sign(parts: { header?: unknown; payload?: unknown }): string;
  /** Signed as if the public key were a shared secret. */
  confused(): string;
  /** Without a signature, and saying so. */
  unsigned(): string;
  /** Starts signing with a new key; with `keep`, the previous keys stay published. */
  rotate(options?: { keep: boolean }): void;
  /** From now on keys are published elsewhere, as the discovery document says, and nowhere else. */
  move(): void;
  /** Nothing is answered until what is returned is called. */
  hold(): () => void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export async function startIdp(audience = 'zscaler-mcp-server'): Promise<Idp> {
  let keys: SigningKey[] = [newKey('key-1')];
  let fetches = 0;
  let server: Server | null = null;
  let port = 0;
  let path = '/keys';
  let held = Promise.resolve();
  const answer = async ({ url }: IncomingMessage, response: ServerResponse): Promise<void> => {
    const jwks = url === path;
    if (jwks) fetches += 1;
    const isFound = jwks || url === '/.well-known/openid-configuration';
    await held;
    response.writeHead(isFound ? 200 : 404, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(jwks ? publish(keys) : isFound ? { issuer, jwks_uri: `${issuer}${path}` } : { error: 'not found' }));
  };
  const open = async (): Promise<void> => {
    server = createServer((request, response) => void answer(request, response));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  await open();
  const issuer = `http://127.0.0.1:${port}`;
  onTestFinished(() => void server?.close());
  const current = (): SigningKey => keys.at(-1) as SigningKey;
  const claimsOf = (more: Record<string, unknown>): JWTPayload => {
    const now = Math.floor(Date.now() / 1_000);
    const all = { iss: issuer, aud: audience, sub: 'alice', azp: 'console', iat: now, exp: now + 300, ...more };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  };
  return {
    issuer,
    audience,
    jwksUri: `${issuer}/keys`,
    configUrl: `${issuer}/.well-known/openid-configuration`,
    fetches: () => fetches,
    token: (claims = {}, header = {}) =>
      new SignJWT(claimsOf(claims)).setProtectedHeader({ alg: 'RS256', kid: current().kid, ...header }).sign(current().privateKey),
    sign: ({ header = {}, payload = {} }) => {
      const body = `${part({ alg: 'RS256', kid: current().kid }, header)}.${part(claimsOf({}), payload)}`;
      return `${body}.${sign('sha256', Buffer.from(body), current().privateKey).toString('base64url')}`;
    },
    confused: () => {
      const pem = current().publicKey.export({ type: 'spki', format: 'pem' });
      const body = `${encode({ alg: 'HS256', kid: current().kid })}.${encode(claimsOf({}))}`;
      return `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
    },
    unsigned: () => `${encode({ alg: 'none' })}.${encode(claimsOf({}))}.`,
    rotate({ keep } = { keep: true }) {
      const next = newKey(`key-${Number(current().kid.slice(4)) + 1}`);
      keys = keep ? [...keys, next] : [next];
    },
    move() {
      path += '-elsewhere';
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => resolve();
    },
    async stop() {
      server?.close();
      if (server?.listening) await once(server, 'close');
      server = null;
    },
    start: open,
  };
}

/** A part of a token: a text as it is. */
function part(usual: object, given: unknown): string {
  if (typeof given === 'string') return Buffer.from(given).toString('base64url');
  return encode(typeof given === 'object' && given !== null && !Array.isArray(given) ? { ...usual, ...given } : given);
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** They take long to make, so they are used in turn: no test has as many at a time. */
const pairs: (Omit<SigningKey, 'kid'> | undefined)[] = Array.from({ length: 8 });
let made = 0;

const makePair = (): Omit<SigningKey, 'kid'> => generateKeyPairSync('rsa', { modulusLength: 2048 });

function newKey(kid: string): SigningKey {
  const at = made++ % pairs.length;
  return { kid, ...(pairs[at] ??= makePair()) };
}

const publish = (keys: readonly SigningKey[]): object => ({
  keys: keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' })),
});
