import { flag, optional, text, texts, tool } from '../define.ts';
import { listByName, ztw } from './product.ts';

export default [
  tool(ztw, 'list_roles', {
    toolset: 'ztw',
    action: 'read',
    lists: 'paged',
    about:
      'List the roles of Cloud & Branch Connector administrators and what each may do in which part of the portal. The API cannot search here, so we do.',
    input: {
      include_auditor_role: optional(flag('List the role of auditors as well.')),
      include_partner_role: optional(flag('List the roles of partners as well.')),
      include_api_roles: optional(flag('List the roles of API clients as well.')),
      role_ids: optional(texts('Only the roles with these IDs.')),
      search: optional(text('Part of the name.')),
    },
    run: (call, { search, role_ids: id, ...include }) =>
      listByName(call, 'GET /adminRoles', search, {
        includeAuditorRole: include.include_auditor_role,
        includePartnerRole: include.include_partner_role,
        includeApiRoles: include.include_api_roles,
        id,
      }),
  }),
];
