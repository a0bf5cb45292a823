/** What a failed request or connection means to an operator: the errors of Node.js, OpenSSL, `fetch` and undici, in words. */

/**
 * What kind of thing failed, for advice: the look-up of the name, the connection, the trust in a certificate, the TLS handshake,
 * the proxy in between, a connection that was made, the answer that came, the time limit, this machine, the request itself.
 */
export type NetworkFault =
  | 'name'
  | 'connection'
  | 'certificate'
  | 'tls'
  | 'proxy'
  | 'broken'
  | 'answer'
  | 'timeout'
  | 'machine'
  | 'request'
  | 'unknown';

/** A failed request or connection, in words. */
export interface NetworkErrorWords {
  readonly fault: NetworkFault;
  /** What failed, the name of the error and the address, where they are known. Nothing that was sent or received. */
  readonly message: string;
}

type Meaning = readonly [NetworkFault, string];

/** By the name of the error. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOTFOUND: ['name', 'DNS does not know the host name'],
  EAI_AGAIN: ['name', 'DNS does not answer at present'],
  EAI_FAIL: ['name', 'DNS cannot look up the host name'],
  EAI_NODATA: ['name', 'DNS has no address for the host name'],
  EAI_NONAME: ['name', 'DNS does not know the host name'],
  ECONNREFUSED: ['connection', 'the connection was refused; nothing listens there, or a firewall rejects it'],
  EHOSTUNREACH: ['connection', 'there is no route to the host'],
  EHOSTDOWN: ['connection', 'the host is down'],
  ENETUNREACH: ['connection', 'there is no route to the network'],
  ENETDOWN: ['connection', 'the network of this machine is down'],
  ETIMEDOUT: ['connection', 'the connection could not be made in time, or the other side stopped answering'],
  UND_ERR_CONNECT_TIMEOUT: ['connection', 'the connection could not be made in time'],
  EACCES: ['connection', 'this machine forbids the connection (firewall or sandbox)'],
  EPERM: ['connection', 'this machine forbids the connection (firewall or sandbox)'],
  EAFNOSUPPORT: ['connection', 'this machine does not support addresses of that kind (IPv4 or IPv6)'],
  EADDRNOTAVAIL: ['machine', 'this machine has no address or free port to connect from'],
  EMFILE: ['machine', 'this process has too many open files (`ulimit -n`, or LimitNOFILE= in a unit)'],
  ENFILE: ['machine', 'the machine has too many open files'],
  ENOBUFS: ['machine', 'this machine is out of memory for sockets'],
  ENOMEM: ['machine', 'there is not enough memory'],
  ECONNRESET: ['broken', 'the connection was reset by the other side or by something in between'],
  ECONNABORTED: ['broken', 'the connection was aborted by this machine'],
  ENETRESET: ['broken', 'the connection was aborted by the network'],
  ENOTCONN: ['broken', 'the connection was closed'],
  EPIPE: ['broken', 'the other side closed the connection'],
  UND_ERR_SOCKET: ['broken', 'the other side closed the connection'],
  UND_ERR_CLOSED: ['broken', 'the connection was closed on this side'],
  UND_ERR_DESTROYED: ['broken', 'the connection was closed on this side'],
  UND_ERR_ABORTED: ['broken', 'the request was aborted'],
  UND_ERR_ABORT: ['broken', 'the request was aborted'],
  UND_ERR_HEADERS_TIMEOUT: ['timeout', 'no answer came in time'],
  UND_ERR_BODY_TIMEOUT: ['timeout', 'the answer stopped half-way'],
  UND_ERR_HEADERS_OVERFLOW: ['answer', 'the headers of the answer are too long'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['answer', 'the answer is shorter or longer than it says'],
  UND_ERR_RES_EXCEEDED_MAX_SIZE: ['answer', 'the answer is too long'],
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: ['request', 'the request cannot be sent as it is'],
  UND_ERR_INVALID_ARG: ['request', 'the request cannot be sent as it is'],
  UND_ERR_NOT_SUPPORTED: ['request', 'the request cannot be sent as it is'],
  ERR_INVALID_ARG_VALUE: ['request', 'the request cannot be sent as it is'],
  ERR_INVALID_CHAR: ['request', 'a header of the request contains characters that are not allowed'],
  ERR_INVALID_URL: ['request', 'the address is not valid'],
  UND_ERR_PRX_CONN: ['proxy', 'the proxy closed the connection'],
  UND_ERR_PRX_TLS: ['proxy', 'the TLS connection to the proxy failed'],
  UND_ERR_SOCKS5: ['proxy', 'the SOCKS proxy does not make the connection'],
  CERT_HAS_EXPIRED: ['certificate', 'the certificate has expired, or the clock of this machine is wrong'],
  CERT_NOT_YET_VALID: ['certificate', 'the certificate is not valid yet, or the clock of this machine is wrong'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['certificate', 'the certificate was issued for another host name'],
  HOSTNAME_MISMATCH: ['certificate', 'the certificate was issued for another host name'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['certificate', 'the certificate is self-signed'],
  SELF_SIGNED_CERT_IN_CHAIN: ['certificate', 'the certificate was issued by an authority that is not trusted'],
  UNABLE_TO_GET_ISSUER_CERT: ['certificate', 'the certificate was issued by an authority that is not trusted'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['certificate', 'the certificate was issued by an authority that is not trusted'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['certificate', 'the certificate was issued by an authority that is not trusted'],
  CERT_UNTRUSTED: ['certificate', 'the certificate was issued by an authority that is not trusted'],
  CERT_REVOKED: ['certificate', 'the certificate was revoked'],
};

/** Families of names, for those that have no words of their own. */
const FAMILIES: readonly (readonly [RegExp, Meaning])[] = [
  [/^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, ['tls', 'the other side does not speak TLS at that port']],
  [/^ERR_SSL_.*(?:PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW)$/, ['tls', 'the two sides have no version of TLS in common']],
  [/^ERR_SSL_.*(?:HANDSHAKE_FAILURE|NO_SHARED_CIPHER|INSUFFICIENT_SECURITY)$/, ['tls', 'the other side rejected the TLS handshake']],
  [/^ERR_SSL_.*CERTIFICATE_REQUIRED$/, ['tls', 'the other side requires a client certificate']],
  [/^ERR_SSL_.*UNRECOGNIZED_NAME$/, ['tls', 'the other side does not serve that host name']],
  [/^(?:ERR_SSL_|EPROTO|ERR_TLS_(?!CERT))/, ['tls', 'the TLS handshake failed']],
  [
    /^(?:CERT_|CRL_|ERR_TLS_CERT|ERROR_IN_C|UNABLE_TO_|INVALID_(?:CA|PURPOSE)|PATH_LENGTH|UNSPECIFIED)/,
    ['certificate', 'the certificate cannot be verified'],
  ],
  [/^HPE_/, ['answer', 'the answer is not valid HTTP']],
  [/^(?:Z_|ERR_ZLIB|ERR_BROTLI|ERR__ERROR_FORMAT|ZSTD_)/, ['answer', 'the compressed answer cannot be unpacked']],
  [/^EAI_/, ['name', 'the host name could not be looked up']],
  [/^UND_ERR/, ['broken', 'the HTTP client gave the request up']],
];

/** By the name of the class, for errors without a code. */
const CLASSES: Readonly<Record<string, Meaning>> = {
  HTTPParserError: ['answer', 'the answer is not valid HTTP'],
  TimeoutError: ['timeout', 'no answer came in time'],
  AbortError: ['broken', 'the request was aborted'],
  AnswerTooLarge: ['answer', 'the answer is too long'],
};

/**
 * Says what a failed `fetch` or connection means. Never the message of the error itself: it says `fetch failed`, or quotes a header.
 * @param host named by the caller already, so not named again
 */
export function explainNetworkError(error: unknown, host = ''): NetworkErrorWords {
  const chain = chainOf(error);
  const tunnel = tunnelRefusal(chain);
  if (tunnel !== null) return tunnel;
  const told =
    chain.find(({ code }) => isName(code) && code.startsWith('UND_ERR_PRX_')) ?? chain.findLast(({ code }) => isName(code)) ?? chain.at(-1);
  const { name = '', code, message = '' } = told ?? {};
  const [fault, meaning] = meaningOf(isName(code) ? code : '', name, message);
  const place = placeOf(told);
  const details = [isName(code) ? code : '', [host, host.replace(/:\d+$/, '')].includes(place) ? '' : place].filter(Boolean).join(': ');
  return { fault, message: details === '' ? meaning : `${meaning} (${details})` };
}

/** The error behind others: `fetch` wraps its cause, and a host with several addresses gives an AggregateError. */
export const rootOf = (error: unknown): NodeJS.ErrnoException => chainOf(error).at(-1) ?? new Error(String(error));

interface Told extends Partial<NodeJS.ErrnoException> {
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
}

/** More causes than any library nests. */
const DEEPEST = 10;

/** From the outermost error to its root. */
function chainOf(error: unknown): (Error & Told)[] {
  const chain: (Error & Told)[] = [];
  let next = error;
  while (next instanceof Error && chain.length < DEEPEST) {
    chain.push(next);
    const { cause, errors } = next as { cause?: unknown; errors?: unknown[] };
    next = cause ?? (Array.isArray(errors) ? mostTelling(errors) : undefined);
  }
  return chain;
}

/** Of a host with several addresses: that there is no route to its IPv6 address is the usual case, and says little. */
const mostTelling = (errors: readonly unknown[]): unknown =>
  errors.find((error) => !/UNREACH|ADDRNOTAVAIL/.test((error as Told | undefined)?.code ?? '')) ?? errors[0];

/** Codes of DOMException are numbers, those of some libraries arbitrary. */
const isName = (code: unknown): code is string => typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/i.test(code);

/** undici tells an answer to CONNECT by its message alone. */
function tunnelRefusal(chain: readonly Error[]): NetworkErrorWords | null {
  for (const { message } of chain) {
    const status = /^Proxy response \((\d{3})\)/.exec(message)?.[1] ?? /^Proxy Authentication Required \((407)\)/.exec(message)?.[1];
    if (status === '407') return { fault: 'proxy', message: 'the proxy requires a user and a password, or rejects those given (407)' };
    if (status !== undefined) return { fault: 'proxy', message: `the proxy does not connect to that host (${status})` };
  }
  return null;
}

function meaningOf(code: string, name: string, message: string): Meaning {
  if (message === 'bad port') return ['request', 'that port is never used for HTTP, and fetch blocks it'];
  // Node.js gives it the code of a reset.
  if (/before secure TLS connection was established/.test(message))
    return ['tls', 'the other side closed the connection during the TLS handshake'];
  if (Object.hasOwn(MEANINGS, code)) return MEANINGS[code]!;
  const family = FAMILIES.find(([pattern]) => pattern.test(code));
  if (family) return family[1];
  return Object.hasOwn(CLASSES, name) ? CLASSES[name]! : ['unknown', 'the connection failed'];
}

/** The host or the address, without anything else of a URL. */
function placeOf({ hostname, address, port }: Told = {}): string {
  if (typeof address === 'string' && port !== undefined) return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return typeof hostname === 'string' ? hostname : (address ?? '');
}
