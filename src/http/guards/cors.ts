/**
 * Lets pages of the origins that are listed read answers (Fetch standard, section 3.3). Pages of loopback are not listed by
 * themselves: any program of this machine may serve one.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isListedOrigin } from './origin.ts';

const EXPOSED = 'mcp-session-id, mcp-protocol-version, www-authenticate, retry-after';
const MAX_AGE_S = 600;

/** Names of headers as a browser asks for them; nothing else is repeated. */
const NAMES = /^[\w-]+(?: *, *[\w-]+)*$/;

/** Adds what a browser wants to see; false where no page asks, or one that may not read. */
export function allowReading({ headers: { origin } }: IncomingMessage, response: ServerResponse, allowed: readonly string[]): boolean {
  // A stream that goes on from a former generation has its headers already.
  if (allowed.length === 0 || response.headersSent) return false;
  response.setHeader('vary', 'Origin');
  if (origin === undefined || !isListedOrigin(origin, allowed)) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', EXPOSED);
  return true;
}

/** A browser asks before it sends what a form could not, and shows no credentials. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

export function answerPreflight({ headers }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  const wanted = headers['access-control-request-headers'];
  response.setHeader('access-control-allow-methods', methods.join(', '));
  if (wanted !== undefined && wanted.length <= 1_000 && NAMES.test(wanted)) response.setHeader('access-control-allow-headers', wanted);
  response.setHeader('access-control-max-age', MAX_AGE_S);
  response.writeHead(204).end();
}
