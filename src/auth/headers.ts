/** Credentials in request headers. Node.js decodes header values as Latin-1, one character per byte. */
import type { IncomingHttpHeaders } from 'node:http';

/** The bearer token (RFC 6750, section 2.1); null when there is none. */
export const bearerOf = ({ authorization }: IncomingHttpHeaders): string | null =>
  /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null;

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

/** Basic credentials (RFC 7617) or the two `X-Zscaler-Client-*` headers. One header without the other counts as wrong, not as missing. */
export function clientCredentialsOf(headers: IncomingHttpHeaders): ClientCredentials | null {
  const id = headers['x-zscaler-client-id'];
  const secret = headers['x-zscaler-client-secret'];
  if (id !== undefined || secret !== undefined) return { id: textOf(id), secret: textOf(secret) };
  const [, encoded] = /^basic +([\w+/=-]+) *$/i.exec(headers.authorization ?? '') ?? [];
  if (encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const at = decoded.indexOf(':');
  return at < 0 ? { id: decoded, secret: '' } : { id: decoded.slice(0, at), secret: decoded.slice(at + 1) };
}

const textOf = (value: string | string[] | undefined): string => Buffer.from(String(value ?? ''), 'latin1').toString('utf8');
