/** A ZPA resource from a description: the fields a request may set, those the service adds, and references. */
import type { Collection, Fields, Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { zpaFamily } from './family.ts';
import { ADMIN_ID, MICROTENANTS } from './seed.ts';

export interface Resource {
  /** Path segment: `serverGroup`. */
  readonly name: string;
  readonly items: Collection;
  /** Fields that a request may set. */
  readonly settable: readonly string[];
  /** Fields that a PUT clears when it omits them. Recorded: the description of a server, the coordinates of an app connector group. */
  readonly forgets: readonly string[];
  /** Values of settable fields that a POST omits. */
  readonly defaults?: Fields;
  /** Fields ignored in requests and kept by a PUT. */
  readonly fixed?: (item: Fields, former?: Item) => Fields;
  /** Fields added to answers, such as the names of referenced items. */
  readonly shown?: (item: Item) => Fields;
  readonly refused?: (fields: Fields, former?: Item) => readonly string[];
  readonly inUse?: (item: Item) => boolean;
  /** Converts the fields of a request to the stored form. */
  readonly taken?: (fields: Fields) => Fields;
  /** Fields of most records that this one does not have (recorded). */
  readonly lacks?: readonly ('readOnly' | 'microtenantName')[];
  /** The answer to a POST, if not the whole record. */
  readonly written?: (item: Item) => Fields;
  /** Secrets, omitted from all answers. */
  readonly hidden?: readonly string[];
}

export function resource(
  world: World,
  {
    name,
    items,
    settable,
    forgets,
    defaults = {},
    fixed,
    shown,
    refused,
    inUse,
    taken = (fields) => fields,
    lacks = [],
    written,
    hidden = [],
  }: Resource,
): Routes {
  const keep = (field: string, former?: Item): unknown =>
    former && !forgets.includes(field) ? former[field] : former ? undefined : defaults[field];
  const read = (item: Item): Fields => ({
    ...without(item, hidden),
    ...shown?.(item),
    ...(!lacks.includes('microtenantName') && { microtenantName: MICROTENANTS[String(item['microtenantId'])] ?? 'Default' }),
  });
  return zpaFamily({
    customerId: world.customerId,
    name,
    items,
    build: (request, former) => {
      const fields = taken(request);
      const now = String(world.now());
      const set = Object.fromEntries(settable.map((field) => [field, fields[field] ?? keep(field, former)]));
      return {
        ...fixed?.(set, former),
        modifiedTime: now,
        creationTime: former?.['creationTime'] ?? now,
        modifiedBy: ADMIN_ID,
        ...set,
        ...(!lacks.includes('readOnly') && { readOnly: false, zscalerManaged: false }),
        microtenantId: fields['microtenantId'],
      };
    },
    written: written ?? ((item) => without(item, hidden)),
    read,
    listed: read,
    ...(refused && { refused }),
    ...(inUse && { inUse }),
    microtenants: MICROTENANTS,
  });
}

export const without = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** Whether the item's list of `{id}` or of IDs contains this ID. */
export const refersTo = (item: Item, field: string, id: unknown): boolean => idsIn(item[field]).includes(String(id));

export const idsIn = (list: unknown): string[] =>
  Array.isArray(list)
    ? (list as unknown[]).map((entry) => String(typeof entry === 'object' && entry !== null ? (entry as Fields)['id'] : entry))
    : [];

/** The name of the field if it refers to an item that does not exist. */
export const unknownIds = (fields: Fields, field: string, targets: Collection): readonly string[] =>
  idsIn(fields[field]).every((id) => targets.get(id) !== undefined) ? [] : [field];

/** The records that a list of `{id}` refers to, reduced to these fields. */
export const expand = (list: unknown, targets: Collection, fields: readonly string[]): Fields[] =>
  idsIn(list).flatMap((id) => {
    const found = targets.get(id);
    return found ? [Object.fromEntries(['id', ...fields].flatMap((name) => (found[name] === undefined ? [] : [[name, found[name]]])))] : [];
  });

const COUNTRIES: Readonly<Record<string, string>> = { USA: 'US', Germany: 'DE', Netherlands: 'NL', Singapore: 'SG' };

/** The service derives city and country from the coordinates (recorded); here they are taken from the name of the location. */
export function located(fields: Fields): Fields {
  const place = typeof fields['location'] === 'string' && fields['latitude'] !== undefined ? fields['location'].split(', ') : [];
  const countryCode = COUNTRIES[place.at(-1) ?? ''];
  return countryCode === undefined ? fields : { cityCountry: `${place[0]}, ${countryCode}`, countryCode, ...fields };
}
