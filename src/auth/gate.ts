/**
 * The gate in front of MCP: identifies the caller, or answers the request with a refusal. A reload replaces the authentication
 * mode; open event streams are then checked again with the credentials of their request.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../common/log.ts';
import { acceptApiKeys } from './api-key.ts';
import type { Authenticator, Finding } from './authenticator.ts';
import type { AuthConfig } from './config.ts';
import { digestOf } from './digest.ts';
import { Documents, type Discovery, type Issuer } from './issuer.ts';
import { acceptTokens } from './jwt.ts';
import { Failures, type SharedFailures } from './failures.ts';
import { challengeOf, refuse, type Refusal } from './refusal.ts';
import type { FetchText } from './remote.ts';
import { describedResource, metadataUrl, type ResourceNames } from './resource.ts';
import { ExpiringCache } from './expiring-cache.ts';
import { FailureLog } from './failure-log.ts';
import { TenantClients, type VerifyClient } from './zscaler.ts';

export type Admission =
  | {
      /** Null where clients are not authenticated. */
      readonly principal: string | null;
      /** Registers a response that does not end by itself; `end` is called once its caller is no longer admitted. */
      standing(response: ServerResponse, end: () => void): void;
    }
  | { readonly refusal: Refusal };

export interface GateParts {
  readonly log: Log;
  readonly fetchText: FetchText;
  /** Checks the credentials of an API client with the tenant. */
  readonly verifyClient: VerifyClient;
  /** Path where MCP is served: `/mcp` or `/sse`. */
  readonly path: string;
  /** Null: this process counts failures alone. */
  readonly shared?: SharedFailures | null;
  /** Whether an address is in the allowed sources now; a reload ends the streams of the others. Absent: every address is. */
  readonly isAllowedSource?: (address: string | null) => boolean;
  readonly isTrustedProxy?: (address: string | undefined) => boolean;
}

/** A public JSON document: the metadata that tells clients how to authenticate. */
export interface Published {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Whether it is the answer to POST as well. */
  readonly anyMethod?: boolean;
}

/** Replaced as a whole by a reload. */
interface Guard {
  readonly config: AuthConfig;
  /** Null where clients are not authenticated. */
  readonly authenticator: Authenticator | null;
  readonly failures: Failures;
}

interface Standing {
  readonly headers: IncomingHttpHeaders;
  readonly principal: string | null;
  readonly address: string | null;
  readonly end: () => void;
}

/** Remembered valid credentials, so that failures from the same address do not lock out their owner. */
const MOST_SEEN = 10_000;
const SEEN_MS = 3_600_000;
/** How often the callers of open streams are checked again: their tokens may have expired. */
const REVIEW_MS = 60_000;

/** Authenticates HTTP requests with the configured mode, limits failed attempts, and ends streams of callers no longer admitted. */
export class Gate {
  readonly #parts: GateParts;
  readonly #documents: Documents;
  readonly #clients: TenantClients;
  readonly #seen = new ExpiringCache<true>(MOST_SEEN);
  readonly #standing = new Set<Standing>();
  readonly #failureLog: FailureLog;
  #guard: Guard;
  #reviewer: NodeJS.Timeout | null = null;

  constructor(config: AuthConfig, parts: GateParts) {
    this.#parts = parts;
    this.#clients = new TenantClients(parts.verifyClient, parts.log, parts.shared);
    this.#documents = new Documents(parts.fetchText, parts.log);
    this.#failureLog = new FailureLog(parts.log);
    this.#guard = this.#build(config, new Failures(config.failureLimit, parts.shared));
  }

  /** Called once the server listens: prefetches what clients will need. */
  begin(): void {
    this.#guard.authenticator?.warmUp?.();
  }

  /** One part of a reload; without `commit` it has no effect. */
  prepare(config: AuthConfig): { commit(): void; discard(): void } {
    const isSame = JSON.stringify(config) === JSON.stringify(this.#guard.config);
    const { failures } = this.#guard;
    // The count goes on, so that a reload does not grant another round of guesses.
    const counted = failures.limit === config.failureLimit ? failures : new Failures(config.failureLimit, this.#parts.shared);
    const next = isSame ? this.#guard : this.#build(config, counted);
    return {
      commit: () => {
        this.#guard = next;
        this.#endOf(({ address }) => this.#parts.isAllowedSource?.(address) === false);
        if (isSame) return;
        this.begin();
        void this.#review();
      },
      discard: () => undefined,
    };
  }

  /** Metadata of this server as a protected resource (RFC 9728); null for every other path. */
  publish(path: string, request: IncomingMessage): Published | null {
    const { authenticator, config } = this.#guard;
    if (!authenticator) return null;
    if (!authenticator.issuer) return isOfOAuth(path) ? refuseOAuth(path, authenticator) : null;
    const resource = describedResource(path, request, this.#namesOf(config));
    if (resource === null) return null;
    const issuer = authenticator.issuer();
    const headers = { 'cache-control': 'no-store', 'access-control-allow-origin': '*' };
    if (issuer === null) {
      this.begin();
      const message = 'Service Unavailable: the identity provider cannot be reached, so it is not known yet. Try again in 5 s.';
      return { status: 503, headers: { ...headers, 'retry-after': '5' }, body: { error: 'temporarily_unavailable', message } };
    }
    const { scopes = [] } = authenticator;
    const body = {
      resource,
      ...(URL.canParse(issuer) && { authorization_servers: [issuer] }),
      bearer_methods_supported: ['header'],
      ...(scopes.length > 0 && { scopes_supported: scopes }),
      resource_name: 'Zscaler MCP',
    };
    return { status: 200, headers, body };
  }

  async admit(request: IncomingMessage, address: string | null): Promise<Admission> {
    const guard = this.#guard;
    const { authenticator, failures, config } = guard;
    const { headers } = request;
    if (!authenticator) return this.#letIn(guard, headers, null, address);
    const digest = digestOf(
      headers.authorization ?? '',
      shown(headers, 'x-api-key'),
      shown(headers, 'x-zscaler-client-id'),
      shown(headers, 'x-zscaler-client-secret'),
    );
    const waitSeconds = authenticator.isGuessable && !this.#seen.get(digest) ? await failures.wait(address ?? '') : 0;
    if (waitSeconds > 0 && showsAnything(headers)) {
      this.#failureLog.count(config.mode, address ?? '');
      return { refusal: refuse.tooMany(waitSeconds) };
    }
    const finding = withTrust(await authenticator.identify(headers), headers, config);
    if (finding.kind === 'known') {
      if (authenticator.isGuessable) this.#seen.put(digest, true, SEEN_MS);
      return this.#letIn(guard, headers, finding.principal, address);
    }
    const metadata = authenticator.issuer ? metadataUrl(request, this.#namesOf(config)) : null;
    return { refusal: await this.#refuse(guard, finding, address ?? '', challengeOf(authenticator, finding, metadata)) };
  }

  #namesOf({ baseUrl }: AuthConfig): ResourceNames {
    const { path, isTrustedProxy } = this.#parts;
    return { baseUrl, path, isTrustedProxy };
  }

  close(): void {
    this.#documents.close();
    this.#failureLog.close();
    this.#endReviews();
  }

  #endReviews(): void {
    if (this.#reviewer) clearInterval(this.#reviewer);
    this.#reviewer = null;
  }

  #build(config: AuthConfig, failures: Failures): Guard {
    return { config, authenticator: this.#authenticatorFor(config), failures };
  }

  #authenticatorFor(config: AuthConfig): Authenticator | null {
    const { log } = this.#parts;
    switch (config.mode) {
      case 'none':
        return null;
      case 'api-key':
        return acceptApiKeys(config.keys);
      case 'zscaler':
        return this.#clients.accept(config.allowedClients);
      case 'jwt': {
        const issuer = { name: config.issuer, keys: this.#documents.keysAt(config.jwksUri) };
        const known = () => Promise.resolve(issuer);
        return acceptTokens({ ...config, log, issuer: known, renewedIssuer: known, knownIssuer: () => config.issuer });
      }
      case 'oidc': {
        const discovery = this.#documents.discoveryAt(config.configUrl);
        const issuerOf = ({ issuer: name, jwksUri }: Discovery): Issuer => ({ name, keys: this.#documents.keysAt(jwksUri) });
        return acceptTokens({
          ...config,
          log,
          issuer: async () => issuerOf(await discovery.get()),
          renewedIssuer: async () => issuerOf(await discovery.renew()),
          knownIssuer: () => discovery.known?.issuer ?? null,
        });
      }
    }
  }

  #letIn(guard: Guard, headers: IncomingHttpHeaders, principal: string | null, address: string | null): Admission {
    return {
      principal,
      standing: (response, end) => {
        // Its close event has come and gone.
        if (response.destroyed) return;
        const standing: Standing = { headers, principal, address, end };
        this.#standing.add(standing);
        this.#reviewer ??= setInterval(() => void this.#review(), REVIEW_MS).unref();
        response.once('close', () => {
          this.#standing.delete(standing);
          if (this.#standing.size === 0) this.#endReviews();
        });
        // The configuration was reloaded between the request and the opening of its stream.
        if (guard !== this.#guard) void this.#review();
      },
    };
  }

  async #refuse(
    { config, failures, authenticator }: Guard,
    finding: Exclude<Finding, { kind: 'known' }>,
    address: string,
    challenge: string,
  ): Promise<Refusal> {
    switch (finding.kind) {
      case 'missing':
        return refuse.missing(challenge, authenticator?.wants ?? '');
      case 'narrow':
        return refuse.narrow(challenge, finding.scopes);
      case 'unavailable':
        return refuse.unavailable(finding.message, finding.retryAfterSeconds);
      case 'wrong': {
        const seconds = await failures.count(address);
        this.#parts.log.debug({ address, mode: config.mode }, 'credentials of a client were refused');
        this.#failureLog.count(config.mode, address);
        return seconds > 0 ? refuse.tooMany(seconds) : refuse.wrong(challenge);
      }
    }
  }

  /** Ends the streams of callers that would no longer be admitted. */
  async #review(): Promise<void> {
    const { authenticator, config } = this.#guard;
    const unwelcome = new Set<Standing>();
    await Promise.all(
      Array.from(this.#standing, async (standing) => {
        const finding = authenticator && withTrust(await authenticator.identify(standing.headers), standing.headers, config);
        // The provider is unreachable: keep the stream until it can be asked.
        if (finding?.kind === 'unavailable') return;
        const principal = finding?.kind === 'known' ? finding.principal : null;
        if (principal !== standing.principal || (finding !== null && finding.kind !== 'known')) unwelcome.add(standing);
      }),
    );
    this.#endOf((standing) => unwelcome.has(standing));
  }

  #endOf(isUnwelcome: (standing: Standing) => boolean): void {
    const leaving = Array.from(this.#standing).filter(isUnwelcome);
    for (const standing of leaving) {
      this.#standing.delete(standing);
      standing.end();
    }
    if (leaving.length > 0) this.#parts.log.info({ streams: leaving.length }, 'ended event streams of callers that are no longer let in');
  }
}

/** Paths that a client asks once it has been refused: metadata (RFC 8414, RFC 9728, OpenID Connect Discovery), and the endpoints that it guesses. */
function isOfOAuth(path: string): boolean {
  const own = path.replace(/^\/(?:mcp|sse)(?=\/)/, '');
  return (
    OAUTH_ENDPOINTS.has(own) ||
    /^\/\.well-known\/(?:oauth-protected-resource|oauth-authorization-server|openid-configuration)(?:\/|$)/.test(own)
  );
}

const OAUTH_ENDPOINTS: ReadonlySet<string> = new Set(['/register', '/authorize', '/token']);

/** Says in OAuth's own form that there is no OAuth here: some clients print the description word for word. */
const refuseOAuth = (path: string, { wants }: Authenticator): Published => ({
  status: path.includes('.well-known') ? 404 : 400,
  headers: { 'cache-control': 'no-store', 'access-control-allow-origin': '*' },
  body: { error: 'invalid_request', error_description: `This server does not use OAuth. ${wants}` },
  anyMethod: true,
});

/** Where the platform's own authentication is trusted, a request without any credentials is taken as authenticated by it. */
function withTrust(finding: Finding, headers: IncomingHttpHeaders, config: AuthConfig): Finding {
  const isTrusted = 'trustsPlatform' in config && config.trustsPlatform && finding.kind === 'missing' && !showsAnything(headers);
  return isTrusted ? { kind: 'known', principal: 'platform' } : finding;
}

const credentialHeaders = ['authorization', 'x-api-key', 'x-zscaler-client-id', 'x-zscaler-client-secret'] as const;

const showsAnything = (headers: IncomingHttpHeaders): boolean => credentialHeaders.some((name) => headers[name] !== undefined);

const shown = (headers: IncomingHttpHeaders, name: (typeof credentialHeaders)[number]): string => String(headers[name] ?? '');
