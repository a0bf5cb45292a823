/** Leaves out of a value what its answer has no room for, before any work is done on it. */
import { bytesOf, sizeOf, type Budget } from './budget.ts';
import { isListing, type Rows } from './listing.ts';
import { describeKind, Omitted } from './omitted.ts';

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
  if (Array.isArray(value)) return boundRows({ items: value as unknown[] }, room, ({ items }) => items);
  if (isListing(value)) return boundRows(value, room, (rows) => rows);
  if (typeof value !== 'object' || value === null) return { value };
  return { value: keepSmallest(value, room) };
}

/** One character more than fits, so that it is cut. */
const beginning = (text: string, room: number): string => text.slice(0, room + 1);

function boundRows({ items, ...around }: Rows, room: number, shape: (rows: Rows) => unknown): Bounded {
  const rows = leading(items, room);
  const few = Object.entries(around).map(([name, member]) => [name, shorten(member, room)] as const);
  const isWhole = rows === items && few.every(([name, member]) => member === around[name as keyof typeof around]);
  return {
    value: shape(isWhole ? { items, ...around } : { ...Object.fromEntries(few), items: rows }),
    ...(rows !== items && { rows: items.length }),
  };
}

/** The rows that may fit, and the beginning of one more, so that it is cut; `items` itself when all may fit. */
function leading(items: readonly unknown[], room: number): readonly unknown[] {
  let left = room;
  for (const [at, item] of items.entries()) {
    left -= 1 + leastSize(item, left);
    if (left < 0) return [...items.slice(0, at), shorten(item, room)];
  }
  return items;
}

/** The beginning of a value, a little more than fits; `value` itself when that may be all of it. What is left out of an object keeps its name. */
function shorten(value: unknown, room: number): unknown {
  if (leastSize(value, room) <= room) return value;
  let left = room;
  const cut = (part: unknown): unknown => {
    if (typeof part === 'string') {
      const kept = beginning(part, Math.max(left, 0));
      left -= kept.length;
      return kept;
    }
    left -= 1;
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return cutItems(part as unknown[]);
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, left < 0 ? emptyOf(member) : cut(member)]));
  };
  const cutItems = (items: readonly unknown[]): unknown[] => {
    const kept: unknown[] = [];
    for (const item of items) {
      if (left < 0) break;
      kept.push(cut(item));
    }
    return kept;
  };
  return cut(value);
}

/** Of the same kind, so that a table stays a table. */
function emptyOf(value: unknown): unknown {
  if (typeof value === 'string') return '';
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? [] : {};
}

/** The members that may fit, small ones first, and a description in place of each other one. */
function keepSmallest(value: object, room: number): object {
  const members = Object.entries(value).map(([name, member]) => ({ name, member: member as unknown, size: leastSize(member, room) }));
  let left = room;
  const kept = new Set(
    members
      .toSorted((one, other) => one.size - other.size)
      .filter(({ size }) => (left -= size) >= 0)
      .map(({ name }) => name),
  );
  if (kept.size === members.length) return value;
  return Object.fromEntries(
    members.map(({ name, member }) => [
      name,
      kept.has(name) ? member : new Omitted(describeKind(member), leastSize(member, Number.POSITIVE_INFINITY)),
    ]),
  );
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
