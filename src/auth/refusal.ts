/** What a client is told that is not let in. The same for every kind of wrong credentials, so that nobody learns which part was right. */
import type { Authenticator, Finding } from './authenticator.ts';

export interface Refusal {
  readonly status: number;
  /** Of JSON-RPC. */
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
  missing: (challenge: string): Refusal =>
    unauthorized('Unauthorized: this server wants to know who is asking. Send credentials with every request.', challenge),
  wrong: (challenge: string): Refusal => unauthorized('Unauthorized: the credentials are not valid here.', challenge),
  narrow: (challenge: string, scopes: readonly string[]): Refusal => ({
    status: 403,
    code: -32_001,
    message: `Forbidden: the token lacks a scope that this server wants: ${scopes.join(' ')}.`,
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
    message: `Too Many Requests: too many wrong credentials came from this address. Try again in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
  }),
};

/** RFC 6750, section 3: without credentials no `error`, since nothing was wrong yet. */
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
