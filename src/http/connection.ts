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
}

/** An open connection. Times are as of `performance.now`. */
export interface Connection {
  readonly socket: Socket;
  readonly visits: Set<Visit>;
  /** `bytesRead` of the socket when the connection was opened; until its first request has begun, more means that one is arriving. */
  readonly readAtFirst: number;
  /** How many requests have begun: their headers have arrived. */
  begun: number;
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
export function leave(connection: Connection, between: ReadonlySet<Socket>): void {
  connection.isLeaving = true;
  for (const { response, stream } of connection.visits) {
    if (!response.headersSent) response.setHeader('Connection', 'close');
    stream?.end();
  }
  if (isIdle(connection, between)) connection.socket.end();
}

/**
 * Whether a part of a request has arrived. Only the HTTP parser knows: the beginning of a pipelined next request comes in the same
 * packet as the end of the one before.
 * @param between `betweenRequests` at this moment
 */
export const isArriving = ({ socket, begun, readAtFirst }: Connection, between: ReadonlySet<Socket>): boolean =>
  !socket.destroyed && (begun === 0 ? socket.bytesRead !== readAtFirst : !between.has(socket));

/** Whether no request is being answered or arriving. @param between `betweenRequests` at this moment */
export const isIdle = (connection: Connection, between: ReadonlySet<Socket>): boolean =>
  connection.visits.size === 0 &&
  !connection.socket.destroyed &&
  connection.socket.writableLength === 0 &&
  !isArriving(connection, between);

/** Whether another process can continue the connection's stream: all events are in the kernel, and the client sent nothing since. */
export function isCarryable(connection: Connection, between: ReadonlySet<Socket>): boolean {
  const { socket, visits } = connection;
  const [visit, ...others] = visits;
  if (!visit?.stream?.carry || others.length > 0 || socket.destroyed || isArriving(connection, between)) return false;
  return visit.request.complete && visit.response.writableLength === 0 && !visit.response.writableEnded;
}

/** Whether a stream stands on the connection, and its client has sent something more, which waits for the end of the stream. */
export const isPipelining = (connection: Connection, between: ReadonlySet<Socket>): boolean =>
  connection.visits.values().some(({ stream, request }) => stream !== null && request.complete) &&
  (connection.visits.size > 1 || isArriving(connection, between));

/** Whether a stream stands on the connection, and nothing else is going on there. */
export const isOnlyStream = (connection: Connection, between: ReadonlySet<Socket>): boolean =>
  connection.visits.size === 1 && connection.visits.values().every(({ stream }) => stream !== null) && !isArriving(connection, between);

/** Ends the connection's streams in a way that makes the client reconnect, with all that was kept. */
export function endStream({ visits }: Connection): void {
  for (const visit of visits) {
    const { stream } = visit;
    if (!stream) continue;
    // Asked again until it has ended.
    visit.stream = { end: () => undefined };
    stream.carry?.release();
    stream.end();
  }
}

/** Answers a request of which only a part has arrived; nothing was parsed yet, so the bytes are written directly. */
export function refuseHalf(socket: Socket): void {
  if (socket.writable) socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n');
}
