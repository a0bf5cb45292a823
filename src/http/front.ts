/**
 * The HTTP front: listens, knows every connection and request, and can fall silent without breaking any of them.
 * It knows nothing of MCP; what answers requests is given to it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, Socket, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZscalerMcpError } from '../errors.ts';

/** Marks a response that never ends by itself; it is not a request in flight. */
export interface Exchange {
  /** `end` closes the stream in a way that makes the client come back. */
  standing(end: () => void): void;
}

export type Respond = (request: IncomingMessage, response: ServerResponse, exchange: Exchange) => void;

/** Where to listen: an address to bind, or a socket that listens already. */
export type Place = { readonly host: string; readonly port: number } | { readonly descriptor: number };

export interface FrontOptions {
  readonly respond: Respond;
  /** Answers a request that is cut off at the deadline; the response has not begun. */
  readonly refuse: (response: ServerResponse, why: string) => void;
  /** Told just before responses that have begun are cut off, to end them with a proper error. */
  readonly lastCall?: (why: string) => void;
}

interface Visit {
  readonly response: ServerResponse;
  end: (() => void) | null;
}

interface Connection {
  readonly socket: Socket;
  readonly visits: Set<Visit>;
  /** Bytes read when the connection last became idle; more means that a request has begun to arrive. */
  readWhenIdle: number;
  parked: boolean;
}

const BACKLOG = 1_024;
const KEEP_ALIVE_MS = 65_000;
/** How long requests may take once nothing new is accepted. */
const GRACE_MS = 1_000;

const OUT_OF_TIME = 'the server is restarting or stopping, and this request did not finish in time';

export class Front {
  readonly #options: FrontOptions;
  readonly #server: Server;
  readonly #connections = new Map<Socket, Connection>();
  #lingering = false;
  #parking = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#server = createServer(
      { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: KEEP_ALIVE_MS + 1_000, noDelay: true },
      (request, response) => this.#visit(request, response),
    );
    this.#server.on('connection', (socket: Socket) => this.#meet(socket));
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      response.writeContinue();
      this.#visit(request, response);
    });
  }

  /** @throws ZscalerMcpError ERR_LISTEN */
  async listen(place: Place): Promise<{ host: string; port: number }> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error) => reject(listenError(place, error));
      server.once('error', fail);
      const done = () => {
        server.off('error', fail);
        resolve();
      };
      if ('descriptor' in place) server.listen({ fd: place.descriptor, backlog: BACKLOG }, done);
      else server.listen({ host: place.host, port: place.port, backlog: BACKLOG }, done);
    });
    return this.address();
  }

  address(): { host: string; port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /** The descriptor of the listening socket, to be duplicated; null when it is not listening. */
  descriptor(): number | null {
    return descriptorOf(this.#server);
  }

  /** Goes on with connections of the former generation; each was idle when it was handed over. */
  adopt(descriptors: readonly number[]): void {
    for (const descriptor of descriptors) {
      const socket = new Socket({ fd: descriptor, readable: true, writable: true, allowHalfOpen: true });
      // The server's own idle limit counts from the end of a response, and there was none here yet.
      socket.setTimeout(KEEP_ALIVE_MS);
      this.#server.emit('connection', socket);
    }
  }

  /**
   * Lets what is in flight finish while still accepting, then stops accepting; the socket itself stays open if it was
   * duplicated. With `carry`, idle connections are parked with whatever they send next waiting in the kernel; without,
   * clients are told on every answer to reconnect, and idle connections are closed.
   */
  async drain({ timeoutMs, carry, signal }: { timeoutMs: number; carry: boolean; signal: AbortSignal }): Promise<{ cut: number }> {
    const deadline = performance.now() + timeoutMs;
    this.#lingering = !carry;
    this.endStanding();
    const started = this.#visits();
    await waitUntil(() => started.every(({ response }) => response.closed), deadline, signal);
    // Clients that speak at least once a second have now been told to reconnect.
    if (!carry) await waitUntil(() => this.#connections.size === 0, Math.min(deadline, performance.now() + GRACE_MS), signal);
    if (signal.aborted) return { cut: 0 };
    this.#stopAccepting();
    this.#parking = carry;
    this.endStanding();
    if (carry) for (const connection of this.#connections.values()) this.#parkIfIdle(connection);
    await waitUntil(() => this.#busy().length === 0, performance.now() + GRACE_MS, signal);
    const cut = await this.#cut();
    this.#closeUnparked();
    return { cut };
  }

  /** Descriptors of the connections that `drain` parked. */
  parked(): number[] {
    return [...this.#connections.values()].flatMap(({ socket, parked }) => {
      const descriptor = parked && !socket.destroyed ? descriptorOf(socket) : null;
      return descriptor === null ? [] : [descriptor];
    });
  }

  /** Undoes `drain`. @throws ZscalerMcpError ERR_LISTEN */
  async resume(place: Place): Promise<void> {
    this.#lingering = false;
    this.#parking = false;
    await this.listen(place);
    for (const connection of this.#connections.values()) {
      connection.parked = false;
      connection.socket.resume();
    }
  }

  /** Ends event streams that never end by themselves. */
  endStanding(): void {
    for (const visit of this.#allVisits()) visit.end?.();
  }

  /** Stops accepting, lets requests finish, closes everything. */
  async close(timeoutMs: number): Promise<{ cut: number }> {
    this.#lingering = true;
    this.endStanding();
    this.#stopAccepting();
    this.#closeIdle();
    await waitUntil(() => this.#busy().length === 0, performance.now() + timeoutMs);
    const cut = await this.#cut();
    this.#server.closeAllConnections();
    return { cut };
  }

  #meet(socket: Socket): void {
    const connection: Connection = { socket, visits: new Set(), readWhenIdle: 0, parked: false };
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#connections.delete(socket));
    if (this.#parking) this.#parkIfIdle(connection);
  }

  #visit(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(request.socket);
    const visit: Visit = { response, end: null };
    request.socket.setTimeout(0);
    connection?.visits.add(visit);
    if (this.#lingering) response.setHeader('Connection', 'close');
    response.once('close', () => {
      if (!connection) return;
      connection.visits.delete(visit);
      // The socket's own bookkeeping of this response comes after this event.
      setImmediate(() => this.#becameIdle(connection));
    });
    this.#options.respond(request, response, {
      standing: (end) => {
        visit.end = end;
        if (this.#lingering || this.#parking) end();
      },
    });
  }

  #becameIdle(connection: Connection): void {
    if (connection.visits.size > 0 || connection.socket.destroyed) return;
    connection.readWhenIdle = connection.socket.bytesRead;
    if (this.#parking) this.#parkIfIdle(connection);
  }

  #parkIfIdle(connection: Connection): void {
    if (connection.parked || !isIdle(connection)) return;
    // The HTTP parser reads below the stream; pausing the socket stops that reading as well.
    connection.socket.pause();
    connection.parked = isIdle(connection);
    if (!connection.parked) connection.socket.resume();
  }

  #stopAccepting(): void {
    // http.Server.close would also close idle connections, which are to live on.
    if (this.#server.listening) NetServer.prototype.close.call(this.#server);
  }

  /** Connections with a request that is being answered, or has begun to arrive. */
  #busy(): Connection[] {
    return [...this.#connections.values()].filter((connection) => !connection.parked && !isIdle(connection));
  }

  #closeIdle(): void {
    for (const connection of this.#connections.values()) if (isIdle(connection)) connection.socket.end();
  }

  #closeUnparked(): void {
    for (const { socket, parked } of this.#connections.values()) if (!parked) socket.destroy();
  }

  /** Answers everything in flight with an error, and cuts off what cannot be answered any more. Returns how many. */
  async #cut(): Promise<number> {
    const visits = this.#visits();
    for (const { response } of visits) if (!response.headersSent) this.#options.refuse(response, OUT_OF_TIME);
    this.#options.lastCall?.(OUT_OF_TIME);
    // What was said must be on the wire before the sockets go.
    await waitUntil(() => visits.every(({ response }) => response.closed), performance.now() + 200);
    for (const { response } of visits) response.destroy();
    return visits.length;
  }

  /** Requests in flight, standing streams left out. */
  #visits(): Visit[] {
    return this.#allVisits().filter(({ end }) => end === null);
  }

  #allVisits(): Visit[] {
    return [...this.#connections.values()].flatMap(({ visits }) => [...visits]);
  }
}

const isIdle = ({ socket, visits, readWhenIdle }: Connection): boolean =>
  visits.size === 0 && !socket.destroyed && socket.writableLength === 0 && socket.bytesRead === readWhenIdle;

/** Node.js shows the descriptor of a server or socket nowhere else. */
function descriptorOf(owner: object): number | null {
  // oxlint-disable-next-line no-underscore-dangle -- that is its name
  const { fd } = (owner as { _handle?: { fd?: number } | null })._handle ?? {};
  return typeof fd === 'number' && fd >= 0 ? fd : null;
}

async function waitUntil(isTrue: () => boolean, deadline: number, signal?: AbortSignal): Promise<void> {
  const isOver = () => performance.now() >= deadline || signal?.aborted === true;
  while (!isTrue() && !isOver()) await sleep(5);
}

/**
 * A new listening socket for the next generation: `duplicate` makes the descriptor that survives.
 * Nothing is accepted here; whoever connects waits in the kernel. @throws ZscalerMcpError ERR_LISTEN
 */
export async function openSocket(
  place: { host: string; port: number },
  duplicate: (descriptor: number) => number,
): Promise<{ descriptor: number; host: string; port: number }> {
  const server = new NetServer({ pauseOnConnect: true }, (socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(place, error)));
    server.listen({ ...place, backlog: BACKLOG }, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  const descriptor = duplicate(descriptorOf(server) ?? -1);
  server.close();
  return { descriptor, host: address, port };
}

function listenError(place: Place, error: Error): ZscalerMcpError {
  const { code } = error as NodeJS.ErrnoException;
  if ('descriptor' in place)
    return new ZscalerMcpError('ERR_LISTEN', `the inherited socket cannot be listened on: ${error.message}`, { cause: error });
  const where = `${place.host}:${place.port}`;
  const [message, hint] =
    code === 'EADDRINUSE'
      ? [`${where} is in use by another program`, 'Stop that program, or choose another port with --port or ZSCALER_MCP_PORT.']
      : code === 'EACCES'
        ? [`${where} may not be bound by this user`, 'Choose a port from 1024 with --port or ZSCALER_MCP_PORT.']
        : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
          ? [`${place.host} is no address of this machine`, 'Choose another address with --host or ZSCALER_MCP_HOST.']
          : [`${where} cannot be listened on: ${error.message}`, 'Choose another address with --host and --port.'];
  return new ZscalerMcpError('ERR_LISTEN', message, { hint, cause: error });
}
