/** One thin protocol server per session or per request; the catalogue behind it is shared. */
import {
  CLIENT_INFO_META_KEY,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type CallToolRequest,
  type CallToolResult,
  type Implementation,
  isInputRequiredResult,
  type InputRequiredResult,
  type ServerCapabilities,
  type ServerContext,
  type ServerOptions,
  type Tool,
} from '@modelcontextprotocol/server';
import type { AuditEvent, Caller } from '../audit/index.ts';
import type { Log } from '../common/log.ts';
import { callTool } from './call-tool.ts';
import { askForConsent } from './confirm-call.ts';
import { isNeed } from './encode.ts';
import { listTools } from './list-tools.ts';
import { standInFor } from './prepared-list.ts';
import { getPrompt, listPrompts } from './prompts.ts';
import type { Questions } from './questions.ts';
import type { Progress, Runtime, ServerInfo } from './runtime.ts';

/** For tests only: what a conformance suite expects of a server and this one does not offer. */
export interface Fixtures {
  readonly capabilities: ServerCapabilities;
  readonly options?: Pick<ServerOptions, 'requestState' | 'cacheHints'>;
  readonly tools: readonly Tool[];
  /** Null for a tool that is not one of these. */
  call(request: CallToolRequest, context: ServerContext, server: McpServer): Promise<CallToolResult | InputRequiredResult> | null;
  /** Adds resources, prompts and completions. */
  install(server: McpServer): void;
}

export interface ServerParts {
  readonly runtime: () => Runtime;
  readonly log: Log;
  readonly audit: (event: AuditEvent) => void;
  readonly info: ServerInfo;
  readonly demo: boolean;
  readonly instructions?: string | undefined;
  readonly fixtures?: Fixtures | undefined;
  readonly questions: Questions;
  /** Tells one caller that its list of tools is another one now. */
  readonly listChanged: (caller: Caller, server: McpServer) => void;
  /** Where a request came from, which need not be where its session was opened. */
  readonly addressOf: (request: Request) => string | undefined;
  /** Told of every tool call, to know when none runs. */
  readonly track: <Result>(running: Promise<Result>) => Promise<Result>;
}

/** A client may keep the list of tools for this long; it may depend on who asks. */
const TOOLS_CACHE = { ttlMs: 60_000, cacheScope: 'private' } as const;

export type CreateServer = (caller: Caller) => McpServer;

export function createServer(parts: ServerParts, caller: Caller): McpServer {
  const { runtime, fixtures } = parts;
  const hasPrompts = runtime().prompts.size > 0;
  const server = new McpServer(identify(parts), {
    capabilities: { tools: { listChanged: true }, ...(hasPrompts && { prompts: {} }), logging: {}, ...fixtures?.capabilities },
    cacheHints: { 'tools/list': TOOLS_CACHE, 'server/discover': TOOLS_CACHE, ...fixtures?.options?.cacheHints },
    ...(fixtures?.options?.requestState && { requestState: fixtures.options.requestState }),
    instructions: instruct(parts),
  });
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's server, not an event target
  server.server.onerror = (error) => parts.log.debug({ err: error }, 'an MCP message could not be served');
  fixtures?.install(server);
  server.server.setRequestHandler('tools/list', ({ params }) => {
    refuseCursor(params?.cursor);
    const tools = listTools(runtime(), keyOf(caller));
    return { tools: fixtures ? [...tools, ...fixtures.tools] : standInFor(tools) };
  });
  if (hasPrompts) {
    server.server.setRequestHandler('prompts/list', () => listPrompts(runtime()));
    server.server.setRequestHandler('prompts/get', ({ params }) => getPrompt(runtime(), params));
  }
  server.server.setRequestHandler('tools/call', (request, context) => {
    const fixture = fixtures?.call(request, context, server);
    return fixture ?? parts.track(answerCall(parts, caller, server, request, context));
  });
  return server;
}

/** Sends `notifications/tools/list_changed`. */
export function notifyToolsChanged({ server }: McpServer, log: Log): void {
  server.sendToolListChanged().catch((error: unknown) => log.debug({ err: error }, 'a client could not be told that the tools changed'));
}

/** A session has a list of its own; without one, whoever authenticated; without that, everybody shares one. */
export const keyOf = ({ session, principal }: Caller): string =>
  session === undefined ? `principal ${principal ?? ''}` : `session ${session}`;

async function answerCall(
  parts: ServerParts,
  caller: Caller,
  server: McpServer,
  request: CallToolRequest,
  context: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  const runtime = parts.runtime();
  const { name, arguments: args = {} } = request.params;
  const progress = progressOf(context, parts.log);
  const call = {
    signal: context.mcpReq.signal,
    ...(progress && { progress }),
    callerKey: keyOf(caller),
    listChanged: () => parts.listChanged(caller, server),
  };
  const result = await callTool({
    runtime,
    name,
    args,
    context: call,
    askForConsent: (tool, given) => askForConsent({ runtime, server, context, caller, questions: parts.questions }, tool, given, call),
    caller: { ...caller, address: addressOf(parts, caller, context), client: clientOf(server, context) },
    log: parts.log,
    audit: parts.audit,
  });
  if (isInputRequiredResult(result)) return result;
  if (result.isError && !isNeed(result)) tellClient(context, name, result, parts.log);
  // Older revisions want an object at the root of structured content; the SDK wraps what is not.
  return server.server.projectCallToolResult(
    result,
    runtime.tools.get(name)?.outputSchema?.() as Readonly<Record<string, unknown>> | undefined,
  );
}

const addressOf = ({ addressOf: find }: ServerParts, { address }: Caller, { http }: ServerContext): string | undefined =>
  (http?.req && find(http.req)) ?? address;

function progressOf({ mcpReq }: ServerContext, log: Log): ((step: Progress) => void) | undefined {
  // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (step) => {
    mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, ...step } })
      .catch((error: unknown) => log.debug({ err: error }, 'a progress notification could not be sent'));
  };
}

/** What the client calls itself: in each request since 2026-07-28, in the handshake before. */
function clientOf(server: McpServer, { mcpReq }: ServerContext): string | undefined {
  const claimed = (mcpReq.envelope as Readonly<Record<string, unknown>> | undefined)?.[CLIENT_INFO_META_KEY] as Implementation | undefined;
  const info = claimed ?? server.server.getClientVersion();
  return info === undefined ? undefined : `${info.name} ${info.version}`;
}

/** Failures are also sent as log messages, to clients that listen to those. */
function tellClient({ mcpReq }: ServerContext, tool: string, { content }: CallToolResult, log: Log): void {
  const [block] = content;
  mcpReq
    .log('warning', { tool, message: block?.type === 'text' ? block.text : '' }, 'tools')
    .catch((error: unknown) => log.debug({ err: error }, 'a log message could not be sent to the client'));
}

/** The list is never split, so no cursor can be one of ours. */
function refuseCursor(cursor: string | undefined): void {
  if (cursor === undefined) return;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown cursor: tools/list answers in one piece. Ask again without a cursor.');
}

function identify({ info, demo }: ServerParts): ServerInfo {
  if (!demo) return info;
  return {
    ...info,
    title: `${info.title ?? info.name} (DEMO)`,
    description: `DEMO: answers come from a fictional tenant. ${info.description ?? ''}`.trim(),
  };
}

function instruct({ instructions, demo }: ServerParts): string | undefined {
  if (!demo) return instructions;
  return `DEMO: every answer comes from a fictional tenant inside this server; nothing reaches Zscaler. ${instructions ?? ''}`.trim();
}
