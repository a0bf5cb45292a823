/** Protected resource metadata (RFC 9728): tells a client that was refused which issuer's tokens this server accepts. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

export interface ResourceNames {
  /** Scheme, host and an optional path, without a trailing slash; null: taken from the Host header. */
  readonly baseUrl: string | null;
  /** Path where MCP is served: `/mcp` or `/sse`. */
  readonly path: string;
  /** Whether `X-Forwarded-Proto` of this peer is believed. */
  readonly isTrustedProxy?: ((address: string | undefined) => boolean) | undefined;
}

/** The resource identifier that a well-known path describes; null for any other path, or when the server has no name. */
export function describedResource(path: string, request: IncomingMessage, names: ResourceNames): string | null {
  const base = baseOf(request, names);
  if (base === null || !path.startsWith(WELL_KNOWN)) return null;
  const rest = path.slice(WELL_KNOWN.length);
  if (rest === '') return base.href.replace(/\/$/, '');
  return rest === names.path || rest === pathUnder(base, names) ? base.origin + pathUnder(base, names) : null;
}

/** URL of this server's metadata; null when it has no name. */
export function metadataUrl(request: IncomingMessage, names: ResourceNames): string | null {
  const base = baseOf(request, names);
  return base && `${base.origin}${WELL_KNOWN}${pathUnder(base, names)}`;
}

function baseOf(request: IncomingMessage, { baseUrl, isTrustedProxy }: ResourceNames): URL | null {
  if (baseUrl !== null) return URL.parse(baseUrl);
  const { host = '' } = request.headers;
  // The Host header may be unchecked here; anything else in it could break out of the challenge header.
  return /^[\w.:[\]-]+$/.test(host) ? URL.parse(`${isEncrypted(request, isTrustedProxy) ? 'https' : 'http'}://${host}`) : null;
}

/** The last value in the list is the nearest proxy's. */
function isEncrypted({ headers, socket }: IncomingMessage, isTrustedProxy: ResourceNames['isTrustedProxy']): boolean {
  if ((socket as TLSSocket).encrypted) return true;
  const scheme = [headers['x-forwarded-proto'] ?? []].flat().join(',').split(',').at(-1)?.trim().toLowerCase();
  return scheme === 'https' && isTrustedProxy?.(socket.remoteAddress) === true;
}

function pathUnder({ pathname }: URL, { path }: ResourceNames): string {
  const prefix = pathname.replace(/\/$/, '');
  return prefix.endsWith(path) ? prefix : prefix + path;
}
