/** Tells a store that refuses this server, which only an operator can change, from one that is away and may come back. */
import { connect as connectPlain, type Socket } from 'node:net';
import { ConnectionTimeoutError, ErrorReply, SocketClosedUnexpectedlyError, SocketTimeoutError } from '@redis/client';
import { explainNetworkError } from '../common/network-error.ts';

/** Why the store refuses this server, in words that hold nothing of the URL, and what to do. */
export interface Refusal {
  /** Continues "the state store". */
  readonly what: string;
  readonly hint: string;
}

const URL_SETTING = 'ZSCALER_MCP_STATE_URL';
const RIGHTS = 'Give the user the rights that docs/operations/replicas.md lists, on the keys and channels of ZSCALER_MCP_STATE_PREFIX.';
const TRUST = `Set NODE_EXTRA_CA_CERTS to the authority that issued it, renew it, or name the host that it was issued for in ${URL_SETTING}.`;

/** By the beginning of the reply. Other replies are states of a store: loading, out of memory, too many clients, a failover. */
const replies: readonly (readonly [RegExp, Refusal])[] = [
  [/^WRONGPASS|invalid password/i, { what: 'rejects the user or the password', hint: `Correct them in ${URL_SETTING}.` }],
  [/^NOAUTH/, { what: 'requires a password', hint: `Put it into ${URL_SETTING}: redis://:PASSWORD@host:6379` }],
  [
    /^ERR .*AUTH.*without any password|no password is set/i,
    {
      what: 'takes no password',
      hint: `Remove it from ${URL_SETTING}, or check that the address is that of the store: Sentinel takes none either.`,
    },
  ],
  [/^NOPERM/, { what: 'does not permit a command that is needed', hint: RIGHTS }],
  [
    /^DENIED/,
    { what: 'runs in protected mode and takes connections from its own machine only', hint: 'Set a password in the store, and here.' },
  ],
  [
    /^ERR unknown command/i,
    {
      what: 'does not know the commands of Redis 6.2',
      hint: `Name the primary of Redis or Valkey in ${URL_SETTING}; the port of Sentinel (26379) does not work.`,
    },
  ],
  [
    /^(?:MOVED|ASK|CROSSSLOT)\b/,
    { what: 'is part of a cluster', hint: 'Use a store that is not clustered: Redis Cluster is not supported.' },
  ],
  [/^ERR DB index is out of range/i, { what: 'does not have that database', hint: `Correct the number at the end of ${URL_SETTING}.` }],
];

const NO_REDIS: Refusal = { what: 'does not speak the protocol of Redis', hint: `Correct the host and the port in ${URL_SETTING}.` };

/** Null when the store is away, or in a state that passes. */
export function refusalOf(error: unknown): Refusal | null {
  const { code = '', message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (error instanceof ErrorReply) return replies.find(([reply]) => reply.test(message))?.[1] ?? null;
  if (message.startsWith('Unknown RESP type')) return NO_REDIS;
  if (explainNetworkError(error).fault === 'certificate') return { what: `has a certificate that is not trusted (${code})`, hint: TRUST };
  if (/^(?:EPROTO|ERR_SSL_)/.test(code))
    return {
      what: 'does not agree on TLS with this server',
      hint: `Write redis:// instead of rediss:// in ${URL_SETTING} if it has no TLS.`,
    };
  return null;
}

/** What failed, in words: the store's own, or those for an error of the network. Never a message of the client library. */
export function describeFailure(error: unknown, host: string): string {
  if (error instanceof ErrorReply) return `it answers: ${error.message.slice(0, 200)}`;
  if (error instanceof ConnectionTimeoutError) return 'the connection could not be made in time';
  if (error instanceof SocketTimeoutError) return 'the store stopped answering';
  if (error instanceof SocketClosedUnexpectedlyError) return 'the store closed the connection';
  return explainNetworkError(error, host).message;
}

const PROBE_MS = 500;

/** A store that is asked with TLS and has none, or the reverse, is silent or hangs up; asked in the other way, it answers. */
export async function probe(url: string): Promise<Refusal | null> {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'rediss:';
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6_379) };
  const answer = await ask(address, isSecure ? Buffer.from('PING\r\n') : CLIENT_HELLO);
  // A reply of Redis; a handshake (22) or alert (21) record of TLS.
  if (isSecure && /^[+-]/.test(answer.toString('latin1')))
    return {
      what: 'is reached without TLS only',
      hint: `Write redis:// instead of rediss:// in ${URL_SETTING}, or switch TLS on in the store.`,
    };
  if (!isSecure && (answer[0] === 22 || answer[0] === 21))
    return { what: 'is reached over TLS only', hint: `Write rediss:// instead of redis:// in ${URL_SETTING}.` };
  return null;
}

/** The shortest that a TLS server answers, if only with an alert: a record of version 1.2 with a hello that holds nothing. */
const CLIENT_HELLO = Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0]);

function ask(address: { host: string; port: number }, question: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket: Socket = connectPlain(address, () => void socket.write(question));
    const end = (answer: Buffer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(Buffer.alloc(0)), PROBE_MS);
    socket
      .once('data', end)
      .once('error', () => end(Buffer.alloc(0)))
      .once('close', () => end(Buffer.alloc(0)));
  });
}
