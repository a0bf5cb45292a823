export { loadSse } from './sse.ts';
export { McpService, type McpOptions } from './service.ts';
export type { StdioConnection } from './pipes.ts';
export type { RequestContext, StandingStream } from './standing-streams.ts';
export type { CallContext, OfferedPrompt, OfferedTool, Progress, Runtime, ServerInfo } from './runtime.ts';
export type { Fixtures } from './server.ts';
export type { SavedSession } from './session.ts';
export type { SavedIds } from './session-ids.ts';
export type { SavedPipe } from './lines.ts';
