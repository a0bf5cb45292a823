/** A signal with a time limit that leaves nothing behind. */

/** Aborts after a time, or with another signal. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether the time has passed; false when the other signal came first. */
  readonly isOver: () => boolean;
  /** Call when the work is done: forgets the timer and the other signal. */
  readonly close: () => void;
}

/** What a timer of Node.js can wait at most. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Begins a time limit. `AbortSignal.any` with an `AbortSignal.timeout` does the same, but cannot be closed: both stay in memory, with
 * all that listens to them, until the time has passed. The timer does not keep the process alive.
 * @param outer aborts it too
 */
export function openDeadline(ms: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    controller.abort(new DOMException('the time limit has passed', 'TimeoutError'));
  };
  const timer = setTimeout(end, Math.min(ms, LONGEST_MS)).unref();
  const follow = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    close: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
    },
  };
}
