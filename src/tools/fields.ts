/**
 * Inputs of tools, one line each. The text is read by people and by models.
 * A field is plain data: its JSON Schema costs nothing to make, and nothing is compiled to check a value.
 */
import { count as countOf } from '../common/count.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** One input. `Needed` says whether it must be given. */
export interface Field<T = unknown, Needed extends boolean = boolean> {
  readonly about: string;
  readonly schema: JsonSchema;
  /** What a good value is, for messages: `a whole number from 1 to 500`. */
  readonly wants: string;
  /** The value that the tool receives; undefined for an invalid one. */
  readonly read: (given: unknown) => T | undefined;
  readonly isNeeded: Needed;
  /** Its value never appears in a message or log, not even an invalid one. */
  readonly isSecret?: true;
  /** Used when nothing is given. */
  readonly initial?: T;
  /** Name on the wire, where it differs from what `wire-names.ts` makes of the input's name. */
  readonly wire?: string;
  /**
   * Where it goes, if not where all inputs of the request go. `query`: into the query of a write. `both`: into query and body.
   * `spread`: the members of an object go there instead of it. `nowhere`: it is not sent; the tool itself needs it.
   */
  readonly place?: 'query' | 'both' | 'spread' | 'nowhere';
  /** Converts the value to what is sent. */
  encode?(value: T): unknown;
}

/** Inputs by name. */
export type Fields = Readonly<Record<string, Field>>;

type NeededOf<F extends Fields> = { [Name in keyof F]: F[Name] extends { isNeeded: true } ? Name : never }[keyof F];
type ValueOf<T> = T extends { read: (given: unknown) => infer Value } ? Exclude<Value, undefined> : never;

/** What a tool's code receives. */
export type Input<F extends Fields> = { readonly [Name in NeededOf<F>]: ValueOf<F[Name]> } & {
  readonly [Name in Exclude<keyof F, NeededOf<F>>]?: ValueOf<F[Name]>;
};

interface TextLimits {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The pattern in words. */
  readonly like?: string;
}

/** A text, of limited length or form where the limits say so. */
export function text(about: string, { min = 0, max, pattern, like }: TextLimits = {}): Field<string, true> {
  const isGood = (given: string) => given.length >= min && given.length <= (max ?? Infinity) && (pattern?.test(given) ?? true);
  return {
    about,
    schema: {
      type: 'string',
      ...(min > 0 && { minLength: min }),
      ...(max !== undefined && { maxLength: max }),
      ...(pattern && { pattern: pattern.source }),
    },
    wants: [like ?? 'a text', lengthWords(min, max)].filter(Boolean).join(' '),
    read: (given) => (typeof given === 'string' && isGood(given) ? given : undefined),
    isNeeded: true,
  };
}

function lengthWords(min: number, max: number | undefined): string {
  if (max === undefined) return min > 0 ? `of at least ${countOf(min, 'character')}` : '';
  return `of ${min} to ${max} characters`;
}

/** The ID of a record. ZIA shows its IDs as numbers, so safe integers are accepted; beyond 2^53 digits may be lost already. */
export const id = (about: string): Field<string, true> => ({
  about,
  schema: { type: 'string', minLength: 1, maxLength: 128, pattern: ID.source },
  wants: 'an ID: letters, digits and - _ . : ~ only, as text',
  read: (given) => {
    const known = asText(given);
    return known !== undefined && known.length <= 128 && ID.test(known) ? known : undefined;
  },
  isNeeded: true,
});

/** No dot first: a segment of dots alone would change the path. */
const ID = /^[\w:~-][\w.:~-]*$/;

/** A whole number. */
export function count(about: string, { min = 0, max }: { min?: number; max?: number } = {}): Field<number, true> {
  return {
    about,
    schema: { type: 'integer', minimum: min, ...(max !== undefined && { maximum: max }) },
    wants: max === undefined ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
    read: (given) =>
      typeof given === 'number' && Number.isSafeInteger(given) && given >= min && given <= (max ?? Infinity) ? given : undefined,
    isNeeded: true,
  };
}

/** A number, whole or not. */
export const decimal = (about: string, { min, max }: { min: number; max: number }): Field<number, true> => ({
  about,
  schema: { type: 'number', minimum: min, maximum: max },
  wants: `a number from ${min} to ${max}`,
  read: (given) => (typeof given === 'number' && given >= min && given <= max ? given : undefined),
  isNeeded: true,
});

/** true or false. */
export const flag = (about: string): Field<boolean, true> => ({
  about,
  schema: { type: 'boolean' },
  wants: 'true or false',
  read: (given) => (typeof given === 'boolean' ? given : undefined),
  isNeeded: true,
});

/** One of several words. */
export const oneOf = <const V extends readonly [string, ...string[]]>(values: V, about: string): Field<V[number], true> => ({
  about,
  schema: { type: 'string', enum: values },
  wants: `one of ${values.join(', ')}`,
  read: (given) => values.find((value) => value === given),
  isNeeded: true,
});

/** A list of texts; IDs in it may be given as numbers. */
export const texts = (about: string, { min = 0, max }: { min?: number; max?: number } = {}): Field<string[], true> => ({
  about,
  schema: { type: 'array', items: { type: 'string' }, ...(min > 0 && { minItems: min }), ...(max !== undefined && { maxItems: max }) },
  wants: ['a list of texts', min > 0 && `at least ${min}`, max !== undefined && `at most ${max}`].filter(Boolean).join(', '),
  read: (given) => {
    if (!Array.isArray(given) || given.length < min || given.length > (max ?? Infinity)) return undefined;
    const known = given.map(asText);
    return known.every((item) => item !== undefined) ? known : undefined;
  },
  isNeeded: true,
});

/** Many lists are of IDs, which ZIA shows as numbers; beyond 2^53 a number may have lost digits already. */
function asText(given: unknown): string | undefined {
  if ((typeof given === 'number' && Number.isSafeInteger(given)) || typeof given === 'bigint') return String(given);
  return typeof given === 'string' ? given : undefined;
}

/** Accepts the field's words in small letters too. */
export const anyCase = <T extends string>(field: Field<T, true>): Field<T, true> => ({
  ...field,
  read: (given) => (typeof given === 'string' ? field.read(given.toUpperCase()) : undefined),
});

/** A list of whole numbers. */
export const counts = (about: string): Field<number[], true> => ({
  about,
  schema: { type: 'array', items: { type: 'integer' } },
  wants: 'a list of whole numbers',
  read: (given) => (Array.isArray(given) && given.every((item) => Number.isSafeInteger(item)) ? (given as number[]) : undefined),
  isNeeded: true,
});

/** A list of objects with any members. @param item what each of them is */
export const records = (about: string, item: string): Field<Readonly<Record<string, unknown>>[], true> => ({
  about,
  schema: { type: 'array', items: { type: 'object', additionalProperties: true, description: item } },
  wants: 'a list of objects',
  read: (given) => (Array.isArray(given) && given.every((item) => record('').read(item) !== undefined) ? given : undefined),
  isNeeded: true,
});

/** An object with any members. */
export const record = (about: string): Field<Readonly<Record<string, unknown>>, true> => ({
  about,
  schema: { type: 'object', additionalProperties: true },
  wants: 'an object',
  read: (given) => (typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Record<string, unknown>) : undefined),
  isNeeded: true,
});

/** The same field, which need not be given. */
export const optional = <T>(field: Field<T>): Field<T, false> => ({ ...field, isNeeded: false });

/** The same field with a default. Only for inputs that create something: in an update a default would change what the caller did not mention. */
export const initially = <T>(field: Field<T>, initial: T): Field<T, false> => ({
  ...field,
  isNeeded: false,
  initial,
  schema: { ...field.schema, default: initial },
});

/** The same field, whose value is never shown. */
export const secret = <T, N extends boolean>(field: Field<T, N>): Field<T, N> => ({ ...field, isSecret: true });
/** The same field, sent under another name. */
export const onWire = <T, N extends boolean>(wire: string, field: Field<T, N>): Field<T, N> => ({ ...field, wire });
/** The same field, sent in the query and in the body of a write. */
export const inBoth = <T, N extends boolean>(field: Field<T, N>): Field<T, N> => ({ ...field, place: 'both' });
/** The same field, sent in the query of a write. */
export const inQuery = <T, N extends boolean>(field: Field<T, N>): Field<T, N> => ({ ...field, place: 'query' });
/** The same field, used by the tool's own code and not sent. */
export const unsent = <T, N extends boolean>(field: Field<T, N>): Field<T, N> => ({ ...field, place: 'nowhere' });
/** The same field, sent as the several members that `encode` returns. */
export const spread = <T, N extends boolean>(field: Field<T, N>, encode: (value: T) => Readonly<Record<string, unknown>>): Field<T, N> => ({
  ...field,
  place: 'spread',
  encode,
});
/** The same field, converted before it is sent. */
export const encoded = <T, N extends boolean>(field: Field<T, N>, encode: (value: T) => unknown): Field<T, N> => ({ ...field, encode });

/** Further settings of a record, for what has no input of its own. */
export const advanced = (about: string): Field<Readonly<Record<string, unknown>>, false> => ({
  ...optional(record(about)),
  place: 'spread',
});
