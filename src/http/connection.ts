/** A connection of the front, and the requests on it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Unread } from './slow-clients.ts';
import type { StandingStream } from './stream-handover.ts';

/** A request that is being answered. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** When it began, as of `performance.now`. */
  readonly since: number;
  /** Set when the response is a standing stream. */
  stream: StandingStream | null;
  /** `bytesRead` of the socket when the stream began; more means that the client sent something else since. */
  readBefore: number;
}

/** An open connection. Times are as of `performance.now`. */
export interface Connection {
  readonly socket: Socket;
  readonly visits: Set<Visit>;
  /** `bytesRead` of the socket when the connection last became idle; more means that a request is arriving. */
  readWhenIdle: number;
  /** When the headers of a request began to arrive, to the second; null while none are arriving. */
  arrivingSince: number | null;
  /** When the connection was opened; null from its first request on. */
  silentSince: number | null;
  /** How long the client has not read what was sent. */
  readonly unread: Unread;
  /** Closes after the answers in progress. */
  isLeaving: boolean;
  /** Paused, to be handed to another process. */
  parked: boolean;
}

/** Ends the connection's streams, and the connection itself after the answers in progress. */
export function leave(connection: Connection): void {
  connection.isLeaving = true;
  for (const { response, stream } of connection.visits) {
    if (!response.headersSent) response.setHeader('Connection', 'close');
    stream?.end();
  }
  if (isIdle(connection)) connection.socket.end();
}

/** Whether no request is being answered or arriving. */
export const isIdle = ({ socket, visits, readWhenIdle }: Connection): boolean =>
  visits.size === 0 && !socket.destroyed && socket.writableLength === 0 && socket.bytesRead === readWhenIdle;

/** Whether another process can continue the connection's stream: all events are in the kernel, and the client sent nothing since. */
export function isCarryable({ socket, visits }: Connection): boolean {
  const [visit, ...others] = visits;
  if (!visit?.stream?.carry || others.length > 0 || socket.destroyed || socket.bytesRead !== visit.readBefore) return false;
  return visit.request.complete && visit.response.writableLength === 0 && !visit.response.writableEnded;
}
