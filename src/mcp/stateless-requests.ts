/**
 * Requests that belong to no session: those of revision 2026-07-28, each of which names its revision, and those of older ones where
 * sessions are switched off. Each is answered by a server of its own.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createMcpHandler,
  MissingRequiredClientCapabilityError,
  SUBSCRIPTION_ID_META_KEY,
  UnsupportedProtocolVersionError,
  type McpHttpHandler,
  type RequestId,
  type ServerEvent,
} from '@modelcontextprotocol/server';
import type { Caller } from '../audit/index.ts';
import { stringifyJson } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import { EventWriter } from './event-writer.ts';
import { keyOfRequest, recallAnswer, rememberAnswer, type Basis, type KnownAnswer } from './list-answers.ts';
import { listTools } from './list-tools.ts';
import type { Runtime } from './runtime.ts';
import { keyOf, type CreateServer } from './server.ts';
import type { Sharing } from './sharing.ts';
import { carryable, type RequestContext, type StandingStreams } from './standing-streams.ts';
import { isListen, openedSubscription, SubscriptionBus } from './subscriptions.ts';
import { endWith, errorResponse, giveUp, sendWebResponse } from './web.ts';

/** What `StatelessRequests` needs. */
export interface StatelessRequestsOptions {
  readonly runtime: () => Runtime;
  readonly createServer: CreateServer;
  readonly log: Log;
  readonly streams: StandingStreams;
  /** Null without other replicas. */
  readonly sharing: Sharing | null;
  /** The caller of a request that was passed to the SDK. */
  readonly callerOf: (request: Request) => Caller | undefined;
  /** Whether the answer to `tools/list` may be remembered; false where test fixtures add tools. */
  readonly remembersLists: boolean;
  /** Whether requests of revisions with sessions are answered as well; the SDK ignores the session they name. */
  readonly servesLegacy: boolean;
}

/** A request whose answer is remembered: what the answer follows from, and what tells it from other such requests. */
export interface RepeatedRequest {
  readonly basis: Basis;
  readonly key: string;
}

/** One listen stream for each client, and as many clients as there may be sessions. */
const MAX_SUBSCRIPTIONS = 10_000;
/** Characters of the request that opens one: it is kept until the stream ends, and handed to the next generation. */
const LONGEST_LISTEN = 8_192;

/** Answers requests that belong to no session. */
export class StatelessRequests {
  readonly #options: StatelessRequestsOptions;
  readonly #handler: McpHttpHandler;
  /** Requests that are being answered, by their response. */
  readonly #answering = new Map<ServerResponse, RequestId>();
  /** Clients of continued streams were offered other tools than this process offers. */
  #toolsChangedPending = false;
  /** Tells other replicas what a caller enabled. Awaited before the answer is sent, since the next request may reach one of them. */
  #enabledTold: Promise<void> = Promise.resolve();

  constructor(options: StatelessRequestsOptions) {
    const { log, createServer, callerOf, servesLegacy } = options;
    this.#options = options;
    this.#handler = createMcpHandler(({ requestInfo }) => createServer((requestInfo && callerOf(requestInfo)) ?? {}), {
      legacy: servesLegacy ? 'stateless' : 'reject',
      maxSubscriptions: MAX_SUBSCRIPTIONS,
      bus: new SubscriptionBus(),
      onerror: (error) => log[isClientFault(error) ? 'debug' : 'warn']({ err: error }, 'an MCP request was refused or could not be served'),
    });
  }

  /** Tells every subscription that the list of tools changed. */
  toolsChanged(): void {
    this.#handler.notify.toolsChanged();
  }

  /** A caller without a session enabled a toolset: tells subscriptions here, and other replicas. */
  callerEnabled(caller: Caller): void {
    this.toolsChanged();
    const { sharing } = this.#options;
    if (sharing) this.#enabledTold = sharing.tellEnabled(keyOf(caller));
  }

  /** @param toolsChanged the clients of continued streams were offered other tools than this process offers */
  restore(toolsChanged: boolean): void {
    this.#toolsChangedPending = toolsChanged;
  }

  /** Null for any other request than a plain `tools/list` or `server/discover`. */
  asRepeated({ method, headers }: IncomingMessage, body: unknown, caller: Caller): RepeatedRequest | null {
    const asked = this.#options.remembersLists && method === 'POST' ? keyOfRequest(headers, body) : null;
    if (asked === null) return null;
    const runtime = this.#options.runtime();
    const tools = asked.method === 'tools/list' ? listTools(runtime, keyOf(caller)) : null;
    return { key: asked.key, basis: { of: tools ?? runtime, tools } };
  }

  /** Sends the remembered answer to such a request; null when there is none. */
  answerKnown(response: ServerResponse, { basis, key }: RepeatedRequest, body: unknown): Promise<void> | null {
    const known = recallAnswer(basis, key, body);
    return known && sendKnown(response, known);
  }

  async answer(
    { request, response, context, body }: { request: Request; response: ServerResponse; context: RequestContext; body: unknown },
    repeated: RepeatedRequest | null,
  ): Promise<void> {
    if (isListen(body)) {
      const text = stringifyJson(body);
      if (text.length > LONGEST_LISTEN) return sendWebResponse(response, refuseListen(text.length));
      return this.#listen(request, response, context, body);
    }
    const { id } = (body ?? {}) as { id?: RequestId };
    if (id !== undefined) this.#answering.set(response, id);
    try {
      const answer = await this.#handler.fetch(request, { parsedBody: body });
      await this.#enabledTold;
      await sendWebResponse(response, repeated === null ? answer : await rememberAnswer(repeated.basis, repeated.key, answer));
    } finally {
      this.#answering.delete(response);
    }
  }

  /** Ends event streams that are answering a request with an error that says `why`. */
  abandon(why: string): void {
    for (const [response, id] of this.#answering) giveUp(response, id, why);
  }

  /**
   * Lists the tools once, to find what fails only when it is asked for.
   * @throws when the answer is not a list
   */
  async tryOut(): Promise<void> {
    const { request, body } = listRequest();
    const answer = await this.#handler.fetch(request, { parsedBody: body });
    const text = await answer.text();
    if (!answer.ok || !text.includes('"tools"'))
      throw new Error(`the tools cannot be listed: status ${answer.status}, ${text.slice(0, 200)}`);
  }

  async close(): Promise<void> {
    await this.#handler.close();
  }

  /** The stream of a subscription ends with its result, as the specification foresees; clients then open another one, or not. */
  async #listen(request: Request, response: ServerResponse, context: RequestContext, body: unknown): Promise<void> {
    const opened: { tell: ((event: ServerEvent) => void) | null } = { tell: null };
    const answer = await openedSubscription.run(opened, () => this.#handler.fetch(request, { parsedBody: body }));
    const { continued = null } = context;
    if (continued && this.#toolsChangedPending) opened.tell?.({ kind: 'tools_list_changed' });
    const writer = new EventWriter(response);
    const stream = carryable(writer, () => response.end(lastWord(body)), stringifyJson(body));
    return sendWebResponse(response, answer, {
      writer,
      opened: () => this.#options.streams.add(response, context, stream),
      // The first event acknowledges the request; the client of a continued stream has it.
      begin: continued && { unsent: continued.unsent, skipsFirst: true },
    });
  }
}

/** The result that a subscription ends with, as an event: without it a client takes the end for a crash. */
function lastWord(body: unknown): string {
  const { id } = body as { readonly id: RequestId };
  const result = { resultType: 'complete', _meta: { [SUBSCRIPTION_ID_META_KEY]: id } };
  return `event: message\ndata: ${stringifyJson({ jsonrpc: '2.0', id, result })}\n\n`;
}

const refuseListen = (length: number): Response =>
  errorResponse(
    413,
    -32_000,
    `Payload Too Large: subscriptions/listen may have at most ${LONGEST_LISTEN} characters, since it is kept as long as its stream is open; this one has ${length}. Leave out what the server does not need, such as icons.`,
  );

function sendKnown(response: ServerResponse, { headers, parts }: KnownAnswer): Promise<void> {
  response.statusCode = 200;
  for (const [name, value] of headers) response.setHeader(name, value);
  return endWith(response, parts);
}

/** Whether the client caused the error: it is told, and the log at its usual level is not flooded. */
const isClientFault = (error: Error): boolean =>
  /^(?:Rejected inbound|Unsupported Media Type|The request was aborted|Connection closed)/.test(error.message) ||
  error instanceof UnsupportedProtocolVersionError ||
  error instanceof MissingRequiredClientCapabilityError;

/** The first request of a client of this revision. */
function listRequest(): { request: Request; body: object } {
  const protocolVersion = '2026-07-28';
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': protocolVersion,
    'mcp-method': 'tools/list',
  };
  const meta = { 'io.modelcontextprotocol/protocolVersion': protocolVersion, 'io.modelcontextprotocol/clientCapabilities': {} };
  const body = { jsonrpc: '2.0', id: 0, method: 'tools/list', params: { _meta: meta } };
  return { request: new Request('http://server.invalid/mcp', { method: 'POST', headers }), body };
}
