export type { CallContext, OfferedPrompt, OfferedTool, Progress, Runtime, ServerInfo } from './runtime.ts';
export type { Fixtures } from './server.ts';
export { createMcp, type Exchange, type McpOptions, type McpService, type StandingStream, type StdioConnection } from './service.ts';
export type { SavedSession } from './session.ts';
export type { SavedPipe } from './lines.ts';
