/** One session of the revisions before 2026-07-28: a transport, a server, and what is known of the client. */
import { WebStandardStreamableHTTPServerTransport, type McpServer, type RequestId, type StreamId } from '@modelcontextprotocol/server';
import { acceptAnswers, markRequests } from './generation.ts';
import { abandoned } from './web.ts';
import { openedStream, type FoundEvent, type SavedEvents, type SessionEvents } from './events.ts';

/** What a client opened with; enough to open the session anew in another process. */
export interface Handshake {
  /** The parameters of `initialize`. */
  readonly initialize: unknown;
  initialized: boolean;
  logLevel: string | null;
}

/** What another process needs to go on with a session under the same id. */
export interface SavedSession {
  readonly id: string;
  readonly handshake: Handshake;
  readonly address: string | undefined;
  /** Whose it is; null where clients are not authenticated. */
  readonly principal: string | null;
  readonly events: SavedEvents;
  /** Its client has not heard yet that the tools changed. */
  readonly untold?: boolean;
}

/** Sent to clients that may resume a broken stream. Less would use up their two attempts within a restart. */
const RETRY_MS = 2_500;

export class Session {
  readonly id: string;
  readonly server: McpServer;
  readonly handshake: Handshake;
  /** Where the client opened it from; for the audit log. */
  readonly address: string | undefined;
  readonly principal: string | null;
  readonly #generation: number;
  readonly #transport: WebStandardStreamableHTTPServerTransport;
  readonly #events: SessionEvents;
  /** Requests of the client without an answer so far. */
  readonly #running = new Set<RequestId>();
  /** The request that a stream was opened for, to close its connection by. */
  readonly #requestOf = new Map<StreamId, RequestId>();
  /** Responses being written, event streams included. */
  #open = 0;
  #usedAt = performance.now();

  constructor(options: {
    id: string;
    server: McpServer;
    initialize: unknown;
    address: string | undefined;
    principal: string | null;
    events: SessionEvents;
    generation: number;
    onClose: () => void;
  }) {
    this.id = options.id;
    this.server = options.server;
    this.handshake = { initialize: options.initialize, initialized: false, logLevel: null };
    this.address = options.address;
    this.principal = options.principal;
    this.#generation = options.generation;
    this.#events = options.events;
    this.#transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => options.id,
      eventStore: options.events,
      retryInterval: RETRY_MS,
    });
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's transport, not an event target
    this.#transport.onclose = () => {
      options.events.clear();
      options.onClose();
    };
  }

  async start(): Promise<void> {
    markRequests(this.#transport, this.#generation);
    const send = this.#transport.send.bind(this.#transport);
    this.#transport.send = (message, options) => {
      if (!('method' in message) && message.id !== undefined) this.#forget(message.id);
      return send(message, options);
    };
    await this.server.connect(this.#transport);
  }

  save(): SavedSession {
    const { id, handshake, address, principal } = this;
    return { id, handshake, address, principal, events: this.#events.save() };
  }

  /**
   * Repeats the client's handshake, unseen by the client, and then goes on with the events of before.
   * @throws when the transport refuses what it accepted in another process
   */
  async reopen({ handshake, events }: SavedSession): Promise<void> {
    const { initialize, initialized, logLevel } = handshake;
    const { protocolVersion } = initialize as { protocolVersion?: string };
    await this.#replay({ id: 0, method: 'initialize', params: initialize });
    if (initialized) await this.#replay({ method: 'notifications/initialized' }, protocolVersion);
    if (logLevel !== null) await this.#replay({ id: 1, method: 'logging/setLevel', params: { level: logLevel } }, protocolVersion);
    this.#requestOf.clear();
    this.#events.restore(events);
  }

  async #replay(message: object, protocolVersion?: string): Promise<void> {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(protocolVersion === undefined ? {} : { 'mcp-session-id': this.id, 'mcp-protocol-version': protocolVersion }),
    };
    const body = { jsonrpc: '2.0', ...message };
    const response = await this.receive(new Request('http://server.invalid/mcp', { method: 'POST', headers }), body);
    const answer = await response.text();
    if (!response.ok) throw new Error(`the handshake could not be repeated: status ${response.status}, ${answer.slice(0, 200)}`);
  }

  /** Milliseconds since anything was asked or answered; 0 while something is open or running. */
  idleMs(): number {
    return this.#open > 0 || this.#running.size > 0 ? 0 : performance.now() - this.#usedAt;
  }

  /** Counts `writing` as use of the session until it is done. */
  async during(writing: Promise<void>): Promise<void> {
    this.#open++;
    try {
      await writing;
    } finally {
      this.#open--;
      this.#usedAt = performance.now();
    }
  }

  async receive(request: Request, body: unknown): Promise<Response> {
    this.#usedAt = performance.now();
    const accepted = acceptAnswers(body, this.#generation);
    if (accepted === null) return new Response(null, { status: 202 });
    const messages = (Array.isArray(accepted.body) ? accepted.body : [accepted.body]) as readonly Partial<Message>[];
    for (const message of messages) this.#remember(message);
    const opened = { stream: null as StreamId | null };
    const response = await openedStream.run(opened, () => this.#transport.handleRequest(request, { parsedBody: accepted.body }));
    const first = messages.find(({ id, method }) => method !== undefined && id !== undefined && this.#running.has(id))?.id;
    if (opened.stream !== null && first !== undefined) this.#requestOf.set(opened.stream, first);
    for (const { method, params } of messages) if (method === 'notifications/cancelled') await this.#release(params?.['requestId']);
    return response;
  }

  /** GET: the newest connection of a stream wins, for an older one may be half open without anybody there. */
  async listen(request: Request): Promise<Response> {
    const from = this.resumesFrom(request);
    const requestId = from && this.#requestOf.get(from.stream);
    if (!from || from.isStanding) this.#transport.closeStandaloneSSEStream();
    else if (requestId !== undefined && requestId !== null) this.#transport.closeSSEStream(requestId);
    return this.#transport.handleRequest(request);
  }

  /** Where `Last-Event-ID` points to; null when there is none, or when it is not of this session. */
  resumesFrom(request: Request): FoundEvent | null {
    const id = request.headers.get('last-event-id');
    return id === null ? null : this.#events.find(id);
  }

  /** What a stream that is opened now without `Last-Event-ID` begins after. */
  latestEvent(): string {
    return this.#events.latest();
  }

  end(request: Request): Promise<Response> {
    return this.#transport.handleRequest(request);
  }

  /** Answers every request that still runs with an error. */
  async abandon(why: string): Promise<void> {
    await Promise.all(Array.from(this.#running, (id) => this.#transport.send(abandoned(id, why))));
  }

  /** Aborts what runs and ends the streams. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #remember({ id, method, params }: Partial<Message>): void {
    if (method === 'notifications/initialized') this.handshake.initialized = true;
    if (method === 'logging/setLevel') this.handshake.logLevel = String(params?.['level']);
    if (method !== undefined && id !== undefined) this.#running.add(id);
  }

  #forget(id: RequestId): void {
    this.#running.delete(id);
    for (const [stream, requestId] of this.#requestOf) if (requestId === id) this.#requestOf.delete(stream);
  }

  /**
   * A cancelled request gets no response, and the SDK would leave its stream open for ever. The error is for the event
   * store: nobody sees it but a client that asks for the rest of the stream.
   */
  async #release(requestId: unknown): Promise<void> {
    if (!this.#running.has(requestId as RequestId)) return;
    const id = requestId as RequestId;
    this.#transport.closeSSEStream(id);
    await this.#transport.send({ jsonrpc: '2.0', id, error: { code: -32_000, message: 'This request was cancelled.' } });
  }
}

interface Message {
  readonly id: RequestId;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}
