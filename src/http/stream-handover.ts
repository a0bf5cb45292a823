/**
 * Event streams that go on in another process, over the same connection. The request that opened one is judged and
 * answered anew there, as if it had come again; of the answer the client gets what it does not have yet.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A response that never ends by itself; it is not a request in flight. */
export interface StandingStream {
  /** Closes it in a way that makes the client come back. */
  end(): void;
  /** Absent where no other process can go on with it. */
  readonly carry?: Carry;
}

export interface Carry {
  /** Nothing is written from now on; what there is to say is kept. */
  hold(): void;
  /** Undoes `hold`. */
  release(): void;
  /** After `hold`: what another process needs beside the head of the request. */
  save(): Remainder;
}

export interface Remainder {
  /** Null for a GET. */
  readonly body: string | null;
  /** Of the events that were written or are in `unsent`; null where events have no ids. */
  readonly lastEventId: string | null;
  /** Events that came while the stream was held. */
  readonly unsent: string;
}

export interface CarriedStream extends Remainder {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  /** Names and values in turn, as they came; credentials are among them. */
  readonly headers: readonly string[];
}

export const describeStream = ({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage, carry: Carry): CarriedStream => ({
  method,
  url,
  httpVersion,
  headers: rawHeaders,
  ...carry.save(),
});

/** Describe a body that has been read already, or ask for what was answered before. */
const REPLACED: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'expect', 'last-event-id']);

/** The bytes of the request, for the HTTP parser. */
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
 * The client has had the head, so it is left out. Any other answer than an event stream cannot be told any more: the
 * connection ends, and the client hears it when it comes back.
 */
export function goOnAfterHead(response: ServerResponse): void {
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
