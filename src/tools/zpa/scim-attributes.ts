import { id, optional, readPage, text, tool } from '../define.ts';
import { findIdp } from './lookup.ts';
import { filters, searchFor, zpaTenant } from './product.ts';

export default [
  tool(zpaTenant, 'scim_attribute', {
    fullName: 'get_zpa_scim_attribute',
    toolset: 'zpa_idp',
    action: 'read',
    lists: true,
    about:
      'List the SCIM attributes that an identity provider keeps about users, or get one by its ID. Policy conditions of the type SCIM take the ID of an attribute as lhs and a value as rhs.',
    input: {
      idp_name: text('Whole name of the identity provider.', { min: 1 }),
      attribute_id: optional(id('ID of the attribute; if it is given, the inputs of the list do not count.')),
      ...filters,
    },
    run: async (call, { idp_name: idp, attribute_id: attribute, search, page, page_size: pagesize }) => {
      const path = `/idp/${encodeURIComponent(await findIdp(call, idp))}/scimattribute` as const;
      if (attribute !== undefined) return call(`GET ${path}/${encodeURIComponent(attribute)}`);
      const query = { search: search && searchFor(search), page, pagesize };
      return readPage(zpaTenant.paging, await call(`GET ${path}`, { query }), { page });
    },
  }),
];
