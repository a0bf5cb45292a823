/** MCP in all its revisions, over HTTP and over pipes, from one catalogue. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import { classifyInboundRequest, type McpServer } from '@modelcontextprotocol/server';
import type { AuditEvent, Caller } from '../audit/index.ts';
import type { Log } from '../common/log.ts';
import { EventWriter } from './event-writer.ts';
import { judgeContent } from './judge.ts';
import { readLeniently } from './lenient.ts';
import type { SavedPipe } from './lines.ts';
import { Pipes, type StdioConnection } from './pipes.ts';
import { Questions } from './questions.ts';
import { RunningCalls } from './running-calls.ts';
import type { Runtime, ServerInfo } from './runtime.ts';
import { createServer, keyOf, notifyToolsChanged, type Fixtures, type ServerParts } from './server.ts';
import type { SavedSession } from './session.ts';
import type { SavedIds, SessionIdsOptions } from './session-ids.ts';
import type { SharedStore } from './shared.ts';
import { Sessions, type Served } from './sessions.ts';
import { Sharing } from './sharing.ts';
import { SseStreams } from './sse.ts';
import { carryable, StandingStreams, type RequestContext } from './standing-streams.ts';
import { StatelessRequests } from './stateless-requests.ts';
import { errorResponse, sendWebResponse, toWebRequest, type StandingAnswer } from './web.ts';

/** What `McpService` needs of the server it speaks for. */
export interface McpOptions {
  /** The configuration in force. */
  readonly runtime: () => Runtime;
  readonly log: Log;
  /** Writes to the audit log. Called only where `Runtime.logToolCalls` is set. */
  readonly audit: (event: AuditEvent) => void;
  readonly info: ServerInfo;
  /** Whether answers come from the demo tenant; the server's title, description and instructions say so. */
  readonly demo: boolean;
  /** What a model has to know of all tools; part of the answer to `initialize` and `server/discover`. */
  readonly instructions?: string;
  /** Generation of the process, 1 by default. Tells answers to its own questions from answers to those of a former process. */
  readonly generation?: number;
  /** The keys that seal session IDs, and which sessions the former generation ended. */
  readonly sessionIds: SessionIdsOptions;
  readonly fixtures?: Fixtures;
  /** The store that replicas share sessions through; null or absent without one. */
  readonly store?: SharedStore | null;
  /** Serves revisions with sessions without them: no session ID is given out, and any is ignored. */
  readonly isStateless?: boolean;
}

/** Serves MCP clients: over HTTP with and without sessions, over HTTP+SSE, and over pipes. */
export class McpService {
  readonly #options: McpOptions;
  readonly #questions = new Questions();
  readonly #streams = new StandingStreams();
  readonly #running = new RunningCalls();
  /** Who sent a request, for the servers that the SDK asks for. */
  readonly #callers = new WeakMap<Request, Caller>();
  readonly #sharing: Sharing | null;
  readonly #stateless: StatelessRequests;
  readonly #sessions: Sessions;
  readonly #sse: SseStreams;
  readonly #pipes: Pipes;

  constructor(options: McpOptions) {
    const { runtime, log, generation = 1, store, fixtures, isStateless = false } = options;
    this.#options = options;
    const parts = this.#serverParts();
    const shared = { runtime, log, generation, createServer: (caller: Caller) => createServer(parts, caller) };
    const sharing = store ? new Sharing(store, runtime, log) : null;
    this.#sharing = sharing;
    this.#stateless = new StatelessRequests({
      ...shared,
      sharing,
      streams: this.#streams,
      callerOf: (request) => this.#callers.get(request),
      remembersLists: fixtures === undefined,
      servesLegacy: isStateless,
    });
    this.#sessions = new Sessions({ ...shared, ids: options.sessionIds, sharing, onEnabled: () => this.#stateless.toolsChanged() });
    this.#sse = new SseStreams(shared);
    this.#pipes = new Pipes(shared);
  }

  /**
   * Answers POST, GET and DELETE of streamable HTTP. Never rejects.
   * @param body the parsed JSON of a POST, whose content type was checked
   */
  readonly handle = (request: IncomingMessage, response: ServerResponse, context: RequestContext, body: unknown): Promise<void> =>
    this.#guard(response, this.#serve(request, response, context, body));

  /** Answers HTTP+SSE: GET opens a client's stream, POST takes its messages. Never rejects. @param body as in `handle` */
  readonly handleSse = (request: IncomingMessage, response: ServerResponse, context: RequestContext, body: unknown): Promise<void> =>
    this.#guard(response, this.#serveSse(request, response, context, body));

  /** Serves a client over a pair of byte streams. @param saved continues the pipe of another process */
  serveStdio(input: Readable, output: Writable, saved: SavedPipe | null = null): StdioConnection {
    return this.#pipes.open(input, output, saved);
  }

  /** Tells every client that listens that the list of tools changed. */
  toolsChanged(): void {
    this.#sessions.toolsChanged();
    this.#sse.toolsChanged();
    this.#stateless.toolsChanged();
    this.#pipes.toolsChanged();
  }

  /** Number of sessions over HTTP, those of HTTP+SSE included: what ends with this process unless it is saved. */
  sessions(): number {
    return this.#sessions.count + this.#sse.count;
  }

  /** The sessions that another process can continue under the same IDs. Those of HTTP+SSE end with their stream. */
  saveSessions(): readonly SavedSession[] {
    return this.#sessions.save();
  }

  /** Which session IDs the next generation must not continue. @param isEnding whether every session ends */
  saveIds(isEnding: boolean): SavedIds {
    return this.#sessions.saveIds(isEnding);
  }

  /** Continues saved sessions. @param toolsChanged their clients were offered other tools than this process offers */
  restoreSessions(saved: readonly SavedSession[], toolsChanged: boolean): void {
    this.#stateless.restore(toolsChanged);
    this.#sessions.restore(saved, toolsChanged);
  }

  /** Notes that the former generation ended its sessions, so that other replicas end them too. */
  endSessions(ids: readonly string[]): void {
    this.#sharing?.endAll(ids);
  }

  /**
   * Withdraws the questions that wait for a person's answer, and asks none until `resumeQuestions`. Their calls end with
   * nothing changed and an error that says `why`.
   */
  endQuestions(why: string): void {
    this.#questions.close(why);
  }

  resumeQuestions(): void {
    this.#questions.reopen();
  }

  /** Ends the event streams that stay open, so that their clients reconnect. */
  endStreams(): void {
    this.#streams.end();
  }

  /** Resolves when no tool is running. */
  async idle(): Promise<void> {
    await this.#running.idle();
  }

  /** The tool calls that are running, and for how long. */
  running(): { readonly tool: string; readonly forMs: number }[] {
    return this.#running.list();
  }

  /**
   * Answers every running request with an error that says `why`, just before the process interrupts it. Resolves when every
   * error has been written and, where replicas share sessions, stored.
   */
  async abandon(why: string): Promise<void> {
    this.#stateless.abandon(why);
    await Promise.all([this.#sessions.abandon(why), this.#sse.abandon(why), this.#pipes.abandon(why)]).catch((error: unknown) =>
      this.#options.log.debug({ err: error }, 'a client could not be told that its request was abandoned'),
    );
  }

  /**
   * Lists the tools once, so that a rehearsal finds what fails only when it is asked for.
   * @throws Error when the answer is not a list
   */
  tryOut(): Promise<void> {
    return this.#stateless.tryOut();
  }

  /** Ends every session and aborts running requests. */
  async close(): Promise<void> {
    await Promise.all([this.#stateless.close(), this.#sessions.close(), this.#sse.close(), this.#pipes.close()]);
  }

  #serverParts(): ServerParts {
    return {
      ...this.#options,
      questions: this.#questions,
      addressOf: (request) => this.#callers.get(request)?.address,
      track: (tool, args, run) => this.#running.track(tool, args, run),
      listChanged: (caller, server) => this.#listChanged(caller, server),
    };
  }

  #listChanged(caller: Caller, server: McpServer): void {
    // Without a session a server serves one request; such clients hear of changes through a subscription.
    if (caller.session === undefined && this.#pipes.count === 0) return this.#stateless.callerEnabled(caller);
    if (caller.session !== undefined) this.#sessions.listChanged(caller.session);
    notifyToolsChanged(server, this.#options.log);
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse, context: RequestContext, body: unknown): Promise<void> {
    const caller = callerOf(context);
    readLeniently(body);
    const fault = judgeContent(body);
    if (fault !== null) return sendWebResponse(response, errorResponse(400, -32_600, fault));
    const { isStateless = false } = this.#options;
    if (this.#sharing && (isStateless || incoming.headers['mcp-session-id'] === undefined)) await this.#sharing.recall(keyOf(caller));
    const repeated = this.#stateless.asRepeated(incoming, body, caller);
    const known = repeated && this.#stateless.answerKnown(response, repeated, body);
    if (known) return known;
    const isModern = !isLegacy(incoming, body);
    const request = toWebRequest(incoming, response, isModern || isStateless);
    this.#callers.set(request, caller);
    if (isModern || (isStateless && request.method === 'POST'))
      return this.#stateless.answer({ request, response, context, body }, isModern ? repeated : null);
    if (request.method !== 'POST' && (isStateless || hasNoStreams(request, incoming.headers.accept)))
      return sendWebResponse(response, refuseMethod(request.method, isStateless));
    const served = await this.#sessions.serve(request, body, caller);
    const writing = sendWebResponse(response, served.response, this.#standingAnswer(served, response, context));
    return served.session ? served.session.during(writing) : writing;
  }

  /** How the stream of a GET is written; null for any other answer. */
  #standingAnswer({ standsAfter }: Served, response: ServerResponse, context: RequestContext): StandingAnswer | null {
    if (standsAfter === null) return null;
    const writer = new EventWriter(response, standsAfter);
    const stream = carryable(writer, () => response.end(), null);
    const { continued = null } = context;
    return {
      writer,
      opened: () => this.#streams.add(response, context, stream),
      begin: continued && { unsent: continued.unsent, skipsFirst: false },
    };
  }

  async #serveSse(incoming: IncomingMessage, response: ServerResponse, context: RequestContext, body: unknown): Promise<void> {
    readLeniently(body);
    const fault = judgeContent(body);
    if (fault !== null) return sendWebResponse(response, errorResponse(400, -32_600, fault));
    const { searchParams } = new URL(incoming.url ?? '/', 'http://server.invalid');
    const request = toWebRequest(incoming, response);
    const caller = callerOf(context);
    this.#callers.set(request, caller);
    const answer =
      incoming.method === 'POST'
        ? await this.#sse.receive(searchParams.get('sessionId'), body, caller, request)
        : await this.#sse.open(response, caller, (end) => this.#streams.add(response, context, { end }));
    if (answer) await sendWebResponse(response, answer);
  }

  async #guard(response: ServerResponse, serving: Promise<void>): Promise<void> {
    try {
      await serving;
    } catch (error) {
      this.#options.log.error({ err: error }, 'an MCP request failed');
      if (response.headersSent) response.destroy();
      else await sendWebResponse(response, errorResponse(500, -32_603, "Internal error. See the server's log for details."));
    }
  }
}

const callerOf = ({ address, principal }: RequestContext): Caller => ({ address: address ?? undefined, principal });

/** Whether the request is of a revision before 2026-07-28, which has sessions. */
function isLegacy({ method = 'GET', headers }: IncomingMessage, body: unknown): boolean {
  const header = (name: string) => headers[name]?.toString();
  const { kind } = classifyInboundRequest({
    httpMethod: method,
    protocolVersionHeader: header('mcp-protocol-version'),
    mcpMethodHeader: header('mcp-method'),
    mcpNameHeader: header('mcp-name'),
    body,
  });
  return kind === 'legacy';
}

/** A GET without a session that does not ask for an event stream, as a browser sends it, or a method that the client's revision does not know. */
function hasNoStreams({ method, headers }: Request, accept = ''): boolean {
  if (method !== 'GET' && method !== 'DELETE') return true;
  if ((headers.get('mcp-protocol-version') ?? '') >= '2026-07-28' && !headers.has('mcp-session-id')) return true;
  return method === 'GET' && !headers.has('mcp-session-id') && !accept.toLowerCase().includes('text/event-stream');
}

const refuseMethod = (method: string, isStateless: boolean): Response =>
  errorResponse(405, -32_000, `Method not allowed: ${method} is not supported here. Send MCP messages with POST.`, {
    allow: isStateless ? 'POST' : 'POST, GET, DELETE',
  });
