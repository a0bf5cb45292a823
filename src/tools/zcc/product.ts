import { count, optional, text, type Product } from '../define.ts';

export const zcc: Product<'zcc'> = {
  id: 'zcc',
  title: 'Client Connector',
  root: '/zcc',
  base: '/zcc/papi/public/v1',
  paging: { kind: 'array', usualSize: 50 },
};

const page = optional(count('Page to return, from 1.', { min: 1 }));

/** Inputs that the lists of networks and profiles share. */
export const filters = {
  search: optional(text('Part of the name.')),
  page,
  page_size: optional(count('Rows on a page; without it the API decides.', { min: 1 })),
};

/** Paging inputs. */
export const paging = {
  page,
  page_size: optional(count('Rows on a page; without it the API returns 50.', { min: 1, max: 5000 })),
};
