/** The sign-in service: issues tokens and validates them. */
import { createHmac, createPublicKey, randomBytes, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import type { Answer } from './answer.ts';

export interface TokenOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM of the client's RSA public key; without it only the secret authenticates. */
  readonly clientPublicKey?: string | undefined;
  /** Seconds. */
  readonly lifetime: number;
  /** Product codes in the token's `service-info` claim, from which clients read the tenant's products. */
  readonly products: readonly string[];
  /** Seconds since 1970. */
  readonly now: () => number;
}

export interface TokenService {
  /** Answers a form posted to the token endpoint. */
  issue(form: URLSearchParams): Answer;
  isGood(token: string): boolean;
  /** Revokes all tokens issued so far. */
  revoke(): void;
  /** Adds an API client or replaces its secret: the old secret fails from now on, issued tokens stay valid. */
  admit(clientId: string, secret: string): void;
}

const AUDIENCE = 'https://api.zscaler.com';
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export function openTokenService(options: TokenOptions): TokenService {
  const key = randomBytes(32);
  const expiries = new Map<string, number>();
  const secrets = new Map([[options.clientId, options.clientSecret]]);
  let publicKey: KeyObject | undefined;

  const give = (): Answer => {
    const token = sign(claimsOf(options), key);
    expiries.set(token, options.now() + options.lifetime);
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: options.lifetime } };
  };

  const askAssertion = (assertion: string): string | undefined => {
    if (options.clientPublicKey === undefined) return 'no public key is registered for this client';
    publicKey ??= createPublicKey(options.clientPublicKey);
    return faultOfAssertion(assertion, publicKey, options);
  };

  return {
    issue(form) {
      if (form.get('grant_type') !== 'client_credentials')
        return oauthError(400, 'unsupported_grant_type', 'grant_type must be client_credentials');
      if (form.get('audience') !== AUDIENCE) return oauthError(400, 'invalid_request', `audience must be ${AUDIENCE}`);
      const assertion = form.get('client_assertion');
      if (assertion !== null) {
        if (form.get('client_assertion_type') !== ASSERTION_TYPE)
          return oauthError(400, 'invalid_request', `client_assertion_type must be ${ASSERTION_TYPE}`);
        const fault = askAssertion(assertion);
        return fault === undefined ? give() : oauthError(401, 'invalid_client', `client_assertion refused: ${fault}`);
      }
      const clientId = form.get('client_id');
      const given = form.get('client_secret');
      if (clientId === null || given === null)
        return oauthError(400, 'invalid_request', 'client_id and client_secret, or client_assertion, are required');
      const secret = secrets.get(clientId);
      if (secret === undefined || !sameSecret(given, secret)) return oauthError(401, 'invalid_client', 'client authentication failed');
      return give();
    },
    isGood(token) {
      const expiry = expiries.get(token);
      if (expiry === undefined) return false;
      if (expiry > options.now()) return true;
      expiries.delete(token);
      return false;
    },
    revoke: () => expiries.clear(),
    admit: (clientId, secret) => void secrets.set(clientId, secret),
  };
}

/** The errors of RFC 6749, section 5.2. */
const oauthError = (status: number, error: string, description: string): Answer => ({
  status,
  body: { error, error_description: description },
});

const claimsOf = ({ clientId, lifetime, products, now }: TokenOptions): Record<string, unknown> => ({
  iss: 'demo tenant',
  sub: clientId,
  aud: AUDIENCE,
  iat: now(),
  exp: now() + lifetime,
  jti: randomBytes(9).toString('base64url'),
  'service-info': products.map((prd) => ({ prd })),
});

function sign(claims: Record<string, unknown>, key: Buffer): string {
  const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function sameSecret(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** What is wrong with a signed assertion (RFC 7523, section 3); `undefined` when it is valid. */
function faultOfAssertion(assertion: string, key: KeyObject, { clientId, now }: TokenOptions): string | undefined {
  const [head = '', payload = '', signature = '', ...rest] = assertion.split('.');
  const header = decodePart(head);
  const claims = decodePart(payload);
  if (rest.length > 0 || !header || !claims) return 'it is not a signed JWT';
  if (header['alg'] !== 'RS256') return 'its algorithm must be RS256';
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url')))
    return 'its signature does not fit';
  if (claims['iss'] !== clientId || claims['sub'] !== clientId) return 'iss and sub must be the client id';
  const audiences = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']];
  if (!audiences.includes(AUDIENCE)) return `aud must be ${AUDIENCE}`;
  if (typeof claims['exp'] !== 'number' || claims['exp'] <= now()) return 'exp must lie in the future';
  return undefined;
}

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
