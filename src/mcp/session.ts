/** One session of the revisions before 2026-07-28: a transport, a server, and what is known of the client. */
import { randomUUID } from 'node:crypto';
import {
  WebStandardStreamableHTTPServerTransport,
  type JSONRPCMessage,
  type McpServer,
  type RequestId,
  type StreamId,
} from '@modelcontextprotocol/server';
import { acceptAnswers, markRequests, type Mark } from './generation.ts';
import { abandoned } from './web.ts';
import { openedStream, SessionEvents, type FoundEvent, type SavedEvents } from './events.ts';
import { followStream } from './follow.ts';
import type { Handshake } from './handshake.ts';
import { SharedEvents } from './shared-events.ts';

/** What another process needs to go on with a session under the same id. */
export interface SavedSession {
  readonly id: string;
  readonly handshake: Handshake;
  readonly address: string | undefined;
  /** Whose it is; null where clients are not authenticated. */
  readonly principal: string | null;
  readonly events: SavedEvents;
  /** Its client has not heard yet that the tools changed. */
  readonly toolsChangedPending?: boolean;
}

/** Sent to clients that may resume a broken stream. Less would use up their two attempts within a restart. */
const RETRY_MS = 2_500;

/** What a GET comes to. */
interface Listening {
  readonly response: Response;
  /** The event after which the stream begins, if it does not end by itself or with a request that runs here. */
  readonly standsAfter: string | null;
  readonly isStanding: boolean;
}

export class Session {
  readonly id: string;
  readonly server: McpServer;
  readonly handshake: Handshake;
  /** Where the client opened it from; for the audit log. */
  readonly address: string | undefined;
  readonly principal: string | null;
  readonly #mark: Mark;
  readonly #transport: WebStandardStreamableHTTPServerTransport;
  readonly #events: SessionEvents | SharedEvents;
  readonly #keep: () => Promise<void>;
  #keeping: Promise<void> | null = null;
  /** Closes the stream that a GET opened last, where replicas share streams. */
  #following: AbortController | null = null;
  #judging: Promise<unknown> = Promise.resolve();
  /** Requests of the client without an answer so far. */
  readonly #running = new Set<RequestId>();
  /** The request that a stream was opened for, to close its connection by. */
  readonly #requestOf = new Map<StreamId, RequestId>();
  /** Responses being written, event streams included. */
  #open = 0;
  #usedAt = performance.now();
  /** What other replicas must know of this session has changed, and they do not know yet. */
  isChanged = false;

  constructor(options: {
    id: string;
    server: McpServer;
    initialize: unknown;
    address: string | undefined;
    principal: string | null;
    events: SessionEvents | SharedEvents;
    mark: Mark;
    /** Makes what has changed known to other replicas; does its best. */
    keep?: () => Promise<void>;
    onClose: () => void;
  }) {
    this.id = options.id;
    this.server = options.server;
    this.handshake = { initialize: options.initialize, initialized: false, logLevel: null };
    this.address = options.address;
    this.principal = options.principal;
    this.#mark = options.mark;
    this.#keep = options.keep ?? (() => Promise.resolve());
    this.#events = options.events;
    this.#transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => options.id,
      eventStore: options.events,
      retryInterval: RETRY_MS,
    });
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's transport, not an event target
    this.#transport.onclose = () => {
      this.#following?.abort();
      options.events.clear();
      options.onClose();
    };
  }

  async start(): Promise<void> {
    markRequests(this.#transport, this.#mark);
    const send = this.#transport.send.bind(this.#transport);
    this.#transport.send = async (message, options) => {
      if (!('method' in message) && message.id !== undefined) this.#forget(message.id);
      // Whoever has the answer may ask another replica next.
      if (this.isChanged) this.#keeping = this.#keep();
      if (this.#keeping) await this.#keeping;
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
    await this.#replay({ id: `repeated-${randomUUID()}`, method: 'initialize', params: initialize });
    await this.catchUp({ initialize, initialized, logLevel });
    this.#requestOf.clear();
    this.#events.restore(events);
  }

  /** Repeats what the client said elsewhere since this process knew it. */
  async catchUp({ initialize, initialized, logLevel }: Handshake): Promise<void> {
    const { protocolVersion } = initialize as { protocolVersion?: string };
    if (initialized && !this.handshake.initialized) await this.#replay({ method: 'notifications/initialized' }, protocolVersion);
    if (logLevel === null || logLevel === this.handshake.logLevel) return;
    const id = `repeated-${randomUUID()}`;
    await this.#replay({ id, method: 'logging/setLevel', params: { level: logLevel } }, protocolVersion);
  }

  async #replay(message: object, protocolVersion?: string): Promise<void> {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(protocolVersion === undefined ? {} : { 'mcp-session-id': this.id, 'mcp-protocol-version': protocolVersion }),
    };
    const body = { jsonrpc: '2.0', ...message };
    const request = new Request('http://server.invalid/mcp', { method: 'POST', headers });
    const response = await this.receive(request, body, true);
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

  /** @param isRehearsed the client said it to another process, and is not to hear of it again */
  async receive(request: Request, body: unknown, isRehearsed = false): Promise<Response> {
    this.#usedAt = performance.now();
    const accepted = acceptAnswers(body, this.#mark);
    if (accepted === null) return new Response(null, { status: 202 });
    const messages = (Array.isArray(accepted.body) ? accepted.body : [accepted.body]) as readonly Partial<Message>[];
    for (const message of messages) this.#remember(message);
    const requests = messages.flatMap(({ id, method }) => (method === undefined || id === undefined ? [] : [id]));
    if (this.#events instanceof SharedEvents && !isRehearsed) this.#events.expect(requests);
    const opened = { stream: null as StreamId | null, requests, isRehearsed };
    const response = await openedStream.run(opened, () => this.#transport.handleRequest(request, { parsedBody: accepted.body }));
    const first = messages.find(({ id, method }) => method !== undefined && id !== undefined && this.#running.has(id))?.id;
    if (opened.stream !== null && first !== undefined) this.#requestOf.set(opened.stream, first);
    for (const { method, params } of messages) if (method === 'notifications/cancelled') await this.#release(params?.['requestId']);
    return response;
  }

  /** A message of the client that reached another replica: an answer to a question of this one, or a cancellation. */
  async deliver(message: unknown): Promise<void> {
    const accepted = acceptAnswers(message, this.#mark)?.body as Partial<Message> | undefined;
    if (!accepted) return;
    this.#usedAt = performance.now();
    this.#transport.onmessage?.(accepted as JSONRPCMessage);
    if (accepted.method === 'notifications/cancelled') await this.#release(accepted.params?.['requestId']);
  }

  runs(requests: readonly RequestId[]): boolean {
    return requests.some((id) => this.#running.has(id));
  }

  /**
   * GET: the newest connection of a stream wins, for an older one may be half open without anybody there. Null when
   * `Last-Event-ID` names no event of this session.
   * @throws while that cannot be told
   */
  async listen(request: Request): Promise<Listening | null> {
    const lastEventId = request.headers.get('last-event-id');
    const from = lastEventId === null ? null : await this.#events.find(lastEventId);
    if (lastEventId !== null && !from) return null;
    const after = lastEventId ?? (await this.#events.latest());
    const isHere = from !== null && !from.isStanding && (this.#requestOf.has(from.stream) || this.#events instanceof SessionEvents);
    this.#closeOlder(from);
    const response = await (this.#events instanceof SharedEvents
      ? this.#follow(request, this.#events, from ?? (await this.#events.find(after)))
      : this.#transport.handleRequest(request));
    return { response, standsAfter: isHere ? null : after, isStanding: from?.isStanding ?? true };
  }

  /** Puts into the store what could not be put there before. */
  async flush(): Promise<void> {
    if (this.#events instanceof SharedEvents) await this.#events.flush();
  }

  /** The stream that a GET opens is open at another replica now. */
  leaveStream(): void {
    this.#following?.abort();
  }

  #closeOlder(from: FoundEvent | null): void {
    const requestId = from && this.#requestOf.get(from.stream);
    if (!from || from.isStanding) this.#transport.closeStandaloneSSEStream();
    else if (requestId !== undefined && requestId !== null) this.#transport.closeSSEStream(requestId);
  }

  /** The transport judges the request as it does any other; its stream is not the one that is written to. */
  async #judge(request: Request): Promise<Response> {
    const judged = await this.#transport.handleRequest(new Request(request, { headers: withoutEvent(request.headers) }));
    this.#transport.closeStandaloneSSEStream();
    return judged;
  }

  async #follow(request: Request, events: SharedEvents, from: FoundEvent | null): Promise<Response> {
    // One at a time: for the transport there is one such stream in a session.
    const judging = this.#judging.then(() => this.#judge(request));
    this.#judging = judging.catch(() => undefined);
    const judged = await judging;
    if (!judged.ok || !from) return judged;
    const closing = new AbortController();
    if (from.isStanding) {
      this.#following?.abort();
      this.#following = closing;
    }
    return new Response(followStream(events.follow(from, closing.signal), closing), { headers: judged.headers });
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

function withoutEvent(headers: Headers): Headers {
  const rest = new Headers(headers);
  rest.delete('last-event-id');
  return rest;
}
