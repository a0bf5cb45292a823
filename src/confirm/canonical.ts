/** Canonical JSON: the same text for equal values, whatever the order of their members; big integers digit by digit. */
import { stringifyJson } from '../common/json.ts';

export const canonicalJson = (value: unknown): string => stringifyJson(inOrder(value));

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return Object.fromEntries(sorted.map(([key, item]) => [key, inOrder(item)]));
}
