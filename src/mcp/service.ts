/** MCP in all its revisions, over HTTP and over pipes, from one catalogue. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import {
  classifyInboundRequest,
  createMcpHandler,
  MissingRequiredClientCapabilityError,
  UnsupportedProtocolVersionError,
  type McpServer,
  type RequestId,
  type ServerEvent,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { AuditEvent, Caller } from '../audit/index.ts';
import { messageOf } from '../common/errors.ts';
import { stringifyJson } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import { EventWriter } from './event-writer.ts';
import { LineTransport, type SavedPipe } from './lines.ts';
import { Questions } from './questions.ts';
import type { Runtime, ServerInfo } from './runtime.ts';
import { keyOfList, recallList, rememberList, type KnownAnswer } from './list-answers.ts';
import { listTools } from './list-tools.ts';
import { createServer, keyOf, type Fixtures, type ServerParts } from './server.ts';
import type { SavedSession } from './session.ts';
import type { SharedStore } from './shared.ts';
import { Sessions, type Served } from './sessions.ts';
import { Sharing } from './sharing.ts';
import { SseStreams } from './sse.ts';
import { isListen, openedSubscription, SubscriptionBus } from './subscriptions.ts';
import { endWith, errorResponse, giveUp, sendWebResponse, toWebRequest, type StandingAnswer } from './web.ts';

/** A response that never ends by itself and is not a request in flight. */
export interface StandingStream {
  /** Closes it in a way that makes the client come back. */
  end(): void;
  /** How another process goes on with it, over the same connection; absent where none can. */
  readonly carry?: {
    /** Nothing is written from now on. */
    hold(): void;
    /** Undoes `hold`. */
    release(): void;
    /** After `hold`; `body` as it was sent, null for a GET. */
    save(): { readonly body: string | null; readonly lastEventId: string | null; readonly unsent: string };
  };
}

/** Given by the HTTP front. */
export interface Exchange {
  /** Of the client, as far as it is known. */
  readonly address?: string | null;
  /** The stream of another process that this request goes on with, after what that one left unsent. */
  readonly continued?: { readonly unsent: string } | null;
  standing(stream: StandingStream): void;
  /** Who is asking; null where clients are not authenticated. */
  readonly principal: string | null;
}

export interface McpOptions {
  /** The configuration in force. */
  readonly runtime: () => Runtime;
  readonly log: Log;
  /** Writes to the audit log; called only while the configuration wants it. */
  readonly audit: (event: AuditEvent) => void;
  readonly info: ServerInfo;
  /** Answers come from the demo tenant; said wherever the server introduces itself. */
  readonly demo: boolean;
  readonly instructions?: string;
  /** Of the process; tells answers to this one's questions from answers to a former one's. */
  readonly generation?: number;
  readonly fixtures?: Fixtures;
  /** Where other replicas find the sessions of this one; null without any. */
  readonly store?: SharedStore | null;
}

export interface StdioConnection {
  /** Messages are being taken; the handshake of a former process has been repeated. */
  readonly begun: Promise<void>;
  /** The client closed its end, or is gone. What runs goes on until `close`. */
  readonly closed: Promise<void>;
  /** Resolves when every request has its answer. */
  idle(): Promise<void>;
  /** Takes no more messages; what the client sends waits in the pipe. */
  hold(): void;
  /** After `hold`, when nothing runs any more: what another process needs to go on. */
  save(): SavedPipe;
  /** Undoes `hold`. */
  resume(): void;
  /** Aborts what runs. The streams themselves are left as they are. */
  close(): Promise<void>;
}

export interface McpService {
  /** POST, GET and DELETE of the MCP path. `body`: the parsed JSON of a POST, whose content type was checked. */
  handle(request: IncomingMessage, response: ServerResponse, exchange: Exchange, body: unknown): Promise<void>;
  /** The HTTP+SSE transport: GET opens a client's stream, POST takes its messages. */
  handleSse(request: IncomingMessage, response: ServerResponse, exchange: Exchange, body: unknown): Promise<void>;
  /** @param saved goes on with the pipe of another process */
  serveStdio(input: Readable, output: Writable, saved?: SavedPipe | null): StdioConnection;
  /** The list of offered tools is another one: tells every client that listens. */
  toolsChanged(): void;
  /** Sessions that the end of this process would end. */
  sessions(): number;
  /** The sessions that another process can go on with, under the same ids. Those over HTTP+SSE are bound to their stream. */
  saveSessions(): readonly SavedSession[];
  /** Goes on with them. `toolsChanged`: their clients know another list of tools than the one now offered. */
  restoreSessions(saved: readonly SavedSession[], toolsChanged: boolean): void;
  /** Gives up questions to people that wait for an answer; their calls end with nothing changed. Asks none until `resumeQuestions`. */
  endQuestions(why: string): void;
  resumeQuestions(): void;
  /** Ends event streams that never end by themselves, so that their clients come back. */
  endStreams(): void;
  /** Resolves when no tool runs. */
  idle(): Promise<void>;
  /** Answers what still runs in sessions and over pipes with an error that says `why`; for the moment before it is cut off. */
  abandon(why: string): void;
  /**
   * Answers a list of tools to itself, so that a rehearsal finds what only fails when it is asked.
   * @throws when there is no good answer
   */
  tryOut(): Promise<void>;
  /** Ends every session and aborts what runs. */
  close(): Promise<void>;
}

interface Pipe {
  /** The newest that the SDK asked for: a probe may be answered by another one than the session. */
  server: McpServer | null;
  readonly transport: LineTransport;
  readonly close: () => Promise<void>;
}

/** One listen stream or GET stream a client, and as many clients as there may be sessions. */
const MAX_SUBSCRIPTIONS = 10_000;

export function createMcp(options: McpOptions): McpService {
  const { log, generation = 1 } = options;
  const running = new Set<Promise<unknown>>();
  const standing = new Set<StandingStream>();
  const pipes = new Set<Pipe>();
  const answered = new Map<ServerResponse, RequestId>();
  const questions = new Questions();
  /** Whoever goes on with a stream of another process knows another list of tools than the one now offered. */
  let toldAfterRestore = false;
  const tellList = ({ server }: McpServer): void => {
    server
      .sendToolListChanged()
      .catch((error: unknown) => log.debug({ reason: messageOf(error) }, 'the client could not be told that the tools changed'));
  };
  const parts: ServerParts = {
    ...options,
    questions,
    addressOf: (request) => callers.get(request)?.address,
    track: (call) => track(running, call),
    listChanged(caller, server) {
      const { session } = caller;
      // Of revision 2026-07-28 a server serves one request; who wants to know has a subscription.
      if (session === undefined && pipes.size === 0) {
        modern.notify.toolsChanged();
        if (sharing) telling = sharing.tellEnabled(keyOf(caller));
      } else {
        if (session !== undefined) sessions.listChanged(session);
        tellList(server);
      }
    },
  };
  const create = (caller: Caller) => createServer(parts, caller);
  const shared = { runtime: options.runtime, createServer: create, log, generation };
  const sharing = options.store ? new Sharing(options.store, options.runtime, log) : null;
  const sessions = new Sessions({ ...shared, sharing, onEnabled: () => modern.notify.toolsChanged() });
  /** Told to other replicas before the answer is out: the next request may reach one of them. */
  let telling: Promise<void> = Promise.resolve();
  const sse = new SseStreams(shared);
  const callers = new WeakMap<Request, Caller>();
  const modern = createMcpHandler(({ requestInfo }) => create((requestInfo && callers.get(requestInfo)) ?? {}), {
    legacy: 'reject',
    maxSubscriptions: MAX_SUBSCRIPTIONS,
    bus: new SubscriptionBus(),
    onerror: (error) => log[isRefusal(error) ? 'debug' : 'warn']({ err: error }, 'an MCP request was refused or could not be served'),
  });

  function markStanding(response: ServerResponse, exchange: Exchange, stream: StandingStream): void {
    standing.add(stream);
    response.once('close', () => standing.delete(stream));
    exchange.standing(stream);
  }

  /** A subscription that ends without a last word is one that the client opens again; a complete answer would end it for good. */
  async function listen(request: Request, response: ServerResponse, exchange: Exchange, body: unknown): Promise<void> {
    const opened: { tell: ((event: ServerEvent) => void) | null } = { tell: null };
    const answer = await openedSubscription.run(opened, () => modern.fetch(request, { parsedBody: body }));
    const { continued = null } = exchange;
    if (continued && toldAfterRestore) opened.tell?.({ kind: 'tools_list_changed' });
    const writer = new EventWriter(response);
    const stream = carryable(writer, () => response.destroy(), stringifyJson(body));
    return sendWebResponse(response, answer, {
      writer,
      opened: () => markStanding(response, exchange, stream),
      // The acknowledgement comes first, and the client of a continued stream has it.
      begin: continued && { unsent: continued.unsent, skipsFirst: true },
    });
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse, exchange: Exchange, body: unknown): Promise<void> {
    const caller = callerOf(exchange);
    if (sharing && incoming.headers['mcp-session-id'] === undefined) await sharing.recall(keyOf(caller));
    const key = options.fixtures || incoming.method !== 'POST' ? null : keyOfList(incoming.headers, body);
    const tools = key === null ? [] : listTools(options.runtime(), keyOf(caller));
    const known = key === null ? null : recallList(tools, key, body);
    if (known) return sendKnown(response, known);
    const request = toWebRequest(incoming, response);
    const header = (name: string) => request.headers.get(name) ?? undefined;
    const kind = classifyInboundRequest({
      httpMethod: request.method,
      protocolVersionHeader: header('mcp-protocol-version'),
      mcpMethodHeader: header('mcp-method'),
      mcpNameHeader: header('mcp-name'),
      body,
    });
    callers.set(request, caller);
    if (kind.kind !== 'legacy') {
      if (isListen(body)) return listen(request, response, exchange, body);
      return during(response, body, async () => {
        const answer = await modern.fetch(request, { parsedBody: body });
        await telling;
        return sendWebResponse(response, key === null ? answer : await rememberList(tools, key, answer));
      });
    }
    if (request.method !== 'POST' && hasNoStreams(request)) return sendWebResponse(response, refuseMethod(request.method));
    const served = await sessions.serve(request, body, caller);
    const writing = sendWebResponse(response, served.response, standingOf(served, response, exchange));
    return served.session ? served.session.during(writing) : writing;
  }

  /** Knows the request while it is answered, to have a last word on an event stream that is cut off. */
  async function during(response: ServerResponse, body: unknown, answering: () => Promise<void>): Promise<void> {
    const { id } = (body ?? {}) as { id?: RequestId };
    if (id !== undefined) answered.set(response, id);
    await answering().finally(() => answered.delete(response));
  }

  function standingOf({ standsAfter }: Served, response: ServerResponse, exchange: Exchange): StandingAnswer | null {
    if (standsAfter === null) return null;
    const writer = new EventWriter(response, standsAfter);
    const stream = carryable(writer, () => response.end(), null);
    const { continued = null } = exchange;
    return {
      writer,
      opened: () => markStanding(response, exchange, stream),
      begin: continued && { unsent: continued.unsent, skipsFirst: false },
    };
  }

  async function serveSse(incoming: IncomingMessage, response: ServerResponse, exchange: Exchange, body: unknown): Promise<void> {
    const { searchParams } = new URL(incoming.url ?? '/', 'http://server.invalid');
    const request = toWebRequest(incoming, response);
    callers.set(request, callerOf(exchange));
    const answer =
      incoming.method === 'POST'
        ? await sse.receive(searchParams.get('sessionId'), body, callerOf(exchange), request)
        : await sse.open(response, callerOf(exchange), (end) => markStanding(response, exchange, { end }));
    if (answer) await sendWebResponse(response, answer);
  }

  async function guard(response: ServerResponse, serving: Promise<void>): Promise<void> {
    try {
      await serving;
    } catch (error) {
      log.error({ err: error }, 'an MCP request failed');
      if (response.headersSent) response.destroy();
      else await sendWebResponse(response, errorResponse(500, -32_603, "Internal error. The server's log says more."));
    }
  }

  return {
    handle: (request, response, exchange, body) => guard(response, serve(request, response, exchange, body)),
    handleSse: (request, response, exchange, body) => guard(response, serveSse(request, response, exchange, body)),
    serveStdio(input, output, saved = null) {
      const transport = new LineTransport(input, output, saved, generation);
      const pipe: Pipe = { server: null, transport, close: () => handle.close() };
      const handle = serveStdio(
        () => {
          pipe.server = create({});
          return pipe.server;
        },
        { transport, onerror: (error) => log.debug({ err: error }, 'a message over stdio was refused or could not be served') },
      );
      pipes.add(pipe);
      return {
        begun: transport.begun,
        closed: transport.ended,
        idle: () => transport.idle(),
        hold: () => transport.hold(),
        save: () => transport.save(),
        resume: () => transport.resume(),
        async close() {
          pipes.delete(pipe);
          await handle.close();
        },
      };
    },
    toolsChanged() {
      sessions.toolsChanged();
      sse.toolsChanged();
      modern.notify.toolsChanged();
      for (const { server } of pipes) if (server) tellList(server);
    },
    sessions: () => sessions.count + sse.count,
    saveSessions: () => sessions.save(),
    restoreSessions(saved, toolsChanged) {
      toldAfterRestore = toolsChanged;
      sessions.restore(saved, toolsChanged);
    },
    endQuestions: (why) => questions.close(why),
    resumeQuestions: () => questions.reopen(),
    endStreams() {
      for (const stream of standing) stream.end();
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
    abandon(why) {
      for (const [response, id] of answered) giveUp(response, id, why);
      Promise.all([sessions.abandon(why), sse.abandon(why), ...Array.from(pipes, ({ transport }) => transport.abandon(why))]).catch(
        (error: unknown) => log.debug({ err: error }, 'a client could not be told that its request was given up'),
      );
    },
    async tryOut() {
      const { request, body } = listRequest();
      const answer = await modern.fetch(request, { parsedBody: body });
      const text = await answer.text();
      if (!answer.ok || !text.includes('"tools"'))
        throw new Error(`the tools cannot be listed: status ${answer.status}, ${text.slice(0, 200)}`);
    },
    async close() {
      await Promise.all([modern.close(), sessions.close(), sse.close(), ...Array.from(pipes, (pipe) => pipe.close())]);
    },
  };
}

function sendKnown(response: ServerResponse, { headers, parts }: KnownAnswer): void {
  response.statusCode = 200;
  for (const [name, value] of headers) response.setHeader(name, value);
  endWith(response, parts);
}

/** @param end makes the client come back @param body of the request that opened the stream */
const carryable = (writer: EventWriter, end: () => void, body: string | null): StandingStream => ({
  end: () => writer.end(end),
  carry: { hold: () => writer.hold(), release: () => writer.release(), save: () => ({ body, ...writer.save() }) },
});

const callerOf = ({ address, principal }: Exchange): Caller => ({ address: address ?? undefined, principal });

async function track<Result>(running: Set<Promise<unknown>>, call: Promise<Result>): Promise<Result> {
  running.add(call);
  try {
    return await call;
  } finally {
    running.delete(call);
  }
}

/** What a client did wrong is told to the client; in the log it would drown what matters. */
const isRefusal = (error: Error): boolean =>
  /^(?:Rejected inbound|Unsupported Media Type|The request was aborted|Connection closed)/.test(error.message) ||
  error instanceof UnsupportedProtocolVersionError ||
  error instanceof MissingRequiredClientCapabilityError;

/** A GET that wants no event stream, or any method but POST by a client of the revision that has no other. */
function hasNoStreams({ method, headers }: Request): boolean {
  if (method !== 'GET' && method !== 'DELETE') return true;
  if ((headers.get('mcp-protocol-version') ?? '') >= '2026-07-28' && !headers.has('mcp-session-id')) return true;
  return method === 'GET' && !headers.has('mcp-session-id') && !headers.get('accept')?.includes('text/event-stream');
}

const refuseMethod = (method: string): Response =>
  errorResponse(405, -32_000, `Method not allowed: ${method} is not served here. Send MCP messages with POST.`, {
    allow: 'POST, GET, DELETE',
  });

/** What a client of revision 2026-07-28 sends first. */
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
