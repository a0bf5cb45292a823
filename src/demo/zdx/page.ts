import type { Fields } from '../collection.ts';

const SIZE = 10;

/** A page under the given name, with the token of the next page; null at the end. */
export function cursor(name: string, rows: readonly unknown[], query: URLSearchParams): Fields {
  const start = Number(query.get('offset') ?? 0);
  const end = start + Number(query.get('limit') ?? SIZE);
  return { [name]: rows.slice(start, end), next_offset: end < rows.length ? String(end) : null };
}
