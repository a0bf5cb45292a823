/** What a client that was refused can find out: where tokens for this server are issued (RFC 9728). */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

export interface ResourceNames {
  /** Scheme, host and perhaps a path, without a slash at the end; null: what the client calls this server. */
  readonly baseUrl: string | null;
  /** Where MCP is served: `/mcp` or `/sse`. */
  readonly path: string;
  /** Whether a peer may say that the client speaks HTTPS with it. */
  readonly isTrustedProxy?: ((address: string | undefined) => boolean) | undefined;
}

/** The resource that a path of the well-known kind describes; null for any other path, or when the server has no name. */
export function describedResource(path: string, request: IncomingMessage, names: ResourceNames): string | null {
  const base = baseOf(request, names);
  if (base === null || !path.startsWith(WELL_KNOWN)) return null;
  const rest = path.slice(WELL_KNOWN.length);
  if (rest === '') return base.href.replace(/\/$/, '');
  return rest === names.path || rest === pathUnder(base, names) ? base.origin + pathUnder(base, names) : null;
}

/** Where the description of this server stands; null when it has no name. */
export function metadataUrl(request: IncomingMessage, names: ResourceNames): string | null {
  const base = baseOf(request, names);
  return base && `${base.origin}${WELL_KNOWN}${pathUnder(base, names)}`;
}

function baseOf(request: IncomingMessage, { baseUrl, isTrustedProxy }: ResourceNames): URL | null {
  if (baseUrl !== null) return URL.parse(baseUrl);
  const { host = '' } = request.headers;
  // A name that was let pass unchecked must not break out of a header.
  return /^[\w.:[\]-]+$/.test(host) ? URL.parse(`${isEncrypted(request, isTrustedProxy) ? 'https' : 'http'}://${host}`) : null;
}

/** What the nearest proxy says stands last. */
function isEncrypted({ headers, socket }: IncomingMessage, isTrustedProxy: ResourceNames['isTrustedProxy']): boolean {
  if ((socket as TLSSocket).encrypted) return true;
  const scheme = [headers['x-forwarded-proto'] ?? []].flat().join(',').split(',').at(-1)?.trim().toLowerCase();
  return scheme === 'https' && isTrustedProxy?.(socket.remoteAddress) === true;
}

function pathUnder({ pathname }: URL, { path }: ResourceNames): string {
  const prefix = pathname.replace(/\/$/, '');
  return prefix.endsWith(path) ? prefix : prefix + path;
}
