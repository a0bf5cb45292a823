/** What this folder needs of the server it speaks for. */
import type { Icon } from '@modelcontextprotocol/server';
import type { Confirmations, Removal } from '../confirm/index.ts';

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
  /** Who outside the tenant wrote parts of what it returns; undefined when nobody did. */
  readonly writtenBy?: string | undefined;
  /** What is still to be done after a change, said beside what it returns. */
  readonly afterChange?: string | undefined;
  /** Whether a person agrees to each call before it happens. */
  readonly isConfirmed?: boolean;
  /** JSON Schema 2020-12 with an object at its root. Asked for once per configuration. */
  inputSchema(): object;
  outputSchema?(): object;
}

/** A ready-made request that a person picks in a client. */
export interface OfferedPrompt {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly arguments: readonly { readonly name: string; readonly about: string; readonly isNeeded: boolean }[];
  /** @throws ZscalerMcpError with a text that the client may read */
  write(given: Readonly<Record<string, string>>): string;
}

export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

export interface CallContext {
  /** Aborts when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  /** Absent when the caller did not ask to be told. */
  readonly progress?: (step: Progress) => void;
  /** Tells apart who has a list of tools of its own; see `Runtime.listFor`. */
  readonly callerKey: string;
  /** Told when an expression of the caller was applied to an answer. */
  readonly queried?: (query: { expression: string; before: number; after: number }) => void;
  /** Tells this caller that its list of tools is another one now. */
  readonly listChanged: () => void;
}

/** One configuration in force. Taken once at the start of each call, so that no call sees half of two. */
export interface Runtime {
  /** All that may be called. Frozen. */
  readonly tools: ReadonlyMap<string, OfferedTool>;
  /** Ends a sentence about a tool that there is not: `, did you mean "zia_list_devices"?`, or nothing. */
  readonly suggest: (name: string) => string;
  /** What one caller sees of them, in order. The same array for the same tools, so that what is made of it can be kept. */
  listFor(callerKey: string): readonly OfferedTool[];
  /** Toolsets that one caller enabled for itself, here or elsewhere; null where everybody sees everything. */
  enabledBy(callerKey: string): Iterable<string> | null;
  /** It did so elsewhere. */
  enable(callerKey: string, toolsets: readonly string[]): void;
  readonly prompts: ReadonlyMap<string, OfferedPrompt>;
  readonly logToolCalls: boolean;
  /** How long the text of an answer may be. */
  readonly maxResponseTokens: number;
  /** Whether hidden and acting characters are shown by number on the way to the client, and taken back on the way here. */
  readonly sanitizes: boolean;
  readonly sessionLimit: number;
  readonly sessionIdleMs: number;
  readonly confirmations: Confirmations;
  /** Whether a client that cannot ask a person may confirm with a token, which a model can repeat by itself. */
  readonly allowsTokenConfirmation: boolean;
  /**
   * What a call of a confirmed tool would remove, read from the cloud.
   * @throws ZscalerMcpError when the arguments are wrong, or when it cannot be read
   */
  describeRemoval(name: string, args: unknown, context: CallContext): Promise<Removal>;
  /**
   * `args` is what the client sent; whoever runs the tool judges it.
   * @throws ZscalerMcpError with a text that the model may read; anything else stays in the log
   */
  run(name: string, args: unknown, context: CallContext): Promise<unknown>;
}

/** Who we are, in the words of the protocol. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
  readonly websiteUrl?: string;
  readonly icons?: Icon[];
}
