import { ZscalerMcpError } from '../../common/errors.ts';
import { flag, id, optional, Page, text, tool } from '../define.ts';
import { zia } from './product.ts';
import { changeOf, content, readCustom, readPredefined, rowsOf, type Category } from './url-category.ts';
import { matchUrl } from './url-match.ts';

const toolset = 'zia_url_categories';
const about = 'A URL category is a set of URLs, words and IP ranges; policy rules refer to it by its ID.';
const categoryId = id('ID of the category, as zia_list_url_categories shows it: CUSTOM_03.');
const predefinedName = text('ID of a predefined category, in capitals or not (FINANCE, SOCIAL_NETWORKING), or the name given to it.', {
  min: 1,
});
const configuredName = text('Name of the category; no two categories share one.', { min: 1 });

export default [
  tool(zia, 'list_url_categories', {
    toolset,
    action: 'read',
    lists: true,
    about: `List URL categories, predefined and custom, with their contents. ${about} The whole list is long: narrow it. With contains_url each row tells in _url_match which entries fit.`,
    input: {
      search: optional(text('Part of the name given to a category, in capitals or not.')),
      custom_only: optional(flag('Only categories of the tenant’s own.')),
      type: optional(text('Kind of category as the API names it: URL_CATEGORY, TLD_CATEGORY, ALL.')),
      contains_url: optional(
        text(
          'A URL or host name: only categories with an entry that covers it. It looks at the entries the tenant made; zia_url_lookup tells how Zscaler classifies.',
          { min: 1 },
        ),
      ),
    },
    run: async (call, { search, custom_only: customOnly, type, contains_url: url }) => {
      const query = { ...(customOnly !== undefined && { customOnly }), ...(type !== undefined && { type }) };
      const all = rowsOf(await call('GET /urlCategories', Object.keys(query).length > 0 ? { query } : {}));
      const wanted = search?.toLowerCase();
      const named = wanted === undefined ? all : all.filter((row) => nameOf(row).includes(wanted));
      return new Page({ items: url === undefined ? named : named.flatMap((row) => matchUrl(row, url)) });
    },
  }),
  tool(zia, 'get_url_category', {
    toolset,
    action: 'read',
    about: `Get one URL category by its ID, as the API returns it, with all of its entries. ${about}`,
    input: { category_id: categoryId },
    call: 'GET /urlCategories/{category_id}',
  }),
  tool(zia, 'get_url_category_predefined', {
    toolset,
    action: 'read',
    about:
      'Get one of the URL categories that Zscaler defines, with what the tenant added to it, by ID or by name. Its own URLs are not part of the answer: zia_url_lookup tells whether it holds one.',
    input: { name: predefinedName },
    run: (call, { name }) => readPredefined(call, name),
  }),
  tool(zia, 'create_url_category', {
    toolset,
    action: 'create',
    about: `Create a custom URL category and return it with its ID. ${about} ${zia.afterChange}`,
    input: {
      configured_name: configuredName,
      super_category: text('Category it belongs to, as the API names it: USER_DEFINED, BUSINESS_AND_ECONOMY.', { min: 1 }),
      ...content,
    },
    run: (call, { super_category: superCategory, ...input }) =>
      call('POST /urlCategories', { body: { type: 'URL_CATEGORY', customCategory: true, superCategory, ...changeOf(input) } }),
  }),
  tool(zia, 'update_url_category', {
    toolset,
    action: 'update',
    about: `Change a custom URL category. Give only what is to change: the rest is read first and kept. Lists that are given replace the present ones; to add or take off single URLs use zia_add_urls_to_category and zia_remove_urls_from_category. ${zia.afterChange}`,
    input: { category_id: categoryId, configured_name: optional(configuredName), ...content },
    run: async (call, { category_id: category, ...input }) => {
      const change = requireChange(changeOf(input), 'zia_update_url_category');
      const current = await readCustom(call, category, 'Use zia_update_url_category_predefined.');
      return call(`PUT /urlCategories/${category}`, { body: { ...current, ...change } });
    },
  }),
  tool(zia, 'update_url_category_predefined', {
    toolset,
    action: 'update',
    about: `Change what the tenant added to a predefined URL category; Zscaler’s own entries are not affected. Give only what is to change: the rest is read first and kept. Lists that are given replace the present ones. ${zia.afterChange}`,
    input: { name: predefinedName, configured_name: optional(configuredName), ...content },
    run: async (call, { name, ...input }) => {
      const change = requireChange(changeOf(input), 'zia_update_url_category_predefined');
      const current = await readPredefined(call, name);
      return call(`PUT /urlCategories/${encodeURIComponent(String(current['id']))}`, { body: { ...current, ...change } });
    },
  }),
  tool(zia, 'delete_url_category', {
    toolset,
    action: 'delete',
    about: `Delete a custom URL category with all of its entries; predefined ones are refused. This cannot be undone here. The API refuses it while a rule refers to the category. ${zia.afterChange}`,
    input: { category_id: categoryId },
    shownBy: 'zia_get_url_category',
    run: async (call, { category_id: category }) => {
      await readCustom(call, category, 'Predefined categories cannot be deleted.');
      return call(`DELETE /urlCategories/${category}`);
    },
    done: ({ category_id: category }) => `The URL category ${String(category)} was deleted. ${zia.afterChange}`,
  }),
];

const nameOf = ({ configuredName: name }: Category): string => (typeof name === 'string' ? name.toLowerCase() : '');

function requireChange(change: Category, name: string): Category {
  if (Object.keys(change).length > 0) return change;
  throw new ZscalerMcpError('ERR_TOOL_INPUT', `${name} was given nothing to change`, {
    hint: 'Give at least one of configured_name, urls, description, keywords, ip_ranges, advanced.',
  });
}
