/** What this folder needs of the server it speaks for. */
import type { Icon } from '@modelcontextprotocol/server';
import type { Confirmations, Removal } from '../confirm/index.ts';

/** A tool as clients are offered it. */
export interface OfferedTool {
  readonly name: string;
  readonly title?: string | undefined;
  /** What the tool is for, written for a model. */
  readonly about: string;
  readonly annotations: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
    readonly openWorldHint?: boolean;
  };
  /** Who outside the tenant wrote parts of its answers; undefined when all of it comes from the tenant. */
  readonly writtenBy?: string | undefined;
  /** What is still to be done after a change; said after the answer. */
  readonly afterChange?: string | undefined;
  /** Whether a person has to agree to each call. */
  readonly isConfirmed?: boolean;
  /** JSON Schema 2020-12 with an object at its root. Called once for each list of tools. */
  inputSchema(): object;
  /** JSON Schema of structured content; absent where a tool answers with text alone. */
  outputSchema?(): object;
}

/** A prompt of the protocol: a ready-made request that a person picks in a client. */
export interface OfferedPrompt {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly arguments: readonly { readonly name: string; readonly about: string; readonly isNeeded: boolean }[];
  /** The text of the prompt. @throws ZscalerMcpError with a message for the client */
  write(given: Readonly<Record<string, string>>): string;
}

/** A progress notification, in the fields of the protocol. */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** What a call of a tool needs to know of its caller. */
export interface CallContext {
  /** Aborted when the caller no longer waits for the result. */
  readonly signal: AbortSignal;
  /** Sends progress; absent when the caller did not ask for it. */
  readonly progress?: (step: Progress) => void;
  /** Identifies the list of tools that the caller sees; see `Runtime.listFor`. */
  readonly callerKey: string;
  /** Whether that list is the one of all callers that are told apart by neither session nor credentials. */
  readonly isShared?: boolean;
  /** Called when a query of the caller was applied to an answer; `before` and `after` count rows. */
  readonly queried?: (query: { expression: string; before: number; after: number }) => void;
  /** Notifies this caller that its list of tools changed. */
  readonly listChanged: () => void;
}

/** A configuration in force. Read once at the start of each call, so that a reload does not affect calls in progress. */
export interface Runtime {
  /** Every tool that may be called. */
  readonly tools: ReadonlyMap<string, OfferedTool>;
  /** The end of a message about an unknown tool: `, did you mean "zia_list_devices"?`, or an empty string. */
  readonly suggest: (name: string) => string;
  /** The tools that a caller sees, in order. The same array for the same tools, so that what is derived from it can be cached. */
  listFor(callerKey: string): readonly OfferedTool[];
  /** Toolsets that a caller enabled for itself, at any replica; null where all callers see all tools. */
  enabledBy(callerKey: string): Iterable<string> | null;
  /** Notes what a caller enabled at another replica. */
  enable(callerKey: string, toolsets: readonly string[]): void;
  readonly prompts: ReadonlyMap<string, OfferedPrompt>;
  /** Whether calls are written to the audit log. */
  readonly logToolCalls: boolean;
  /** Limit for the length of an answer, in tokens. */
  readonly maxResponseTokens: number;
  /** Whether invisible and control characters are escaped in answers, and unescaped in arguments. */
  readonly sanitizes: boolean;
  /** Separators of speakers beside the known ones. */
  readonly chatSeparators?: readonly string[];
  readonly sessionLimit: number;
  /** How long an unused session is kept. */
  readonly sessionIdleMs: number;
  readonly confirmations: Confirmations;
  /** Whether a client without elicitation may confirm with a token, which a model can repeat by itself. */
  readonly allowsTokenConfirmation: boolean;
  /**
   * Reads from the cloud what a call of a confirmed tool would remove.
   * @throws ZscalerMcpError when the arguments are wrong or the cloud cannot be read
   */
  describeRemoval(name: string, args: unknown, context: CallContext): Promise<Removal>;
  /**
   * Runs a tool.
   * @param args as the client sent them, not yet checked
   * @throws ZscalerMcpError with a message for the model; the message of any other error stays in the log
   */
  run(name: string, args: unknown, context: CallContext): Promise<unknown>;
}

/** How the server introduces itself, in the fields of the protocol. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
  readonly websiteUrl?: string;
  readonly icons?: Icon[];
}
