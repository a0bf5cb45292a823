/** Answers to callers that are not admitted. The same for every kind of wrong credentials, so that an attacker does not learn which part was right. */
import type { Authenticator, Finding } from './authenticator.ts';

export interface Refusal {
  readonly status: number;
  /** JSON-RPC error code. */
  readonly code: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const unauthorized = (message: string, challenge: string): Refusal => ({
  status: 401,
  code: -32_001,
  message,
  headers: { 'www-authenticate': challenge },
});

export const refuse = {
  missing: (challenge: string, wants: string): Refusal =>
    unauthorized(`Unauthorized: this server requires authentication. ${wants}`, challenge),
  wrong: (challenge: string): Refusal => unauthorized('Unauthorized: the credentials are not valid for this server.', challenge),
  narrow: (challenge: string, scopes: readonly string[]): Refusal => ({
    status: 403,
    code: -32_001,
    message: `Forbidden: the token lacks a scope that this server requires: ${scopes.join(' ')}.`,
    headers: { 'www-authenticate': challenge },
  }),
  unavailable: (message: string, retryAfterSeconds: number): Refusal => ({
    status: 503,
    code: -32_000,
    message,
    headers: { 'retry-after': String(retryAfterSeconds) },
  }),
  tooMany: (seconds: number): Refusal => ({
    status: 429,
    code: -32_000,
    message: `Too Many Requests: too many failed authentication attempts from this address. Try again in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
  }),
};

/** The `WWW-Authenticate` value. A request without credentials gets no `error` parameter (RFC 6750, section 3). */
export function challengeOf({ scheme, scopes = [] }: Authenticator, finding: Finding, metadata: string | null): string {
  const parameters = [
    'realm="zscaler-mcp"',
    scheme === 'Basic' && 'charset="UTF-8"',
    scheme === 'Bearer' && finding.kind === 'wrong' && 'error="invalid_token"',
    scheme === 'Bearer' && finding.kind === 'narrow' && 'error="insufficient_scope"',
    scopes.length > 0 && `scope="${scopes.join(' ')}"`,
    metadata !== null && `resource_metadata="${metadata}"`,
  ];
  return `${scheme} ${parameters.filter((part) => part !== false).join(', ')}`;
}
