/** Which names a client may call this server by. Anything else may be a page that had its own name rebound to this address. */
import { isIPv6 } from 'node:net';

/** A name of 253 characters with a dot at its end (RFC 1123, section 2.1), and a port. */
const LONGEST = 260;

interface Name {
  readonly host: string;
  readonly port: string | null;
}

/**
 * Loopback names pass with any port; `allowed` adds to them, with entries `host`, `host:port`, `host:*` or `*`, an IPv6
 * address in brackets or bare. A missing Host header does not pass.
 */
export function isAllowedHost(header: string | undefined, allowed: readonly string[]): boolean {
  const name = header === undefined ? null : parseName(header);
  if (!name) return false;
  return isLoopbackName(name.host) || allowed.some((entry) => matches(name, entry));
}

/** `localhost`, 127.0.0.0/8 and ::1, in the form that `new URL()` gives them. */
export const isLoopbackName = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

function matches(name: Name, entry: string): boolean {
  if (entry === '*') return true;
  const anyPort = entry.endsWith(':*');
  const wanted = parseName(anyPort ? entry.slice(0, -2) : entry);
  if (!wanted || wanted.host !== name.host) return false;
  // An entry without a port means the name, whatever the port in front of a proxy is.
  return anyPort || wanted.port === null || wanted.port === name.port;
}

/** Lower case, without the dot at the end, IPv6 addresses in brackets and in their shortest form. Null for what is no name. */
function parseName(text: string): Name | null {
  if (text.length > LONGEST) return null;
  const bare = isIPv6(text) ? `[${text}]` : text;
  const [, authority, port] = /^(\[[\da-f:.]+\]|[^\s:/?#@\\[\]]+)(?::(\d{1,5}))?$/i.exec(bare) ?? [];
  if (authority === undefined) return null;
  try {
    const { hostname } = new URL(`http://${authority}`);
    return { host: hostname.replace(/\.$/, ''), port: port ?? null };
  } catch {
    return null;
  }
}
