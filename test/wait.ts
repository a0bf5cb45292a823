/** Waiting in tests: for a condition, never for a fixed time. */

/** Longer than any wait on a busy machine; the timeout of a test is longer. */
export const PATIENCE_MS = 100_000;

/** The real time, also in tests with a fake clock. */
const now = performance.now.bind(performance);

/**
 * Polls a condition until it is true.
 * @param complaint what the error says was awaited; without it, the condition itself
 * @param isOver whether waiting is pointless, which ends it early
 */
export async function waitFor(
  isTrue: () => boolean | Promise<boolean>,
  complaint: () => string = () => `it did not come true: ${String(isTrue).slice(0, 500)}`,
  isOver: () => boolean = () => false,
  limitMs = PATIENCE_MS,
): Promise<void> {
  const startedAt = now();
  for (;;) {
    const isLastLook = isOver() || now() - startedAt > limitMs;
    const seen = await look(isTrue);
    if (seen === true) return;
    if (isLastLook) throw new Error(`${complaint()} (after ${Math.round(now() - startedAt)} ms; the last look: ${String(seen)})`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What was seen. An error may stem from a file half-way through being replaced, so it is no end of waiting. */
async function look(isTrue: () => boolean | Promise<boolean>): Promise<unknown> {
  try {
    return await isTrue();
  } catch (error) {
    return error;
  }
}
