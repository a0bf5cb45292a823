/** The HTTP server: listens, tracks every connection and request, and drains without breaking them. Knows nothing of MCP. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Server as HttpsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { endsWithin } from '../common/within.ts';
import { Backlog } from './backlog.ts';
import { isCarryable, isIdle, leave, type Connection, type Visit } from './connection.ts';
import type { FrontContext, FrontOptions, ParkedConnection } from './front-options.ts';
import { findGreedy } from './greedy.ts';
import { addressOf, descriptorOf, listenOn, type Place } from './socket.ts';
import { describeStream, continueAfterHead, isCarriedWhole, repeatRequest, type CarriedStream } from './stream-handover.ts';
import {
  answerTooSlow,
  Counts,
  describeTurnedAway,
  endTooSlow,
  endUnread,
  everySecond,
  headerTimeMs,
  Unread,
  NO_LIMITS,
  type FrontLimits,
} from './slow-clients.ts';
import { createTlsServer, isAcceptable, replaceTls, type TlsMaterial } from './tls.ts';
import { acceptWaiting, waitUntil } from './waiting.ts';

const KEEP_ALIVE_MS = 65_000;
/** How long requests may still take once no connections are accepted. */
const GRACE_MS = 1_000;
/** How long after one newcomer's progress the next one's is awaited: the rest of a TLS handshake, a first request. */
const ARRIVAL_MS = 1_000;
/** How long to wait for clients to answer the end of a TLS connection. */
const GOODBYE_MS = 200;
/** How long `lastCall` may take: a little more than one command of the state store, where the errors are kept for other replicas. */
const LAST_CALL_MS = 1_700;
const OUT_OF_TIME = 'the server is restarting or stopping, and this request did not finish in time';

/** An HTTP or HTTPS server that can hand its socket, idle connections and event streams to the next generation. */
export class Front {
  readonly #options: FrontOptions;
  readonly #server: Server | HttpsServer;
  readonly #tls: HttpsServer | null;
  /** The sockets below TLS, those whose handshake is not done included. */
  readonly #handshakes = new Set<Socket>();
  readonly #addresses = new Counts();
  readonly #stopLooking: () => void;
  #authorities: Buffer | undefined;
  #accepted = 0;
  #lastArrival = -Infinity;
  #turnedAway = 0;
  #lastWarning = -Infinity;
  readonly #connections = new Map<Socket, Connection>();
  readonly #continued = new WeakMap<Socket, CarriedStream>();
  #backlog: Backlog | null = null;
  #lingering = false;
  #parking = false;
  #carriesStreams = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    const visit = (request: IncomingMessage, response: ServerResponse) => this.#visit(request, response);
    // The server's own timeouts would also close connections that were handed over idle; see #endSlow.
    const serverOptions = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: 0, requestTimeout: 0, noDelay: true };
    this.#tls = options.tls ? createTlsServer(options.tls, serverOptions, visit) : null;
    this.#server = this.#tls ?? createServer(serverOptions, visit);
    this.#authorities = options.tls?.clientAuthorities;
    this.#tls?.on('connection', (socket: Socket) => this.#shake(socket));
    this.#server.on(this.#tls ? 'secureConnection' : 'connection', (socket: Socket) => this.#meet(socket));
    // The routes answer Expect headers: 100 Continue when the body is read, 417 for anything else.
    for (const event of ['checkContinue', 'checkExpectation']) this.#server.on(event, visit);
    this.#stopLooking = everySecond(() => this.#endSlow());
  }

  /** Begins to accept connections. @returns the bound address @throws ZscalerMcpError ERR_LISTEN */
  async listen(place: Place): Promise<{ host: string; port: number }> {
    await listenOn(this.#server, place);
    return this.address();
  }

  /** The address that the front is listening on. */
  address(): { host: string; port: number } {
    return addressOf(this.#server);
  }

  /** The descriptor of the listening socket, to be duplicated; null when it is not listening. */
  descriptor(): number | null {
    return descriptorOf(this.#server);
  }

  /** Takes over connections of the former generation, with the requests that waited in them. */
  adopt(connections: readonly ParkedConnection[]): void {
    this.#backlog = new Backlog();
    for (const { descriptor, stream } of connections) {
      const socket = new Socket({ fd: descriptor, readable: true, writable: true, allowHalfOpen: true });
      if (this.#tls) {
        // It was opened without TLS, which is no longer served.
        socket.destroy();
        continue;
      }
      // The server's own idle timeout begins with the end of a response, and there was none here yet.
      socket.setTimeout(KEEP_ALIVE_MS);
      if (stream) {
        this.#continued.set(socket, stream);
        socket.unshift(repeatRequest(stream));
      }
      this.#server.emit('connection', socket);
    }
  }

  /**
   * Lets requests in flight finish while still accepting, then stops accepting; the socket itself stays open if it was
   * duplicated. With `carry`, idle connections are parked, and what their clients send waits in the kernel; without, each
   * answer tells its client to reconnect, and idle connections are closed. With `streams`, connections with an open event
   * stream are parked too if the stream can continue elsewhere; other streams end.
   * @returns how many requests did not finish in time and were interrupted
   */
  async drain(options: { timeoutMs: number; carry: boolean; streams?: boolean; signal: AbortSignal }): Promise<{ interrupted: number }> {
    const { timeoutMs, signal } = options;
    // The keys of a TLS connection live in this process alone.
    const carry = options.carry && this.#tls === null;
    const deadline = performance.now() + timeoutMs;
    this.#lingering = !carry;
    this.#carriesStreams = carry && options.streams === true;
    this.#endStreams();
    const started = this.#visits();
    await waitUntil(() => started.every(({ response }) => response.closed), deadline, signal);
    // Clients that send a request at least once a second are told to reconnect meanwhile.
    if (!carry) await waitUntil(() => this.#connections.size === 0, Math.min(deadline, performance.now() + GRACE_MS), signal);
    // Connections that wait in a socket that was duplicated are accepted by the next generation.
    if (!options.carry) await acceptWaiting(() => this.#accepted, deadline);
    if (signal.aborted) return { interrupted: 0 };
    this.#stopAccepting();
    this.#parking = carry;
    this.#endStreams();
    if (carry) for (const connection of this.#connections.values()) this.#parkIfIdle(connection);
    const isQuiet = () => {
      this.#parkStreams();
      return this.#busy().length === 0 && (carry || !this.#hasNewcomers());
    };
    await waitUntil(isQuiet, performance.now() + GRACE_MS, signal);
    const interrupted = await this.#interrupt();
    await this.#closeUnparked();
    // Events that were on their way to a held stream have arrived there after this turn of the event loop.
    await turn();
    return { interrupted };
  }

  /** The connections that `drain` parked. */
  parked(): ParkedConnection[] {
    return [...this.#connections.values()].flatMap(({ socket, parked, visits: [visit] }) => {
      const descriptor = parked && !socket.destroyed ? descriptorOf(socket) : null;
      if (descriptor === null) return [];
      const carry = visit?.stream?.carry;
      return [{ descriptor, stream: visit && carry ? describeStream(visit.request, carry) : null }];
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
    this.#releaseStreams();
  }

  /**
   * Accepts the connections that wait in the kernel, then stops accepting. Resolves when their requests, and those in flight,
   * have been answered, or at the deadline (as of `performance.now`). Streams stay open.
   */
  async finishRequests(deadline: number): Promise<void> {
    this.#lingering = true;
    await acceptWaiting(() => this.#accepted, deadline);
    this.#stopAccepting();
    const isQuiet = () => {
      this.#closeIdle();
      return this.#visits().length === 0 && !this.#hasNewcomers();
    };
    await waitUntil(isQuiet, deadline);
  }

  /** Stops accepting as `finishRequests` does, ends streams, closes everything. @returns how many requests were interrupted */
  async close(deadline: number): Promise<{ interrupted: number }> {
    this.#lingering = true;
    this.#releaseStreams();
    this.#endStreams();
    await this.finishRequests(deadline);
    await waitUntil(() => this.#busy().length === 0, deadline);
    const interrupted = await this.#interrupt();
    await this.#closeUnparked();
    this.#stopLooking();
    this.#server.closeAllConnections();
    return { interrupted };
  }

  /**
   * Serves new connections with another certificate. Open connections stay, unless the authorities for client certificates
   * changed: then each closes after the answers in progress, and its client has to reconnect.
   * @throws Error when the material cannot be used; `checkTls` finds out before
   */
  replaceTls(material: TlsMaterial): void {
    if (!this.#tls) return;
    replaceTls(this.#tls, material);
    const former = this.#authorities;
    this.#authorities = material.clientAuthorities;
    if (former?.toString() !== material.clientAuthorities?.toString())
      for (const connection of this.#connections.values()) leave(connection);
  }

  #shake(socket: Socket): void {
    this.#accepted++;
    this.#lastArrival = performance.now();
    if (!this.#admit(socket)) return;
    this.#handshakes.add(socket);
    socket.once('close', () => this.#handshakes.delete(socket));
  }

  #meet(socket: Socket): void {
    this.#lastArrival = performance.now();
    if (!this.#tls) this.#accepted++;
    if (this.#tls ? !isAcceptable(socket as TLSSocket) : !this.#admit(socket)) return void socket.destroy();
    const connection: Connection = {
      socket,
      visits: new Set(),
      readWhenIdle: socket.bytesRead,
      arrivingSince: null,
      silentSince: performance.now(),
      unread: new Unread(socket),
      isLeaving: false,
      parked: false,
    };
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#connections.delete(socket));
    if (this.#parking) this.#parkIfIdle(connection);
  }

  /** Counts a connection; closes it and returns false when a limit is reached. */
  #admit(socket: Socket): boolean {
    const { connections, connectionsPerAddress, isTrustedProxy } = this.#limits();
    const address = socket.remoteAddress ?? '';
    const open = this.#addresses.add(address);
    socket.once('close', () => this.#addresses.remove(address));
    const all = this.#tls ? this.#handshakes.size : this.#connections.size;
    if (all < connections && (open <= connectionsPerAddress || isTrustedProxy(address))) return true;
    this.#turnedAway++;
    socket.destroy();
    return false;
  }

  #limits(): FrontLimits {
    return this.#options.limits?.() ?? NO_LIMITS;
  }

  #endSlow(): void {
    const now = performance.now();
    const { readTimeoutMs } = this.#limits();
    for (const connection of this.#connections.values()) {
      if (connection.parked) continue;
      for (const visit of connection.visits) if (!visit.request.complete && now - visit.since > readTimeoutMs) answerTooSlow(visit);
      const isArriving = connection.visits.size === 0 && connection.socket.bytesRead !== connection.readWhenIdle;
      connection.arrivingSince = isArriving ? (connection.arrivingSince ?? now) : null;
      if (connection.arrivingSince !== null && now - connection.arrivingSince > headerTimeMs(readTimeoutMs)) endTooSlow(connection.socket);
      else if (!isArriving && connection.silentSince !== null && now - connection.silentSince > KEEP_ALIVE_MS) connection.socket.end();
      if (connection.unread.forMs(now) > readTimeoutMs) endUnread(connection.socket);
    }
    for (const { socket } of findGreedy(this.#connections.values(), now)) endUnread(socket);
    if (this.#turnedAway === 0 || now - this.#lastWarning < 60_000) return;
    this.#options.warn?.(describeTurnedAway(this.#turnedAway));
    this.#turnedAway = 0;
    this.#lastWarning = now;
  }

  #visit(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(request.socket);
    if (connection?.isLeaving) return void request.socket.destroy();
    const visit: Visit = { request, response, since: performance.now(), stream: null, readBefore: 0 };
    const continued = this.#continued.get(request.socket) ?? null;
    this.#continued.delete(request.socket);
    this.#lastArrival = performance.now();
    if (connection) connection.silentSince = null;
    if (continued) continueAfterHead(response);
    request.socket.setTimeout(0);
    connection?.visits.add(visit);
    if (this.#lingering) response.setHeader('Connection', 'close');
    response.once('close', () => {
      if (!connection) return;
      connection.visits.delete(visit);
      // The socket's own bookkeeping of this response comes after this event.
      setImmediate(() => this.#becameIdle(connection));
    });
    const context: FrontContext = {
      continued,
      standing: (stream) => {
        visit.stream = isCarriedWhole(request) ? stream : { end: () => stream.end() };
        visit.readBefore = request.socket.bytesRead;
        if (this.#lingering || this.#parking) this.#endOrHold(visit);
      },
    };
    const respond = () => this.#options.respond(request, response, context);
    if (this.#backlog && request.method === 'POST' && !continued) this.#backlog.enter(response, respond);
    else respond();
  }

  #becameIdle(connection: Connection): void {
    if (connection.visits.size > 0 || connection.socket.destroyed) return;
    connection.readWhenIdle = connection.socket.bytesRead;
    if (connection.isLeaving) connection.socket.end();
    if (this.#parking) this.#parkIfIdle(connection);
  }

  #parkIfIdle(connection: Connection): void {
    if (connection.parked || !isIdle(connection)) return;
    // The HTTP parser reads below the stream; pausing the socket stops that reading as well.
    connection.socket.pause();
    connection.parked = isIdle(connection);
    if (!connection.parked) connection.socket.resume();
  }

  /** Ends all streams or, with `streams` in `drain`, those that cannot be carried; holds the others while connections are parked. */
  #endStreams(): void {
    for (const visit of this.#allVisits()) this.#endOrHold(visit);
  }

  #endOrHold({ stream }: Visit): void {
    if (!this.#carriesStreams || !stream?.carry) stream?.end();
    else if (this.#parking) stream.carry.hold();
  }

  #releaseStreams(): void {
    this.#carriesStreams = false;
    for (const { stream } of this.#allVisits()) stream?.carry?.release();
  }

  /** Parks the streams whose last event has been sent. */
  #parkStreams(): void {
    if (!this.#carriesStreams) return;
    for (const connection of this.#connections.values()) {
      if (connection.parked || !isCarryable(connection)) continue;
      connection.socket.pause();
      connection.parked = isCarryable(connection);
      if (!connection.parked) connection.socket.resume();
    }
  }

  #stopAccepting(): void {
    // http.Server.close would also close idle connections.
    if (this.#server.listening) NetServer.prototype.close.call(this.#server);
  }

  /** Whether clients are still coming in: the first request, or the TLS handshake, of a connection is to be expected. */
  #hasNewcomers(): boolean {
    if (performance.now() - this.#lastArrival > ARRIVAL_MS) return false;
    return this.#handshakes.size > this.#connections.size || this.#connections.values().some(({ silentSince }) => silentSince !== null);
  }

  /** Connections on which a request is being answered or arriving. */
  #busy(): Connection[] {
    return [...this.#connections.values()].filter((connection) => !connection.parked && !isIdle(connection));
  }

  #closeIdle(): void {
    const waits = this.#hasNewcomers();
    for (const connection of this.#connections.values())
      if (isIdle(connection) && !(waits && connection.silentSince !== null)) connection.socket.end();
  }

  /** Over TLS sends close_notify first, so that the end is not taken for a truncation attack (RFC 8446, section 6.1). */
  async #closeUnparked(): Promise<void> {
    const leaving = [...this.#connections.values()].filter(({ parked }) => !parked).map(({ socket }) => socket);
    if (this.#tls) {
      for (const socket of leaving) socket.end();
      await waitUntil(() => leaving.every(({ destroyed }) => destroyed), performance.now() + GOODBYE_MS);
    }
    for (const socket of [...leaving, ...this.#handshakes]) socket.destroy();
  }

  /** Answers requests in flight with an error and destroys their responses. Returns how many. */
  async #interrupt(): Promise<number> {
    const visits = this.#visits();
    for (const { response } of visits) if (!response.headersSent) this.#options.refuse(response, OUT_OF_TIME);
    await endsWithin(LAST_CALL_MS, this.#options.lastCall?.(OUT_OF_TIME));
    // The errors must have been sent before the sockets are destroyed.
    await waitUntil(() => visits.every(({ response }) => response.closed), performance.now() + 200);
    for (const { response } of visits) response.destroy();
    return visits.length;
  }

  /** Requests in flight, without standing streams. */
  #visits(): Visit[] {
    return this.#allVisits().filter(({ stream }) => stream === null);
  }

  #allVisits(): Visit[] {
    return [...this.#connections.values()].flatMap(({ visits }) => [...visits]);
  }
}
