/** A list as the caller gets it, in reading order: whether there is more, then the rows, then everything else. */
import { count } from '../common/count.ts';
import type { Query } from './query.ts';

/** The result of a list tool. */
export interface Rows {
  readonly items: readonly unknown[];
  readonly total?: number | undefined;
  readonly next?: Readonly<Record<string, unknown>> | undefined;
  readonly note?: string | undefined;
  readonly envelope?: Readonly<Record<string, unknown>> | undefined;
  /** Members of the envelope that repeat `total` or `next`. */
  readonly counters?: readonly string[] | undefined;
}

const members = ['note', 'total', 'next', 'items', 'envelope'];

export function isListing(value: unknown): value is Rows {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray((value as Rows).items) && Object.keys(value).every((name) => members.includes(name));
}

/** Absent members are left out. @throws ZscalerMcpError ERR_TOOL_INPUT */
export function showRows(rows: Rows, query?: Query): Readonly<Record<string, unknown>> {
  const { items, total, next, counters = [] } = rows;
  const envelope = Object.fromEntries(Object.entries(rows.envelope ?? {}).filter(([name]) => !counters.includes(name)));
  const note = query ? noteOnQuery(rows) : rows.note;
  return {
    ...(note !== undefined && { note }),
    ...(total !== undefined && { total }),
    ...(next && { next }),
    ...(query ? showFound(items, query) : { items }),
    ...(Object.keys(envelope).length > 0 && { envelope }),
  };
}

/** A list found by a query replaces the rows; any other value becomes `result`. @throws ZscalerMcpError ERR_TOOL_INPUT */
export function showFound(value: unknown, query: Query): { items: readonly unknown[] } | { result: unknown } {
  const found = query(value);
  return Array.isArray(found) ? { items: found as unknown[] } : { result: found };
}

/** Says first which rows were queried: a result over part of the rows looks like one over all of them. */
function noteOnQuery({ items, total, note }: Rows): string | undefined {
  if (note === undefined) return undefined;
  const of = total === undefined ? '' : ` of ${total}`;
  return `query saw only ${count(items.length, 'row')}${of}. ${note}`;
}
