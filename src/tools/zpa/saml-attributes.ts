import { optional, readPage, text, tool } from '../define.ts';
import { findIdp } from './lookup.ts';
import { filters, searchFor, v2, zpaTenant } from './product.ts';

export default [
  tool(zpaTenant, 'saml_attribute', {
    fullName: 'get_zpa_saml_attribute',
    toolset: 'zpa_idp',
    action: 'read',
    lists: true,
    about:
      'List the SAML attributes that identity providers send about users, of all providers or of one. Policy conditions of the type SAML take the ID of an attribute as lhs and a value as rhs.',
    input: { idp_name: optional(text('Whole name of the identity provider; without it, of all.', { min: 1 })), ...filters },
    run: async (call, { idp_name: idp, search, page, page_size: pagesize }) => {
      const below = idp === undefined ? '' : `/idp/${encodeURIComponent(await findIdp(call, idp))}`;
      const query = { search: search && searchFor(search), page, pagesize };
      return readPage(zpaTenant.paging, await call(`GET ${v2}/samlAttribute${below}`, { query }), { page });
    },
  }),
];
