/** What the HTTP parsers of a server know: whether a connection is between two requests. Bytes and answers do not tell. */
import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

interface ParserList {
  /** The parsers that are not inside a message. One that has not seen its first message yet is not among them. */
  idle(): readonly { readonly socket?: Socket | null }[];
}

/**
 * The sockets whose last request has arrived whole, and of whose next one not a byte has: what `closeIdleConnections` of Node.js
 * goes by. Sockets of which no request has begun are not among them. Empty for a server that never listened.
 */
export function betweenRequests(server: Server | HttpsServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  for (const { socket } of listOf(server)?.idle() ?? []) if (socket) sockets.add(socket);
  return sockets;
}

/** Node.js has no public API for the list. */
function listOf(server: object): ParserList | undefined {
  const name = Object.getOwnPropertySymbols(server).find(({ description }) => description === 'http.server.connections');
  return name && (server as Record<symbol, ParserList | undefined>)[name];
}
