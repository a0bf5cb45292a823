/** Canonical JSON: the same text for equal values, whatever the order of their members; big integers digit by digit. */
import { quote, stringifyJson } from '../common/json.ts';

export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return stringifyJson(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return `{${sorted.map(([key, item]) => `${quote(key)}:${canonicalJson(item)}`).join(',')}}`;
}
