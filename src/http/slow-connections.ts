/** Ends connections on which a client sends or reads too slowly, or nothing at all. */
import type { Socket } from 'node:net';
import { isArriving, type Connection } from './connection.ts';
import { findGreedy } from './greedy.ts';
import { answerTooSlow, endTooSlow, endUnread, headerTimeMs } from './slow-clients.ts';

/** How long a connection may be idle. */
export const KEEP_ALIVE_MS = 65_000;

/** To be called once a second. @param between `betweenRequests` at this moment */
export function endSlow(connections: Iterable<Connection>, between: ReadonlySet<Socket>, readTimeoutMs: number): void {
  const now = performance.now();
  const open = Array.from(connections);
  for (const connection of open) {
    if (connection.parked) continue;
    for (const visit of connection.visits) if (!visit.request.complete && now - visit.since > readTimeoutMs) answerTooSlow(visit);
    const isHalfThere = connection.visits.size === 0 && isArriving(connection, between);
    connection.arrivingSince = isHalfThere ? (connection.arrivingSince ?? now) : null;
    if (connection.arrivingSince !== null && now - connection.arrivingSince > headerTimeMs(readTimeoutMs)) endTooSlow(connection.socket);
    else if (!isHalfThere && connection.silentSince !== null && now - connection.silentSince > KEEP_ALIVE_MS) connection.socket.end();
    if (connection.unread.forMs(now) > readTimeoutMs) endUnread(connection.socket);
  }
  for (const { socket } of findGreedy(open, now)) endUnread(socket);
}
