/** Errors of requests to the cloud. */
import { ZscalerMcpError, type ErrorCode, type ErrorDetails } from '../common/errors.ts';

export interface CloudErrorDetails extends ErrorDetails {
  status?: number;
  reason?: string;
  retryAfterMs?: number;
}

/** The cloud answered with an error or not at all. The message may quote the cloud, but contains no credentials. */
export class CloudError extends ZscalerMcpError {
  override name = 'CloudError';
  /** HTTP status; absent without an answer. */
  readonly status: number | undefined;
  /** Error code of the product: `EDIT_LOCK_NOT_AVAILABLE`, `resource.not.found`. */
  readonly reason: string | undefined;
  /** How long the cloud asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, { status, reason, retryAfterMs, ...details }: CloudErrorDetails = {}) {
    super(code, message, details);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}
