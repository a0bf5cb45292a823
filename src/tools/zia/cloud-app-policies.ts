import { flag, optional, text, tool } from '../define.ts';
import { pages } from './pages.ts';
import { zia } from './product.ts';

export default [
  tool(zia, 'list_cloud_app_policy', {
    toolset: 'zia_cloud_app_control',
    action: 'read',
    about:
      'List the cloud applications that policy rules can name, with their classes. Use it to find what advanced.applications of a cloud app control rule takes: the value of app.',
    input: {
      search: optional(text('Part of the name of the application.')),
      app_class: optional(text('Class of applications as the API names it: WEB_MAIL, SOCIAL_NETWORKING.')),
      ...pages,
      group_results: optional(flag('Count the applications of each class instead of listing them.')),
    },
    call: 'GET /cloudApplications/policy',
    // Recorded: 200 rows without paging inputs, where other ZIA lists return 100.
    returns: { kind: 'array', usualSize: 200 },
  }),
];
