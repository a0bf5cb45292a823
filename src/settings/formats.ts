/** Formats of single values. Each returns the value to keep, or throws `wanted(...)`. */
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { hasControl, plainText, wanted } from './setting.ts';

/** Whether clients come over HTTP; over stdio there is one, which started the server. */
export const isHttp = (transport: string): boolean => transport !== 'stdio';

/** Whether a bind address or a URL's host is this machine and nothing else: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  const bare = stripBrackets(host).toLowerCase();
  return bare === 'localhost' || (isIP(bare) === 4 ? bare.startsWith('127.') : isIP(bare) === 6 && expandsToLoopback(bare));
}

/** `0:0:0:0:0:0:0:1` and `::1` are the same address; the URL parser knows the shortest form. */
const expandsToLoopback = (address: string): boolean => !address.includes('%') && new URL(`http://[${address}]`).hostname === '[::1]';

const stripBrackets = (host: string): string => (host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host);

/** One label between two dots of a host name (RFC 1123, section 2.1), in lower case. */
export function dnsLabel(raw: string): string {
  const label = raw.toLowerCase();
  if (!isLabel(label))
    throw wanted(
      'one DNS label: letters, digits and hyphens, without dots, slashes or a scheme',
      'Of https://acme.zslogin.net it is "acme".',
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

/** A name or address to listen on, without brackets. */
export function bindHost(raw: string): string {
  const host = stripBrackets(raw).toLowerCase();
  if (isIP(host) === 0 && !isHostName(host)) throw wanted('a host name or an IP address', 'The port goes into ZSCALER_MCP_PORT.');
  return host;
}

/** `host`, `host:port`, `host:*` or `*`; an IPv6 address stands in brackets when a port follows. */
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

/** Where requests with credentials go: https, or plain http on this machine; without a trailing slash. */
export function cloudUrl(raw: string): string {
  const url = URL.parse(raw);
  if (!url || hasControl(raw)) throw wanted('a URL such as https://api.example.net');
  if (url.username || url.password || raw.includes('@')) throw wanted('a URL without credentials in it');
  if (url.search || url.hash || /[?#]/.test(raw)) throw wanted('a URL without query and fragment');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw wanted('a URL that begins with https://', 'Plain http:// is accepted for 127.0.0.1, ::1 and localhost only.');
  return url.href.replace(/\/+$/, '');
}

/** Where a public document is fetched from: https, or plain http on this machine; a query may choose which. */
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

/** Signed with a key that only the issuer has. A shared secret (HS256) would let this server's verifier sign as well; none is no signature. */
export function signatureAlgorithm(item: string): string {
  const found = signatureAlgorithms.find((known) => known.toLowerCase() === item.toLowerCase());
  if (found === undefined) throw wanted(`signature algorithms with a public key: ${signatureAlgorithms.join(', ')}`);
  return found;
}

/** An http or https proxy; `host:port` alone means http. May hold a password. */
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
    throw wanted('nothing after the port but the number of a database, as in redis://state.example.net:6379/0');
  return raw;
}

/** Begins the name of each key; what names a slot or a pattern in Redis stays out. */
export function keyPrefix(raw: string): string {
  if (!/^[\w.:-]{1,64}$/.test(raw)) throw wanted('at most 64 letters, digits and . _ : -');
  return raw;
}

/** Goes into paths and headers: no separators, no blanks. */
export function identifier(raw: string): string {
  if (!/^[\w.~:-]{1,256}$/.test(raw)) throw wanted('an identifier: letters, digits and . _ ~ : -');
  return raw;
}

/** Goes into the User-Agent header (RFC 9110, section 10.1.5). */
export function headerComment(raw: string): string {
  if (!/^[\x20-\x7e]{1,256}$/.test(raw)) throw wanted('printable ASCII text of at most 256 characters');
  return raw;
}

/** PEM text, JWK JSON, or the path of a file with one of them. Judged by its first characters; the file is read where it is used. */
export function privateKey(raw: string): string {
  if (raw.startsWith('-----BEGIN')) {
    if (/^-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[\s\S]*-----END (?:RSA |EC )?PRIVATE KEY-----$/.test(raw)) return raw;
    throw wanted(
      'the whole PEM block of an unencrypted private key',
      'In a .env file put it between double quotes, from -----BEGIN to END-----.',
    );
  }
  if (raw.startsWith('{')) {
    if (isJwk(raw)) return raw;
    throw wanted('a private key as JWK JSON, an object with "kty" and "d"', 'In a .env file put it between single quotes.');
  }
  return plainText(raw);
}

/** Where the server is started from has no say in it. */
export function absolutePath(raw: string): string {
  if (!isAbsolute(raw) || hasControl(raw)) throw wanted('an absolute path');
  return raw;
}

/** Text of at least 256 bits each, separated by commas, or as a JSON list. */
export function sealingKeys(raw: string): readonly string[] {
  const keys = raw.startsWith('[') ? parseTexts(raw) : raw.split(',').map((key) => key.trim());
  const given = keys?.filter((key) => key !== '');
  const isWeak = (key: string) => Buffer.byteLength(key) < 32 || new Set(key).size < 8;
  if (!given || given.some((key) => hasControl(key) || isWeak(key)))
    throw wanted('random keys of at least 32 bytes each, separated by commas', 'Make one with: openssl rand -base64 32');
  return Object.freeze(given);
}

/** Null for anything but a JSON list of texts. */
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
