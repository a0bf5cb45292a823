import { ZscalerMcpError } from '../../common/errors.ts';
import { id, optional, readPage, text, tool } from '../define.ts';
import { findIdp } from './lookup.ts';
import { filters, searchFor, zpaTenant } from './product.ts';

const GROUPS = '/zpa/userconfig/v1/customers/{customerId}/scimgroup';

export default [
  tool(zpaTenant, 'scim_group', {
    fullName: 'get_zpa_scim_group',
    toolset: 'zpa_idp',
    action: 'read',
    lists: true,
    about:
      'List the SCIM groups of an identity provider, or get one by its ID. Policy conditions of the type SCIM_GROUP take the ID of the provider as lhs and that of the group as rhs. One of idp_name and scim_group_id is needed.',
    input: {
      scim_group_id: optional(id('ID of the group; if it is given, nothing else counts.')),
      idp_name: optional(text('Whole name of the identity provider whose groups are listed.', { min: 1 })),
      ...filters,
    },
    run: async (call, { scim_group_id: group, idp_name: idp, search, page, page_size: pagesize }) => {
      if (group !== undefined) return call(`GET ${GROUPS}/${encodeURIComponent(group)}`);
      if (idp === undefined)
        throw new ZscalerMcpError('ERR_TOOL_INPUT', 'get_zpa_scim_group needs idp_name or scim_group_id, and got neither', {
          hint: 'Give idp_name to list the groups of that identity provider.',
        });
      const route = `GET ${GROUPS}/idpId/${encodeURIComponent(await findIdp(call, idp))}` as const;
      return readPage(zpaTenant.paging, await call(route, { query: { search: search && searchFor(search), page, pagesize } }), { page });
    },
  }),
];
