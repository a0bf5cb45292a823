/** Holds what another process wrote against what this program expects of it, so that nothing odd gets any further. */

/** What a value of JSON must be. */
export type Shape =
  | 'text'
  | 'number'
  | 'flag'
  /** One of these texts. */
  | { readonly oneOf: readonly string[] }
  | { readonly orNull: Shape }
  | { readonly listOf: Shape }
  /** An object with any keys. */
  | { readonly mapOf: Shape }
  | Keys;

/** An object with these keys; others are left out, since a later version may write more. */
export interface Keys {
  readonly required?: Readonly<Record<string, Shape>>;
  /** A key that is missing stays missing. */
  readonly optional?: Readonly<Record<string, Shape>>;
}

/** The text or value is not what was expected: the message says where, to continue a sentence that begins with what was read. */
export class Misfit extends Error {}

/** Parses JSON of a given shape. @returns only what belongs to it @throws Misfit */
export function parseShaped(text: string, shape: Shape): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Misfit('it is not JSON');
  }
  return fit(value, shape, '');
}

function fit(value: unknown, shape: Shape, at: string): unknown {
  const name = at === '' ? 'it' : `its \`${at}\``;
  const refuse = (expected: string): never => {
    throw new Misfit(value === undefined ? `${name} is missing` : `${name} is not ${expected}`);
  };
  if (shape === 'text') return typeof value === 'string' ? value : refuse('a text');
  if (shape === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : refuse('a number');
  if (shape === 'flag') return typeof value === 'boolean' ? value : refuse('true or false');
  if ('oneOf' in shape) return typeof value === 'string' && shape.oneOf.includes(value) ? value : refuse('one of the known words');
  if ('orNull' in shape) return value === null ? null : fit(value, shape.orNull, at);
  if ('listOf' in shape)
    return Array.isArray(value) ? value.map((item, index) => fit(item, shape.listOf, `${at}[${index}]`)) : refuse('a list');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('an object');
  const given = new Map<string, unknown>(Object.entries(value));
  const below = (key: string) => (at === '' ? key : `${at}.${key}`);
  // The keys of a map are of the one who wrote it, and are not repeated.
  if ('mapOf' in shape) return Object.fromEntries([...given].map(([key, item]) => [key, fit(item, shape.mapOf, below('…'))]));
  const { required = {}, optional = {} } = shape;
  const known = [...Object.entries(required), ...Object.entries(optional).filter(([key]) => given.has(key))];
  return Object.fromEntries(known.map(([key, expected]) => [key, fit(given.get(key), expected, below(key))]));
}
