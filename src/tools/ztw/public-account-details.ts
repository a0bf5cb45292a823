import { count, optional, tool } from '../define.ts';
import { ztw } from './product.ts';

export default [
  tool(ztw, 'list_public_account_details', {
    toolset: 'ztw',
    action: 'read',
    about:
      'List details of the accounts in public clouds in which Cloud Connectors run: account, subscription, and who may be reached there.',
    input: {
      page: optional(count('Page to return.')),
      page_size: optional(count('Rows on a page; without it the API returns 100.', { min: 1, max: 1000 })),
    },
    call: 'GET /publicCloudAccountDetails',
    returns: 'page',
  }),
];
