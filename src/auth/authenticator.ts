/** What every way to authenticate looks like from outside. */
import type { IncomingHttpHeaders } from 'node:http';

export type Finding =
  | { readonly kind: 'known'; readonly principal: string }
  /** Nothing was shown that this way could judge. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong' }
  /** Known, but not entitled to these. */
  | { readonly kind: 'narrow'; readonly scopes: readonly string[] }
  /** Whoever would have to say is out of reach; the credentials may be right. */
  | { readonly kind: 'unavailable'; readonly message: string; readonly retryAfterSeconds: number };

export interface Authenticator {
  /** As a challenge names it (RFC 9110, section 11.6.1). */
  readonly scheme: 'Bearer' | 'Basic';
  /** Credentials are secrets that somebody could find by trying. */
  readonly isGuessable: boolean;
  /** Whom tokens are issued by, for clients that look for it; null until that is known, undefined where there is none. */
  readonly issuer?: () => string | null;
  readonly scopes?: readonly string[];
  /** Never throws; what a client sends is never wrong enough for that. */
  identify(headers: IncomingHttpHeaders): Promise<Finding>;
  /** Fetches ahead what would otherwise be fetched for the first client. */
  warmUp?(): void;
}
