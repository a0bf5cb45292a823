/** Clients that hold a connection by sending slowly, or by sending many of them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request whose body is still arriving. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** On the clock of `performance.now`. */
  readonly since: number;
}

/** Headers have a third of the time that a whole request has. */
export const headerTimeMs = (readTimeoutMs: number): number => readTimeoutMs / 3;

const PERIOD_MS = 1_000;

/** Looks once a second while anything is open; returns how to stop. */
export function everySecond(look: () => void): () => void {
  const timer = setInterval(look, PERIOD_MS).unref();
  return () => clearInterval(timer);
}

/** There is no request to answer yet, so the answer is written as it goes over the wire (RFC 9110, section 15.5.9). */
export function endTooSlow(socket: Socket): void {
  if (socket.writable) socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  socket.destroySoon();
}

export function answerTooSlow({ request, response }: Arrival): void {
  if (!response.headersSent) {
    response.writeHead(408, { connection: 'close', 'content-length': 0 });
    response.end();
  }
  request.socket.destroySoon();
}

/** Whether a client takes what is sent to it. */
export class Unread {
  readonly #socket: Socket;
  #seen = '';
  #since = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** How long nothing of what waits was taken; 0 while nothing waits. `now` as of `performance.now`. */
  forMs(now: number): number {
    const { bytesWritten, writableLength } = this.#socket;
    const seen = `${bytesWritten} ${writableLength} ${queueOf(this.#socket)}`;
    if (writableLength === 0 || seen !== this.#seen) this.#since = now;
    this.#seen = seen;
    return now - this.#since;
  }
}

/** Bytes of the piece being written that the kernel has not taken yet. Node.js tells it nowhere else. */
function queueOf(socket: Socket): number {
  // oxlint-disable-next-line no-underscore-dangle -- that is its name
  return (socket as unknown as { _handle?: { writeQueueSize?: number } | null })._handle?.writeQueueSize ?? 0;
}

/** Without waiting for what the client does not take; over TLS the connection below is out of reach. */
export function endUnread(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

/** How many connections each address has open. */
export class Counts {
  readonly #counts = new Map<string, number>();

  /** Returns how many there are now. */
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
