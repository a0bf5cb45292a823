/** `/urlCategories` and `/urlLookup`: custom categories, and additions to predefined ones. */
import { noContent, ok, ziaError, type Answer } from '../answer.ts';
import { compact, fieldsOf, type Collection, type Fields, type Item } from '../collection.ts';
import type { Routes, Visit } from '../router.ts';
import type { World } from '../world.ts';
import { invalidBody } from './family.ts';

const PREDEFINED: readonly (readonly [id: string, superCategory: string, added?: Fields])[] = [
  ['OTHER_ADULT_MATERIAL', 'ADULT_MATERIAL'],
  ['FINANCE', 'BUSINESS_AND_ECONOMY', { dbCategorizedUrls: ['customs-broker.example'] }],
  ['PROFESSIONAL_SERVICES', 'BUSINESS_AND_ECONOMY'],
  ['WEB_SEARCH', 'INFORMATION_TECHNOLOGY'],
  ['SOCIAL_NETWORKING', 'SOCIAL_AND_FAMILY_ISSUES'],
  ['GAMBLING', 'GAMES'],
  ['STREAMING_MEDIA', 'ENTERTAINMENT_AND_RECREATION'],
  ['TRAVEL', 'TRAVEL', { keywords: ['ferry'] }],
];
const CUSTOM: readonly (readonly [name: string, urls: readonly string[], description: string])[] = [
  ['Harbor Systems', ['.harbor-lantern.example', 'tides.example'], 'Reached without decryption'],
  ['Customs Portals', ['portauthority.example', '.declarations.example'], 'Customs and port authorities'],
  ['Video for Training', ['training.shanty-stream.example'], 'Allowed in spite of the rule for streaming'],
];
/** The numbers after `CUSTOM_`, and the value that the cloud assigns to each category. */
const FIRST_CUSTOM_VALUE = 128;

const common = (fields: Fields, val: number): Fields => ({
  editable: true,
  type: 'URL_CATEGORY',
  val,
  customUrlsCount: lengthOf(fields['urls']),
  urlsRetainingParentCategoryCount: lengthOf(fields['dbCategorizedUrls']),
  customIpRangesCount: lengthOf(fields['ipRanges']),
  ipRangesRetainingParentCategoryCount: lengthOf(fields['ipRangesRetainingParentCategory']),
  categoryGroup: 'REGULAR',
  urlType: 'EXACT',
});

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

const seed = (): Item[] => [
  ...PREDEFINED.map(([id, superCategory, added], at) => {
    const lists = { urls: [], dbCategorizedUrls: [], ...added };
    return { id, superCategory, ...lists, customCategory: false, ...common(lists, at + 1) };
  }),
  ...CUSTOM.map(([configuredName, urls, description], at) => ({
    id: customId(at + 1),
    configuredName,
    superCategory: 'USER_DEFINED',
    urls,
    dbCategorizedUrls: [],
    customCategory: true,
    description,
    ...common({ urls }, FIRST_CUSTOM_VALUE + at),
  })),
];

const customId = (number: number): string => `CUSTOM_${String(number).padStart(2, '0')}`;

const LISTS = ['urls', 'dbCategorizedUrls', 'keywords', 'keywordsRetainingParentCategory', 'ipRanges', 'ipRangesRetainingParentCategory'];

export function urlCategories(world: World, stage: () => void): Routes {
  const items = world.collection({ seed, newId: (count) => customId(CUSTOM.length + count), unique: ['configuredName'] });
  const changed = (answer: Answer): Answer => {
    stage();
    return answer;
  };
  return {
    'GET /urlCategories': ({ query }) =>
      ok(items.all().filter((item) => query.get('customOnly')?.toLowerCase() !== 'true' || item['customCategory'] === true)),
    'GET /urlCategories/{id}': ({ params }) => withItem(items, params['id'], ok),
    'POST /urlCategories': ({ body }) => {
      const fields = fieldsOf(body);
      const refusal = fields ? refuse(fields, items) : invalidBody;
      if (!fields || refusal) return refusal ?? invalidBody;
      return changed(
        ok(items.add(build(fields, { customCategory: true, val: FIRST_CUSTOM_VALUE + items.all().length - PREDEFINED.length }))),
      );
    },
    'PUT /urlCategories/{id}': (visit) => withItem(items, visit.params['id'], (former) => put(visit, items, former, changed)),
    'DELETE /urlCategories/{id}': ({ params }) =>
      withItem(items, params['id'], (item) => {
        if (item['customCategory'] !== true) return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'A predefined category cannot be deleted.');
        items.remove(String(item.id));
        return changed(noContent);
      }),
    'POST /urlLookup': ({ body }) => (Array.isArray(body) && body.length <= 100 ? ok(body.map(classify)) : invalidBody),
  };
}

/** Recorded: PUT drops what it is not sent, `superCategory` included; with an action only the URLs change. */
function put({ body, query }: Visit, items: Collection, former: Item, changed: (answer: Answer) => Answer): Answer {
  const fields = fieldsOf(body);
  const action = query.get('action');
  if (!fields) return invalidBody;
  const refusal = refuse(fields, items, former);
  if (refusal) return refusal;
  const { customCategory, val } = former;
  const edited = action === null ? fields : { ...former, urls: edit(former['urls'], fields['urls'], action) };
  return changed(ok(items.replace(String(former.id), build(edited, { customCategory, val }))));
}

const edit = (present: unknown, given: unknown, action: string): unknown[] => {
  const [before, named] = [present, given].map((value): unknown[] => (Array.isArray(value) ? value : []));
  return action === 'REMOVE_FROM_LIST' ? before!.filter((url) => !named!.includes(url)) : [...new Set([...before!, ...named!])];
};

function build(fields: Fields, { customCategory, val }: Fields): Fields {
  const { configuredName, superCategory, description } = fields;
  const lists = {
    urls: [],
    dbCategorizedUrls: [],
    ...Object.fromEntries(LISTS.flatMap((name) => (Array.isArray(fields[name]) ? [[name, fields[name]]] : []))),
  };
  return compact({ configuredName, superCategory, ...lists, customCategory, description, ...common(lists, Number(val)) });
}

function refuse(fields: Fields, items: Collection, former?: Item): Answer | undefined {
  const isNamed = typeof fields['configuredName'] === 'string' && fields['configuredName'] !== '';
  if (!isNamed && former?.['customCategory'] !== false) return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'configuredName cannot be null');
  if (items.clash(fields, former && String(former.id)))
    return ziaError(409, 'DUPLICATE_ITEM', 'A URL category with this configuredName exists already.');
  return undefined;
}

function withItem(items: Collection, id: string | undefined, answer: (item: Item) => Answer): Answer {
  const item = items.get(id ?? '');
  return item ? answer(item) : ziaError(404, 'RESOURCE_NOT_FOUND', 'The URL category does not exist.');
}

const KNOWN: readonly (readonly [part: string, category: string])[] = [
  ['search', 'WEB_SEARCH'],
  ['bank', 'FINANCE'],
  ['shanty', 'STREAMING_MEDIA'],
];

const classify = (url: unknown): Fields => ({
  url,
  urlClassifications: [KNOWN.find(([part]) => String(url).includes(part))?.[1] ?? 'MISCELLANEOUS_OR_UNKNOWN'],
  urlClassificationsWithSecurityAlert: String(url).includes('sunken') ? ['MALWARE_SITE'] : [],
});
