import { count, optional, type Product } from '../define.ts';

export const zid: Product<'zid'> = {
  id: 'zid',
  title: 'ZIdentity',
  root: '/ziam',
  base: '/ziam/admin/api/v1',
  paging: { kind: 'offset', items: 'records', totals: ['results_total', 'totalRecord'], link: 'next_link' },
};

/** Inputs shared by the ZIdentity lists. */
export const paging = {
  offset: optional(count('How many rows to skip; 0 for the first page.')),
  limit: optional(count('Rows on a page; without it the API returns 100.', { min: 1, max: 1000 })),
};
