/** A protocol server for each session or request. All of them share the catalogue. */
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

/** For tests only: what a conformance suite expects and this server does not offer. */
export interface Fixtures {
  readonly capabilities: ServerCapabilities;
  readonly options?: Pick<ServerOptions, 'requestState' | 'cacheHints'>;
  readonly tools: readonly Tool[];
  /** Null for a tool that is not one of `tools`. */
  call(request: CallToolRequest, context: ServerContext, server: McpServer): Promise<CallToolResult | InputRequiredResult> | null;
  /** Adds resources, prompts and completions. */
  install(server: McpServer): void;
}

/** What `createServer` needs. */
export interface ServerParts {
  readonly runtime: () => Runtime;
  readonly log: Log;
  readonly audit: (event: AuditEvent) => void;
  readonly info: ServerInfo;
  readonly demo: boolean;
  readonly instructions?: string | undefined;
  readonly fixtures?: Fixtures | undefined;
  readonly questions: Questions;
  /** Notifies one caller that its list of tools changed. */
  readonly listChanged: (caller: Caller, server: McpServer) => void;
  /** IP address that a request came from, which may differ from where its session was opened. */
  readonly addressOf: (request: Request) => string | undefined;
  /** Runs a tool call, and tracks it until it ends. @throws ProtocolError when too many are running */
  readonly track: <Result>(tool: string, args: unknown, run: () => Promise<Result>) => Promise<Result>;
}

/** How long a client may cache the list of tools. It depends on the caller. */
const TOOLS_CACHE = { ttlMs: 60_000, cacheScope: 'private' } as const;

/** Creates a server for one session, or for one request without session. */
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
    const { name, arguments: args } = request.params;
    return fixture ?? parts.track(name, args, () => answerCall(parts, { caller, server, request, context }));
  });
  return server;
}

/** Sends `notifications/tools/list_changed`. */
export function notifyToolsChanged({ server }: McpServer, log: Log): void {
  server.sendToolListChanged().catch((error: unknown) => log.debug({ err: error }, 'a client could not be told that the tools changed'));
}

/** Identifies a list of tools: a session has its own; without sessions an authenticated caller has; all others share one. */
export const keyOf = ({ session, principal }: Caller): string =>
  session === undefined ? `principal ${principal ?? ''}` : `session ${session}`;

interface ReceivedCall {
  readonly caller: Caller;
  readonly server: McpServer;
  readonly request: CallToolRequest;
  readonly context: ServerContext;
}

async function answerCall(parts: ServerParts, received: ReceivedCall): Promise<CallToolResult | InputRequiredResult> {
  const { caller, server, request, context } = received;
  const runtime = parts.runtime();
  const { name, arguments: args = {} } = request.params;
  const progress = progressOf(context, parts.log);
  const call = {
    signal: context.mcpReq.signal,
    ...(progress && { progress }),
    callerKey: keyOf(caller),
    isShared: keyOf(caller) === keyOf({}),
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
  // Older revisions require an object at the root of structured content; the SDK wraps any other value.
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

const LONGEST_NAME = 128;

/** The client's name and version: from each request since revision 2026-07-28, from the handshake before. */
function clientOf(server: McpServer, { mcpReq }: ServerContext): string | undefined {
  const claimed = (mcpReq.envelope as Readonly<Record<string, unknown>> | undefined)?.[CLIENT_INFO_META_KEY] as Implementation | undefined;
  const info = claimed ?? server.server.getClientVersion();
  return info === undefined ? undefined : `${info.name.slice(0, LONGEST_NAME)} ${info.version.slice(0, LONGEST_NAME)}`;
}

/** Also sends a failure as a log message, for clients that subscribed to those. */
function tellClient({ mcpReq }: ServerContext, tool: string, { content }: CallToolResult, log: Log): void {
  const [block] = content;
  mcpReq
    .log('warning', { tool, message: block?.type === 'text' ? block.text : '' }, 'tools')
    .catch((error: unknown) => log.debug({ err: error }, 'a log message could not be sent to the client'));
}

/** The list is never split, so this server issues no cursors. */
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
