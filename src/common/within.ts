/** Waiting for others, with a limit. */

/**
 * Waits for `work`, for at most `limitMs`; work that takes longer goes on, and nobody waits for it. Keeps the process alive meanwhile.
 * @returns whether it ended in time
 * @throws what `work` throws in time
 */
export async function endsWithin(limitMs: number, work: Promise<unknown> | undefined): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, limitMs));
  });
  try {
    return await Promise.race([Promise.resolve(work).then(() => true), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
