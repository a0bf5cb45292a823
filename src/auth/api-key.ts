/** API keys that the operator issues to clients: `Authorization: Bearer KEY` or `X-Api-Key: KEY`. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Authenticator, Finding } from './authenticator.ts';
import { digestOf, fingerprintOf } from './digest.ts';
import { bearerOf } from './headers.ts';

export function acceptApiKeys(keys: readonly string[]): Authenticator {
  const known = keys.map((key) => ({ digest: digestOf(key), principal: `api-key:${fingerprintOf(key)}` }));
  return {
    scheme: 'Bearer',
    isGuessable: true,
    wants:
      'Set the header "Authorization: Bearer KEY" or "X-Api-Key: KEY" in the configuration of the client, with a key that the operator of this server gave you.',
    identify: (headers) => Promise.resolve(find(known, shownKey(headers))),
  };
}

/** Compares with every key, even after a match, so that timing reveals nothing. */
function find(known: readonly { digest: Buffer; principal: string }[], shown: string | null): Finding {
  if (shown === null) return { kind: 'missing' };
  const digest = digestOf(Buffer.from(shown, 'latin1'));
  const [found] = known.filter((key) => timingSafeEqual(key.digest, digest));
  return found ? { kind: 'known', principal: found.principal } : { kind: 'wrong' };
}

function shownKey(headers: IncomingHttpHeaders): string | null {
  const own = headers['x-api-key'];
  return bearerOf(headers) ?? (own === undefined ? null : String(own).trim());
}
