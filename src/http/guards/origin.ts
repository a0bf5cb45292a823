/** Web pages that may call this server from a browser. */
import { isLoopbackName } from './host.ts';

/**
 * Whether an Origin header is allowed: none at all, since then no browser sent the request; loopback; and those in `allowed`.
 * @param allowed entries `scheme://host`, `scheme://host:port` or `*`
 */
export function isAllowedOrigin(header: string | undefined, allowed: readonly string[]): boolean {
  if (header === undefined || allowed.includes('*')) return true;
  const origin = parseOrigin(header);
  return (origin !== null && isWeb(origin) && isLoopbackName(origin.hostname)) || isListedOrigin(header, allowed);
}

/** Whether `allowed` itself lists the origin; loopback gets no exception. */
export function isListedOrigin(header: string, allowed: readonly string[]): boolean {
  if (allowed.includes('*')) return true;
  const origin = parseOrigin(header);
  return origin !== null && isWeb(origin) && allowed.some((entry) => parseOrigin(entry)?.origin === origin.origin);
}

const isWeb = ({ protocol }: URL): boolean => protocol === 'http:' || protocol === 'https:';

/** Null for text that is not an origin, such as the `null` of a sandboxed page, or a URL with a path. */
function parseOrigin(text: string): URL | null {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/?#@\s]+\/?$/i.test(text)) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
