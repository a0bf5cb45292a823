/** Behaviour shared by all ZPA resources: string IDs, an envelope with totals as strings, `name+EQ+text`, PUT answered with 204, microtenants. */
import { created, noContent, ok, zpaError, type Answer } from '../answer.ts';
import { compact, fieldsOf, includesText, pageOf, wholeNumber, type Collection, type Fields, type Item } from '../collection.ts';
import type { Handle, Routes } from '../router.ts';

export interface ZpaFamily {
  readonly customerId: string;
  readonly name: string;
  readonly items: Collection;
  /** The item to store for the fields of a request; `former` is the item that a PUT replaces. */
  readonly build: (fields: Fields, former?: Item) => Fields;
  readonly written: (item: Item) => Fields;
  readonly read: (item: Item) => Fields;
  readonly listed: (item: Item) => Fields;
  /** Names of invalid request fields, in addition to the checks for all resources. */
  readonly refused?: (fields: Fields, former?: Item) => readonly string[];
  /** Whether another item refers to this one, so that it cannot be deleted. */
  readonly inUse?: (item: Item) => boolean;
  /** Names of the microtenants, by ID. */
  readonly microtenants: Readonly<Record<string, string>>;
}

const PAGE_SIZE = 20;
const PAGE_SIZE_MAX = 500;

/** The five routes under `/mgmtconfig/v1` and `/v2`: both were recorded with the same shapes. */
export function zpaFamily(family: ZpaFamily): Routes {
  const { items, name } = family;
  const base = `/mgmtconfig/{version}/admin/customers/{customerId}/${name}`;
  const guard = (handle: Handle) => guarded(family, handle);
  const find = (id: string | undefined, query: URLSearchParams): Item | undefined => {
    const item = items.get(id ?? '');
    return item && isOf(item, query) ? item : undefined;
  };
  return {
    [`GET ${base}`]: guard(({ query }) => list(family, query)),
    [`POST ${base}`]: guard(({ query, body }) => {
      const fields = fieldsOf(body);
      const refusal = refuse(family, fields);
      if (refusal || !fields) return refusal ?? invalidBody;
      return created(family.written(items.add(compact(family.build(withMicrotenant(fields, query))))));
    }),
    [`GET ${base}/{id}`]: guard(({ params, query }) => {
      const item = find(params['id'], query);
      return item ? ok(family.read(item)) : notFound;
    }),
    [`PUT ${base}/{id}`]: guard(({ params, query, body }) => {
      const former = find(params['id'], query);
      if (!former) return notFound;
      const fields = fieldsOf(body);
      const refusal = refuse(family, fields, former);
      if (refusal || !fields) return refusal ?? invalidBody;
      items.replace(String(former.id), compact(family.build(withMicrotenant(fields, query), former)));
      return noContent;
    }),
    [`DELETE ${base}/{id}`]: guard(({ params, query }) => {
      const item = find(params['id'], query);
      if (!item) return notFound;
      if (family.inUse?.(item)) return zpaError(400, 'resource.in.use', `The ${name} is in use and cannot be deleted.`, ['id']);
      items.remove(String(item.id));
      return noContent;
    }),
  };
}

export const invalidBody: Answer = zpaError(400, 'invalid.request.body', 'The request body is not valid JSON.');

/** The wording and the shape `{params, id, reason}` are taken from public reports about the API. */
export const invalidFields = (...names: string[]): Answer => invalidList(names);

const invalidList = (names: readonly string[]): Answer =>
  zpaError(400, 'invalid.resource.argument', `One or more input fields ${names.join(', ')} are not valid.`, names);

export const notFound: Answer = zpaError(404, 'resource.not.found', 'The requested resource was not found.');

/** Rejects other customer IDs than the tenant's, versions other than 1 and 2, and unknown microtenants. */
export function guarded({ customerId, microtenants }: Pick<ZpaFamily, 'customerId' | 'microtenants'>, handle: Handle): Handle {
  return (visit) => {
    if (!/^v[12]$/.test(visit.params['version'] ?? 'v1')) return notFound;
    if (visit.params['customerId'] !== customerId) return invalidFields('customerId');
    const microtenant = microtenantOf(visit.query);
    if (microtenant !== null && microtenants[microtenant] === undefined) return invalidFields('microtenantId');
    return handle(visit);
  };
}

/** 0 is the default microtenant (Zscaler's documentation). */
const microtenantOf = (query: URLSearchParams): string | null => {
  const given = query.get('microtenantId');
  return given === '0' ? null : given;
};

/** Without `microtenantId`, only items of the default microtenant. */
const isOf = (item: Item, query: URLSearchParams): boolean => (item['microtenantId'] ?? null) === microtenantOf(query);

const withMicrotenant = (fields: Fields, query: URLSearchParams): Fields => ({
  ...fields,
  microtenantId: microtenantOf(query) ?? undefined,
});

export function list({ items, listed }: Pick<ZpaFamily, 'items' | 'listed'>, query: URLSearchParams): Answer {
  const wanted = parseSearch(query.get('search'));
  if (!wanted) return invalidFields('search');
  const found = items.all().filter((item) => isOf(item, query) && wanted(item));
  return ok(envelope(found, query, listed, String));
}

/**
 * `name+EQ+Root` matches exactly; the plus signs are part of the value (`name%2BEQ%2BRoot` on the wire).
 * `name+LIKE+Root` and text without an operator match names that contain it. `undefined` when the operator is unknown.
 */
export function parseSearch(search: string | null): ((item: Item) => boolean) | undefined {
  if (search === null || search === '') return () => true;
  const [, field = 'name', operator = 'LIKE', text = search] = /^(\w+)\+(\w+)\+(.*)$/s.exec(search) ?? [];
  if (operator === 'EQ') return (item) => item[field] === text;
  if (operator === 'LIKE') return (item) => includesText(item[field], text);
  return undefined;
}

/** `{totalPages, totalCount, list}`; totals are strings for most resources, numbers for SCIM groups. */
export function envelope(
  items: readonly Item[],
  query: URLSearchParams,
  shape: (item: Item) => Fields,
  total: (count: number) => unknown,
): Fields {
  const size = Math.min(wholeNumber(query.get('pagesize')) || PAGE_SIZE, PAGE_SIZE_MAX);
  const page = pageOf(items, wholeNumber(query.get('page')) || 1, size);
  return { totalPages: total(Math.ceil(items.length / size)), totalCount: total(items.length), list: page.map(shape) };
}

function refuse({ items, refused }: ZpaFamily, fields: Fields | undefined, former?: Item): Answer | undefined {
  if (!fields) return invalidBody;
  if (typeof fields['name'] !== 'string' || fields['name'].trim() === '') return invalidFields('name');
  if (fields['enabled'] !== undefined && fields['enabled'] !== null && typeof fields['enabled'] !== 'boolean')
    return invalidFields('enabled');
  const others = refused?.(fields, former) ?? [];
  if (others.length > 0) return invalidList(others);
  if (items.clash(fields, former && String(former.id)) !== undefined)
    return zpaError(400, 'invalid.name.unique', 'A resource with this name exists already.', ['name']);
  return undefined;
}
