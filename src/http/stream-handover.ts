/**
 * Event streams that continue in another process over the same connection. That process handles the request that opened the
 * stream once more, guards included, and sends the client only the part of the answer that it does not have yet.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A response that never ends by itself and does not count as a request in flight. */
export interface StandingStream {
  /** Closes it in a way that makes the client reconnect. */
  end(): void;
  /** How another process continues it; absent where it cannot. */
  readonly carry?: Carry;
}

/** Hands a stream to another process. */
export interface Carry {
  /** Stops writing; events are kept from now on. */
  hold(): void;
  /** Undoes `hold`: writes what was kept. */
  release(): void;
  /** What another process needs beside the head of the request; called after `hold`. */
  save(): Remainder;
}

/** The state of a held stream. */
export interface Remainder {
  /** Body of the request; null for a GET. */
  readonly body: string | null;
  /** ID of the last event that was written or is in `unsent`; null where events have no IDs. */
  readonly lastEventId: string | null;
  /** Events that were kept while the stream was held, as they go on the wire. */
  readonly unsent: string;
}

/** A stream as it is handed over: the head of its request, and its state. */
export interface CarriedStream extends Remainder {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  /** Names and values alternating, as in `rawHeaders`; credentials are among them. */
  readonly headers: readonly string[];
}

export const describeStream = ({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage, carry: Carry): CarriedStream => ({
  method,
  url,
  httpVersion,
  headers: rawHeaders,
  ...carry.save(),
});

/** Longest head of a request that is handed over, in characters: there may be as many streams as connections. */
const LONGEST_HEAD = 8_192;

/** Whether the head of a request is short enough to be handed over; else its stream ends, and its client opens it again. */
export const isCarriedWhole = ({ url = '', rawHeaders }: IncomingMessage): boolean =>
  rawHeaders.reduce((sum, part) => sum + part.length, url.length) <= LONGEST_HEAD;

/** Headers of the body, which is sent with its length instead, and of the event to resume after. */
const REPLACED: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'expect', 'last-event-id']);

/** The request that opened the stream, as bytes for the HTTP parser. */
export function repeatRequest({ method, url, httpVersion, headers, body, lastEventId }: CarriedStream): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = headers.slice(at, at + 2);
    if (!REPLACED.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  if (lastEventId !== null) lines.push(`Last-Event-ID: ${lastEventId}`);
  const content = Buffer.from(body ?? '');
  if (body !== null) lines.push(`Content-Length: ${content.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content]);
}

/**
 * Leaves out the head of the response, which the client has. Where the answer is not an event stream, the connection is
 * closed instead: the client gets that answer when it reconnects.
 */
export function continueAfterHead(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse;
  const isStream = (status: unknown) => status === 200 && String(response.getHeader('content-type')).startsWith('text/event-stream');
  Object.assign(response, {
    writeHead: (...given: unknown[]) => {
      if (!isStream(given[0])) return silence(response);
      writeHead(...given);
      // oxlint-disable-next-line no-underscore-dangle -- Node.js has no other name for it
      (response as unknown as { _headerSent: boolean })._headerSent = true;
      return response;
    },
  });
}

function silence(response: ServerResponse): ServerResponse {
  Object.assign(response, { write: () => true, end: () => response, flushHeaders: () => undefined });
  return response.destroy();
}
