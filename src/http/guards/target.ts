/** What a request is for, as RFC 9112 and RFC 9110 have it. Two readers that take it differently can be played against each other. */
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './body.ts';

/** Whom and what a request asks for. */
export interface Target {
  /** The Host header, or the authority of an absolute request target, which overrides it; undefined in HTTP/1.0 without one. */
  readonly host: string | undefined;
  /** Path and query. */
  readonly url: string;
}

/** 253 characters of a name, a trailing dot, and a port. */
const LONGEST_HOST = 260;
/** uri-host and port of RFC 3986; an empty host is not valid in http. */
const HOST = /^(?:\[[\da-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})+)(?::\d{0,5})?$/i;
/** Node.js takes the first of these when there are several; another reader may take the last. */
const SINGLE: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type']);

/** Reads the request target and Host. */
export function readTarget(request: IncomingMessage): Target | { readonly refusal: Refusal } {
  const repeated = repeatedHeader(request.rawHeaders);
  if (repeated !== null) return badRequest(`the header ${repeated} is there more than once`);
  const { host } = request.headers;
  if (host !== undefined && !isHost(host)) return badRequest('the Host header is not a host name with or without a port');
  const { url = '/', method } = request;
  if (url.includes('#')) return badRequest('the request target has a fragment');
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS')) return { host, url };
  const [start, authority] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  if (start === undefined || authority === undefined) return badRequest('the request target is neither a path nor an http URL');
  if (!isHost(authority)) return badRequest('the request target does not name a host');
  const rest = url.slice(start.length);
  return { host: authority, url: rest.startsWith('/') ? rest : `/${rest}` };
}

const isHost = (text: string): boolean => text.length <= LONGEST_HOST && HOST.test(text);

function repeatedHeader(raw: readonly string[]): string | null {
  const seen = new Set<string>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return null;
}

const badRequest = (why: string): { refusal: Refusal } => ({
  refusal: { status: 400, code: -32_600, message: `Bad Request: ${why}.`, headers: { connection: 'close' } },
});
