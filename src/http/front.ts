/** The HTTP server: listens, tracks every connection and request, and drains without breaking them. Knows nothing of MCP. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Server as HttpsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { Admission } from './admission.ts';
import { Backlog } from './backlog.ts';
import { Begun } from './begun.ts';
import { endStream, isCarryable, isIdle, isOnlyStream, isPipelining, leave, type Connection, type Visit } from './connection.ts';
import { closeConnections, interrupt } from './farewell.ts';
import type { FrontContext, FrontOptions, ParkedConnection } from './front-options.ts';
import { betweenRequests } from './parsers.ts';
import { addressOf, descriptorOf, listenOn, type Place } from './socket.ts';
import { describeStream, continueAfterHead, isCarriedWhole, repeatRequest, type CarriedStream } from './stream-handover.ts';
import { everySecond, NO_LIMITS, Unread, type FrontLimits } from './slow-clients.ts';
import { endSlow, KEEP_ALIVE_MS } from './slow-connections.ts';
import { createTlsServer, isAcceptable, replaceTls, type TlsMaterial } from './tls.ts';
import { acceptWaiting, waitUntil } from './waiting.ts';

/** How long clients without an open request are awaited: to be told to reconnect, or to read the events of a stream. */
const GRACE_MS = 1_000;
/** How long after one newcomer's progress the next one's is awaited: the rest of a TLS handshake, a first request. */
const ARRIVAL_MS = 1_000;

/** An HTTP or HTTPS server that can hand its socket, idle connections and event streams to the next generation. */
export class Front {
  readonly #options: FrontOptions;
  readonly #server: Server | HttpsServer;
  readonly #tls: HttpsServer | null;
  /** The sockets below TLS. */
  readonly #handshakes = new Set<Socket>();
  /** Those of them whose handshake is not done, by the client's address and port. */
  readonly #shaking = new Map<string, Socket>();
  readonly #admission: Admission;
  readonly #stopLooking: () => void;
  #authorities: Buffer | undefined;
  #accepted = 0;
  #lastArrival = -Infinity;
  readonly #connections = new Map<Socket, Connection>();
  readonly #continued = new WeakMap<Socket, CarriedStream>();
  #backlog: Backlog | null = null;
  #lingering = false;
  #parking = false;
  #carriesStreams = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#admission = new Admission(() => this.#limits(), options.warn);
    const visit = (request: IncomingMessage, response: ServerResponse) => this.#visit(request, response);
    // The server's own timeouts would also close connections that were handed over idle; see `endSlow`.
    const serverOptions = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: 0, requestTimeout: 0, noDelay: true };
    this.#tls = options.tls ? createTlsServer(options.tls, serverOptions, visit) : null;
    this.#server = this.#tls ?? createServer(serverOptions, visit);
    this.#authorities = options.tls?.clientAuthorities;
    this.#tls?.on('connection', (socket: Socket) => this.#shake(socket));
    this.#server.on(this.#tls ? 'secureConnection' : 'connection', (socket: Socket) => this.#meet(socket));
    // The routes answer Expect headers: 100 Continue when the body is read, 417 for anything else.
    for (const event of ['checkContinue', 'checkExpectation']) this.#server.on(event, visit);
    this.#stopLooking = everySecond(() => this.#lookAround());
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
   * duplicated. What has come meanwhile, a part of a request included, has the whole time once more.
   * With `carry`, idle connections are parked, and what their clients send waits in the kernel; without, each
   * answer tells its client to reconnect, and idle connections are closed once those that are new have had their answer. With
   * `streams`, connections with an open event stream are parked too if the stream can continue elsewhere; other streams end.
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
    const begun = new Begun(this.#connections.values(), !carry, this.#between());
    const shaking = new Set(this.#shaking.values());
    const isShaken = () => this.#shaking.values().every((socket) => !shaking.has(socket));
    const isFinished = () => {
      if (this.#carriesStreams) this.#endPipelined();
      return begun.isOver(() => this.#between()) && isShaken();
    };
    await waitUntil(isFinished, deadline, signal);
    // Clients that send a request at least once a second are told to reconnect meanwhile.
    if (!carry) await waitUntil(() => this.#connections.size === 0, Math.min(deadline, performance.now() + GRACE_MS), signal);
    // Connections that wait in a socket that was duplicated are accepted by the next generation.
    if (!options.carry) await acceptWaiting(() => this.#accepted, performance.now() + GRACE_MS);
    if (signal.aborted) return { interrupted: 0 };
    this.#stopAccepting();
    this.#parking = carry;
    this.#endStreams();
    const graceEnd = performance.now() + GRACE_MS;
    const isQuiet = () => {
      if (carry) this.#park(this.#connections.values());
      if (this.#unfinished(begun, { awaitsFirst: !carry, awaitsStreams: performance.now() < graceEnd }).length > 0) return false;
      return carry || this.#shaking.values().every((socket) => shaking.has(socket));
    };
    await waitUntil(isQuiet, performance.now() + timeoutMs, signal);
    if (signal.aborted) {
      // `close` lets them finish.
      this.#unpark();
      return { interrupted: 0 };
    }
    const report = await this.#farewell('restart');
    // Events that were on their way to a held stream have arrived there after this turn of the event loop.
    await turn();
    return report;
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
    await this.listen(place);
    this.#unpark();
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
    const report = await this.#farewell('stop');
    this.#stopLooking();
    this.#server.closeAllConnections();
    return report;
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
    if (former?.toString() === material.clientAuthorities?.toString()) return;
    const between = this.#between();
    for (const connection of this.#connections.values()) leave(connection, between);
  }

  #shake(socket: Socket): void {
    this.#accepted++;
    this.#lastArrival = performance.now();
    if (!this.#admission.admit(socket, this.#handshakes.size)) return;
    const peer = peerOf(socket);
    this.#handshakes.add(socket);
    this.#shaking.set(peer, socket);
    socket.once('close', () => {
      this.#handshakes.delete(socket);
      if (this.#shaking.get(peer) === socket) this.#shaking.delete(peer);
    });
  }

  #meet(socket: Socket): void {
    this.#lastArrival = performance.now();
    if (this.#tls) this.#shaking.delete(peerOf(socket));
    else this.#accepted++;
    if (this.#tls ? !isAcceptable(socket as TLSSocket) : !this.#admission.admit(socket, this.#connections.size))
      return void socket.destroy();
    const connection: Connection = {
      socket,
      visits: new Set(),
      readAtFirst: socket.bytesRead,
      begun: 0,
      arrivingSince: null,
      silentSince: performance.now(),
      unread: new Unread(socket),
      isLeaving: false,
      parked: false,
    };
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#connections.delete(socket));
    if (this.#parking) this.#park([connection]);
  }

  #limits(): FrontLimits {
    return this.#options.limits?.() ?? NO_LIMITS;
  }

  #lookAround(): void {
    endSlow(this.#connections.values(), this.#between(), this.#limits().readTimeoutMs);
    this.#admission.warnWhenDue(performance.now());
  }

  #visit(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(request.socket);
    if (connection?.isLeaving) return void request.socket.destroy();
    const visit: Visit = { request, response, since: performance.now(), stream: null };
    const continued = this.#continued.get(request.socket) ?? null;
    this.#continued.delete(request.socket);
    this.#lastArrival = performance.now();
    if (connection) {
      connection.silentSince = null;
      connection.begun++;
    }
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
        if (this.#lingering || this.#parking) this.#endOrHold(visit);
      },
    };
    const respond = () => this.#options.respond(request, response, context);
    if (this.#backlog && request.method === 'POST' && !continued) this.#backlog.enter(response, respond);
    else respond();
  }

  #becameIdle(connection: Connection): void {
    if (connection.visits.size > 0 || connection.socket.destroyed) return;
    if (connection.isLeaving) connection.socket.end();
    if (this.#parking) this.#park([connection]);
  }

  /** Ends streams behind which another request waits for its answer. */
  #endPipelined(): void {
    for (const connection of this.#connections.values()) if (connection.visits.size > 1) endStream(connection);
  }

  /** Parks the connections that are idle, and the streams whose last event has been sent. */
  #park(connections: Iterable<Connection>): void {
    const open = Array.from(connections).filter(({ parked, socket }) => !parked && !socket.writableEnded);
    if (open.length === 0) return;
    const between = this.#between();
    for (const connection of open) {
      if (this.#carriesStreams && isPipelining(connection, between)) endStream(connection);
      if (!isIdle(connection, between) && !(this.#carriesStreams && isCarryable(connection, between))) continue;
      // The HTTP parser reads below the stream; pausing the socket stops that reading as well.
      connection.socket.pause();
      connection.parked = true;
    }
  }

  #unpark(): void {
    this.#parking = false;
    for (const connection of this.#connections.values()) {
      connection.parked = false;
      connection.socket.resume();
    }
    this.#releaseStreams();
  }

  #between(): ReadonlySet<Socket> {
    return betweenRequests(this.#server);
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

  #stopAccepting(): void {
    // http.Server.close would also close idle connections.
    if (this.#server.listening) NetServer.prototype.close.call(this.#server);
  }

  /** Whether clients are still coming in: the first request, or the TLS handshake, of a connection is to be expected. */
  #hasNewcomers(): boolean {
    if (performance.now() - this.#lastArrival > ARRIVAL_MS) return false;
    return this.#shaking.size > 0 || this.#connections.values().some(({ silentSince }) => silentSince !== null);
  }

  /** Connections on which a request is being answered or arriving. */
  #busy(): Connection[] {
    const between = this.#between();
    return [...this.#connections.values()].filter((connection) => !connection.parked && !isIdle(connection, between));
  }

  /** Connections that something has come on since `begun` and is not done: also silent new ones, and streams with unsent events, if awaited. */
  #unfinished(begun: Begun, { awaitsFirst, awaitsStreams }: { awaitsFirst: boolean; awaitsStreams: boolean }): Connection[] {
    const open = [...this.#connections.values()].filter(({ parked }) => !parked);
    if (open.length === 0) return [];
    const between = this.#between();
    return open.filter((connection) => {
      if (begun.covers(connection, between)) return false;
      if (!awaitsStreams && isOnlyStream(connection, between)) return false;
      return (awaitsFirst && connection.begun === 0) || !isIdle(connection, between);
    });
  }

  #closeIdle(): void {
    const waits = this.#hasNewcomers();
    const between = this.#between();
    for (const connection of this.#connections.values())
      if (isIdle(connection, between) && !(waits && connection.silentSince !== null)) connection.socket.end();
  }

  async #farewell(before: 'restart' | 'stop'): Promise<{ interrupted: number }> {
    const interrupted = await interrupt([...this.#connections.values()], { before, between: this.#between(), options: this.#options });
    const leaving = [...this.#connections.values()].filter(({ parked }) => !parked);
    await closeConnections(leaving, this.#handshakes);
    return { interrupted };
  }

  /** Requests in flight, without standing streams. */
  #visits(): Visit[] {
    return this.#allVisits().filter(({ stream }) => stream === null);
  }

  #allVisits(): Visit[] {
    return [...this.#connections.values()].flatMap(({ visits }) => [...visits]);
  }
}

const peerOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;
