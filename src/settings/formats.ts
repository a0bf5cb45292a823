/** Parsers for single values. Each returns the value to keep, or throws `wanted(...)`. */
import { withoutEndSlashes } from '../common/slashes.ts';
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { hasControl, plainText, wanted } from './setting.ts';

/** Whether a transport setting means HTTP; over stdio there is one client, which started the server. */
export const isHttp = (transport: string): boolean => transport !== 'stdio';

/** Whether a bind address or a URL's host reaches this machine only: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  const bare = stripBrackets(host).toLowerCase();
  return bare === 'localhost' || (isIP(bare) === 4 ? bare.startsWith('127.') : isIP(bare) === 6 && expandsToLoopback(bare));
}

/** Recognises every spelling of ::1, such as `0:0:0:0:0:0:0:1`: the URL parser shortens it. */
const expandsToLoopback = (address: string): boolean => !address.includes('%') && new URL(`http://[${address}]`).hostname === '[::1]';

const stripBrackets = (host: string): string => (host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host);

/** One label between two dots of a host name (RFC 1123, section 2.1), in lower case. */
export function dnsLabel(raw: string): string {
  const label = raw.toLowerCase();
  if (!isLabel(label))
    throw wanted(
      'one DNS label: letters, digits and hyphens, without dots, slashes or a scheme',
      'For https://acme.zslogin.net it is "acme".',
    );
  return label;
}

const isLabel = (label: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label);

const isHostName = (name: string): boolean =>
  name.length <= 253 &&
  name
    .replace(/\.$/, '')
    .split('.')
    .every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));

/** A host name or IP address to listen on; brackets around it are removed. */
export function bindHost(raw: string): string {
  const host = stripBrackets(raw).toLowerCase();
  if (isIP(host) === 0 && !isHostName(host)) throw wanted('a host name or an IP address', 'Set the port with ZSCALER_MCP_PORT.');
  return host;
}

/** `host`, `host:port`, `host:*` or `*`; an IPv6 address with a port is written in brackets. */
export function allowedHost(item: string): string {
  const lower = item.toLowerCase();
  if (lower === '*' || isIP(lower) === 6) return lower;
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\*|\d{1,5}))?$/.exec(lower) ?? [];
  const bare = stripBrackets(host ?? '');
  const isHost = host?.startsWith('[') ? isIP(bare) === 6 : isIP(bare) === 4 || isHostName(bare);
  if (!isHost || (port !== undefined && port !== '*' && Number(port) > 65_535))
    throw wanted('hosts as in a Host header: host, host:port, host:* or *', 'Leave out the scheme and the path.');
  return lower;
}

/** An address or a CIDR range, in its shortest form; `*` means every address. */
export function addressRange(item: string): string {
  if (item === '*') return item;
  const [address = '', length, ...more] = item.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  const isRange = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (bits ?? 0));
  if (bits === undefined || !isRange || more.length > 0 || address.includes('%'))
    throw wanted('addresses such as 192.0.2.7 or 2001:db8::7, ranges such as 192.0.2.0/24, or *', 'Host names cannot be used here.');
  return item.toLowerCase();
}

/** An origin as browsers send it (RFC 6454), or `*`. */
export function allowedOrigin(item: string): string {
  if (item === '*') return item;
  const url = URL.parse(item);
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== item.toLowerCase().replace(/\/$/, ''))
    throw wanted('origins as in an Origin header: scheme://host or scheme://host:port, or *', 'For example https://console.example.com.');
  return url.origin;
}

/** A URL that requests with credentials are sent to: https, or http on loopback. The trailing slash is removed. */
export function cloudUrl(raw: string): string {
  const url = URL.parse(raw);
  if (!url || hasControl(raw)) throw wanted('a URL such as https://api.example.net');
  if (url.username || url.password || raw.includes('@')) throw wanted('a URL without credentials in it');
  if (url.search || url.hash || /[?#]/.test(raw)) throw wanted('a URL without a query or fragment');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw wanted('a URL that begins with https://', 'Plain http:// is accepted for 127.0.0.1, ::1 and localhost only.');
  return withoutEndSlashes(url.href);
}

/** A URL that a public document is fetched from: https, or http on loopback; a query is allowed. */
export function documentUrl(raw: string): string {
  const url = URL.parse(raw);
  if (!url || hasControl(raw)) throw wanted('a URL such as https://login.example.net/keys');
  if (url.username || url.password || raw.includes('@')) throw wanted('a URL without credentials in it');
  if (url.hash || raw.includes('#')) throw wanted('a URL without a fragment');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw wanted('a URL that begins with https://', 'Plain http:// is accepted for 127.0.0.1, ::1 and localhost only.');
  return url.href;
}

const signatureAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** An algorithm with a public key. HS256 is refused, since a verifier of its tokens could also sign them, and none is not a signature. */
export function signatureAlgorithm(item: string): string {
  const found = signatureAlgorithms.find((known) => known.toLowerCase() === item.toLowerCase());
  if (found === undefined) throw wanted(`signature algorithms that use a public key: ${signatureAlgorithms.join(', ')}`);
  return found;
}

/** The URL of an http or https proxy; `host:port` alone means http. May contain a password. */
export function proxyUrl(raw: string): string {
  const full = raw.includes('://') ? raw : `http://${raw}`;
  const url = URL.parse(full);
  if (!url || hasControl(raw) || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw wanted('the URL of an http or https proxy, or host:port');
  return full;
}

/** Redis or Valkey: `redis://` or, with TLS, `rediss://`; user, password, port and database number are optional. */
export function stateUrl(raw: string): string {
  const url = URL.parse(raw);
  if (!url || hasControl(raw) || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    throw wanted('a URL such as redis://state.example.net:6379, or rediss:// for TLS');
  if (!/^(?:\/\d{0,4})?$/.test(url.pathname) || url.search || url.hash)
    throw wanted('at most a database number after the port, as in redis://state.example.net:6379/0');
  return raw;
}

/** A prefix for key names in Redis, without the characters that mark a hash slot or a pattern. */
export function keyPrefix(raw: string): string {
  if (!/^[\w.:-]{1,64}$/.test(raw)) throw wanted('at most 64 letters, digits and . _ : -');
  return raw;
}

/** An ID that is put into paths and headers: no separators, no whitespace. */
export function identifier(raw: string): string {
  if (!/^[\w.~:-]{1,256}$/.test(raw)) throw wanted('an identifier: letters, digits and . _ ~ : -');
  return raw;
}

/** A comment for the User-Agent header (RFC 9110, section 10.1.5). */
export function headerComment(raw: string): string {
  if (!/^[\x20-\x7e]{1,256}$/.test(raw)) throw wanted('printable ASCII text of at most 256 characters');
  return raw;
}

/** A text by which a chat template separates speakers. The sanitizer shows the first character that could act by its number. */
export function chatSeparator(item: string): string {
  if (/^[!-~\uFF5C\u2581]{2,60}$/.test(item) && /[<[(:`~]/.test(item)) return item;
  throw wanted('texts of 2 to 60 visible characters with one of < [ ( : ` ~ in each');
}

/** PEM text, a JWK (JSON), or the path of a file that holds either, told apart by the first characters. The file is read where it is used. */
export function privateKey(raw: string): string {
  if (raw.startsWith('-----BEGIN')) {
    if (/^-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[\s\S]*-----END (?:RSA |EC )?PRIVATE KEY-----$/.test(raw)) return raw;
    throw wanted(
      'the whole PEM block of an unencrypted private key',
      'In a .env file put the whole block in double quotes, from -----BEGIN to END-----.',
    );
  }
  if (raw.startsWith('{')) {
    if (isJwk(raw)) return raw;
    throw wanted('a private key as JWK JSON, an object with "kty" and "d"', 'In a .env file put it in single quotes.');
  }
  return plainText(raw);
}

/** An absolute path, so that it does not depend on the working directory. */
export function absolutePath(raw: string): string {
  if (!isAbsolute(raw) || hasControl(raw)) throw wanted('an absolute path');
  return raw;
}

/** Keys of at least 256 bits each, comma-separated or as a JSON array. */
export function sealingKeys(raw: string): readonly string[] {
  const keys = raw.startsWith('[') ? parseTexts(raw) : raw.split(',').map((key) => key.trim());
  const given = keys?.filter((key) => key !== '');
  const isWeak = (key: string) => Buffer.byteLength(key) < 32 || new Set(key).size < 8;
  if (!given || given.some((key) => hasControl(key) || isWeak(key)))
    throw wanted('random keys of at least 32 bytes each, separated by commas', 'Generate one with: openssl rand -base64 32');
  return Object.freeze(given);
}

/** Null for anything but a JSON array of strings. */
function parseTexts(raw: string): string[] | null {
  try {
    const texts: unknown = JSON.parse(raw);
    return Array.isArray(texts) && texts.every((text) => typeof text === 'string') ? texts : null;
  } catch {
    return null;
  }
}

function isJwk(raw: string): boolean {
  try {
    const key = JSON.parse(raw) as Record<string, unknown>;
    return typeof key['kty'] === 'string' && typeof key['d'] === 'string';
  } catch {
    return false;
  }
}
