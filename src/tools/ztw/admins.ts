import { count, flag, optional, text, tool } from '../define.ts';
import { ztw } from './product.ts';

export default [
  tool(ztw, 'list_admins', {
    toolset: 'ztw',
    action: 'read',
    about: 'List the administrators of Cloud & Branch Connector with their roles and scopes, and whether they are disabled.',
    input: {
      include_auditor_users: optional(flag('List auditors as well.')),
      include_admin_users: optional(flag('List administrators; false leaves only the other kinds.')),
      include_api_roles: optional(flag('List API clients with a role as well.')),
      search: optional(text('Part of the login name or name.')),
      page: optional(count('Page to return, from 1.', { min: 1 })),
      page_size: optional(count('Rows on a page; without it the API returns 100.', { min: 1, max: 1000 })),
      version: optional(count('Version of the list, passed on to the API as it is.')),
    },
    call: 'GET /adminUsers',
    returns: 'page',
  }),
];
