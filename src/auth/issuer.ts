/** The issuer of tokens and its signing keys. */
import type { Log } from '../common/log.ts';
import { RemoteDocument, type FetchText } from './remote.ts';

/** Finds the key that signed a token. */
type FindKey = ReturnType<(typeof import('jose'))['createLocalJWKSet']>;

export interface Issuer {
  /** Expected value of the `iss` claim. */
  readonly name: string;
  readonly keys: RemoteDocument<FindKey>;
}

export interface Discovery {
  readonly issuer: string;
  readonly jwksUri: string;
}

/** Discovery documents and key sets, cached for the life of the process: a reload that changes the audience must not lose the keys. */
export class Documents {
  readonly #fetchText: FetchText;
  readonly #log: Log;
  readonly #keys = new Map<string, RemoteDocument<FindKey>>();
  readonly #discoveries = new Map<string, RemoteDocument<Discovery>>();

  constructor(fetchText: FetchText, log: Log) {
    this.#fetchText = fetchText;
    this.#log = log;
  }

  keysAt(url: string): RemoteDocument<FindKey> {
    return this.#held(this.#keys, url, 'the list of public keys of the issuer', readKeys);
  }

  discoveryAt(url: string): RemoteDocument<Discovery> {
    return this.#held(this.#discoveries, url, 'the discovery document of the identity provider', readDiscovery);
  }

  close(): void {
    for (const document of [...this.#keys.values(), ...this.#discoveries.values()]) document.close();
  }

  #held<Content>(
    held: Map<string, RemoteDocument<Content>>,
    url: string,
    what: string,
    read: (value: unknown) => Content | Promise<Content>,
  ): RemoteDocument<Content> {
    const document = held.get(url) ?? new RemoteDocument({ what, url, read, fetchText: this.#fetchText, log: this.#log });
    held.set(url, document);
    return document;
  }
}

/** What is taken of the library of tokens; the rest is not bundled. */
export async function loadJose() {
  const { createLocalJWKSet, errors, jwtVerify } = await import('jose');
  return { createLocalJWKSet, errors, jwtVerify };
}

async function readKeys(value: unknown): Promise<FindKey> {
  const { createLocalJWKSet } = await loadJose();
  try {
    return createLocalJWKSet(value as Parameters<typeof createLocalJWKSet>[0]);
  } catch (error) {
    throw new Error('it is not a JSON Web Key Set: {"keys": [...]}', { cause: error });
  }
}

/** OpenID Connect Discovery 1.0, section 3. Keys over plain HTTP are refused: anybody on the path could replace them. */
function readDiscovery(value: unknown): Discovery {
  const { issuer, jwks_uri: jwksUri } = (value ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
  if (typeof issuer !== 'string' || issuer === '' || typeof jwksUri !== 'string')
    throw new Error('it names no issuer, or no jwks_uri: it is not a document of OpenID Connect Discovery');
  const url = URL.parse(jwksUri);
  const isLocal = url !== null && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isLocal)) throw new Error('its jwks_uri is not an https URL');
  return { issuer, jwksUri: url.href };
}
