/** A collection of records in memory, in the order the cloud would list them. */

export type Fields = Readonly<Record<string, unknown>>;
export type Item = Fields & { readonly id: number | string };

export interface CollectionOptions {
  /** Initial records; called on first use and after `reset`. */
  readonly seed: () => readonly Item[];
  /** Identifier of the next record; `count` is 1 for the first one created. */
  readonly newId: (count: number) => number | string;
  /** Fields that must be unique. */
  readonly unique?: readonly string[];
}

export interface Collection {
  all(): readonly Item[];
  get(id: string): Item | undefined;
  add(fields: Fields): Item;
  /** Replaces a record, dropping fields that `fields` lacks. `undefined` when there is no such record. */
  replace(id: string, fields: Fields): Item | undefined;
  remove(id: string): boolean;
  /** The first unique field whose value another record already has, ignoring case. */
  clash(fields: Fields, exceptId?: string): string | undefined;
  reset(): void;
  /** Null when the records were never looked at. Survives JSON. */
  save(): SavedCollection | null;
  restore(saved: SavedCollection | undefined): void;
}

export interface SavedCollection {
  readonly items: readonly Item[];
  readonly count: number;
}

export function openCollection({ seed, newId, unique = ['name'] }: CollectionOptions): Collection {
  let items: Item[] | undefined;
  let count = 0;
  const list = (): Item[] => (items ??= [...seed()]);
  const indexOf = (id: string): number => list().findIndex((item) => String(item.id) === id);
  return {
    all: list,
    get: (id) => list()[indexOf(id)],
    add(fields) {
      count += 1;
      const item = { id: newId(count), ...fields };
      list().push(item);
      return item;
    },
    replace(id, fields) {
      const former = list()[indexOf(id)];
      if (!former) return undefined;
      const item = { id: former.id, ...fields };
      list()[indexOf(id)] = item;
      return item;
    },
    remove(id) {
      const at = indexOf(id);
      if (at >= 0) list().splice(at, 1);
      return at >= 0;
    },
    clash: (fields, exceptId) =>
      unique.find((field) => list().some((item) => String(item.id) !== exceptId && same(item[field], fields[field]))),
    reset() {
      items = undefined;
      count = 0;
    },
    save: () => (items === undefined ? null : { items, count }),
    restore(saved) {
      items = saved ? [...saved.items] : undefined;
      count = saved?.count ?? 0;
    },
  };
}

const same = (one: unknown, other: unknown): boolean =>
  typeof one === 'string' && typeof other === 'string' && one.toLowerCase() === other.toLowerCase();

/** The request body as fields; `undefined` when it is not a JSON object. */
export const fieldsOf = (body: unknown): Fields | undefined =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Fields) : undefined;

/** Without keys whose value is `undefined` or `null`: the cloud omits unknown values. */
export const compact = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

export const includesText = (value: unknown, text: string): boolean =>
  typeof value === 'string' && value.toLowerCase().includes(text.toLowerCase());

/** One page of the records; `page` counts from 1. */
export const pageOf = <T>(items: readonly T[], page: number, size: number): T[] => items.slice((page - 1) * size, page * size);

/** A query value as a whole number; `undefined` when it is not one. */
export function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
