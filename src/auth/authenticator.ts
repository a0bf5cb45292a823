/** The interface that every authentication mode implements. */
import type { IncomingHttpHeaders } from 'node:http';

export type Finding =
  | { readonly kind: 'known'; readonly principal: string }
  /** The request carries no credentials of the kind this mode checks. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong' }
  /** Authenticated, but the token lacks these scopes. */
  | { readonly kind: 'narrow'; readonly scopes: readonly string[] }
  /** The credentials cannot be checked right now (identity provider or tenant unreachable). */
  | { readonly kind: 'unavailable'; readonly message: string; readonly retryAfterSeconds: number };

export interface Authenticator {
  /** Scheme of the `WWW-Authenticate` challenge (RFC 9110, section 11.6.1). */
  readonly scheme: 'Bearer' | 'Basic';
  /** True where credentials can be brute-forced, so that wrong ones are rate-limited. A signature cannot. */
  readonly isGuessable: boolean;
  /** Issuer of the tokens, for the resource metadata; null until discovery has answered, undefined for modes without one. */
  readonly issuer?: () => string | null;
  readonly scopes?: readonly string[];
  /** What a client has to send, as an imperative sentence. Clients show it to their users. */
  readonly wants: string;
  /** Never throws: malformed input from a client is a finding. */
  identify(headers: IncomingHttpHeaders): Promise<Finding>;
  /** Prefetches what the first request would otherwise have to wait for. */
  warmUp?(): void;
}
