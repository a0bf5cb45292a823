/**
 * Events of the streams of sessions, kept so that a client whose connection broke can resume. In memory, with a limit for
 * each session and one for all sessions.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventId, EventStore, JSONRPCMessage, RequestId, StreamId } from '@modelcontextprotocol/server';
import { stringifyJson } from '../common/json.ts';
import { keepDigits } from './encode.ts';
import { nameRequests } from './lost-streams.ts';
import { sizeOfList, wholeMessage } from './prepared-list.ts';

interface Sent {
  readonly sequence: number;
  readonly stream: StreamId;
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
}

const MAX_SESSION_EVENTS = 128;
const MAX_SESSION_WEIGHT = 4 * 1_024 * 1_024;
const MAX_TOTAL_WEIGHT = 64 * 1_024 * 1_024;

/** The transport's name for the stream that a GET opens. */
export const GET_STREAM = '_GET_stream';

/** The requests that are being received together. */
interface Opened {
  /** The stream that the transport opened for them; null if it cannot be resumed. */
  stream: StreamId | null;
  readonly requests: readonly RequestId[];
  /** Whether they repeat what a client said to another process; then nothing is sent to the client. */
  readonly isRehearsed: boolean;
  /** Whether the transport has accepted them. */
  isAccepted?: boolean;
}

export const openedStream = new AsyncLocalStorage<Opened>();

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
export class SessionEvents implements EventStore, KeepsEvents {
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

  async storeEvent(stream: StreamId, sent: JSONRPCMessage): Promise<EventId> {
    const message = wholeMessage(sent);
    const weight = weigh(message);
    const opened = isPriming(message) ? openedStream.getStore() : undefined;
    if (opened) opened.stream = stream;
    const sequence = ++this.#sequence;
    this.#events.push({ sequence, stream, message, weight });
    this.#weight += weight;
    const { number, name } = this.#count(stream, sequence, nameRequests(opened?.requests ?? []));
    const dropped = this.#trim();
    this.#account(this, weight - dropped);
    return `${this.#tag}-${number}-${sequence}${name}`;
  }

  /** Undefined for an ID of another session; the transport refuses it then. */
  async getStreamIdForEventId(id: EventId): Promise<StreamId | undefined> {
    return this.find(id)?.stream;
  }

  async replayEventsAfter(id: EventId, { send }: { send: (id: EventId, message: JSONRPCMessage) => Promise<void> }): Promise<StreamId> {
    const found = this.find(id);
    if (!found) throw new Error('this event is not of this session');
    for (const { sequence, stream, message } of this.#events) {
      if (stream !== found.stream || sequence <= found.sequence || isPriming(message)) continue;
      await send(`${this.#tag}-${found.number}-${sequence}${this.#streams.get(stream)?.name ?? ''}`, message);
    }
    return found.stream;
  }

  /** Null for an ID of another session, or of a stream whose events were dropped. */
  find(id: EventId): FoundEvent | null {
    const [, tag, number, sequence] = /^(\w+)-(\d+)-(\d+)(?:\.[\w-]+)?$/.exec(id) ?? [];
    if (tag !== this.#tag) return null;
    for (const [stream, known] of this.#streams) {
      if (known.number === Number(number))
        return { stream, number: known.number, sequence: Number(sequence), isStanding: stream === GET_STREAM };
    }
    return null;
  }

  /** Whether nothing follows on the stream of this event: it is the answer to the request that the stream was opened for. */
  isEnd({ stream, sequence, isStanding }: FoundEvent): boolean {
    const last = this.#events.findLast((event) => event.stream === stream);
    return !isStanding && last?.sequence === sequence && isAnswer(last.message);
  }

  /** The ID after which a stream begins that a GET opens now. */
  latest(): EventId {
    return `${this.#tag}-${this.#streams.get(GET_STREAM)?.number ?? 0}-${this.#sequence}`;
  }

  /** What another process needs to continue these streams. */
  save(): SavedEvents {
    const streams = [...this.#streams].map(([stream, { number, name }]) => [stream, number, name] as const);
    return {
      tag: this.#tag,
      sequence: this.#sequence,
      streams,
      events: this.#events.map(({ sequence, stream, message }) => ({ sequence, stream, message })),
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
