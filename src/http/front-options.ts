/** What the front needs, and what passes between it and those who answer requests. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FrontLimits } from './slow-clients.ts';
import type { CarriedStream, StandingStream } from './stream-handover.ts';
import type { TlsMaterial } from './tls.ts';

/** What the front knows of a request, and how it learns of an event stream. */
export interface FrontContext {
  /** Marks the response as a stream that never ends by itself, so that it does not count as a request in flight. */
  standing(stream: StandingStream): void;
  /** Set on a request that continues a stream of a former process: the events that one left unsent. Null for any other. */
  readonly continued: { readonly unsent: string } | null;
}

/** Answers a request, now or later. */
export type Respond = (request: IncomingMessage, response: ServerResponse, context: FrontContext) => void;

/** What `Front` needs. */
export interface FrontOptions {
  /** Plain HTTP without it. */
  readonly tls?: TlsMaterial | null;
  readonly limits?: () => FrontLimits;
  /** Called at most once a minute when connections were turned away. */
  readonly warn?: (message: string) => void;
  readonly respond: Respond;
  /** Answers a request that is interrupted at the deadline, whose response has not begun. */
  readonly refuse: (response: ServerResponse, why: string) => void;
  /** Called just before responses that have begun are interrupted, to end them with an error. */
  readonly lastCall?: (why: string) => Promise<void>;
}

/** A connection that continues in another process; until then, what the client sends waits in the kernel. */
export interface ParkedConnection {
  readonly descriptor: number;
  /** The event stream that is open on it; null when the connection is idle. */
  readonly stream: CarriedStream | null;
}
