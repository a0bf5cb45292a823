/** Clients that occupy the server: by sending or reading slowly, or by opening many connections. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { count } from '../common/count.ts';

/** Limits of connections. Read for every connection, so that a reload can change them. */
export interface FrontLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** How long a request may take to arrive (a third of it for its headers), and a client to read some of an answer. */
  readonly readTimeoutMs: number;
  /** Whether `connectionsPerAddress` does not apply: a proxy brings many clients over one address. */
  readonly isTrustedProxy: (address: string) => boolean;
}

export const NO_LIMITS: FrontLimits = {
  connections: Infinity,
  connectionsPerAddress: Infinity,
  readTimeoutMs: 30_000,
  isTrustedProxy: () => false,
};

/** A request whose body is still arriving. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** When it began, as of `performance.now`. */
  readonly since: number;
}

/** How long the headers of a request may take: a third of the whole. */
export const headerTimeMs = (readTimeoutMs: number): number => readTimeoutMs / 3;

const PERIOD_MS = 1_000;

/** Calls `look` once a second without keeping the process alive. Returns how to stop. */
export function everySecond(look: () => void): () => void {
  const timer = setInterval(look, PERIOD_MS).unref();
  return () => clearInterval(timer);
}

/** Answers headers that take too long. No request was parsed yet, so the bytes are written directly (RFC 9110, section 15.5.9). */
export function endTooSlow(socket: Socket): void {
  if (socket.writable) socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  socket.destroySoon();
}

/** Answers a body that takes too long. */
export function answerTooSlow({ request, response }: Arrival): void {
  if (!response.headersSent) {
    response.writeHead(408, { connection: 'close', 'content-length': 0 });
    response.end();
  }
  request.socket.destroySoon();
}

/** Measures how long a client has not read what was sent. */
export class Unread {
  readonly #socket: Socket;
  #seen = '';
  #since = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Milliseconds without progress; 0 when nothing is unread. @param now as of `performance.now` */
  forMs(now: number): number {
    const { bytesWritten, writableLength } = this.#socket;
    const seen = `${bytesWritten} ${writableLength} ${queueOf(this.#socket)}`;
    if (writableLength === 0 || seen !== this.#seen) this.#since = now;
    this.#seen = seen;
    return now - this.#since;
  }
}

/** Bytes of the current write that the kernel has not accepted yet. Node.js has no public API for it. */
function queueOf(socket: Socket): number {
  // oxlint-disable-next-line no-underscore-dangle -- that is its name
  return (socket as unknown as { _handle?: { writeQueueSize?: number } | null })._handle?.writeQueueSize ?? 0;
}

/** Resets the connection and discards what is unread. Over TLS, Node.js does not give access to the TCP socket below. */
export function endUnread(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

export const describeTurnedAway = (connections: number): string =>
  `${count(connections, 'connection')} turned away: ZSCALER_MCP_CONNECTION_LIMIT or ZSCALER_MCP_CONNECTIONS_PER_ADDRESS is reached`;

/** Counts open connections by address. */
export class Counts {
  readonly #counts = new Map<string, number>();

  /** Returns the new count. */
  add(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  remove(key: string): void {
    const count = (this.#counts.get(key) ?? 0) - 1;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}
