/**
 * CORS: lets web pages read answers (Fetch standard, section 3.3): those that may call, which are pages of loopback and of the
 * listed origins.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAllowedOrigin } from './origin.ts';

const EXPOSED = 'mcp-session-id, mcp-protocol-version, www-authenticate, retry-after';
const MAX_AGE_S = 600;

/** Header names as a browser lists them; only such a list is repeated in an answer. */
const NAMES = /^[\w-]+(?: *, *[\w-]+)*$/;

/** Adds the CORS headers. @returns false when the request has no Origin, or one that may not call */
export function allowReading({ headers: { origin } }: IncomingMessage, response: ServerResponse, allowed: readonly string[]): boolean {
  // The headers of a stream that continues from the former generation are out already.
  if (response.headersSent) return false;
  response.setHeader('vary', 'Origin');
  if (origin === undefined || !isAllowedOrigin(origin, allowed)) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', EXPOSED);
  return true;
}

/** Whether a browser asks for permission before the request itself. Preflight requests carry no credentials. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

/** Permits `methods` and the requested headers. */
export function answerPreflight({ headers }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  const wanted = headers['access-control-request-headers'];
  response.setHeader('access-control-allow-methods', methods.join(', '));
  if (wanted !== undefined && wanted.length <= 1_000 && NAMES.test(wanted)) response.setHeader('access-control-allow-headers', wanted);
  response.setHeader('access-control-max-age', MAX_AGE_S);
  response.writeHead(204).end();
}
