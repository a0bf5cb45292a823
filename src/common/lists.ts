/** Long lists. As arguments (`push(...list)`, `Math.max(...list)`) each item takes room on the stack, which some 100,000 of them overflow. */

/** Adds the items to the end of the list. */
export function append<Item>(list: Item[], items: Iterable<Item>): void {
  for (const item of items) list.push(item);
}

/** The largest number; -Infinity for an empty list. */
export const largest = (numbers: Iterable<number>): number => {
  let most = -Infinity;
  for (const number of numbers) most = Math.max(most, number);
  return most;
};
