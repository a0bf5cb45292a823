import type { Call, Product } from '../define.ts';
import { Page, readPage } from '../define.ts';

export const ztw: Product<'ztw'> = {
  id: 'ztw',
  title: 'Cloud & Branch Connector',
  root: '/ztw',
  base: '/ztw/api/v1',
  // As with ZIA, the Go SDK requests pages of 1,000 from every list.
  paging: { kind: 'array', usualSize: 100, mostRows: 1_000 },
  afterChange: 'The change is staged: no tool activates it, an administrator does so in the portal of Cloud & Branch Connector.',
};

/** For endpoints without search: the rows whose name contains the text, case-insensitively. */
export async function listByName(
  call: Call,
  route: `GET /${string}`,
  search: string | undefined,
  query?: Record<string, unknown>,
): Promise<Page> {
  const page = readPage(ztw.paging, await call(route, query && { query }), {});
  if (search === undefined) return page;
  const wanted = search.toLowerCase();
  const items = page.items.filter((row) => nameOf(row).toLowerCase().includes(wanted));
  return new Page({ items, note: page.note && `Searched among ${page.items.length} rows, a full page of this API: there may be more.` });
}

function nameOf(row: unknown): string {
  const { name } = (row ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : '';
}
