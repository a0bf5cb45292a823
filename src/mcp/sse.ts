/** The HTTP+SSE transport of revision 2024-11-05: one event stream for each client, which posts its messages in separate requests. */
import type { ServerResponse } from 'node:http';
import type { McpServer, RequestId } from '@modelcontextprotocol/server';
import type { SSEServerTransport } from '@modelcontextprotocol/server-legacy/sse';
import type { Caller } from '../audit/index.ts';
import type { Log } from '../common/log.ts';
import { acceptAnswers, markRequests } from './generation.ts';
import { outline } from './handshake.ts';
import { isInitialize } from './judge.ts';
import { wholeMessage } from './prepared-list.ts';
import type { Runtime } from './runtime.ts';
import { refuseForNow } from './session-refusals.ts';
import { notifyToolsChanged, type CreateServer } from './server.ts';
import { abandoned, errorResponse } from './web.ts';

export interface SseOptions {
  readonly runtime: () => Runtime;
  readonly createServer: CreateServer;
  readonly log: Log;
  readonly generation: number;
}

interface Stream {
  readonly transport: SSEServerTransport;
  readonly server: McpServer;
  readonly running: Set<RequestId>;
  /** The authenticated caller that opened it, and the only one that may post to it. */
  readonly principal: string | null;
  ending: boolean;
}

/** Loads the transport, which the first stream does otherwise. */
export async function loadSse() {
  const { SSEServerTransport } = await import('@modelcontextprotocol/server-legacy/sse');
  return { SSEServerTransport };
}

/** Proxies close a connection without traffic. */
const KEEP_ALIVE_MS = 15_000;

export class SseStreams {
  readonly #options: SseOptions;
  readonly #streams = new Map<string, Stream>();

  constructor(options: SseOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Opens a client's stream on `response`. @param standing gets how to end it @returns null when it is open, else the refusal */
  async open(response: ServerResponse, caller: Caller, standing: (end: () => void) => void): Promise<Response | null> {
    const { sessionLimit } = this.#options.runtime();
    if (this.#streams.size >= sessionLimit) return refuseForNow(sessionLimit);
    const { SSEServerTransport: Transport } = await loadSse();
    const transport = new Transport('/messages', response);
    const stream: Stream = {
      transport,
      server: this.#options.createServer({ ...caller, session: transport.sessionId }),
      running: new Set(),
      principal: caller.principal ?? null,
      ending: false,
    };
    // The client may have gone meanwhile; no event would tell of it any more.
    if (response.destroyed) return null;
    this.#watch(stream, response);
    this.#streams.set(transport.sessionId, stream);
    await stream.server.connect(transport);
    if (response.destroyed) await transport.close();
    if (!this.#streams.has(transport.sessionId)) return null;
    response.flushHeaders();
    standing(() => this.#end(stream));
    return null;
  }

  /** Accepts a message that a client posted; its answer is sent on the stream. */
  async receive(sessionId: string | null, body: unknown, { principal = null }: Caller, request?: Request): Promise<Response> {
    if (sessionId === null)
      return errorResponse(
        400,
        -32_000,
        'Bad Request: sessionId is missing in the query. Open GET /sse first and post to the address that it sends.',
      );
    const stream = this.#streams.get(sessionId);
    if (!stream || stream.principal !== principal)
      return errorResponse(404, -32_001, 'Session not found: its stream has ended, or the server was restarted. Open GET /sse again.');
    const accepted = acceptAnswers(body, this.#options.generation);
    if (accepted === null) return new Response(null, { status: 202 });
    const { id, method, params } = (accepted.body ?? {}) as { id?: RequestId; method?: string; params?: { requestId?: RequestId } };
    // Of two answers with one ID on one stream, the client could not tell which is which.
    if (method !== undefined && id !== undefined && stream.running.has(id))
      return errorResponse(
        400,
        -32_600,
        `Invalid Request: a request with the id ${JSON.stringify(id)} is still running, and answers on one stream are told apart by it alone. Nothing was done; use another id.`,
      );
    try {
      await stream.transport.handleMessage(
        isInitialize(accepted.body) ? { ...accepted.body, params: outline(accepted.body.params) } : accepted.body,
        { request },
      );
    } catch {
      return errorResponse(400, -32_600, 'Invalid Request: the body is not a JSON-RPC message.');
    }
    // A cancelled request is never answered.
    if (method === 'notifications/cancelled' && params?.requestId !== undefined) this.#settle(stream, params.requestId);
    return new Response(null, { status: 202 });
  }

  toolsChanged(): void {
    for (const { server } of this.#streams.values()) notifyToolsChanged(server, this.#options.log);
  }

  /** Answers every running request with an error that says `why`. */
  async abandon(why: string): Promise<void> {
    const running = [...this.#streams.values()].flatMap(({ transport, running: ids }) => Array.from(ids, (id) => ({ transport, id })));
    await Promise.all(running.map(({ transport, id }) => transport.send(abandoned(id, why))));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#streams.values()].map(({ transport }) => transport.close()));
  }

  #watch(stream: Stream, response: ServerResponse): void {
    const { transport } = stream;
    markRequests(transport, this.#options.generation);
    // The transport passes on only what it has accepted.
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's transport, not an event target
    transport.onmessage = (message) => {
      if ('method' in message && 'id' in message) stream.running.add(message.id);
    };
    const send = transport.send.bind(transport);
    transport.send = async (message, options) => {
      await send(wholeMessage(message), options);
      if (!('method' in message) && message.id !== undefined) this.#settle(stream, message.id);
    };
    const beat = setInterval(() => response.write(': keepalive\n\n'), KEEP_ALIVE_MS).unref();
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's transport, not an event target
    transport.onclose = () => {
      clearInterval(beat);
      this.#streams.delete(transport.sessionId);
    };
  }

  /** Ends the stream once the answers to running requests are sent on it. */
  #end(stream: Stream): void {
    stream.ending = true;
    if (stream.running.size === 0) void stream.transport.close();
  }

  #settle(stream: Stream, id: RequestId): void {
    stream.running.delete(id);
    if (stream.ending) this.#end(stream);
  }
}
