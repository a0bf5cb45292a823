/** OneAPI clients of the tenant: client id and secret, by Basic or by two headers, checked with the tenant's token endpoint. */
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Authenticator, Finding } from './authenticator.ts';
import { digestOf } from './digest.ts';
import type { SharedFailures } from './failures.ts';
import { clientCredentialsOf, type ClientCredentials } from './headers.ts';
import { ExpiringCache } from './expiring-cache.ts';

export type VerifyClient = (
  credentials: ClientCredentials,
) => Promise<
  | { readonly kind: 'good'; readonly lifeMs: number }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number }
>;

/** How long a verified client is trusted without asking again, and so how long a revoked one may stay admitted. */
const LONGEST_GOOD_MS = 600_000;
const WRONG_MS = 60_000;
const MOST_REMEMBERED = 10_000;
/** Checks in flight at the same time; more are answered with 503, so that strangers cannot flood the tenant. */
const MOST_ASKED = 32;
const COME_AGAIN_S = 5;
const LONGEST = { id: 256, secret: 1_024 };

/** Checks clients with the tenant and caches the verdicts for the life of the process, by a digest of the credentials. */
export class TenantClients {
  readonly #verify: VerifyClient;
  readonly #log: Log;
  readonly #shared: SharedFailures | null;
  readonly #good = new ExpiringCache<true>(MOST_REMEMBERED);
  readonly #wrong = new ExpiringCache<true>(MOST_REMEMBERED);
  readonly #asked = new Map<string, Promise<Finding>>();
  #isDown = false;

  constructor(verify: VerifyClient, log: Log, shared: SharedFailures | null = null) {
    this.#shared = shared;
    this.#verify = verify;
    this.#log = log;
  }

  /** @param allowed ids of the clients that are admitted; empty: every client of the tenant */
  accept(allowed: readonly string[]): Authenticator {
    return {
      scheme: 'Basic',
      isGuessable: true,
      wants:
        'Set the headers "X-Zscaler-Client-Id" and "X-Zscaler-Client-Secret", or HTTP Basic with both, in the configuration of the client: those of a OneAPI client of the tenant.',
      identify: async (headers) => {
        const credentials = clientCredentialsOf(headers);
        if (!credentials) return { kind: 'missing' };
        const isAllowed = allowed.length === 0 || allowed.includes(credentials.id);
        return isAllowed && isPlausible(credentials) ? this.#find(credentials) : { kind: 'wrong' };
      },
    };
  }

  async #find(credentials: ClientCredentials): Promise<Finding> {
    const digest = digestOf(credentials.id, credentials.secret);
    if (this.#good.get(digest)) return known(credentials);
    if (this.#wrong.get(digest)) return { kind: 'wrong' };
    const key = digest.toString('base64');
    const asked = this.#asked.get(key);
    if (asked) return asked;
    if (this.#asked.size >= MOST_ASKED) return unavailable(1);
    const asking = this.#ask(credentials, digest).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asking);
    return asking;
  }

  async #ask(credentials: ClientCredentials, digest: Buffer): Promise<Finding> {
    const { id, secret } = credentials;
    try {
      if (await this.#shared?.isWrong(id, secret)) return this.#remembered(digest);
      const verdict = await this.#verify(credentials);
      if (verdict.kind === 'unavailable') return this.#down(verdict.reason, verdict.retryAfterSeconds);
      this.#isDown = false;
      if (verdict.kind === 'wrong') {
        await this.#shared?.noteWrong(id, secret, WRONG_MS);
        return this.#remembered(digest);
      }
      this.#good.put(digest, true, Math.min(verdict.lifeMs, LONGEST_GOOD_MS));
      return known(credentials);
    } catch (error) {
      return this.#down(messageOf(error), COME_AGAIN_S);
    }
  }

  #remembered(digest: Buffer): Finding {
    this.#wrong.put(digest, true, WRONG_MS);
    return { kind: 'wrong' };
  }

  #down(reason: string, seconds: number): Finding {
    if (!this.#isDown) this.#log.warn({ reason }, 'clients cannot be checked with the tenant; they get 503 until they can');
    this.#isDown = true;
    return unavailable(seconds);
  }
}

const known = ({ id }: ClientCredentials): Finding => ({ kind: 'known', principal: `zscaler:${encodeURIComponent(id.toWellFormed())}` });

const unavailable = (seconds: number): Finding => ({
  kind: 'unavailable',
  message: `Service Unavailable: credentials cannot be checked with the tenant now. Try again in ${seconds} s.`,
  retryAfterSeconds: seconds,
});

const isPlausible = ({ id, secret }: ClientCredentials): boolean =>
  id !== '' && secret !== '' && id.length <= LONGEST.id && secret.length <= LONGEST.secret;
