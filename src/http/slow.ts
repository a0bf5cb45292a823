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
