/** The base class of the project's errors, and all error codes. */

/** Stable error codes; scripts and tests may rely on them. Each folder throws only its own, listed under its name. */
export type ErrorCode =
  // cli
  | 'ERR_USAGE'
  // settings
  | 'ERR_SETTINGS_INVALID'
  // secrets
  | 'ERR_SECRETS_UNREADABLE'
  | 'ERR_SECRETS_UNREACHABLE'
  // lifecycle
  | 'ERR_RECORD_UNUSABLE'
  | 'ERR_RECORD_TAKEN'
  | 'ERR_NOT_PERMITTED'
  | 'ERR_LOCK_BUSY'
  | 'ERR_RELOAD_REJECTED'
  | 'ERR_EXEC_FAILED'
  | 'ERR_HANDOVER_INVALID'
  // http
  | 'ERR_LISTEN'
  | 'ERR_TLS'
  // mcp
  | 'ERR_TOOL_INPUT'
  | 'ERR_NOT_CONFIRMED'
  // zscaler
  | 'ERR_CLOUD_CONFIG'
  | 'ERR_CLOUD_TOKEN'
  | 'ERR_CLOUD_ANSWER'
  | 'ERR_CLOUD_RATE_LIMIT'
  | 'ERR_CLOUD_SIZE'
  | 'ERR_CLOUD_TIMEOUT'
  | 'ERR_CLOUD_UNREACHABLE'
  | 'ERR_CALL_CANCELLED';

/** What an error carries beside its code and message. */
export interface ErrorDetails {
  /** What to do next, in one sentence. */
  hint?: string;
  cause?: unknown;
}

/** An error with a stable code, a message that says what was expected and what was given, and a hint. Never contains a secret. */
export class ZscalerMcpError extends Error {
  override name = 'ZscalerMcpError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
  }
}

/** The message of any thrown value with its hint, where it has one: `what failed. What to do.` */
export function sayError(thrown: unknown): string {
  const hint = thrown instanceof ZscalerMcpError ? thrown.hint : undefined;
  return hint === undefined ? messageOf(thrown) : `${messageOf(thrown)}. ${hint}`;
}

/** The message of any thrown value. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
