import { count, initially, optional, spread, unsent, type Product } from '../define.ts';

export const zcell: Product<'zcell'> = {
  id: 'zcell',
  title: 'Cellular',
  root: '/zcell',
  base: '/zcell/config/api/v1',
  paging: { kind: 'pages', items: 'content', total: 'totalElements', pages: 'totalPages', first: 0 },
};

/** Paging inputs. */
export const paging = {
  page: optional(count('Page to return; the first is page 0.')),
  size: optional(count('Rows on a page; without it the API returns 10.', { min: 1, max: 100 })),
};

const days = initially(count('Days to look back, up to now.', { min: 1, max: 365 }), 7);

/** Start and end of the last `days` days, in seconds since 1970. */
export function window(count: number): { start: number; end: number } {
  const end = Math.floor(Date.now() / 1_000);
  return { start: end - count * 86_400, end };
}

/** The endpoints name start and end in two ways; one takes them in its path. */
export const daysAsDates = {
  days: spread(days, (count) => ({ startDate: window(count).start, endDate: window(count).end })),
};
export const daysAsTimes = {
  days: spread(days, (count) => ({ startDateTime: window(count).start, endDateTime: window(count).end })),
};
export const daysInPath = { days: unsent(days) };
