/** Converts between Node.js requests and the web-standard ones of the SDK. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JSONRPCErrorResponse, RequestId } from '@modelcontextprotocol/server';
import { stringifyJson } from '../common/json.ts';
import { accepts } from './accept.ts';
import { compressFor } from './compress.ts';
import { EventWriter } from './event-writer.ts';
import { fillIn } from './prepared-list.ts';
import { shortenSentError } from './short-errors.ts';

/**
 * Without the body, which was read and parsed before. @param isForSdk whether the SDK judges its `Accept` header. Its `signal` is aborted when the client disconnects before the answer. */
export function toWebRequest(request: IncomingMessage, response: ServerResponse, isForSdk = true): Request {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort(new Error('the client disconnected'));
  });
  const headers = toHeaders(request);
  // A guard checked it; the SDK accepts only this one.
  if (headers.has('content-type')) headers.set('content-type', 'application/json');
  // The SDK looks for both names in the header, which may take them without naming them.
  if (isForSdk && accepts(headers.get('accept'), 'text/event-stream')) headers.set('accept', 'application/json, text/event-stream');
  if (headers.get('mcp-protocol-version') === '') headers.delete('mcp-protocol-version');
  // The SDK looks at the path only. The Host header is not used, since a client could forge it.
  return new Request('http://server.invalid/mcp', { method: request.method ?? 'GET', headers, signal: abort.signal });
}

function toHeaders({ headers }: IncomingMessage): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') result.set(name, value);
    else for (const item of value ?? []) result.append(name, item);
  }
  return result;
}

/** How to write an event stream that does not end by itself. */
export interface StandingAnswer {
  readonly writer: EventWriter;
  /** Called when the headers are sent. */
  readonly opened: () => void;
  /** What to write before the events; null for a stream that is not continued. */
  readonly begin: { readonly unsent: string; readonly skipsFirst: boolean } | null;
}

/** Writes `answer`, and waits until it is sent or the client is gone. Does nothing when the request was answered meanwhile. */
export async function sendWebResponse(response: ServerResponse, answer: Response, standing?: StandingAnswer | null): Promise<void> {
  if (response.headersSent || response.destroyed) return answer.body?.cancel();
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    // The HTTP front decides whether the connection stays open.
    if (name !== 'connection') response.setHeader(name, value);
  }
  if (isEventStream(answer) && answer.body) {
    // Tells the client that the stream is open before there is an event; in one packet with the first one, by which it can resume.
    response.cork();
    response.flushHeaders();
    setImmediate(() => response.uncork());
    standing?.opened();
    return (standing?.writer ?? new EventWriter(response)).write(answer.body, standing?.begin);
  }
  const parts = fillIn(shortenSentError(Buffer.from(await answer.arrayBuffer())));
  await endWith(response, parts);
}

/** Ends the response with the whole body, unless it was answered meanwhile. */
export async function endWith(response: ServerResponse, whole: readonly Buffer[]): Promise<void> {
  const parts = await compressFor(response, whole);
  if (response.headersSent || response.destroyed) return;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > 0) response.setHeader('content-length', length);
  response.cork();
  for (const part of parts) response.write(part);
  response.end();
}

const isEventStream = ({ headers }: Response): boolean => headers.get('content-type')?.startsWith('text/event-stream') ?? false;

/** The answer to an abandoned request, which may have had an effect. */
export const abandoned = (id: RequestId, why: string): JSONRPCErrorResponse => ({
  jsonrpc: '2.0',
  id,
  error: { code: -32_603, message: `Outcome unknown: ${why}. Look before you repeat a change.` },
});

/** Ends an event stream that answers a single request with an error; does nothing when the answer has not begun. */
export function giveUp(response: ServerResponse, id: RequestId, why: string): void {
  if (response.headersSent && !response.writableEnded) response.end(`event: message\ndata: ${stringifyJson(abandoned(id, why))}\n\n`);
}

/** A JSON-RPC error without ID, for a request that was not passed to a session or tool. */
export function errorResponse(status: number, code: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });
}
