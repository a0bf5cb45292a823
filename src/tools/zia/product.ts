import type { Product } from '../define.ts';

export const zia: Product<'zia'> = {
  id: 'zia',
  title: 'ZIA',
  root: '/zia',
  base: '/zia/api/v1',
  // Without page inputs ZIA returns at most 100 rows.
  paging: { kind: 'array', usualSize: 100 },
  afterChange: 'The change is staged: it takes effect with zia_activate_configuration.',
};
