/** Host names that this server answers to. Any other may be DNS rebinding: a web page whose name resolves to this address. */
import { isIPv6 } from 'node:net';

/** 253 characters of a name (RFC 1123, section 2.1), a trailing dot, and a port. */
const LONGEST = 260;

interface Name {
  readonly host: string;
  readonly port: string | null;
}

/**
 * Whether a Host header is allowed: loopback names with any port, and those in `allowed`. A missing header is not.
 * @param allowed entries `host`, `host:port`, `host:*` or `*`; an IPv6 address in brackets or bare
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
  // An entry without a port allows any port, since a proxy may listen on another one.
  return anyPort || wanted.port === null || wanted.port === name.port;
}

/** In lower case, without trailing dot, IPv6 addresses in brackets and shortest form. Null for text that is not a host name. */
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
