/** Things of one kind that a product keeps: a list in memory, in the order the cloud would give. */

export type Fields = Readonly<Record<string, unknown>>;
export type Item = Fields & { readonly id: number | string };

export interface CollectionOptions {
  /** Called on first use, and again after `reset`. */
  readonly seed: () => readonly Item[];
  /** The identifier of the next one made; `count` is 1 for the first. */
  readonly newId: (count: number) => number | string;
  /** Fields no two items may share. */
  readonly unique?: readonly string[];
}

export interface Collection {
  all(): readonly Item[];
  get(id: string): Item | undefined;
  add(fields: Fields): Item;
  /** Forgets whatever `fields` does not have. `undefined` when there is no such item. */
  replace(id: string, fields: Fields): Item | undefined;
  remove(id: string): boolean;
  /** The first unique field whose value another item has already, letter case aside. */
  clash(fields: Fields, exceptId?: string): string | undefined;
  reset(): void;
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
  };
}

const same = (one: unknown, other: unknown): boolean =>
  typeof one === 'string' && typeof other === 'string' && one.toLowerCase() === other.toLowerCase();

/** The body of a request as fields, or `undefined` when it is no JSON object. */
export const fieldsOf = (body: unknown): Fields | undefined =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Fields) : undefined;

/** Without keys whose value is `undefined` or `null`: the cloud leaves out what it does not know. */
export const compact = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

export const includesText = (value: unknown, text: string): boolean =>
  typeof value === 'string' && value.toLowerCase().includes(text.toLowerCase());

/** The items of one page. `page` counts from 1. */
export const pageOf = <T>(items: readonly T[], page: number, size: number): T[] => items.slice((page - 1) * size, page * size);

/** A whole number from a query value, or `undefined` when it is none. */
export function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
