/** What a server was occupied with when a drain began. All that comes later has a drain time of its own. */
import type { Socket } from 'node:net';
import { isArriving, isIdle, type Connection, type Visit } from './connection.ts';

/** The requests in flight at one moment, half-arrived ones included. `between` is `betweenRequests` as of each call. */
export class Begun {
  readonly #visits = new Set<Visit>();
  /** Connections of which a request was arriving or awaited, with the number of those that had begun before. */
  readonly #awaited = new Map<Connection, number>();

  /** @param awaitsFirst whether connections that have not spoken yet count as well */
  constructor(connections: Iterable<Connection>, awaitsFirst: boolean, between: ReadonlySet<Socket>) {
    for (const connection of connections) {
      for (const visit of connection.visits) if (visit.stream === null) this.#visits.add(visit);
      if ((awaitsFirst && connection.begun === 0) || isHalfThere(connection, between)) this.#awaited.set(connection, connection.begun);
    }
  }

  /** Whether all of it has been answered, or its clients have gone. */
  isOver(betweenNow: () => ReadonlySet<Socket>): boolean {
    for (const { response } of this.#visits) if (!response.closed) return false;
    if (this.#awaited.size === 0) return true;
    const between = betweenNow();
    // One that has not spoken yet is idle, too.
    const isDone = (connection: Connection) => connection.socket.destroyed || (connection.begun > 0 && isIdle(connection, between));
    return this.#awaited.keys().every(isDone);
  }

  /** Whether the connection is occupied with nothing that has come since. */
  covers(connection: Connection, between: ReadonlySet<Socket>): boolean {
    if (this.#awaited.has(connection)) return this.#awaited.get(connection) === connection.begun;
    return (
      connection.visits.size > 0 &&
      connection.visits.values().every((visit) => this.#visits.has(visit)) &&
      !isHalfThere(connection, between)
    );
  }
}

/** Whether a request is arriving that has not begun: its headers are not complete. */
const isHalfThere = (connection: Connection, between: ReadonlySet<Socket>): boolean =>
  isArriving(connection, between) && connection.visits.values().every(({ request }) => request.complete);
