import { flag, id, onWire, optional, readPage, text, tool, type Call } from '../define.ts';
import { pickOne } from './lookup.ts';
import { paging, zid } from './product.ts';

const nameLike = (about: string) => onWire('name[like]', text(about, { min: 1 }));
const groupId = id('ID of the group, as zid_list_groups shows it.');

export default [
  tool(zid, 'list_groups', {
    toolset: 'zid_groups',
    action: 'read',
    about:
      'List the groups of ZIdentity with their IDs, sources and whether they are dynamic. Groups carry the entitlements of their users to Zscaler services.',
    input: {
      name: optional(nameLike('Part of the name.')),
      exclude_dynamic_groups: optional(flag('Leave out groups whose members follow from a rule.')),
      ...paging,
    },
    call: 'GET /groups',
    returns: 'page',
  }),
  tool(zid, 'get_group', {
    toolset: 'zid_groups',
    action: 'read',
    about: 'Get one group of ZIdentity by its ID, as the API returns it. Its members come from zid_get_group_users.',
    input: { group_id: groupId },
    call: 'GET /groups/{group_id}',
  }),
  tool(zid, 'search_groups', {
    toolset: 'zid_groups',
    action: 'read',
    about: 'Find groups of ZIdentity by a part of their name. Use it to get the ID that the other group tools take.',
    input: { name: nameLike('Part of the name.'), ...paging },
    call: 'GET /groups',
    returns: 'page',
  }),
  tool(zid, 'get_group_users', {
    toolset: 'zid_groups',
    action: 'read',
    about: 'List the users who belong to a group of ZIdentity, given the ID of the group.',
    input: { group_id: groupId, ...paging },
    call: 'GET /groups/{group_id}/users',
    returns: 'page',
  }),
  tool(zid, 'get_group_users_by_name', {
    toolset: 'zid_groups',
    action: 'read',
    lists: true,
    about:
      'List the users who belong to a group of ZIdentity, given its name. If the name fits several groups and none exactly, it fails and names them.',
    input: { name: text('Name of the group, or a part that no other group shares.', { min: 1 }), ...paging },
    run: async (call, { name, offset, limit }) => {
      const group = await findGroup(call, name);
      const query = { offset, limit };
      return readPage(zid.paging, await call(`GET /groups/${group}/users`, { query }), query);
    },
  }),
];

/** The requested page is a page of users; the group itself is looked up from the first page. */
async function findGroup(call: Call, name: string): Promise<string> {
  const found = readPage(zid.paging, await call('GET /groups', { query: { 'name[like]': name } }), {});
  return encodeURIComponent(pickOne(found, { what: 'group', name, fields: ['name'] }));
}
