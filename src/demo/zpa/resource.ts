/** A resource of ZPA from a description: which fields a request may set, what the service adds, and what refers to what. */
import type { Collection, Fields, Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { zpaFamily } from './family.ts';
import { ADMIN_ID, MICROTENANTS } from './seed.ts';

export interface Resource {
  /** Its path: `serverGroup`. */
  readonly name: string;
  readonly items: Collection;
  /** What a request may set. */
  readonly settable: readonly string[];
  /** What a PUT loses when it does not repeat it. Recorded: the description of a server, the coordinates of an app connector group. */
  readonly forgets: readonly string[];
  /** Used for settable fields that a creation does not mention. */
  readonly defaults?: Fields;
  /** Ignored in requests, kept through a PUT. */
  readonly fixed?: (item: Fields, former?: Item) => Fields;
  /** Added when the item is shown, such as the names of what it refers to. */
  readonly shown?: (item: Item) => Fields;
  readonly refused?: (fields: Fields, former?: Item) => readonly string[];
  readonly inUse?: (item: Item) => boolean;
  /** What the fields of a request mean in the form in which the item is kept. */
  readonly taken?: (fields: Fields) => Fields;
  /** Which of the marks that most records bear this one does not (recorded). */
  readonly lacks?: readonly ('readOnly' | 'microtenantName')[];
  /** What a creation is answered with, if not with the whole record. */
  readonly written?: (item: Item) => Fields;
  /** Left out in all answers: secrets. */
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

/** Whether the item refers to this id in a list of `{id}`, or of ids. */
export const refersTo = (item: Item, field: string, id: unknown): boolean => idsIn(item[field]).includes(String(id));

export const idsIn = (list: unknown): string[] =>
  Array.isArray(list)
    ? (list as unknown[]).map((entry) => String(typeof entry === 'object' && entry !== null ? (entry as Fields)['id'] : entry))
    : [];

/** The name of a field that refers to something that is not there. */
export const unknownIds = (fields: Fields, field: string, targets: Collection): readonly string[] =>
  idsIn(fields[field]).every((id) => targets.get(id) !== undefined) ? [] : [field];

/** The records that a list of `{id}` stands for, with the fields that the cloud shows of them. */
export const expand = (list: unknown, targets: Collection, fields: readonly string[]): Fields[] =>
  idsIn(list).flatMap((id) => {
    const found = targets.get(id);
    return found ? [Object.fromEntries(['id', ...fields].flatMap((name) => (found[name] === undefined ? [] : [[name, found[name]]])))] : [];
  });

const COUNTRIES: Readonly<Record<string, string>> = { USA: 'US', Germany: 'DE', Netherlands: 'NL', Singapore: 'SG' };

/** The service knows the city and the country from the coordinates (recorded); here they are read off the name of the place. */
export function located(fields: Fields): Fields {
  const place = typeof fields['location'] === 'string' && fields['latitude'] !== undefined ? fields['location'].split(', ') : [];
  const countryCode = COUNTRIES[place.at(-1) ?? ''];
  return countryCode === undefined ? fields : { cityCountry: `${place[0]}, ${countryCode}`, countryCode, ...fields };
}
