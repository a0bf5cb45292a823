/** The requests of one POST, and the way their answers go: as JSON when nothing precedes them, else as a stream of events. */
import { randomUUID } from 'node:crypto';
import type { JSONRPCMessage, RequestId, StreamId } from '@modelcontextprotocol/server';
import { stringifyJson } from '../common/json.ts';
import { EventConnection } from './event-connection.ts';
import type { KeepsStreams } from './events.ts';
import { errorResponse } from './web.ts';

/** What is known of a POST before its messages are handled. */
export interface Posted {
  readonly takesJson: boolean;
  readonly takesEvents: boolean;
  /** Whether its client knows events without a message, the first of a stream. */
  readonly isPrimed: boolean;
  readonly isBatch: boolean;
  /** The IDs of its requests, as the client chose them. */
  readonly requests: readonly RequestId[];
}

/** How long an answer is waited for before the stream is opened: a proxy, or the client, may give up on a silent request. */
const SILENT_MS = 500;

/** A POST whose requests are not all answered yet. */
export class Answering {
  readonly stream: StreamId = randomUUID();
  /** Our numbers of the requests without an answer. */
  readonly left = new Set<number>();
  readonly response: Promise<Response>;
  readonly #posted: Posted;
  readonly #events: KeepsStreams;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #answer: (response: Response) => void;
  /** Answers that came while it is open how to send them; null since it is settled. */
  #waiting: JSONRPCMessage[] | null = [];
  #connection: EventConnection | null = null;
  #opening: NodeJS.Timeout | null = null;

  constructor(posted: Posted, events: KeepsStreams, headers: Readonly<Record<string, string>>) {
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.response = promise;
    this.#answer = resolve;
    this.#posted = posted;
    this.#events = events;
    this.#headers = headers;
    if (!posted.takesEvents || posted.requests.length === 0) return;
    // When this process dies, its client gets the rest elsewhere, if it has an event of the stream.
    if (events.isShared && posted.isPrimed) void this.open();
    else this.#opening = setTimeout(() => void this.open(), SILENT_MS).unref();
  }

  /** Whether messages that are no answers can be sent with these answers. */
  get carriesMessages(): boolean {
    return this.#posted.takesEvents;
  }

  /** Sends a message that belongs to one of the requests. */
  async send(message: JSONRPCMessage): Promise<void> {
    const isLast = this.left.size === 0;
    if (this.#waiting !== null && !('method' in message)) {
      this.#waiting.push(message);
      if (!isLast) return;
      if (this.#posted.takesJson) return this.#sendJson();
    }
    if (this.#waiting !== null) return this.open(isLast, 'method' in message ? message : null);
    await this.#emit(message, isLast);
  }

  /** Keeps what a cancelled request would be answered with for a client that resumes; such a request gets no answer. */
  async cancel(message: JSONRPCMessage): Promise<void> {
    const isLast = this.left.size === 0;
    if (this.#waiting !== null && (!isLast || !this.#posted.takesEvents)) {
      if (!this.#posted.takesEvents) this.#waiting.push(message);
      return isLast ? this.#sendJson() : undefined;
    }
    if (this.#waiting !== null) await this.open();
    if (isLast) this.leave();
    await this.#emit(message, isLast, false);
  }

  /** Opens the stream of events, unless it is open or the answer was sent. @param next is sent on it */
  async open(isLast = false, next: JSONRPCMessage | null = null): Promise<void> {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#settle();
    const connection = new EventConnection();
    this.#connection = connection;
    const response = new Response(connection.body, { headers: { ...this.#headers, ...EVENT_HEADERS } });
    // Not before the client can know how to resume the stream.
    const primed = this.#posted.isPrimed ? this.#prime(connection) : Promise.resolve();
    primed.then(() => this.#answer(response)).catch(() => undefined);
    const messages = next === null ? waiting : [...waiting, next];
    const sent = messages.map((message, at) => this.#emit(message, isLast && at === messages.length - 1));
    for (const each of [primed, ...sent]) await each;
  }

  /** Sends what follows on another connection. */
  attach(connection: EventConnection): void {
    this.leave();
    this.#connection = connection;
  }

  /** Closes the connection; its client resumes the stream. */
  leave(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  /** Ends it without an answer. */
  close(): void {
    if (this.#waiting !== null)
      this.#answer(errorResponse(404, -32_001, 'Session not found: it was ended before this request was answered.'));
    this.#settle();
    this.leave();
  }

  #settle(): void {
    this.#waiting = null;
    if (this.#opening) clearTimeout(this.#opening);
  }

  #sendJson(): void {
    const answers = this.#waiting ?? [];
    this.#settle();
    const body = stringifyJson(this.#posted.isBatch ? answers : answers[0]);
    this.#answer(new Response(body, { headers: { ...this.#headers, 'content-type': 'application/json' } }));
  }

  async #prime(connection: EventConnection): Promise<void> {
    const stored = this.#events.store({ stream: this.stream, requests: this.#posted.requests }, {} as JSONRPCMessage);
    connection.prime(typeof stored === 'string' ? stored : await stored);
  }

  /** Without a tick in between where events are kept in this process: a client that resumes gets each event once. */
  #emit(message: JSONRPCMessage, isLast: boolean, isWritten = true): Promise<void> | undefined {
    const stored = this.#events.store({ stream: this.stream, requests: this.#posted.requests, isLast }, message);
    const write = (id: string): void => {
      if (isWritten) this.#connection?.write(id, message);
      if (isLast) this.leave();
    };
    if (typeof stored !== 'string') return stored.then(write);
    write(stored);
    return undefined;
  }
}

/** The headers of a stream of events; `X-Accel-Buffering` keeps nginx from holding events back. */
export const EVENT_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  connection: 'keep-alive',
  'x-accel-buffering': 'no',
};
