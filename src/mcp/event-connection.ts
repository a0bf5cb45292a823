/** An event stream that is open to a client. */
import type { EventId, JSONRPCMessage } from '@modelcontextprotocol/server';
import { stringifyJson } from '../common/json.ts';

/** Reconnection time for clients. With less, their two attempts could both fall into a restart. */
const RETRY_MS = 2_500;
/** Proxies close a connection without traffic. */
const KEEP_ALIVE_MS = 15_000;

const encoder = new TextEncoder();

/** One connection to a client that reads events. */
export class EventConnection {
  readonly body: ReadableStream<Uint8Array>;
  readonly openedAt = performance.now();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  readonly #beat: NodeJS.Timeout;
  #onClose: () => void = () => undefined;

  constructor() {
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: () => this.#leave(),
    });
    this.#beat = setInterval(() => this.#enqueue(KEEP_ALIVE), KEEP_ALIVE_MS).unref();
  }

  /** @param act called once, when either side has closed it */
  onClose(act: () => void): void {
    this.#onClose = act;
  }

  write(id: EventId, message: JSONRPCMessage): void {
    this.#enqueue(encodeEvent(id, message));
  }

  /** Writes the first event of a stream, which has an ID to resume from but no message. */
  prime(id: EventId): void {
    this.#enqueue(`id: ${id}\nretry: ${RETRY_MS}\ndata: \n\n`);
  }

  close(): void {
    const controller = this.#controller;
    if (controller === null) return;
    this.#leave();
    controller.close();
  }

  #enqueue(text: string): void {
    this.#controller?.enqueue(encoder.encode(text));
  }

  #leave(): void {
    if (this.#controller === null) return;
    this.#controller = null;
    clearInterval(this.#beat);
    this.#onClose();
  }
}

/** A comment, which clients skip. */
export const KEEP_ALIVE = ': keepalive\n\n';

/** An event as it goes on the wire. */
export const encodeEvent = (id: EventId, message: JSONRPCMessage): string =>
  `event: message\nid: ${id}\ndata: ${stringifyJson(message)}\n\n`;
