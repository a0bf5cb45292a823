/** Conventions of all ZIA resources: bare arrays, numeric ids, `page`/`pageSize`, PUT replaces the whole record, staged writes. */
import { noContent, ok, ziaError, type Answer } from '../answer.ts';
import { compact, fieldsOf, includesText, pageOf, wholeNumber, type Collection, type Fields, type Item } from '../collection.ts';
import type { Routes } from '../router.ts';

export interface ZiaFamily {
  readonly path: string;
  readonly items: Collection;
  /** Name in error messages: "rule label". */
  readonly noun: string;
  /** Required fields; a blank value counts as missing. */
  readonly required: readonly string[];
  /** Fields that `search` looks in. */
  readonly searched: readonly string[];
  /** Query parameters that filter by equality, by field. */
  readonly filters?: readonly string[];
  /** The record to store for a request's fields; `former` is the record that a PUT replaces. */
  readonly build: (fields: Fields, former?: Item) => Fields;
  /** Additional check before a write; an answer rejects it. */
  readonly check?: (fields: Fields, former?: Item) => Answer | undefined;
  /** What POST and PUT, GET of one, and GET of the list show; the whole record by default. */
  readonly written?: (item: Item) => Fields;
  /** What POST shows, where it differs from PUT. */
  readonly created?: (item: Item) => Fields;
  readonly read?: (item: Item) => Fields;
  readonly listed?: (item: Item) => Fields;
  /** The message of 409 DUPLICATE_ITEM. */
  readonly duplicate?: (field: string, fields: Fields) => string;
  /** Called after each write. */
  readonly stage: () => void;
}

const PAGE_SIZE = 100;
const PAGE_SIZE_MAX = 1_000;

const whole = (item: Item): Fields => item;

/** GET list, POST, and GET, PUT, DELETE of one. */
export function ziaFamily(family: ZiaFamily): Routes {
  const { path, items, stage, read = whole, listed = read, written = read, created = written } = family;
  return {
    [`GET ${path}`]: ({ query }) => ok(ziaPage(select(family, query), query).map(listed)),
    [`POST ${path}`]: ({ body }) => {
      const fields = fieldsOf(body);
      const refusal = refuse(family, fields);
      if (refusal || !fields) return refusal ?? invalidBody;
      stage();
      return ok(created(items.add(compact(family.build(fields)))));
    },
    [`GET ${path}/{id}`]: ({ params }) => {
      const item = items.get(params['id'] ?? '');
      return item ? ok(read(item)) : ziaNotFound(family.noun, params['id']);
    },
    [`PUT ${path}/{id}`]: ({ params, body }) => {
      const former = items.get(params['id'] ?? '');
      if (!former) return ziaNotFound(family.noun, params['id']);
      const fields = fieldsOf(body);
      const refusal = refuse(family, fields, former);
      if (refusal || !fields) return refusal ?? invalidBody;
      const item = items.replace(String(former.id), compact(family.build(fields, former)));
      stage();
      return item ? ok(written(item)) : ziaNotFound(family.noun, params['id']);
    },
    [`DELETE ${path}/{id}`]: ({ params }) => {
      if (!items.remove(params['id'] ?? '')) return ziaNotFound(family.noun, params['id']);
      stage();
      return noContent;
    },
  };
}

/** Recorded for a body that is not a JSON object, or that ZIA cannot read. */
export const invalidBody: Answer = { status: 400, body: { message: 'Request body is invalid.' } };

/** One page of a bare array. */
export function ziaPage<T>(items: readonly T[], query: URLSearchParams): T[] {
  const size = Math.min(wholeNumber(query.get('pageSize')) || PAGE_SIZE, PAGE_SIZE_MAX);
  return pageOf(items, wholeNumber(query.get('page')) || 1, size);
}

function select({ items, searched, filters = [] }: ZiaFamily, query: URLSearchParams): Item[] {
  const search = query.get('search');
  return items
    .all()
    .filter((item) => search === null || searched.some((field) => includesText(item[field], search)))
    .filter((item) => filters.every((field) => !query.has(field) || String(item[field]) === query.get(field)));
}

function refuse(family: ZiaFamily, fields: Fields | undefined, former?: Item): Answer | undefined {
  if (!fields) return invalidBody;
  const missing = family.required.find((field) => isBlank(fields[field]));
  if (missing !== undefined) return ziaError(400, 'INVALID_INPUT_ARGUMENT', `${missing} cannot be null`);
  const field = family.items.clash(fields, former && String(former.id));
  if (field !== undefined)
    return ziaError(409, 'DUPLICATE_ITEM', family.duplicate?.(field, fields) ?? `A ${family.noun} with this ${field} exists already.`);
  return family.check?.(fields, former);
}

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

/** Recorded: a non-numeric id is an unknown path. */
export const ziaNotFound = (noun: string, id: string | undefined): Answer =>
  /^-?\d+$/.test(id ?? '') ? ziaError(404, 'RESOURCE_NOT_FOUND', `The ${noun} does not exist.`) : unknownPath;

/** Recorded: an empty body, without a content type. */
export const unknownPath: Answer = { status: 404 };
