/** The store that replicas share sessions through, as this folder needs it. Its methods reject while it cannot be reached. */
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import type { Handshake } from './handshake.ts';

/** A session as all replicas know it; any of them can continue it. */
export interface SharedSession {
  readonly id: string;
  readonly handshake: Handshake;
  readonly address: string | undefined;
  readonly principal: string | null;
  /** Prefix of the IDs of its events. */
  readonly tag: string;
  /** A digest of the list of tools that its client knows. */
  readonly tools: string;
  /** Toolsets that its client enabled for itself. */
  readonly enabled: readonly string[];
}

/** A session, or the note that its client ended it, so that no replica shares it again. */
export type SharedRecord = SharedSession | { readonly hasEnded: true };

/** An event of a stream, kept for clients that resume. */
export interface KeptEvent {
  /** Number of its stream; 0 for the stream of a GET. Null for the first event of any other: its sequence is the number. */
  readonly stream: number | null;
  readonly message: JSONRPCMessage;
  /** Whether the stream ends with it. */
  readonly isLast: boolean;
  /** The replica that runs the requests which the stream answers. */
  readonly replica: string;
  readonly requests: readonly RequestId[];
}

/** A stored event. */
export interface Kept {
  readonly sequence: number;
  readonly event: KeptEvent;
}

/** A message from one replica to another, or to all others. */
export type Note =
  /** A client's answer to a question that the receiving replica asked. */
  | { readonly kind: 'answer'; readonly session: string; readonly message: unknown }
  /** `notifications/cancelled` for a request that another replica runs. */
  | { readonly kind: 'cancel'; readonly session: string; readonly message: unknown }
  | { readonly kind: 'ended'; readonly session: string }
  /** The stream of a GET is now open at the sending replica. */
  | { readonly kind: 'moved'; readonly session: string }
  /** A caller without a session enabled a toolset. */
  | { readonly kind: 'enabled' };

/** Sessions, their events and messages between replicas. Times are in milliseconds; `id` is the ID of a session. */
export interface SharedStore {
  /** Unique name of this process. */
  readonly replica: string;
  readonly isUp: boolean;
  load(id: string, lifeMs: number): Promise<SharedRecord | null>;
  store(id: string, record: SharedRecord, lifeMs: number, how: { readonly onlyNew: boolean }): Promise<void>;
  forgetEvents(id: string): Promise<void>;
  /** Stores an event. Returns its sequence: `least`, or the next after all stored events if that is greater. */
  append(id: string, event: KeptEvent, least: number, lifeMs: number): Promise<number>;
  /** Events with a sequence greater than `after`, in order. */
  read(id: string, after: number): Promise<readonly Kept[]>;
  /** Sequence of the last event; 0 without any. */
  latest(id: string): Promise<number>;
  /** Toolsets that a caller without a session enabled for itself, at any replica. */
  enabledBy(callerKey: string): Promise<readonly string[] | null>;
  noteEnabled(callerKey: string, toolsets: readonly string[], lifeMs: number): Promise<void>;
  /** Whether a replica is running, by its lease. */
  lives(replica: string): Promise<boolean>;
  /** Calls `nudge` when a stream has a new event, except its first. Returns how to stop. */
  watch(id: string, nudge: (stream: number) => void): Promise<() => void>;
  /** Sends to one replica, or to all others with null. False when that replica did not receive it. */
  send(replica: string | null, note: Note): Promise<boolean>;
  /** Sets the handler of messages from other replicas. */
  receive(handle: (note: Note) => void): void;
  /** Calls `observer` when the store goes away or is back. */
  onChange(observer: (isUp: boolean) => void): void;
}
