/**
 * The transport of one session. A client may choose the same ID for several requests, since some pool one session for many
 * conversations: inside, each request has a number of its own, and the client's ID is put back as its answer leaves.
 */
import { randomBytes } from 'node:crypto';
import type { JSONRPCMessage, MessageExtraInfo, RequestId, StreamId, Transport, TransportSendOptions } from '@modelcontextprotocol/server';
import { count } from '../common/count.ts';
import { accepts } from './accept.ts';
import { Answering, EVENT_HEADERS } from './answering.ts';
import { EventConnection } from './event-connection.ts';
import { GET_STREAM, SessionEvents, type FoundEvent, type KeepsStreams } from './events.ts';
import { errorResponse } from './web.ts';

interface Asked {
  /** The ID that the client chose. */
  readonly id: RequestId;
  readonly answering: Answering;
}

interface Listener {
  readonly name: string;
  readonly connection: EventConnection;
}

type Cancellation = { readonly method: 'notifications/cancelled'; readonly params?: { readonly requestId?: RequestId } };

/** Streams of GETs at the same time. The one that was opened first makes room if it has been open for long. */
const MOST_LISTENERS = 16;
const LONG_MS = 300_000;
/** The first revision whose clients know events without a message. */
const PRIMED_SINCE = '2025-11-25';

/** Carries the messages of one session. */
export class SessionTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  readonly sessionId: string;
  readonly #events: KeepsStreams;
  readonly #asked = new Map<number, Asked>();
  readonly #listeners: Listener[] = [];
  #count = 0;
  #isClosed = false;

  constructor(sessionId: string, events: KeepsStreams) {
    this.sessionId = sessionId;
    this.#events = events;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Our numbers of the requests that are running. */
  running(): readonly number[] {
    return [...this.#asked.keys()];
  }

  /** Whether a request with this ID of the client's is running. */
  runs(id: RequestId): boolean {
    return this.#find(id).length > 0;
  }

  /** Whether answers are still to be sent on a stream. */
  answersOn(stream: StreamId): boolean {
    return this.#answering(stream) !== undefined;
  }

  /** Handles the messages of a POST. @param isKept whether its answers may be resumed; false for what is only repeated */
  receive(request: Request, body: unknown, isKept = true): Promise<Response> {
    if (this.#isClosed) return Promise.resolve(errorResponse(404, -32_001, 'Session not found: it has ended.'));
    const isBatch = Array.isArray(body);
    const messages = (isBatch ? body : [body]) as readonly JSONRPCMessage[];
    const ambiguous = isBatch ? null : this.#refuseAmbiguous(body);
    if (ambiguous) return Promise.resolve(ambiguous);
    const requests = messages.flatMap((message) => ('method' in message && 'id' in message ? [message.id] : []));
    const posted = { ...mediaOf(request, isKept), isPrimed: takesPriming(request, messages), isBatch, requests };
    const answering = new Answering(posted, this.#events, { 'mcp-session-id': this.sessionId });
    const numbered = messages.flatMap((message) => this.#number(message, answering));
    if (requests.length === 0) answering.close();
    for (const message of numbered) this.onmessage?.(message, this.#extra(request, answering, posted.isPrimed));
    return requests.length === 0 ? Promise.resolve(new Response(null, { status: 202 })) : answering.response;
  }

  /** Handles a message that reached another replica: an answer, or a cancellation. */
  deliver(message: JSONRPCMessage): void {
    for (const numbered of this.#number(message, null)) this.onmessage?.(numbered);
  }

  /** Ends what a cancellation names: the handler of its request sends no answer. */
  async release(message: unknown): Promise<void> {
    const number = isCancellation(message) ? message.params?.requestId : undefined;
    const asked = typeof number === 'number' ? this.#asked.get(number) : undefined;
    if (!asked) return;
    this.#settle(number as number, asked);
    await asked.answering.cancel({ jsonrpc: '2.0', id: asked.id, error: { code: -32_000, message: 'This request was cancelled.' } });
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const isAnswer = !('method' in message);
    const number = isAnswer ? message.id : options?.relatedRequestId;
    if (this.#isClosed) return;
    if (number === undefined) return this.#tell(message);
    const asked = this.#asked.get(number as number);
    if (!asked) throw new Error('the request that the message belongs to has ended');
    if (!isAnswer) return asked.answering.carriesMessages ? asked.answering.send(message) : this.#tellInstead(message);
    this.#settle(number as number, asked);
    await asked.answering.send({ ...message, id: asked.id });
  }

  /** Opens the stream of a GET on events that are kept in this process. @param from resumes the stream of an event */
  listen(events: SessionEvents, from: FoundEvent | null): { readonly response: Response; readonly standsAfter: string | null } {
    const answering = from && !from.isStanding ? this.#answering(from.stream) : undefined;
    const connection = new EventConnection();
    for (const { id, message } of from ? events.after(from) : []) connection.write(id, message);
    const response = new Response(connection.body, { headers: { ...EVENT_HEADERS, 'mcp-session-id': this.sessionId } });
    answering?.attach(connection);
    if (from && !from.isStanding) {
      if (!answering) connection.close();
      return { response, standsAfter: null };
    }
    const name = from?.listener ?? randomBytes(4).toString('hex');
    if (!this.#admit({ name, connection })) return { response: refuseListener(), standsAfter: null };
    return { response, standsAfter: from ? null : events.latest(name) };
  }

  /** Closes the connection of the stream of a POST, which is resumed elsewhere. */
  leave(stream: StreamId): void {
    this.#answering(stream)?.leave();
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    for (const { answering } of this.#asked.values()) answering.close();
    this.#asked.clear();
    for (const { connection } of this.#listeners.splice(0)) connection.close();
    this.onclose?.();
    return Promise.resolve();
  }
  #find(id: RequestId): readonly number[] {
    return [...this.#asked].flatMap(([number, asked]) => (asked.id === id ? [number] : []));
  }

  #answering(stream: StreamId): Answering | undefined {
    for (const { answering } of this.#asked.values()) if (answering.stream === stream) return answering;
    return undefined;
  }

  #settle(number: number, { answering }: Asked): void {
    this.#asked.delete(number);
    answering.left.delete(number);
  }

  /** The message with a number of our own in place of the client's ID; none for a cancellation of what is not running, or not known for certain. */
  #number(message: JSONRPCMessage, answering: Answering | null): readonly JSONRPCMessage[] {
    if (isCancellation(message)) {
      const [number, another] = this.#find(message.params?.requestId as RequestId);
      if (number === undefined || another !== undefined) return [];
      return [{ ...message, params: { ...message.params, requestId: number } }];
    }
    if (!('method' in message) || !('id' in message) || !answering) return [message];
    const number = ++this.#count;
    this.#asked.set(number, { id: message.id, answering });
    answering.left.add(number);
    return [{ ...message, id: number }];
  }

  #refuseAmbiguous(message: unknown): Response | null {
    const id = isCancellation(message) ? message.params?.requestId : undefined;
    const running = id === undefined ? 0 : this.#find(id).length;
    if (running < 2) return null;
    return errorResponse(
      400,
      -32_600,
      `Invalid Request: ${count(running, 'running request')} of this session have the id ${JSON.stringify(id)}, so it is not known which to cancel. None was cancelled; give each request an id of its own.`,
    );
  }

  /** What a tool may do with the streams, as the SDK passes it on. */
  #extra(request: Request, answering: Answering, isPrimed: boolean): MessageExtraInfo {
    const leave = async (): Promise<void> => {
      await answering.open();
      answering.leave();
    };
    return {
      request,
      ...(isPrimed && { closeSSEStream: () => void leave() }),
      closeStandaloneSSEStream: () => this.#listeners.at(-1)?.connection.close(),
    };
  }

  /** Sends a message that belongs to no request: on one stream, the newest, since older ones may be half open. */
  async #tell(message: JSONRPCMessage): Promise<void> {
    const listener = this.#listeners.at(-1);
    const stored = this.#events.store({ stream: GET_STREAM, requests: [], listener: listener?.name }, message);
    listener?.connection.write(typeof stored === 'string' ? stored : await stored, message);
  }

  /** The client takes no events with its answers: a question goes the other way, and what is only told is left out. */
  async #tellInstead(message: JSONRPCMessage): Promise<void> {
    if (!('id' in message)) return;
    if (this.#listeners.length === 0) throw new Error('the client accepts no events, so it cannot be asked anything');
    await this.#tell(message);
  }

  /** Adds a listener. False when there are as many as may be. */
  #admit(listener: Listener): boolean {
    for (const { connection } of this.#listeners.filter(({ name }) => name === listener.name)) connection.close();
    const [oldest] = this.#listeners;
    if (oldest && this.#listeners.length >= MOST_LISTENERS) {
      if (performance.now() - oldest.connection.openedAt < LONG_MS) return false;
      oldest.connection.close();
    }
    this.#listeners.push(listener);
    listener.connection.onClose(() => {
      const at = this.#listeners.indexOf(listener);
      if (at >= 0) this.#listeners.splice(at, 1);
    });
    return true;
  }
}

const isCancellation = (message: unknown): message is Cancellation =>
  typeof message === 'object' && message !== null && (message as { method?: unknown }).method === 'notifications/cancelled';

/** How the answers may be sent. What is only repeated is answered as JSON, of which nothing is kept. */
function mediaOf({ headers }: Request, isKept: boolean): { readonly takesJson: boolean; readonly takesEvents: boolean } {
  if (!isKept) return { takesJson: true, takesEvents: false };
  const accept = headers.get('accept');
  return { takesJson: accepts(accept, 'application/json'), takesEvents: accepts(accept, 'text/event-stream') };
}

function takesPriming({ headers }: Request, [first]: readonly JSONRPCMessage[]): boolean {
  const params = first && 'method' in first && first.method === 'initialize' ? (first.params as { protocolVersion?: string }) : null;
  return (params ? (params.protocolVersion ?? '') : (headers.get('mcp-protocol-version') ?? '')) >= PRIMED_SINCE;
}

const refuseListener = (): Response =>
  errorResponse(
    409,
    -32_000,
    `Conflict: this session has ${MOST_LISTENERS} streams of GETs open, as many as it may have. Close one first.`,
  );
