/** Where clients come in, over HTTP or a pipe: listening, authentication, draining, and handing the socket on. */
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { Gate, type SharedFailures } from '../auth/index.ts';
import type { Log } from '../common/log.ts';
import { endsWithin } from '../common/within.ts';
import { checkTls, createRoutes, Front, openSocket, type ParkedConnection, type Place } from '../http/index.ts';
import type { Descriptors, DrainOptions, DrainReport, HandedListener, Handover, Replacement, State } from '../lifecycle/index.ts';
import type { McpService, SavedPipe, StdioConnection } from '../mcp/index.ts';
import type { Settings } from '../settings/index.ts';
import type { SharedState } from '../state/index.ts';
import type { Calls } from './calls.ts';
import { authConfigOf, isSameTls, pathOf, tlsOf } from './part-settings.ts';

/** What the door leads to. */
export interface DoorOptions {
  readonly mcp: McpService;
  readonly calls: Calls;
  /** What is shared with other replicas; null without any. */
  readonly state: SharedState | null;
  readonly log: Log;
  /** Told why, just before running calls are cut. */
  readonly onCut: (why: string) => void;
}

/** A host and port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Owns the listening socket, its connections, the authentication of clients, and the pipe of a stdio server. */
export class Door {
  readonly #options: DoorOptions;
  readonly #gate: Gate;
  readonly #front: Front;
  #lifecycleState: State = 'starting';
  #stdio: StdioConnection | null = null;
  /** A copy of the listening socket, kept while this generation may have to come back. */
  #fallback: number | null = null;

  constructor(options: DoorOptions) {
    this.#options = options;
    const { calls, log } = options;
    const tls = tlsOf(calls.settings);
    if (tls) for (const warning of checkTls(tls)) log.warn({}, warning);
    this.#gate = openGate(options);
    this.#front = new Front({
      tls,
      limits: () => calls.edge.front,
      warn: (message) => log.warn({}, message),
      respond: this.#routes(),
      refuse: refuseRequest,
      lastCall: (why) => this.#abandon(why),
    });
  }

  /** Told of every change of state, from which readiness follows. */
  entered(state: State): void {
    this.#lifecycleState = state;
  }

  /** Listens on the socket of the former generation, or binds one; continues its connections. @throws ZscalerMcpError ERR_LISTEN */
  async listen(handover: Handover<unknown> | null): Promise<Address> {
    const inherited = handover?.listeners[0];
    const address = await this.#front.listen(inherited ? placeOf(inherited) : this.#place());
    if (handover) this.#front.adopt(handover.connections as readonly ParkedConnection[]);
    this.#gate.begin();
    return address;
  }

  /**
   * Serves the client at the other end of a pipe; resolves at the end of input.
   * @param saved the pipe of the former generation; null for a new one
   * @param toolsChanged whether that client was offered other tools than now
   */
  async serveStdio(
    input: NodeJS.ReadStream,
    output: NodeJS.WriteStream,
    { saved, toolsChanged }: { saved: SavedPipe | null; toolsChanged: () => boolean },
  ): Promise<void> {
    const { mcp } = this.#options;
    this.#stdio = mcp.serveStdio(input, output, saved);
    await this.#stdio.begun;
    if (saved?.handshake?.initialized && toolsChanged()) mcp.toolsChanged();
    await this.#stdio.closed;
  }

  /** What the next generation needs to continue the pipe; null over HTTP. */
  savePipe(): SavedPipe | null {
    return this.#stdio?.save() ?? null;
  }

  /** The idle connections that `drain` set aside for the next generation. */
  parked(): readonly ParkedConnection[] {
    return this.#front.parked();
  }

  /** See `Service.openListeners`; `next` is the address that the next generation listens on. */
  async openListeners(next: Address, descriptors: Descriptors | null): Promise<readonly HandedListener[]> {
    const running = this.#front.descriptor();
    if (running === null) return [];
    const { host, port } = this.#options.calls.settings;
    const isSame = next.host === host && next.port === port;
    if (isSame) return [{ name: 'http', ...this.#front.address(), descriptor: descriptors?.duplicate(running) ?? null }];
    const address = { host: bindable(next.host), port: next.port };
    if (!descriptors) return [{ name: 'http', ...address, descriptor: null }];
    const opened = await openSocket(address, (descriptor) => descriptors.duplicate(descriptor));
    return [{ name: 'http', ...opened }];
  }

  /** See `Service.drain`. */
  async drain({ timeoutMs, descriptors, keepSessions, signal }: DrainOptions): Promise<DrainReport> {
    const running = this.#front.descriptor();
    if (descriptors && running !== null) {
      this.#fallback = descriptors.duplicate(running);
      descriptors.closeOnExec(this.#fallback, true);
    }
    this.#options.mcp.endQuestions('the server is restarting');
    if (this.#stdio) return this.#drainPipe(this.#stdio, timeoutMs);
    await this.#finishOnStreams(timeoutMs);
    return this.#front.drain({ timeoutMs, carry: descriptors !== null, streams: keepSessions, signal });
  }

  /** Undoes `drain`: serves again where it did before. */
  async resume(): Promise<void> {
    this.#options.mcp.resumeQuestions();
    if (this.#stdio) return this.#stdio.resume();
    const place = this.#fallback === null ? this.#place() : { descriptor: this.#fallback };
    this.#fallback = null;
    await this.#front.resume(place);
  }

  /** Accepts and reads what has arrived, lets requests finish, then closes every connection. */
  async close(timeoutMs: number): Promise<DrainReport> {
    const { mcp, calls } = this.#options;
    const deadline = performance.now() + timeoutMs;
    mcp.endQuestions('the server is stopping');
    if (calls.settings.transport === 'sse') {
      await this.#front.finishRequests(deadline);
      await this.#finishOnStreams(deadline - performance.now());
    }
    mcp.endStreams();
    const isPipeIdle = await this.#finishOnPipe(deadline);
    const { interrupted } = await this.#front.close(deadline);
    this.#gate.close();
    return { interrupted: interrupted + (isPipeIdle ? 0 : 1) };
  }

  /** Other settings of client authentication. */
  prepareAuthentication(next: Settings): Replacement {
    return this.#gate.prepare(authConfigOf(next));
  }

  /** Another certificate, for connections from then on. @throws ZscalerMcpError when it cannot be used */
  prepareTls(next: Settings): Replacement {
    const { calls, log } = this.#options;
    const tls = tlsOf(next);
    if (!tls || isSameTls(calls.settings, next)) return { commit: () => undefined, discard: () => undefined };
    for (const warning of checkTls(tls)) log.warn({}, warning);
    return { commit: () => this.#front.replaceTls(tls), discard: () => undefined };
  }

  /** What the client sends from now on waits in the pipe for the next generation. */
  async #drainPipe(pipe: StdioConnection, timeoutMs: number): Promise<DrainReport> {
    pipe.hold();
    const isIdle = await endsWithin(timeoutMs, pipe.idle());
    if (!isIdle) void this.#abandon('the server is restarting, and this request did not finish in time');
    return { interrupted: isIdle ? 0 : 1 };
  }

  #abandon(why: string): Promise<void> {
    this.#options.onCut(why);
    return this.#options.mcp.abandon(why);
  }

  /** False when a request of the pipe did not finish in time. */
  async #finishOnPipe(deadline: number): Promise<boolean> {
    if (!this.#stdio) return true;
    // What the client has sent is read in the next round of the event loop.
    await turn();
    return endsWithin(deadline - performance.now(), this.#stdio.idle());
  }

  /** Over HTTP+SSE every answer travels on a stream that never ends by itself, so the front cannot see which calls are running. */
  async #finishOnStreams(timeoutMs: number): Promise<void> {
    const { mcp, calls } = this.#options;
    if (calls.settings.transport === 'sse') await endsWithin(timeoutMs, mcp.idle());
  }

  #place(): Place {
    const { host, port } = this.#options.calls.settings;
    return { host: bindable(host), port };
  }

  #routes(): ReturnType<typeof createRoutes> {
    const { mcp, calls, log } = this.#options;
    const { allowedHosts, allowedOrigins, disableHostValidation, transport } = calls.settings;
    return createRoutes({
      mcp,
      lifecycleState: () => this.#lifecycleState,
      allowedHosts,
      allowedOrigins,
      disableHostValidation,
      transport: transport === 'sse' ? 'sse' : 'streamable-http',
      limits: () => calls.edge.requests,
      gate: this.#gate,
      metrics: () => calls.metrics,
      observe: (facts) => calls.metrics?.requested(facts),
      log,
    });
  }
}

const openGate = ({ calls, state, log }: DoorOptions): Gate =>
  new Gate(authConfigOf(calls.settings), {
    log,
    path: pathOf(calls.settings),
    isAllowedSource: (address) => calls.edge.requests.isAllowedSource(address),
    isTrustedProxy: (address) => calls.edge.requests.isTrustedProxy(address),
    shared: state && shareFailures(state),
    verifyClient: calls.verifyClient,
    fetchText: calls.fetchJson,
  });

const shareFailures = (state: SharedState): SharedFailures => ({
  counter: (points, seconds) => state.counter('failures', points, seconds),
  isWrong: (id, secret) => state.isNoted('wrong', id, secret),
  noteWrong: (id, secret, lifeMs) => state.note(lifeMs, 'wrong', id, secret),
});

const placeOf = ({ descriptor, host, port }: HandedListener): Place => (descriptor === null ? { host, port } : { descriptor });

/** `localhost` may mean two addresses; one socket is bound, and handed over. */
const bindable = (host: string): string => (host === 'localhost' ? '127.0.0.1' : host.replace(/^\[|\]$/g, ''));

function refuseRequest(response: ServerResponse, why: string): void {
  response.writeHead(503, { 'content-type': 'application/json', connection: 'close', 'retry-after': '1' });
  response.end(
    JSON.stringify({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32_603, message: `Outcome unknown: ${why}. Look before you repeat a change.` },
    }),
  );
}
