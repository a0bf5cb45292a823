/**
 * Events of the streams of sessions, kept so that a client whose connection broke can resume. In memory, with a limit for
 * each session and one for all sessions.
 */
import type { EventId, JSONRPCMessage, RequestId, StreamId } from '@modelcontextprotocol/server';
import { stringifyJson } from '../common/json.ts';
import { keepDigits } from './encode.ts';
import { nameRequests } from './lost-streams.ts';
import { sizeOfList, wholeMessage } from './prepared-list.ts';

interface Sent {
  readonly sequence: number;
  readonly stream: StreamId;
  /** Whether the stream ends with it. Absent in what an older version saved. */
  readonly isLast?: boolean;
  /** Of the stream that a GET opens: the one of several such streams that the event was sent on. */
  readonly listener?: string;
  readonly message: JSONRPCMessage;
  readonly weight: number;
}

/** The events of a session as they are handed to another process. */
export interface SavedEvents {
  readonly tag: string;
  readonly sequence: number;
  /** `name` is of the requests that the stream answers; absent in what an older version saved. */
  readonly streams: readonly (readonly [stream: StreamId, number: number, name?: string])[];
  readonly events: readonly Omit<Sent, 'weight'>[];
}

/** The event that an ID stands for. */
export interface FoundEvent {
  readonly stream: StreamId;
  readonly number: number;
  readonly sequence: number;
  /** Whether it is of the stream that a GET opens, which does not end by itself. */
  readonly isStanding: boolean;
  /** The one of several such streams; absent where replicas share streams. */
  readonly listener?: string | undefined;
}

/** Where an event belongs. */
export interface Place {
  readonly stream: StreamId;
  /** The IDs, as the client chose them, of the requests that the stream answers; none for the stream of a GET. */
  readonly requests: readonly RequestId[];
  /** Whether the stream ends with the event. */
  readonly isLast?: boolean;
  readonly listener?: string | undefined;
}

/** Keeps what was sent, so that a stream can be resumed. */
export interface KeepsStreams extends KeepsEvents {
  /** Whether the events outlive this process: a client can resume elsewhere what it has an event of. */
  readonly isShared: boolean;
  /** Keeps an event and returns its ID. Events are kept in the order of the calls. */
  store(place: Place, message: JSONRPCMessage): EventId | Promise<EventId>;
}

const MAX_SESSION_EVENTS = 128;
const MAX_SESSION_WEIGHT = 4 * 1_024 * 1_024;
const MAX_TOTAL_WEIGHT = 64 * 1_024 * 1_024;

/** The name of the stream that a GET opens. */
export const GET_STREAM = '_GET_stream';

/** Keeps events in this process. */
export interface KeepsEvents {
  readonly count: number;
  clear(): void;
}

/** Limits what all sessions keep together: the events of the session that was written to longest ago are dropped first. */
export class EventPool {
  readonly #logs = new Set<KeepsEvents>();
  #weight = 0;

  open(tag: string): SessionEvents {
    return new SessionEvents(tag, (log, weight) => this.account(log, weight));
  }

  /** Adds `weight` (bytes, may be negative) to what `log` keeps, and clears others when the sum exceeds the limit. */
  account(log: KeepsEvents, weight: number): void {
    this.#weight += weight;
    this.#logs.delete(log);
    if (log.count > 0) this.#logs.add(log);
    if (weight <= 0) return;
    for (const oldest of this.#logs) {
      if (this.#weight <= MAX_TOTAL_WEIGHT) return;
      oldest.clear();
    }
  }
}

/** The events of one session. Their IDs begin with the session's tag, so that those of other sessions are not accepted. */
export class SessionEvents implements KeepsStreams {
  readonly isShared = false;
  #tag: string;
  readonly #account: (log: SessionEvents, weight: number) => void;
  /** The number and name of each stream in event IDs, and how many of its events are kept. */
  readonly #streams = new Map<StreamId, { readonly number: number; readonly name: string; kept: number }>([
    [GET_STREAM, { number: 0, name: '', kept: 0 }],
  ]);
  readonly #events: Sent[] = [];
  #sequence = 0;
  #weight = 0;

  constructor(tag: string, account: (log: SessionEvents, weight: number) => void) {
    this.#tag = tag;
    this.#account = account;
  }

  get count(): number {
    return this.#events.length;
  }

  store({ stream, requests, isLast = false, listener }: Place, sent: JSONRPCMessage): EventId {
    const message = wholeMessage(sent);
    const weight = weigh(message);
    const sequence = ++this.#sequence;
    this.#events.push({ sequence, stream, isLast, ...(listener !== undefined && { listener }), message, weight });
    this.#weight += weight;
    const { number, name } = this.#count(stream, sequence, nameRequests(requests));
    const dropped = this.#trim();
    this.#account(this, weight - dropped);
    return this.#idOf({ number, sequence, name, listener });
  }

  /** What followed on the stream of an event. Of the streams that GETs open: what was sent on this one, or while none was open. */
  after({ stream, number, sequence, listener }: FoundEvent): { readonly id: EventId; readonly message: JSONRPCMessage }[] {
    const name = this.#streams.get(stream)?.name ?? '';
    return this.#events
      .filter((event) => event.stream === stream && event.sequence > sequence && !isPriming(event.message))
      .filter((event) => event.listener === undefined || event.listener === listener)
      .map((event) => ({ id: this.#idOf({ number, sequence: event.sequence, name, listener }), message: event.message }));
  }

  #idOf({ number, sequence, name, listener }: { number: number; sequence: number; name: string; listener?: string | undefined }): EventId {
    return `${this.#tag}${listener === undefined ? '' : `_${listener}`}-${number}-${sequence}${name}`;
  }

  /** Null for an ID of another session, or of a stream whose events were dropped. */
  find(id: EventId): FoundEvent | null {
    const [, tag, listener, number, sequence] = /^([^\W_]+)(?:_(\w+))?-(\d+)-(\d+)(?:\.[\w-]+)?$/.exec(id) ?? [];
    if (tag !== this.#tag) return null;
    for (const [stream, known] of this.#streams) {
      if (known.number !== Number(number)) continue;
      const isStanding = stream === GET_STREAM;
      return { stream, number: known.number, sequence: Number(sequence), isStanding, listener };
    }
    return null;
  }

  /** Whether nothing follows on the stream of this event: it is the last answer to the requests that the stream was opened for. */
  isEnd({ stream, sequence, isStanding }: FoundEvent): boolean {
    const last = this.#events.findLast((event) => event.stream === stream);
    return !isStanding && last?.sequence === sequence && (last.isLast ?? isAnswer(last.message));
  }

  /** The ID after which a stream begins that a GET opens now. */
  latest(listener?: string): EventId {
    const number = this.#streams.get(GET_STREAM)?.number ?? 0;
    return this.#idOf({ number, sequence: this.#sequence, name: '', listener });
  }

  /** What another process needs to continue these streams. */
  save(): SavedEvents {
    const streams = [...this.#streams].map(([stream, { number, name }]) => [stream, number, name] as const);
    return {
      tag: this.#tag,
      sequence: this.#sequence,
      streams,
      events: this.#events.map(({ sequence, stream, message, isLast, listener }) => ({
        sequence,
        stream,
        message,
        ...(isLast && { isLast }),
        ...(listener !== undefined && { listener }),
      })),
    };
  }

  /** Replaces what was stored so far. */
  restore({ tag, sequence, streams, events }: SavedEvents): void {
    this.clear();
    this.#tag = tag;
    this.#sequence = sequence;
    this.#streams.clear();
    for (const [stream, number, name = ''] of streams) this.#streams.set(stream, { number, name, kept: 0 });
    for (const event of events) {
      // They were read as JSON, with a bigint for each large integer, which the SDK cannot write.
      const message = keepDigits(event.message) as JSONRPCMessage;
      const weight = weigh(message);
      this.#events.push({ ...event, message, weight });
      this.#weight += weight;
      this.#count(event.stream, event.sequence);
      this.#account(this, weight);
    }
  }

  clear(): void {
    const weight = this.#weight;
    while (this.#events.length > 0) this.#drop();
    this.#account(this, -weight);
  }

  #count(stream: StreamId, sequence: number, name = ''): { readonly number: number; readonly name: string } {
    const known = this.#streams.get(stream) ?? { number: sequence, name, kept: 0 };
    known.kept++;
    this.#streams.set(stream, known);
    return known;
  }

  /** Drops the oldest events beyond the limits, but never the newest. Returns the weight of what was dropped. */
  #trim(): number {
    const before = this.#weight;
    while (this.#events.length > MAX_SESSION_EVENTS || (this.#weight > MAX_SESSION_WEIGHT && this.#events.length > 1)) this.#drop();
    return before - this.#weight;
  }

  /** Drops the oldest event, and its stream when no other event of it is kept. */
  #drop(): void {
    const event = this.#events.shift();
    if (!event) return;
    this.#weight -= event.weight;
    const known = this.#streams.get(event.stream);
    if (known && --known.kept === 0 && event.stream !== GET_STREAM) this.#streams.delete(event.stream);
  }
}

const isAnswer = (message: JSONRPCMessage): boolean => !('method' in message) && 'id' in message;

/** Whether it is the first event of a stream, which has an ID to resume from but no message. */
export const isPriming = (message: JSONRPCMessage): boolean => !('jsonrpc' in message);

/** Approximate size in bytes, counting a tool's text and its copy in structured content. */
export function weigh(message: JSONRPCMessage): number {
  const { content } = ('result' in message ? message.result : {}) as { content?: readonly { text?: string; data?: string }[] };
  if (!Array.isArray(content)) return 256 + (sizeOfList(message) ?? stringifyJson(message).length);
  const text = content.reduce((sum, block) => sum + (block.text?.length ?? 0) + (block.data?.length ?? 0), 0);
  return 256 + 3 * text;
}
