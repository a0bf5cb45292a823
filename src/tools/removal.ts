/** Reads what a call is about to remove, so that a person can be told before it happens. */
import type { ToolInput } from './input.ts';
import { Page } from './paging.ts';
import type { Tool } from './tool.ts';

/** A record that a call would remove; the name is null where the record shows none. */
export interface ShownRecord {
  readonly id: string;
  readonly name: string | null;
}

/** Records of one call whose names are looked up; a longer list would not be read. */
const MAX_READ = 20;

/**
 * The records that a call would remove, with their names, read through the tool that `shownBy` names.
 * @param tool the one that is called, with a confirmed action
 * @param find looks up a tool by name
 * @param ask runs another tool
 * @throws what `ask` throws: a removal that cannot be shown cannot be confirmed
 */
export async function readRemoval(
  tool: Tool,
  input: ToolInput,
  find: (name: string) => Tool | undefined,
  ask: (tool: Tool, args: ToolInput) => Promise<unknown>,
): Promise<readonly ShownRecord[]> {
  const shower = tool.shownBy === undefined ? undefined : find(tool.shownBy);
  const takes = shower ? Object.keys((shower.inputSchema() as { properties: object }).properties) : [];
  const targets = targetsOf(input, takes);
  if (!shower) return targets.map((id) => ({ id, name: null }));
  const shared = Object.fromEntries(Object.entries(input).filter(([name]) => takes.includes(name)));
  const each = takes.find((name) => !(name in input) && Array.isArray(input[`${name}s`]));
  if (each === undefined) {
    const answer = await ask(shower, shared);
    return targets.map((id, at) => ({ id, name: at === 0 || rowsOf(answer) ? nameIn(answer, id) : null }));
  }
  const names = await Promise.all(targets.slice(0, MAX_READ).map(async (id) => nameIn(await ask(shower, { ...shared, [each]: id }), id)));
  return targets.map((id, at) => ({ id, name: names[at] ?? null }));
}

/**
 * What the call names: the records of a list of IDs; else the one record, which is shown, and whatever goes with it; else the entries
 * of the list that it shortens. Several IDs that are shown together are the way to one record.
 */
function targetsOf(input: ToolInput, shown: readonly string[]): readonly string[] {
  const lists = Object.entries(input).filter(([, value]) => Array.isArray(value)) as [string, readonly unknown[]][];
  const many = lists.find(([name]) => name.endsWith('_ids'));
  if (many) return many[1].map(String);
  const ids = Object.keys(input).filter((name) => name.endsWith('_id') && name !== 'microtenant_id');
  if (ids.length === 0) return lists[0]?.[1].map(String) ?? [];
  const record = ids.findLast((name) => shown.includes(name)) ?? ids.at(-1)!;
  const along = ids.filter((name) => name !== record && !shown.includes(name));
  return [record, ...along].map((name) => String(input[name]));
}

type Row = Readonly<Record<string, unknown>>;

/** Of the row with this ID in a list; of the record itself otherwise. */
function nameIn(answer: unknown, id: string): string | null {
  const record = rowsOf(answer)?.find((row) => idOf(row) === id) ?? (rowsOf(answer) ? null : answer);
  return typeof record === 'object' && record !== null ? nameOf(record as Row) : null;
}

const rowsOf = (answer: unknown): readonly unknown[] | null =>
  answer instanceof Page ? answer.items : Array.isArray(answer) ? (answer as unknown[]) : null;

const idOf = (row: unknown): string => String((row as Row | null)?.['id']);

/** By what people call a record, best first; the products differ. */
const NAMES = ['name', 'configuredName', 'displayName', 'session_name', 'fqdn', 'ipAddress', 'sourceIp', 'description', 'comment'];

/** A deep trace keeps its name a level below. */
function nameOf({ trace_details: below, ...record }: Row): string | null {
  const values = NAMES.map((name) => record[name] ?? (below as Row | undefined)?.[name]);
  return values.find((value): value is string => typeof value === 'string' && value !== '') ?? null;
}
