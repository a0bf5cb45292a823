/**
 * The gate before MCP: says who is asking, or what to answer instead. A reload swaps the way to authenticate; event streams
 * that are open then are judged again, by what their request showed.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { acceptApiKeys } from './api-key.ts';
import type { Authenticator, Finding } from './authenticator.ts';
import type { AuthConfig } from './config.ts';
import { digestOf } from './digest.ts';
import { Failures } from './failures.ts';
import { challengeOf, refuse, type Refusal } from './refusal.ts';
import { Seen } from './seen.ts';

export type Admission =
  | {
      /** Null where clients are not authenticated. */
      readonly principal: string | null;
      /** Marks the response as one that does not end by itself; `end` is called when its caller is no longer let in. */
      standing(response: ServerResponse, end: () => void): void;
    }
  | { readonly refusal: Refusal };

export interface GateParts {
  readonly log: Log;
}

/** What a reload swaps in whole. */
interface Guard {
  readonly config: AuthConfig;
  /** Null where everybody is let in. */
  readonly authenticator: Authenticator | null;
  readonly failures: Failures;
}

interface Standing {
  readonly headers: IncomingHttpHeaders;
  readonly principal: string | null;
  readonly end: () => void;
}

/** Good credentials that are remembered, so that guessing from the same address does not shut their owner out. */
const MOST_SEEN = 10_000;
const SEEN_MS = 3_600_000;
/** How often open streams are judged again: what they showed may have expired. */
const REVIEW_MS = 60_000;

export class Gate {
  readonly #parts: GateParts;
  readonly #seen = new Seen<true>(MOST_SEEN);
  readonly #standing = new Set<Standing>();
  #guard: Guard;
  #reviewer: NodeJS.Timeout | null = null;

  constructor(config: AuthConfig, parts: GateParts) {
    this.#parts = parts;
    this.#guard = this.#build(config);
  }

  /** Called when the server listens: fetches ahead what clients will need. */
  begin(): void {
    this.#guard.authenticator?.warmUp?.();
  }

  /** A part of a reload: what is not committed leaves nothing behind. */
  prepare(config: AuthConfig): { commit(): void; discard(): void } {
    const isSame = JSON.stringify(config) === JSON.stringify(this.#guard.config);
    const next = isSame ? this.#guard : this.#build(config);
    return {
      commit: () => {
        this.#guard = next;
        if (isSame) return;
        this.begin();
        void this.#review();
      },
      discard: () => undefined,
    };
  }

  async admit({ headers }: IncomingMessage, address: string | null): Promise<Admission> {
    const { authenticator, failures, config } = this.#guard;
    if (!authenticator) return this.#letIn(headers, null);
    const digest = digestOf(
      headers.authorization ?? '',
      shown(headers, 'x-api-key'),
      shown(headers, 'x-zscaler-client-id'),
      shown(headers, 'x-zscaler-client-secret'),
    );
    const waitSeconds = authenticator.isGuessable && !this.#seen.get(digest) ? await failures.wait(address ?? '') : 0;
    if (waitSeconds > 0 && showsAnything(headers)) return { refusal: refuse.tooMany(waitSeconds) };
    const finding = withTrust(await authenticator.identify(headers), headers, config);
    if (finding.kind === 'known') {
      if (authenticator.isGuessable) this.#seen.put(digest, true, SEEN_MS);
      return this.#letIn(headers, finding.principal);
    }
    return { refusal: await this.#refuse(finding, address ?? '', authenticator) };
  }

  close(): void {
    if (this.#reviewer) clearInterval(this.#reviewer);
    this.#reviewer = null;
  }

  #build(config: AuthConfig): Guard {
    return { config, authenticator: authenticatorFor(config), failures: new Failures(config.failureLimit) };
  }

  #letIn(headers: IncomingHttpHeaders, principal: string | null): Admission {
    return {
      principal,
      standing: (response, end) => {
        const standing: Standing = { headers, principal, end };
        this.#standing.add(standing);
        this.#reviewer ??= setInterval(() => void this.#review(), REVIEW_MS).unref();
        response.once('close', () => {
          this.#standing.delete(standing);
          if (this.#standing.size === 0) this.close();
        });
      },
    };
  }

  async #refuse(finding: Exclude<Finding, { kind: 'known' }>, address: string, authenticator: Authenticator): Promise<Refusal> {
    const challenge = challengeOf(authenticator, finding);
    switch (finding.kind) {
      case 'missing':
        return refuse.missing(challenge);
      case 'narrow':
        return refuse.narrow(challenge, finding.scopes);
      case 'unavailable':
        return refuse.unavailable(finding.message, finding.retryAfterSeconds);
      case 'wrong': {
        const seconds = await this.#guard.failures.count(address);
        this.#parts.log.debug({ address, mode: this.#guard.config.mode }, 'credentials of a client were refused');
        return seconds > 0 ? refuse.tooMany(seconds) : refuse.wrong(challenge);
      }
    }
  }

  /** Ends the streams of callers that would not be let in any more. */
  async #review(): Promise<void> {
    const { authenticator, config } = this.#guard;
    const ended = await Promise.all(
      [...this.#standing].map(async (standing) => {
        const finding = authenticator && withTrust(await authenticator.identify(standing.headers), standing.headers, config);
        // Whoever cannot be asked now may still say yes.
        if (finding?.kind === 'unavailable') return false;
        const principal = finding?.kind === 'known' ? finding.principal : null;
        const isGood = principal === standing.principal && (finding === null || finding.kind === 'known');
        if (!isGood && this.#standing.delete(standing)) standing.end();
        return !isGood;
      }),
    );
    const count = ended.filter(Boolean).length;
    if (count > 0) this.#parts.log.info({ streams: count }, 'ended event streams of callers that are no longer let in');
  }
}

function authenticatorFor(config: AuthConfig): Authenticator | null {
  switch (config.mode) {
    case 'none':
      return null;
    case 'api-key':
      return acceptApiKeys(config.keys);
  }
}

/** Where the platform in front is trusted, a request that shows nothing at all comes from it. */
function withTrust(finding: Finding, headers: IncomingHttpHeaders, config: AuthConfig): Finding {
  const isTrusted = 'trustsPlatform' in config && config.trustsPlatform && finding.kind === 'missing' && !showsAnything(headers);
  return isTrusted ? { kind: 'known', principal: 'platform' } : finding;
}

const credentialHeaders = ['authorization', 'x-api-key', 'x-zscaler-client-id', 'x-zscaler-client-secret'] as const;

const showsAnything = (headers: IncomingHttpHeaders): boolean => credentialHeaders.some((name) => headers[name] !== undefined);

const shown = (headers: IncomingHttpHeaders, name: (typeof credentialHeaders)[number]): string => String(headers[name] ?? '');
