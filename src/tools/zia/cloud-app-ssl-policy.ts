import { count, flag, optional, text, tool } from '../define.ts';
import { zia } from './product.ts';

export default [
  tool(zia, 'list_cloud_app_ssl_policy', {
    toolset: 'zia_ssl_inspection',
    action: 'read',
    about:
      'List the cloud applications that SSL inspection rules can name, with their categories. Use it to find what advanced.cloud_applications of an SSL inspection rule takes: the value of app.',
    input: {
      search: optional(text('Part of the name of the application.')),
      app_class: optional(text('Class of applications as the API names it: WEB_MAIL, SOCIAL_NETWORKING.')),
      page: optional(count('Page to return, from 1.', { min: 1 })),
      page_size: optional(count('Rows on a page; without it the API returns 200.', { min: 1, max: 1_000 })),
      group_results: optional(flag('Whether to group the applications by category and count them.')),
    },
    call: 'GET /cloudApplications/sslPolicy',
    // Recorded: 200 rows without paging inputs, where other ZIA lists return 100.
    returns: { kind: 'array', usualSize: 200 },
  }),
];
