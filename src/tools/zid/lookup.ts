/** Finds the one record with a given name. A near match is never used silently. */
import { quoteBriefly } from '../../common/few.ts';
import { ZscalerMcpError } from '../../common/errors.ts';
import type { Page } from '../define.ts';

interface Wanted {
  /** `group` or `user`, for messages. */
  readonly what: string;
  readonly name: string;
  /** Fields that may hold the name. */
  readonly fields: readonly string[];
}

/** The record with a field equal to the name, else the only record found. @throws ZscalerMcpError ERR_TOOL_INPUT */
export function pickOne(found: Page, wanted: Wanted): string {
  const records = found.items as readonly Record<string, unknown>[];
  const name = wanted.name.trim().toLowerCase();
  const isNamed = (value: unknown) => typeof value === 'string' && value.toLowerCase() === name;
  const exact = records.filter((record) => wanted.fields.some((field) => isNamed(record[field])));
  const candidates = exact.length > 0 ? exact : records;
  const [only] = candidates;
  // Unless this record matches exactly, a record on a further page could be the one that is meant.
  const isSure = candidates.length === 1 && (exact.length === 1 || found.next === undefined);
  if (only && isSure && typeof only['id'] === 'string') return only['id'];
  throw candidates.length === 0 ? noneFound(wanted) : tooMany(candidates, found.total ?? records.length, wanted);
}

const noneFound = ({ what, name }: Wanted): ZscalerMcpError =>
  new ZscalerMcpError('ERR_TOOL_INPUT', `no ${what} is called ${quoteBriefly(name)}, or like it`, {
    hint: `Look for the ${what} with zid_search_${what}s.`,
  });

const SHOWN = 10;

function tooMany(candidates: readonly Record<string, unknown>[], total: number, { what, name, fields }: Wanted): ZscalerMcpError {
  const shown = candidates.slice(0, SHOWN).map((record) => `${labelOf(record, fields)} (${String(record['id'])})`);
  const rest = Math.max(total, candidates.length) > shown.length ? ', …' : '';
  return new ZscalerMcpError('ERR_TOOL_INPUT', `${quoteBriefly(name)} fits more than one ${what}: ${shown.join(', ')}${rest}`, {
    hint: `Give the whole name, or call the tool that takes the ID of the ${what}.`,
  });
}

const labelOf = (record: Record<string, unknown>, fields: readonly string[]): string =>
  fields.map((field) => record[field]).find((value): value is string => typeof value === 'string' && value !== '') ?? 'without a name';
