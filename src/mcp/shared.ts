/** What this folder needs of a store that several replicas share. Whatever is asked of it rejects while it cannot be reached. */
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import type { Handshake } from './handshake.ts';

/** A session as all replicas know it; each can go on with it. */
export interface SharedSession {
  readonly id: string;
  readonly handshake: Handshake;
  readonly address: string | undefined;
  readonly principal: string | null;
  /** Begins the ids of its events. */
  readonly tag: string;
  /** A digest of the list of tools that its client was offered or told of. */
  readonly tools: string;
  /** Toolsets that its client enabled for itself. */
  readonly enabled: readonly string[];
}

/** One that its client ended is remembered as such, so that no replica brings it back. */
export type SharedRecord = SharedSession | { readonly hasEnded: true };

/** An event of a stream, as it is kept for whoever asks for the rest. */
export interface KeptEvent {
  /** 0 is the stream that a GET opens. Null for the first of another one: its sequence is the number of its stream. */
  readonly stream: number | null;
  readonly message: JSONRPCMessage;
  /** Whether the stream ends with it. */
  readonly isLast: boolean;
  /** Where the requests run that the stream answers. */
  readonly replica: string;
  readonly requests: readonly RequestId[];
}

export interface Kept {
  readonly sequence: number;
  readonly event: KeptEvent;
}

/** From one replica to another one, or to all others. */
export type Note =
  /** The client's answer to a question that another replica asked. */
  | { readonly kind: 'answer'; readonly session: string; readonly message: unknown }
  /** `notifications/cancelled` for a request that runs elsewhere. */
  | { readonly kind: 'cancel'; readonly session: string; readonly message: unknown }
  | { readonly kind: 'ended'; readonly session: string }
  /** The stream that a GET opens is open at another replica now. */
  | { readonly kind: 'moved'; readonly session: string }
  /** A caller without a session sees other tools now. */
  | { readonly kind: 'enabled' };

export interface SharedStore {
  /** Of this process; no other one has the same. */
  readonly replica: string;
  readonly isUp: boolean;
  load(id: string, lifeMs: number): Promise<SharedRecord | null>;
  store(id: string, record: SharedRecord, lifeMs: number, how: { readonly onlyNew: boolean }): Promise<void>;
  forgetEvents(id: string): Promise<void>;
  /** Returns the sequence: `least`, or the next after all that is kept already. */
  append(id: string, event: KeptEvent, least: number, lifeMs: number): Promise<number>;
  /** In order. */
  read(id: string, after: number): Promise<readonly Kept[]>;
  latest(id: string): Promise<number>;
  /** Toolsets that a caller without a session enabled for itself, at whichever replica. */
  enabledBy(callerKey: string): Promise<readonly string[] | null>;
  noteEnabled(callerKey: string, toolsets: readonly string[], lifeMs: number): Promise<void>;
  /** Whether a replica runs, as far as anybody knows. */
  lives(replica: string): Promise<boolean>;
  /** Calls `nudge` when a stream has a new event; not for the first of a stream. */
  watch(id: string, nudge: (stream: number) => void): Promise<() => void>;
  /** Null: to all others. False when the one that is meant did not hear it. */
  send(replica: string | null, note: Note): Promise<boolean>;
  receive(handle: (note: Note) => void): void;
  onChange(observer: (isUp: boolean) => void): void;
}
