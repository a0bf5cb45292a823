/** How every test waits for something: for an event, never for a time. */

/** More than anything takes on a machine that is busy with other things; the limit of a test is beyond it. */
export const PATIENCE_MS = 100_000;

/** The real time, also where a test has a clock of its own. */
const now = performance.now.bind(performance);

/**
 * The one way to wait for something: looks again and again until it is true.
 * @param complaint what the error says was awaited; without it, the condition itself
 * @param isOver when there is no use in waiting any longer
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
