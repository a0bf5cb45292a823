/** Leaves out of a value what its answer has no room for, before any work is done on it. */
import { bytesOf, sizeOf, type Budget } from './budget.ts';
import { isListing } from './listing.ts';

/** A value without what its answer has no room for, and what the note on the cut must know of the whole. */
export interface Bounded {
  readonly value: unknown;
  /** Number of all rows, where some were left out. */
  readonly rows?: number;
  /** Bytes of the whole text, where some of it was left out. */
  readonly bytes?: number;
}

/** Bounds the value of a text answer. A row needs at least its texts, and a byte for each of its values, whatever the format. */
export function bound(value: unknown, budget: Budget): Bounded {
  const room = bytesOf(budget);
  if (typeof value === 'string') return value.length <= room ? { value } : { value: beginning(value, room), bytes: sizeOf(value) };
  if (Array.isArray(value)) {
    const items = leading(value as unknown[], room);
    return items.length === value.length ? { value } : { value: items, rows: value.length };
  }
  if (!isListing(value)) return { value };
  const items = leading(value.items, room);
  return items.length === value.items.length ? { value } : { value: { ...value, items }, rows: value.items.length };
}

/** One character more than fits, so that it is cut. */
const beginning = (text: string, room: number): string => text.slice(0, room + 1);

/** The rows that may fit, and one more. */
function leading(items: readonly unknown[], room: number): readonly unknown[] {
  let left = room;
  for (const [at, item] of items.entries()) {
    left -= 1 + leastSize(item, left);
    if (left < 0) return items.slice(0, at + 1);
  }
  return items;
}

/** Stops counting beyond `most`. */
function leastSize(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let size = 1;
  for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    size += leastSize(item, most - size);
    if (size > most) break;
  }
  return size;
}
