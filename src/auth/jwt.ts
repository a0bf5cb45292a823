/** Signed tokens (`Authorization: Bearer TOKEN`), for the modes jwt and oidc. */
import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { Log } from '../common/log.ts';
import { explainNetworkError } from '../common/network-error.ts';
import type { Authenticator, Finding } from './authenticator.ts';
import { bearerOf } from './headers.ts';
import { loadJose, type Issuer } from './issuer.ts';

export interface TokenRules {
  /** The expected issuer. @throws while the provider cannot be reached */
  readonly issuer: () => Promise<Issuer>;
  /** The issuer after fetching its documents again where possible; used when a token names an unknown key. */
  readonly renewedIssuer: () => Promise<Issuer>;
  /** The issuer as known so far, without fetching. */
  readonly knownIssuer: () => string | null;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly scopes: readonly string[];
  readonly log: Log;
}

/** Tolerated difference between the issuer's clock and ours. */
const CLOCK_SKEW_S = 30;
const COME_AGAIN_S = 5;
const LONGEST_PRINCIPAL = 200;

export function acceptTokens(rules: TokenRules): Authenticator {
  return {
    scheme: 'Bearer',
    // Signatures cannot be brute-forced.
    isGuessable: false,
    wants: 'Send a token of the identity provider with every request: "Authorization: Bearer TOKEN".',
    issuer: rules.knownIssuer,
    scopes: rules.scopes,
    identify: (headers) => identify(bearerOf(headers), rules),
    warmUp: () => void prepare(rules).catch(() => undefined),
  };
}

async function prepare({ issuer }: TokenRules): Promise<void> {
  await (await issuer()).keys.get();
}

async function identify(token: string | null, rules: TokenRules): Promise<Finding> {
  if (token === null) return { kind: 'missing' };
  let issuer: Issuer;
  try {
    issuer = await rules.issuer();
    await issuer.keys.get();
  } catch {
    const message = `Service Unavailable: tokens cannot be checked, since their issuer cannot be reached. Try again in ${COME_AGAIN_S} s.`;
    return { kind: 'unavailable', message, retryAfterSeconds: COME_AGAIN_S };
  }
  const claims = await verify(token, issuer, rules);
  const principal = claims && principalOf(claims);
  if (claims && !principal)
    rules.log.debug({ reason: 'it names neither a subject nor a client, or its subject is no text' }, 'a token was refused');
  if (!claims || !principal) return { kind: 'wrong' };
  const scopes = scopesOf(claims);
  return rules.scopes.every((scope) => scopes.includes(scope)) ? { kind: 'known', principal } : { kind: 'narrow', scopes: rules.scopes };
}

/** The token's claims; null when anything is wrong with it. */
async function verify(token: string, issuer: Issuer, { audience, algorithms, log, renewedIssuer }: TokenRules): Promise<JWTPayload | null> {
  const { errors, jwtVerify } = await loadJose();
  const options = { audience, algorithms: [...algorithms], clockTolerance: CLOCK_SKEW_S, requiredClaims: ['exp'] };
  const tryWith = async (findKey: Awaited<ReturnType<Issuer['keys']['get']>>, name: string) =>
    (await jwtVerify(token, findKey, { ...options, issuer: name })).payload;
  try {
    return await tryWith(await issuer.keys.get(), issuer.name).catch(async (error: unknown) => {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const { keys, name } = await renewedIssuer();
      return tryWith(await keys.renew(), name);
    });
  } catch (error) {
    log.debug({ reason: sayFault(error, { issuer: issuer.name, audience, algorithms }) }, 'a token was refused');
    return null;
  }
}

interface Expected {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
}

/** What is wrong with a token: what was expected, and nothing of the token. */
function sayFault(error: unknown, { issuer, audience, algorithms }: Expected): string {
  const { code = '', claim = '' } = (error ?? {}) as { code?: string; claim?: string };
  switch (code) {
    case 'ERR_JWT_EXPIRED':
      return 'it has expired, or the clock of this machine is wrong';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      if (claim === 'iss') return `it was not issued by ${issuer}`;
      if (claim === 'aud') return `it was not issued for the audience ${audience}`;
      if (claim === 'nbf') return 'it is not valid yet, or the clock of this machine is wrong';
      return `its claim ${claim} is missing or not valid`;
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return `its algorithm is not one of ${algorithms.join(', ')}`;
    case 'ERR_JWKS_NO_MATCHING_KEY':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return 'its key is not one that the issuer publishes';
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return 'its signature is not that of the key of the issuer';
    default:
      return code.startsWith('ERR_J') ? 'it is not a signed token (JWT)' : explainNetworkError(error).message;
  }
}

/**
 * Principal from subject, client and issuer. Null when the subject is no text (RFC 7519, section 4.1.2), or without a subject and
 * a client: callers could not be told apart.
 */
function principalOf({ sub, iss = '', ...claims }: JWTPayload): string | null {
  const client = [claims['azp'], claims['appid'], claims['client_id'], claims['cid']].find(isName);
  const hasSubject = sub !== undefined && sub !== null;
  if (hasSubject ? !isName(sub) : client === undefined) return null;
  const [who, through, from] = [sub ?? '', client ?? '', iss.replace(/^https:\/\//, '')].map((part) => encodeURIComponent(part));
  const principal = `token:${who}/${through}@${from}`;
  return principal.length <= LONGEST_PRINCIPAL ? principal : `token:${createHash('sha256').update(principal).digest('hex')}`;
}

/** A text that names somebody, whatever the claim's declared type. */
const isName = (claim: unknown): claim is string => typeof claim === 'string' && claim !== '' && claim.isWellFormed();

/** RFC 9068 sends one string; some providers send a list. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  return [scope, scp].flat().flatMap((value) => (typeof value === 'string' ? value.split(' ') : []));
}
