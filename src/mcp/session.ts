/** A session of the revisions before 2026-07-28: a transport, a server, and the handshake of the client. */
import { randomUUID } from 'node:crypto';
import type { JSONRPCMessage, McpServer, RequestId } from '@modelcontextprotocol/server';
import { acceptAnswers, markRequests, type Mark } from './generation.ts';
import { EVENT_HEADERS } from './answering.ts';
import { SessionEvents, type FoundEvent, type SavedEvents } from './events.ts';
import { followStream } from './follow.ts';
import { levelIn, outline, type Handshake } from './handshake.ts';
import { answerLost, LOST_EVENT, requestsIn } from './lost-streams.ts';
import { isInitialize } from './judge.ts';
import { refuseEnded, refuseEvent } from './session-refusals.ts';
import { SessionTransport } from './session-transport.ts';
import type { SharedEvents } from './shared-events.ts';
import { abandoned, errorResponse } from './web.ts';

/** What another process needs to continue a session under the same ID. */
export interface SavedSession {
  readonly id: string;
  readonly handshake: Handshake;
  /** IP address that it was opened from. */
  readonly address: string | undefined;
  /** The authenticated caller that opened it; null where clients are not authenticated. */
  readonly principal: string | null;
  readonly events: SavedEvents;
  /** Whether its client is still to be notified that the tools changed. */
  readonly toolsChangedPending?: boolean;
  /** Whether only its ID was known, so that the streams of its client are lost. */
  readonly isRevived?: boolean;
  /** How long it had been idle when it was saved. Absent in what an older version saved. */
  readonly idleMs?: number;
}

/** The answer to a GET. */
interface Listening {
  readonly response: Response;
  /** The event after which the stream begins; null when the stream ends with a request that runs in this process. */
  readonly standsAfter: string | null;
  readonly isStanding: boolean;
}

/** A session that is open in this process. */
export class Session {
  readonly id: string;
  readonly server: McpServer;
  readonly handshake: Handshake;
  /** IP address that it was opened from, for the audit log. */
  readonly address: string | undefined;
  readonly principal: string | null;
  readonly #mark: Mark;
  readonly #transport: SessionTransport;
  readonly #events: SessionEvents | SharedEvents;
  readonly #keep: () => Promise<void>;
  #keeping: Promise<void> | null = null;
  /** Closes the stream that a GET opened last, where replicas share streams. */
  #following: AbortController | null = null;
  #isRevived = false;
  #isInitialized = false;
  /** Responses being written, event streams included. */
  #open = 0;
  #usedAt = performance.now();
  /** Whether the session changed in a way that other replicas do not know yet. */
  isChanged = false;

  constructor(options: {
    id: string;
    server: McpServer;
    initialize: unknown;
    address: string | undefined;
    principal: string | null;
    events: SessionEvents | SharedEvents;
    mark: Mark;
    /** Tells other replicas what changed. Never rejects. */
    keep?: () => Promise<void>;
    onClose: () => void;
  }) {
    this.id = options.id;
    this.server = options.server;
    this.handshake = { initialize: outline(options.initialize), initialized: false, logLevel: null };
    this.address = options.address;
    this.principal = options.principal;
    this.#mark = options.mark;
    this.#keep = options.keep ?? (() => Promise.resolve());
    this.#events = options.events;
    this.#transport = new SessionTransport(options.id, options.events);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's transport, not an event target
    this.#transport.onclose = () => {
      this.#following?.abort();
      options.events.clear();
      options.onClose();
    };
  }

  async start(): Promise<void> {
    markRequests(this.#transport, this.#mark);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's transport, not an event target
    this.#transport.onmessage = (message) => this.#accept(message);
    const send = this.#transport.send.bind(this.#transport);
    this.#transport.send = async (message, options) => {
      // The next request of the client may reach another replica.
      if (this.isChanged) this.#keeping = this.#keep();
      if (this.#keeping) await this.#keeping;
      return send(message, options);
    };
    await this.server.connect(this.#transport);
  }

  save(): SavedSession {
    const { id, handshake, address, principal } = this;
    return { id, handshake, address, principal, events: this.#events.save(), idleMs: this.idleMs(), isRevived: this.#isRevived };
  }

  /**
   * Repeats the client's handshake without sending the answers, then restores the events.
   * @throws Error when the transport refuses the handshake that it accepted in another process
   */
  async reopen({ handshake, events, isRevived = false }: SavedSession): Promise<void> {
    const { initialize, initialized, logLevel } = handshake;
    await this.#replay({ id: `repeated-${randomUUID()}`, method: 'initialize', params: outline(initialize) });
    await this.catchUp({ initialize, initialized, logLevel });
    this.#isRevived = isRevived;
    this.#events.restore(events);
  }

  /** Repeats what the client said to another replica meanwhile. */
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

  /** Milliseconds since the last request or answer; 0 while a stream is open or a request is running. */
  idleMs(): number {
    return this.#open > 0 || this.#transport.running().length > 0 ? 0 : performance.now() - this.#usedAt;
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

  /** Handles a POST. @param isRehearsed whether it repeats what the client said to another process; the answer is not sent then */
  async receive(request: Request, body: unknown, isRehearsed = false): Promise<Response> {
    // In use while it is judged; a refused request does not prolong the session.
    this.#open++;
    try {
      return await this.#receive(request, body, isRehearsed);
    } finally {
      this.#open--;
    }
  }

  async #receive(request: Request, body: unknown, isRehearsed: boolean): Promise<Response> {
    const accepted = acceptAnswers(body, this.#mark);
    if (accepted === null) {
      this.#usedAt = performance.now();
      return new Response(null, { status: 202 });
    }
    const isOpening = isInitialize(accepted.body);
    if (isOpening && this.#isInitialized) return errorResponse(400, -32_600, 'Invalid Request: this session is initialized already.');
    this.#isInitialized ||= isOpening;
    return this.#transport.receive(request, accepted.body, !isRehearsed);
  }

  /** Handles a message that reached another replica: an answer to a question of this one, or a cancellation. */
  deliver(message: unknown): void {
    const accepted = acceptAnswers(message, this.#mark)?.body as Partial<Message> | undefined;
    if (!accepted) return;
    this.#transport.deliver(accepted as JSONRPCMessage);
  }

  /** Whether a request with this ID is running here. */
  runs(id: RequestId): boolean {
    return this.#transport.runs(id);
  }

  /**
   * Handles a GET. The newest connection of a stream replaces older ones, which may be half open; several streams may be open. Null when `Last-Event-ID` is
   * not the ID of an event of this session.
   * @throws Error when the shared store cannot be reached to look it up
   */
  async listen(request: Request): Promise<Listening | null> {
    const lastEventId = request.headers.get('last-event-id');
    const from = lastEventId === null ? null : await this.#events.find(lastEventId);
    if (lastEventId !== null && !from) return this.#isRevived ? this.#listenAfterLoss(request, lastEventId) : null;
    const isHere = from !== null && this.#transport.answersOn(from.stream);
    if (from && !isHere && (await this.#events.isEnd(from))) return { response: refuseEnded(), standsAfter: null, isStanding: false };
    const isStanding = from?.isStanding ?? true;
    if (this.#events instanceof SessionEvents) {
      const { response, standsAfter } = this.#transport.listen(this.#events, from);
      return { response, standsAfter: isStanding ? (standsAfter ?? lastEventId) : null, isStanding };
    }
    const after = lastEventId ?? (await this.#events.latest());
    if (isHere) this.#transport.leave(from.stream);
    const response = this.#follow(this.#events, from ?? (await this.#events.find(after)));
    return { response, standsAfter: isHere ? null : after, isStanding };
  }

  /** Answers a GET that continues a stream of another process: with errors for its requests, or as if the stream were new. */
  async #listenAfterLoss(request: Request, lastEventId: string): Promise<Listening | null> {
    if (lastEventId === LOST_EVENT) return { response: refuseEnded(), standsAfter: null, isStanding: false };
    const requests = requestsIn(lastEventId);
    if (requests.length > 0) return { response: answerLost(requests, this.id), standsAfter: null, isStanding: false };
    return this.listen(new Request(request, { headers: withoutEvent(request.headers) }));
  }

  /** Stores the events that were kept here while the shared store was away. */
  async flush(): Promise<void> {
    if (!(this.#events instanceof SessionEvents)) await this.#events.flush();
  }

  /** Closes the stream of a GET, which is now open at another replica. */
  leaveStream(): void {
    this.#following?.abort();
  }

  #follow(events: SharedEvents, from: FoundEvent | null): Response {
    if (!from) return refuseEvent();
    const closing = new AbortController();
    if (from.isStanding) {
      this.#following?.abort();
      this.#following = closing;
    }
    return new Response(followStream(events.follow(from, closing.signal), closing), {
      headers: { ...EVENT_HEADERS, 'mcp-session-id': this.id },
    });
  }

  /** Handles a DELETE. */
  async end(): Promise<Response> {
    await this.#transport.close();
    return new Response(null, { status: 200 });
  }

  /** Answers every running request with an error that says `why`. */
  async abandon(why: string): Promise<void> {
    await Promise.all(this.#transport.running().map((id) => this.#transport.send(abandoned(id, why))));
  }

  /** Aborts running requests and ends the streams. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  /** Notes a message that the transport accepted; nothing is kept of any other. */
  #accept(accepted: JSONRPCMessage): void {
    this.#usedAt = performance.now();
    const { method, params } = accepted as Partial<Message>;
    if (method === 'notifications/initialized') this.handshake.initialized = true;
    if (method === 'logging/setLevel') this.handshake.logLevel = levelIn(params) ?? this.handshake.logLevel;
    if (method === 'notifications/cancelled') void this.#transport.release(accepted);
  }
}

interface Message {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function withoutEvent(headers: Headers): Headers {
  const rest = new Headers(headers);
  rest.delete('last-event-id');
  return rest;
}
