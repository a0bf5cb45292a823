/** References between records: `[{id}]` when written, `[{id, name}]` when read. */
import type { Collection, Fields, Item } from '../collection.ts';

/** A field of a record, and the collection it refers to. */
export type References = Readonly<Record<string, Collection>>;

export const idsIn = (value: unknown): string[] => (Array.isArray(value) ? value.map((one) => String((one as Fields | null)?.['id'])) : []);

/** The record with the names of the records it refers to. */
export function withNames(item: Item, references: References): Fields {
  const shown = Object.entries(references).flatMap(([field, items]) =>
    field in item ? [[field, idsIn(item[field]).map((id) => nameOf(items, id))] as const] : [],
  );
  return { ...item, ...Object.fromEntries(shown) };
}

function nameOf(items: Collection, id: string): Fields {
  const record: Fields = items.get(id) ?? {};
  return { id: Number(id), name: record['name'], ...(record['isNameL10nTag'] === true && { isNameL10nTag: true }) };
}

/** A message about the first dangling reference. */
export function dangling(fields: Fields, references: References): string | undefined {
  for (const [field, items] of Object.entries(references)) {
    const missing = idsIn(fields[field]).find((id) => !items.get(id));
    if (missing !== undefined) return `${field} refers to ${missing}, which does not exist`;
  }
  return undefined;
}

/** Number of records that refer to this one. */
export const countReferring = (holders: readonly Collection[], fields: readonly string[], id: string): number =>
  holders.flatMap((holder) => holder.all()).filter((item) => fields.some((field) => idsIn(item[field]).includes(id))).length;
