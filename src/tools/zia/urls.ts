import { append } from '../../common/lists.ts';
import { id, optional, Page, readPage, text, texts, tool, type Call } from '../define.ts';
import { zia } from './product.ts';

const toolset = 'zia_url_categories';

/** The API's limit of URLs per lookup. */
const CHUNK = 100;

const edit = {
  category_id: id('ID of the category, as zia_list_url_categories shows it: CUSTOM_03, FINANCE.'),
  configured_name: optional(text('Present name of the category, if you know it: saves reading it. The API wants it along.', { min: 1 })),
};

export default [
  tool(zia, 'url_lookup', {
    toolset,
    action: 'read',
    lists: true,
    about:
      'Tell how Zscaler classifies URLs: their categories, and categories with a security alert. It says nothing of entries that the tenant made itself; zia_list_url_categories with contains_url does.',
    input: {
      urls: texts('URLs or host names, without a scheme. More than 100 are asked for in several requests.', { min: 1, max: 1_000 }),
    },
    run: (call, { urls }) => lookUp(call, urls),
  }),
  tool(zia, 'add_urls_to_category', {
    toolset,
    action: 'update',
    about: `Add URLs to a URL category; those in it already stay. Returns the category as it is then. ${zia.afterChange}`,
    input: { ...edit, urls: texts('URLs to add, without a scheme; a leading dot stands for every subdomain.', { min: 1 }) },
    run: (call, input) => editList(call, input, 'ADD_TO_LIST'),
  }),
  tool(zia, 'remove_urls_from_category', {
    toolset,
    action: 'update',
    about: `Take URLs out of a URL category; the others stay. Returns the category as it is then. ${zia.afterChange}`,
    input: { ...edit, urls: texts('URLs to take out, written as the category shows them.', { min: 1 }) },
    removes: true,
    shownBy: 'zia_get_url_category',
    run: (call, input) => editList(call, input, 'REMOVE_FROM_LIST'),
  }),
];

/** Chunks are sent one after another: the API allows one lookup per second and says how long to wait. */
async function lookUp(call: Call, urls: readonly string[]): Promise<Page> {
  const items: unknown[] = [];
  for (let start = 0; start < urls.length; start += CHUNK)
    append(items, readPage(zia.paging, await call('POST /urlLookup', { body: urls.slice(start, start + CHUNK) }), {}).items);
  return new Page({ items });
}

interface Edit {
  readonly category_id: string;
  readonly configured_name?: string;
  readonly urls: readonly string[];
}

async function editList(call: Call, { category_id: category, configured_name: name, urls }: Edit, action: string): Promise<unknown> {
  const configuredName = name ?? (await readName(call, category));
  return call(`PUT /urlCategories/${category}`, {
    query: { action },
    body: { ...(configuredName !== undefined && { configuredName }), urls },
  });
}

/** A predefined category may have no configured name. */
async function readName(call: Call, category: string): Promise<unknown> {
  const { configuredName } = ((await call(`GET /urlCategories/${category}`)) ?? {}) as { configuredName?: unknown };
  return configuredName;
}
