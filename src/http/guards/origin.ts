/** Which pages may call this server from a browser. */
import { isLoopbackName } from './host.ts';

/**
 * No Origin header passes, since no browser sent the request. Pages on loopback pass; `allowed` adds to them, with
 * entries `scheme://host`, `scheme://host:port` or `*`.
 */
export function isAllowedOrigin(header: string | undefined, allowed: readonly string[]): boolean {
  if (header === undefined || allowed.includes('*')) return true;
  const origin = parseOrigin(header);
  return (origin !== null && isWeb(origin) && isLoopbackName(origin.hostname)) || isListedOrigin(header, allowed);
}

/** Whether `allowed` itself names it. */
export function isListedOrigin(header: string, allowed: readonly string[]): boolean {
  if (allowed.includes('*')) return true;
  const origin = parseOrigin(header);
  return origin !== null && isWeb(origin) && allowed.some((entry) => parseOrigin(entry)?.origin === origin.origin);
}

const isWeb = ({ protocol }: URL): boolean => protocol === 'http:' || protocol === 'https:';

/** Null for what is no origin, such as the `null` of a sandboxed page, or an address with a path. */
function parseOrigin(text: string): URL | null {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/?#@\s]+\/?$/i.test(text)) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
