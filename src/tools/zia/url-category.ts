/** Shared by the tools for URL categories. Custom categories belong to the tenant; predefined ones to Zscaler, and a tenant may only add to them. */
import { quoteBriefly } from '../../common/few.ts';
import { ZscalerMcpError } from '../../common/errors.ts';
import { optional, record, text, texts, type Call, type Fields } from '../define.ts';
import { suggest } from '../../common/nearest.ts';
import { wireName } from '../wire-names.ts';

export type Category = Readonly<Record<string, unknown>>;

/** List fields accepted in `advanced`; the others have an input each. */
const FURTHER = ['dbCategorizedUrls', 'keywordsRetainingParentCategory', 'ipRangesRetainingParentCategory'];

const replaced = 'In an update the list replaces the present one.';

/** Fields of a category of either kind. */
export const content = {
  urls: optional(texts(`URLs without a scheme, of this category alone; a leading dot stands for every subdomain. ${replaced}`)),
  description: optional(text('Admin description. An empty text removes it.')),
  keywords: optional(texts(`Words that put a URL into this category alone. ${replaced}`)),
  ip_ranges: optional(texts(`IP addresses or ranges of this category alone. ${replaced}`)),
  advanced: optional(
    record(
      'Lists that keep the category an address had before: db_categorized_urls, keywords_retaining_parent_category, ip_ranges_retaining_parent_category.',
    ),
  ),
} satisfies Fields;

interface Given {
  readonly configured_name?: string;
  readonly urls?: readonly string[];
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly ip_ranges?: readonly string[];
  readonly advanced?: Category;
}

/** @throws ZscalerMcpError ERR_TOOL_INPUT for a field that `advanced` does not accept */
export function changeOf(input: Given): Category {
  const { configured_name: configuredName, urls, description, keywords, ip_ranges: ipRanges, advanced = {} } = input;
  const all = { configuredName, urls, description, keywords, ipRanges, ...Object.fromEntries(Object.entries(advanced).map(further)) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function further([name, value]: [string, unknown]): [string, unknown] {
  const wire = wireName(name);
  if (FURTHER.includes(wire) && Array.isArray(value) && value.every((item) => typeof item === 'string')) return [wire, value];
  const fault = FURTHER.includes(wire) ? 'must be a list of texts' : `is unknown${suggest(wire, FURTHER)}`;
  throw new ZscalerMcpError('ERR_TOOL_INPUT', `advanced.${name} ${fault}`, {
    hint: 'advanced takes db_categorized_urls, keywords_retaining_parent_category and ip_ranges_retaining_parent_category.',
  });
}

/** @throws ZscalerMcpError ERR_TOOL_INPUT for a predefined category */
export async function readCustom(call: Call, id: string, instead: string): Promise<Category> {
  const category = asCategory(await call(`GET /urlCategories/${id}`), id);
  if (category['customCategory'] === true) return category;
  throw new ZscalerMcpError('ERR_TOOL_INPUT', `${id} is a predefined category, not one of the tenant's own; nothing was changed`, {
    hint: instead,
  });
}

/** Found by ID, else by the configured name. @throws ZscalerMcpError ERR_TOOL_INPUT */
export async function readPredefined(call: Call, name: string): Promise<Category> {
  const direct = await readDirectly(call, name);
  const all = direct ? [] : rowsOf(await call('GET /urlCategories'));
  const wanted = name.trim().toLowerCase();
  const isMeant = (value: unknown) => typeof value === 'string' && value.toLowerCase() === wanted;
  const category = direct ?? all.find(({ id, configuredName }) => isMeant(id) || isMeant(configuredName));
  if (category && category['customCategory'] !== true) return category;
  if (category)
    throw new ZscalerMcpError(
      'ERR_TOOL_INPUT',
      `${quoteBriefly(name)} is a category of the tenant's own, not a predefined one; nothing was changed`,
      {
        hint: `Use zia_get_url_category or zia_update_url_category with ${String(category['id'])}.`,
      },
    );
  const names = all.filter(({ customCategory }) => customCategory !== true).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  throw new ZscalerMcpError('ERR_TOOL_INPUT', `there is no predefined URL category ${quoteBriefly(name)}${suggest(name, names)}`, {
    hint: 'zia_list_url_categories lists all of them.',
  });
}

/** The API answers 404 or 400 to a name in place of an ID; any other failure is rethrown. */
async function readDirectly(call: Call, name: string): Promise<Category | undefined> {
  if (!/^\w+$/.test(name)) return undefined;
  try {
    return asCategory(await call(`GET /urlCategories/${name}`), name);
  } catch (error) {
    const status = error instanceof ZscalerMcpError && 'status' in error ? error.status : undefined;
    if (status === 404 || status === 400) return undefined;
    throw error;
  }
}

function asCategory(answer: unknown, id: string): Category {
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer as Category;
  throw new ZscalerMcpError('ERR_CLOUD_ANSWER', `the API did not return the URL category ${id}`, {
    hint: 'Check with zia_list_url_categories that it exists.',
  });
}

export const rowsOf = (answer: unknown): readonly Category[] => (Array.isArray(answer) ? (answer as Category[]) : []);
