/** The cloud's refusals, in one shape. */
import { ZscalerMcpError, type ErrorCode, type ErrorDetails } from '../common/errors.ts';

export interface CloudErrorDetails extends ErrorDetails {
  status?: number;
  reason?: string;
  retryAfterMs?: number;
}

/** An answer that is no result, or none at all. The message may quote the cloud; it holds no credentials. */
export class CloudError extends ZscalerMcpError {
  override name = 'CloudError';
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The product's own code: `EDIT_LOCK_NOT_AVAILABLE`, `resource.not.found`. */
  readonly reason: string | undefined;
  /** How long the cloud asked to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, { status, reason, retryAfterMs, ...details }: CloudErrorDetails = {}) {
    super(code, message, details);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}
