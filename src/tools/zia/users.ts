import { append } from '../../common/lists.ts';
import { flag, id, initially, oneOf, optional, Page, readPage, text, tool, type Call } from '../define.ts';
import { pages } from './pages.ts';
import { zia } from './product.ts';
import { named } from './rules.ts';

const toolset = 'zia_users';
const sortOrder = optional(oneOf(['asc', 'desc', 'rule_execution'], 'Direction in which to sort.'));
const keys = ['id', 'name', 'expiry', 'status', 'external_id', 'rank'] as const;

export default [
  tool(zia, 'list_users', {
    fullName: 'get_zia_users',
    toolset,
    action: 'read',
    lists: true,
    about:
      'List the users of ZIA with e-mail address, department and groups, or get one by its ID. Policy rules refer to users by ID. Users that come from ZIdentity are changed there.',
    input: {
      user_id: optional(id('ID of one user; the other inputs are then not heeded.')),
      name: optional(text('Part of the name of the user.')),
      dept: optional(text('Part of the name of the department.')),
      group: optional(text('Part of the name of a group of the user.')),
      ...pages,
    },
    run: (call, { user_id: one, page_size: pageSize, page, ...filters }) =>
      one === undefined ? list(call, '/users', { ...filters, page, pageSize }) : call(`GET /users/${one}`),
  }),
  tool(zia, 'list_user_groups', {
    fullName: 'get_zia_user_groups',
    toolset,
    action: 'read',
    lists: true,
    about: 'List the groups that users of ZIA belong to, or get one by its ID. Policy rules refer to groups by ID.',
    input: {
      group_id: optional(id('ID of one group; the other inputs are then not heeded.')),
      name: optional(
        text('Part of the name of the group, in capitals or not. All pages are looked through, so page and page_size are not heeded.'),
      ),
      search: optional(text('Part of the name or of the comments, as the API searches.')),
      defined_by: optional(text('Where the group comes from, in the words of the API.')),
      ...pages,
      sort_by: optional(oneOf([...keys, 'mod_time'], 'Field to sort by.')),
      sort_order: sortOrder,
    },
    run: async (
      call,
      { group_id: one, name, search, defined_by: definedBy, page, page_size: pageSize, sort_by: sortBy, sort_order: order },
    ) => {
      if (one !== undefined) return call(`GET /groups/${one}`);
      const query = { search, definedBy, sortBy, sortOrder: order };
      return name === undefined ? list(call, '/groups', { ...query, page, pageSize }) : findByName(call, query, name);
    },
  }),
  tool(zia, 'list_user_departments', {
    fullName: 'get_zia_user_departments',
    toolset,
    action: 'read',
    lists: true,
    about: 'List the departments that users of ZIA belong to, or get one by its ID. Policy rules refer to departments by ID.',
    input: {
      action: initially(oneOf(['read', 'read_lite'], 'With department_id: read gets the whole record, read_lite its ID and name.'), 'read'),
      department_id: optional(id('ID of one department; the other inputs but action are then not heeded.')),
      limit_search: optional(flag('Search names only, not comments.')),
      search: optional(text('Part of the name or of the comments.')),
      ...pages,
      sort_by: optional(oneOf(keys, 'Field to sort by.')),
      sort_order: sortOrder,
    },
    run: (
      call,
      { action, department_id: one, limit_search: limitSearch, search, page, page_size: pageSize, sort_by: sortBy, sort_order: order },
    ) => {
      if (one !== undefined) return call(`GET /departments/${action === 'read_lite' ? 'lite/' : ''}${one}`);
      return list(call, '/departments', { limitSearch, search, page, pageSize, sortBy, sortOrder: order });
    },
  }),
];

type Query = Readonly<Record<string, unknown>>;

const PAGE_SIZE = 1_000;
const MOST_PAGES = 20;

/** The API has no filter by name, and which fields its search covers is not documented. */
async function findByName(call: Call, query: Query, name: string): Promise<Page> {
  const items: unknown[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const found = await list(call, '/groups', { ...query, page, pageSize: PAGE_SIZE });
    append(items, named(found, name).items);
    if (!found.next) return new Page({ items });
  }
  return new Page({
    items,
    note: `Only the first ${MOST_PAGES * PAGE_SIZE} groups were looked through: there may be more. Give search as well.`,
  });
}

async function list(call: Call, path: `/${string}`, all: Query): Promise<Page> {
  const query = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const answer = await call(`GET ${path}`, Object.keys(query).length > 0 ? { query } : {});
  return readPage(zia.paging, answer, { page: query['page'], page_size: query['pageSize'] }, pages);
}
