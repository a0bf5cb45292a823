import { id, onWire, optional, Page, readPage, text, tool, type Call } from '../define.ts';
import { pickOne } from './lookup.ts';
import { paging, zid } from './product.ts';

const userId = id('ID of the user, as zid_list_users shows it.');
const like = (field: string, about: string) => onWire(`${field}[like]`, optional(text(about)));

export default [
  tool(zid, 'list_users', {
    toolset: 'zid_users',
    action: 'read',
    about:
      'List the users of ZIdentity with their IDs, names, addresses, departments and status. Several filters narrow the list together.',
    input: {
      login_name: like('loginName', 'Part of the login name.'),
      display_name: like('displayName', 'Part of the display name.'),
      primary_email: like('primaryEmail', 'Part of the primary e-mail address.'),
      domain_name: optional(text('Domain of the user, whole.')),
      idp_name: optional(text('Name of the identity provider, whole.')),
      ...paging,
    },
    call: 'GET /users',
    returns: 'page',
  }),
  tool(zid, 'get_user', {
    toolset: 'zid_users',
    action: 'read',
    about: 'Get one user of ZIdentity by its ID, as the API returns it. The groups of the user come from zid_get_user_groups.',
    input: { user_id: userId },
    call: 'GET /users/{user_id}',
  }),
  tool(zid, 'search_users', {
    toolset: 'zid_users',
    action: 'read',
    lists: true,
    about:
      'Find users of ZIdentity: by e-mail address if the text holds an @, else by login name, else by display name. Use it to get the ID that the other user tools take.',
    input: { name: text('Part of the e-mail address, login name or display name.', { min: 1 }), ...paging },
    run: (call, { name, ...page }) => searchUsers(call, name, page),
  }),
  tool(zid, 'get_user_groups', {
    toolset: 'zid_users',
    action: 'read',
    about: 'List the groups that a user of ZIdentity belongs to, given the ID of the user.',
    input: { user_id: userId, ...paging },
    call: 'GET /users/{user_id}/groups',
    returns: 'page',
  }),
  tool(zid, 'get_user_groups_by_name', {
    toolset: 'zid_users',
    action: 'read',
    lists: true,
    about:
      'List the groups that a user of ZIdentity belongs to, given a name or an address. If it fits several users and none exactly, it fails and names them.',
    input: {
      name: text('E-mail address, login name or display name of the user, or a part that no other user shares.', { min: 1 }),
      ...paging,
    },
    run: async (call, { name, ...page }) => {
      const found = await searchUsers(call, name, {});
      const user = encodeURIComponent(pickOne(found, { what: 'user', name, fields: ['loginName', 'primaryEmail', 'displayName'] }));
      return readPage(zid.paging, await call(`GET /users/${user}/groups`, { query: page }), page);
    },
  }),
];

async function searchUsers(call: Call, name: string, page: { offset?: number; limit?: number }): Promise<Page> {
  const by = async (field: string) =>
    readPage(zid.paging, await call('GET /users', { query: { [`${field}[like]`]: name, ...page } }), page);
  if (name.includes('@')) return by('primaryEmail');
  const byLogin = await by('loginName');
  // An empty page past the last match is not a reason to search by another field.
  const isEmpty = byLogin.items.length === 0 && (byLogin.total ?? 0) === 0;
  return isEmpty ? by('displayName') : byLogin;
}
