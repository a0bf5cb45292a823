import { count, optional, text, tool } from '../define.ts';
import { ztw } from './product.ts';

export default [
  tool(ztw, 'list_public_cloud_info', {
    toolset: 'ztw',
    action: 'read',
    about:
      'List the accounts in public clouds that Cloud Connector looks into: provider, account, regions, permissions, and when it last read them.',
    input: {
      page: optional(count('Page to return.')),
      page_size: optional(count('Rows on a page; without it the API returns 100.', { min: 1, max: 1000 })),
      search: optional(text('Part of the name.')),
      cloud_type: optional(text('Provider in the words of the API: AWS, AZURE, GCP.')),
    },
    call: 'GET /publicCloudInfo',
    returns: 'page',
  }),
];
