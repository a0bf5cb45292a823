import { stringifyJson } from '../common/json.ts';

/**
 * Flat rows as CSV (RFC 4180) without losing types: a string that could be read as another type is quoted, an empty cell
 * is a field that the row does not have, `null` is null.
 */

type Row = Readonly<Record<string, unknown>>;

/** Cells for each one that is not empty: beyond that JSON is shorter, and rows without a common field would make a square of cells. */
const MOST_EMPTY = 16;

/** The lines of a table, header first; null when the rows are not flat, or have little in common. A single row is shorter as JSON. */
export function toCsv(rows: readonly unknown[]): string[] | null {
  if (rows.length < 2 || !rows.every(isFlat)) return null;
  const names = rows.flatMap((row) => Object.keys(row));
  const columns = [...new Set(names)];
  if (columns.length * rows.length > names.length * MOST_EMPTY) return null;
  return [
    columns.map(text).join(','),
    ...rows.map((row) => columns.map((name) => cell(Object.hasOwn(row, name) ? row[name] : undefined)).join(',')),
  ];
}

function isFlat(row: unknown): row is Row {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
  const values = Object.values(row);
  return values.length > 0 && values.every((value) => typeof value !== 'object' || value === null || isEmpty(value));
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

function cell(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return text(value);
  return stringifyJson(value);
}

const text = (value: string): string => (isPlain(value) ? value : `"${value.replaceAll('"', '""')}"`);

/** Whether a string can be written without quotes, because no reader could take it for another type. */
const isPlain = (value: string): boolean => Number.isNaN(Number(value)) && !/^(?:true|false|null|\[\]|\{\})$|[",\r\n]|^\s|\s$/.test(value);
