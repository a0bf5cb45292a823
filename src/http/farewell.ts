/** How connections end whose requests did not finish in time, or that nobody continues. */
import type { Socket } from 'node:net';
import { endsWithin } from '../common/within.ts';
import { isArriving, refuseHalf, type Connection } from './connection.ts';
import type { FrontOptions } from './front-options.ts';
import { waitUntil } from './waiting.ts';

/** How long to wait for clients to answer the end of a connection. */
const GOODBYE_MS = 200;
/** How long `lastCall` may take: a little more than one command of the state store, where the errors are kept for other replicas. */
const LAST_CALL_MS = 1_700;
/** How long written answers get to leave: a client may read slowly. A stop has to end sooner. */
const LEAVE_MS = { restart: 5_000, stop: LAST_CALL_MS + GOODBYE_MS } as const;
const OUT_OF_TIME = 'the server is restarting or stopping, and this request did not finish in time';

interface Farewell {
  readonly before: 'restart' | 'stop';
  /** `betweenRequests` at this moment. */
  readonly between: ReadonlySet<Socket>;
  readonly options: Pick<FrontOptions, 'refuse' | 'lastCall'>;
}

/** Answers what is in flight with an error, half-arrived requests included; standing streams stay. @returns how many got none but an error */
export async function interrupt(connections: readonly Connection[], { before, between, options }: Farewell): Promise<number> {
  const until = performance.now() + LEAVE_MS[before];
  const visits = connections.flatMap((connection) => [...connection.visits]).filter(({ stream }) => stream === null);
  const unanswered = visits.filter(({ response }) => !response.writableEnded);
  for (const { response } of unanswered) if (!response.headersSent) options.refuse(response, OUT_OF_TIME);
  const halfThere = connections.filter(
    (connection) => connection.visits.size === 0 && !connection.socket.writableEnded && isArriving(connection, between),
  );
  for (const { socket } of halfThere) refuseHalf(socket);
  await endsWithin(LAST_CALL_MS, options.lastCall?.(OUT_OF_TIME));
  await waitUntil(() => visits.every(({ response }) => response.closed), until);
  const stuck = visits.filter((visit) => !visit.response.closed && !unanswered.includes(visit));
  for (const { response } of visits) response.destroy();
  return unanswered.length + halfThere.length + stuck.length;
}

/**
 * Ends each before it is destroyed: a client that is still sending would lose the answer to a reset, and over TLS take an end
 * without close_notify for a truncation attack (RFC 8446, section 6.1).
 */
export async function closeConnections(connections: readonly Connection[], handshakes: Iterable<Socket>): Promise<void> {
  const sockets = connections.map(({ socket }) => socket);
  for (const socket of sockets) socket.end();
  await waitUntil(() => sockets.every(({ destroyed }) => destroyed), performance.now() + GOODBYE_MS);
  for (const socket of [...sockets, ...handshakes]) socket.destroy();
}
