/** A connection of the front, and the requests that are being answered on it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Unread } from './slow-clients.ts';
import type { StandingStream } from './stream-handover.ts';

export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly since: number;
  stream: StandingStream | null;
  /** Bytes that the connection had brought when the stream began; more means that the client sent something else. */
  readBefore: number;
}

export interface Connection {
  readonly socket: Socket;
  readonly visits: Set<Visit>;
  /** Bytes read when the connection last became idle; more means that a request has begun to arrive. */
  readWhenIdle: number;
  /** When the headers of a request were first seen to be arriving; null while they are not. */
  arrivingSince: number | null;
  /** When it was opened; null from its first request on. */
  silentSince: number | null;
  /** What waits for the client to take it. */
  readonly unread: Unread;
  /** Ends with what is being answered on it. */
  isLeaving: boolean;
  parked: boolean;
}

/** Streams end, what is being answered is finished, and nothing more is taken. */
export function leave(connection: Connection): void {
  connection.isLeaving = true;
  for (const { response, stream } of connection.visits) {
    if (!response.headersSent) response.setHeader('Connection', 'close');
    stream?.end();
  }
  if (isIdle(connection)) connection.socket.end();
}

export const isIdle = ({ socket, visits, readWhenIdle }: Connection): boolean =>
  visits.size === 0 && !socket.destroyed && socket.writableLength === 0 && socket.bytesRead === readWhenIdle;

/** Whether another process could go on with the stream: the kernel has all that was written, and the client said nothing since. */
export function isCarryable({ socket, visits }: Connection): boolean {
  const [visit, ...others] = visits;
  if (!visit?.stream?.carry || others.length > 0 || socket.destroyed || socket.bytesRead !== visit.readBefore) return false;
  return visit.request.complete && visit.response.writableLength === 0 && !visit.response.writableEnded;
}
