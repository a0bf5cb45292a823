import type { Product } from '../define.ts';

export const zia: Product<'zia'> = {
  id: 'zia',
  title: 'ZIA',
  root: '/zia',
  base: '/zia/api/v1',
  // Without paging parameters ZIA returns at most 100 rows. The Go SDK requests pages of 1,000 from every list, documented or not.
  paging: { kind: 'array', usualSize: 100, mostRows: 1_000 },
  afterChange: 'The change is staged: it takes effect with zia_activate_configuration.',
};
