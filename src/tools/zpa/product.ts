import { count, encoded, id, inBoth, optional, onWire, text, type Product } from '../define.ts';

export const zpa: Product<'zpa'> = {
  id: 'zpa',
  title: 'ZPA',
  root: '/zpa',
  base: '/zpa/mgmtconfig/v1/admin/customers/{customerId}',
  paging: { kind: 'pages', items: 'list', total: 'totalCount', pages: 'totalPages' },
  shared: {
    microtenant_id: inBoth(optional(id('Microtenant to act in; without it, the one of the configuration, else the whole tenant.'))),
  },
};

/** Some changes go to the second version of the API. */
export const v2 = '/zpa/mgmtconfig/v2/admin/customers/{customerId}';

/** A name alone is compared whole; `field+OPERATOR+value` is passed on. */
const search = encoded(optional(text('The whole name of the record, or a filter of the API such as name+LIKE+part.')), (value) =>
  /\+[A-Z_]+\+/.test(value) ? value : `name+EQ+${value}`,
);

/** Inputs that the lists of ZPA share. */
export const filters = {
  search,
  page: optional(count('Page to return, from 1.', { min: 1 })),
  page_size: onWire('pagesize', optional(count('Rows on a page; without it the API returns 20.', { min: 1, max: 500 }))),
};
