/** Between Node.js requests and the web-standard ones that the SDK speaks. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JSONRPCErrorResponse, RequestId } from '@modelcontextprotocol/server';
import { stringifyJson } from '../common/json.ts';
import { EventWriter } from './event-writer.ts';
import { fillIn } from './prepared-list.ts';

/** The body stays behind: it was read and parsed before. `signal` aborts when the client goes away unanswered. */
export function toWebRequest(request: IncomingMessage, response: ServerResponse): Request {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort(new Error('the client went away'));
  });
  const headers = toHeaders(request);
  // A guard judged it; the SDK knows one name alone.
  if (headers.has('content-type')) headers.set('content-type', 'application/json');
  // Only the path counts; the Host header was judged by a guard and is not trusted to form an address.
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

/** How an event stream is written that does not end by itself. */
export interface StandingAnswer {
  readonly writer: EventWriter;
  /** Told when the headers are out. */
  readonly opened: () => void;
  /** What goes before the events; null on a stream that is not continued. */
  readonly begin: { readonly unsent: string; readonly skipsFirst: boolean } | null;
}

/**
 * Writes `answer` and waits until all of it is sent or the client is gone. Does nothing where another answer was given
 * meanwhile.
 */
export async function sendWebResponse(response: ServerResponse, answer: Response, standing?: StandingAnswer | null): Promise<void> {
  if (response.headersSent || response.destroyed) return answer.body?.cancel();
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    // Whether the connection lives on is for the HTTP front to say.
    if (name !== 'connection') response.setHeader(name, value);
  }
  if (isEventStream(answer) && answer.body) {
    // A client that waits for the first event must know at once that the stream is open.
    response.flushHeaders();
    standing?.opened();
    return (standing?.writer ?? new EventWriter(response)).write(answer.body, standing?.begin);
  }
  const parts = fillIn(Buffer.from(await answer.arrayBuffer()));
  if (response.headersSent || response.destroyed) return;
  endWith(response, parts);
}

/** The whole body at once. */
export function endWith(response: ServerResponse, parts: readonly Buffer[]): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > 0) response.setHeader('content-length', length);
  response.cork();
  for (const part of parts) response.write(part);
  response.end();
}

const isEventStream = ({ headers }: Response): boolean => headers.get('content-type')?.startsWith('text/event-stream') ?? false;

/** The answer to a request that is given up although it may have had an effect. */
export const abandoned = (id: RequestId, why: string): JSONRPCErrorResponse => ({
  jsonrpc: '2.0',
  id,
  error: { code: -32_603, message: `Outcome unknown: ${why}. Look before you repeat a change.` },
});

/** The last word on an event stream that answers one request; where the answer has not begun, nothing. */
export function giveUp(response: ServerResponse, id: RequestId, why: string): void {
  if (response.headersSent && !response.writableEnded) response.end(`event: message\ndata: ${stringifyJson(abandoned(id, why))}\n\n`);
}

/** An error in the protocol's form, for a request that reached no session and no tool. */
export function errorResponse(status: number, code: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });
}
