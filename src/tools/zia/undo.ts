/** Multi-step creations: when a later step fails, the error says what was created before, and whether it was deleted again. */
import { messageOf, ZscalerMcpError, type ErrorCode } from '../../common/errors.ts';

export interface Made {
  /** Includes the ID: `static IP 4338892 (192.0.2.23)`. */
  readonly what: string;
  readonly undo: () => Promise<unknown>;
}

/** After these errors the request may have taken effect, so what it may depend on is not deleted. */
const unsure: readonly ErrorCode[] = ['ERR_CLOUD_TIMEOUT', 'ERR_CLOUD_UNREACHABLE', 'ERR_CALL_CANCELLED'];

/** @throws ZscalerMcpError the error of the step, with the state of what was created before it */
export async function orUndo<T>(step: string, made: Made | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { code, hint } = error instanceof ZscalerMcpError ? error : { code: 'ERR_CLOUD_ANSWER' as const, hint: undefined };
    const state = made ? await undo(made, unsure.includes(code)) : 'Nothing was changed before it.';
    throw new ZscalerMcpError(code, `${step} failed: ${messageOf(error)}. ${state}`, { ...(hint && { hint }), cause: error });
  }
}

async function undo({ what, undo: take }: Made, isUnsure: boolean): Promise<string> {
  if (isUnsure) return `It may have happened nevertheless; ${what}, created for it, still exists. Look before you repeat it.`;
  try {
    await take();
    return `${capital(what)}, created for it, was deleted again.`;
  } catch (error) {
    return `${capital(what)}, created for it, still exists, for it could not be deleted again: ${messageOf(error)}`;
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
