/** Bounds what waits for clients that ask for answers and do not read them. */
import type { Connection } from './connection.ts';

const MIB = 1_024 * 1_024;
/** In bytes: for one connection, and for all of them. */
export const MOST_UNREAD = { one: 64 * MIB, all: 128 * MIB } as const;

/**
 * The connections to end, those with most unread bytes first: each that has too many, and as many of those that stand still as
 * it takes to bring all of them below their limit. @param now as of `performance.now`
 */
export function findGreedy(
  connections: Iterable<Connection>,
  now: number,
  limits: { one: number; all: number } = MOST_UNREAD,
): Connection[] {
  const waiting = Array.from(connections, (connection) => ({ connection, bytes: unreadOf(connection) })).filter(({ bytes }) => bytes > 0);
  let all = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  const isGreedy = ({ connection, bytes }: (typeof waiting)[number]): boolean => {
    if (bytes <= limits.one && (all <= limits.all || connection.unread.forMs(now) === 0)) return false;
    all -= bytes;
    return true;
  };
  return waiting.toSorted((one, other) => other.bytes - one.bytes).flatMap((entry) => (isGreedy(entry) ? [entry.connection] : []));
}

/** What has been written to the socket, and the answers to pipelined requests that wait for their turn. */
const unreadOf = ({ socket, visits }: Connection): number =>
  Array.from(visits).reduce(
    (sum, { response }) => sum + response.writableLength - (response.socket ? socket.writableLength : 0),
    socket.writableLength,
  );
