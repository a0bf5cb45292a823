/**
 * What was sent on event streams, kept for a while so that a client whose connection broke can ask for the rest.
 * In memory and bounded twice: per session, and over all of them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventId, EventStore, JSONRPCMessage, RequestId, StreamId } from '@modelcontextprotocol/server';
import { stringifyJson } from '../common/json.ts';
import { keepDigits } from './encode.ts';
import { sizeOfList, wholeMessage } from './prepared-list.ts';

interface Sent {
  readonly sequence: number;
  readonly stream: StreamId;
  readonly message: JSONRPCMessage;
  readonly weight: number;
}

export interface SavedEvents {
  readonly tag: string;
  readonly sequence: number;
  readonly streams: readonly (readonly [stream: StreamId, number: number])[];
  readonly events: readonly Omit<Sent, 'weight'>[];
}

export interface FoundEvent {
  readonly stream: StreamId;
  readonly number: number;
  readonly sequence: number;
  /** Of the stream that a GET opens, which does not end by itself. */
  readonly isStanding: boolean;
}

const MAX_SESSION_EVENTS = 128;
const MAX_SESSION_WEIGHT = 4 * 1_024 * 1_024;
const MAX_TOTAL_WEIGHT = 64 * 1_024 * 1_024;

/** The transport's name for the stream that a GET opens. */
export const GET_STREAM = '_GET_stream';

/** Of the requests that are being received. */
interface Opened {
  /** That the transport opened for them, if it can be resumed. */
  stream: StreamId | null;
  readonly requests: readonly RequestId[];
  /** Repeats what a client said to another process; the client is not to hear of it. */
  readonly isRehearsed: boolean;
}

export const openedStream = new AsyncLocalStorage<Opened>();

/** Something that keeps events in this process. */
export interface KeepsEvents {
  readonly count: number;
  clear(): void;
}

/** Shared by all sessions; whoever has not been written to for longest loses first. */
export class EventPool {
  readonly #logs = new Set<KeepsEvents>();
  #weight = 0;

  open(tag: string): SessionEvents {
    return new SessionEvents(tag, (log, weight) => this.account(log, weight));
  }

  /** Adds to what is kept, and takes from others when it is too much. */
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

/** The events of one session. Ids carry the session's tag, so that no other session's id is taken for one of these. */
export class SessionEvents implements EventStore, KeepsEvents {
  #tag: string;
  readonly #account: (log: SessionEvents, weight: number) => void;
  /** The number that ids name a stream by, and how many of its events are kept. */
  readonly #streams = new Map<StreamId, { readonly number: number; kept: number }>([[GET_STREAM, { number: 0, kept: 0 }]]);
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

  async storeEvent(stream: StreamId, sent: JSONRPCMessage): Promise<EventId> {
    const message = wholeMessage(sent);
    const weight = weigh(message);
    const opened = isPriming(message) ? openedStream.getStore() : undefined;
    if (opened) opened.stream = stream;
    const sequence = ++this.#sequence;
    this.#events.push({ sequence, stream, message, weight });
    this.#weight += weight;
    const number = this.#count(stream, sequence);
    const dropped = this.#trim();
    this.#account(this, weight - dropped);
    return `${this.#tag}-${number}-${sequence}`;
  }

  /** Undefined, which the transport refuses, for an id that is not of this session. */
  async getStreamIdForEventId(id: EventId): Promise<StreamId | undefined> {
    return this.find(id)?.stream;
  }

  async replayEventsAfter(id: EventId, { send }: { send: (id: EventId, message: JSONRPCMessage) => Promise<void> }): Promise<StreamId> {
    const found = this.find(id);
    if (!found) throw new Error('this event is not of this session');
    for (const { sequence, stream, message } of this.#events) {
      if (stream !== found.stream || sequence <= found.sequence || isPriming(message)) continue;
      await send(`${this.#tag}-${found.number}-${sequence}`, message);
    }
    return found.stream;
  }

  /** Where an id points to; null when it is not of this session, or of a stream that is forgotten. */
  find(id: EventId): FoundEvent | null {
    const [, tag, number, sequence] = /^(\w+)-(\d+)-(\d+)$/.exec(id) ?? [];
    if (tag !== this.#tag) return null;
    for (const [stream, known] of this.#streams) {
      if (known.number === Number(number))
        return { stream, number: known.number, sequence: Number(sequence), isStanding: stream === GET_STREAM };
    }
    return null;
  }

  /** The id of whatever came last, as an event of the stream that a GET opens: a stream that begins now begins after it. */
  latest(): EventId {
    return `${this.#tag}-${this.#streams.get(GET_STREAM)?.number ?? 0}-${this.#sequence}`;
  }

  /** What another process needs to go on with these streams. */
  save(): SavedEvents {
    const streams = [...this.#streams].map(([stream, { number }]) => [stream, number] as const);
    return {
      tag: this.#tag,
      sequence: this.#sequence,
      streams,
      events: this.#events.map(({ sequence, stream, message }) => ({ sequence, stream, message })),
    };
  }

  /** Takes the place of whatever was stored so far. */
  restore({ tag, sequence, streams, events }: SavedEvents): void {
    this.clear();
    this.#tag = tag;
    this.#sequence = sequence;
    this.#streams.clear();
    for (const [stream, number] of streams) this.#streams.set(stream, { number, kept: 0 });
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

  #count(stream: StreamId, sequence: number): number {
    const known = this.#streams.get(stream) ?? { number: sequence, kept: 0 };
    known.kept++;
    this.#streams.set(stream, known);
    return known.number;
  }

  /** Returns the weight of what was dropped. The newest event stays, whatever it weighs. */
  #trim(): number {
    const before = this.#weight;
    while (this.#events.length > MAX_SESSION_EVENTS || (this.#weight > MAX_SESSION_WEIGHT && this.#events.length > 1)) this.#drop();
    return before - this.#weight;
  }

  /** Forgets the oldest event, and its stream when it was the last one of it. */
  #drop(): void {
    const event = this.#events.shift();
    if (!event) return;
    this.#weight -= event.weight;
    const known = this.#streams.get(event.stream);
    if (known && --known.kept === 0 && event.stream !== GET_STREAM) this.#streams.delete(event.stream);
  }
}

/** The first event of a stream carries no message, only an id to resume from. */
export const isPriming = (message: JSONRPCMessage): boolean => !('jsonrpc' in message);

/** A rough size in bytes; the text of a tool's result is held once more as structured content. */
export function weigh(message: JSONRPCMessage): number {
  const { content } = ('result' in message ? message.result : {}) as { content?: readonly { text?: string; data?: string }[] };
  if (!Array.isArray(content)) return 256 + (sizeOfList(message) ?? stringifyJson(message).length);
  const text = content.reduce((sum, block) => sum + (block.text?.length ?? 0) + (block.data?.length ?? 0), 0);
  return 256 + 3 * text;
}
