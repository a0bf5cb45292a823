/** "Did you mean": for options, commands, settings and tools alike. */

/**
 * The candidate that a mistyped or shortened word most likely meant; null when none is near.
 *
 * Near is a small edit distance: two, or a sixth of the length of longer words. Case does not count, and neither does `_` in place of `-`.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const typed = normalize(word);
  const limit = Math.max(2, Math.floor(typed.length / 6));
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of candidates) {
    const name = normalize(candidate);
    if (Math.abs(name.length - typed.length) > limit) continue;
    // Of two that are equally far, the one of the same length: letters are swapped or replaced more often than lost.
    const apart = editDistance(typed, name) + (name.length === typed.length ? 0 : 0.5);
    if (apart < limit + 1 && apart < Math.min(least, name.length)) [best, least] = [candidate, apart];
  }
  return best ?? candidates.find((candidate) => typed.length >= 3 && normalize(candidate).startsWith(typed)) ?? null;
}

/** For the end of a message: `, did you mean "zpa"?` or nothing. */
export function suggest(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === null ? '' : `, did you mean "${near}"?`;
}

const normalize = (word: string): string => word.toLowerCase().replaceAll('_', '-');

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours each count one. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1, isSwap ? before[j - 2]! + 1 : Infinity));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
