/** The functions of JMESPath: https://jmespath.org/specification.html#built-in-functions */
import { count } from '../../common/count.ts';
import { stringifyJson } from '../../common/json.ts';
import { CHARACTERS_A_STEP, Fault, STEPS_A_CALL, STEPS_A_MEMBER, type Work } from './fault.ts';
import { compare, isEqual, isNumber, isObject, isText, Reference, typeOf, weigh, type Numeric, type Row } from './values.ts';

/** Accepted types of an argument; `numbers` and `strings` are homogeneous arrays. */
const kinds = {
  any: (value: unknown) => !(value instanceof Reference),
  number: isNumber,
  string: isText,
  array: Array.isArray,
  object: isObject,
  numbers: (value: unknown) => Array.isArray(value) && value.every(isNumber),
  strings: (value: unknown) => Array.isArray(value) && value.every(isText),
  expression: (value: unknown) => value instanceof Reference,
} as const;
type Kind = keyof typeof kinds;

interface Builtin {
  readonly takes: readonly (readonly Kind[])[];
  /** The last argument may be repeated. */
  readonly repeats: boolean;
  /** Arguments have been checked, so implementations may declare their exact types. */
  readonly run: (args: never, work: Work) => unknown;
}

const define = (takes: Builtin['takes'], run: Builtin['run'], repeats = false): Builtin => ({ takes, run, repeats });

type Ordered = readonly (Numeric | string)[];
type Items = readonly unknown[];

const NUMBER = [['number']] as const;
const ORDERED = [['numbers', 'strings']] as const;
const TEXTS = [['string'], ['string']] as const;
const OBJECT = [['object']] as const;
const ANY = [['any']] as const;
const BY = [['array'], ['expression']] as const;

const table: Readonly<Record<string, Builtin>> = {
  abs: define(NUMBER, ([value]: [Numeric]) => (value < 0 ? -value : value)),
  avg: define([['numbers']], ([values]: [Numeric[]]) => (values.length === 0 ? null : Number(sum(values)) / values.length)),
  ceil: define(NUMBER, ([value]: [Numeric]) => (typeof value === 'bigint' ? value : Math.ceil(value))),
  contains: define([['array', 'string'], ['any']], contains),
  ends_with: define(TEXTS, ([text, end]: [string, string]) => text.endsWith(end)),
  floor: define(NUMBER, ([value]: [Numeric]) => (typeof value === 'bigint' ? value : Math.floor(value))),
  join: define([['string'], ['strings']], join),
  keys: define(OBJECT, ([object]: [Row]) => Object.keys(object)),
  length: define([['string', 'array', 'object']], ([value]: [string | Items | Row]) => lengthOf(value)),
  map: define([['expression'], ['array']], ([by, items]: [Reference, Items], work) => items.map((item) => by.step(item, work) ?? null)),
  max: define(ORDERED, ([values]: [Ordered], work) => {
    chargeOrder(values, 1, work);
    return least(values, (one, other) => compare(other, one));
  }),
  max_by: define(
    BY,
    ([items, by]: [Items, Reference], work) => least(keyed(items, by, work), (one, other) => compare(other.key, one.key))?.item ?? null,
  ),
  merge: define(OBJECT, merge, true),
  min: define(ORDERED, ([values]: [Ordered], work) => {
    chargeOrder(values, 1, work);
    return least(values, compare);
  }),
  min_by: define(
    BY,
    ([items, by]: [Items, Reference], work) => least(keyed(items, by, work), (one, other) => compare(one.key, other.key))?.item ?? null,
  ),
  not_null: define(ANY, (values: Items) => values.find((value) => value !== null && value !== undefined) ?? null, true),
  reverse: define([['array', 'string']], ([value]: [string | Items], work) => {
    if (!isText(value)) return value.toReversed();
    work.spend(value.length * 4);
    return Array.from(value).toReversed().join('');
  }),
  sort: define(ORDERED, ([values]: [Ordered], work) => {
    chargeOrder(values, Math.log2(values.length + 1), work);
    return values.toSorted(compare);
  }),
  sort_by: define(BY, ([items, by]: [Items, Reference], work) =>
    keyed(items, by, work)
      .sort((one, other) => compare(one.key, other.key))
      .map(({ item }) => item),
  ),
  starts_with: define(TEXTS, ([text, start]: [string, string]) => text.startsWith(start)),
  sum: define([['numbers']], ([values]: [Numeric[]]) => sum(values)),
  to_array: define(ANY, ([value]: Items) => (Array.isArray(value) ? value : [value])),
  to_number: define(ANY, ([value]: Items) => toNumber(value)),
  to_string: define(ANY, ([value]: Items, work) => toText(value, work)),
  type: define(ANY, ([value]: Items) => typeOf(value)),
  values: define(OBJECT, ([object]: [Row]) => Object.values(object)),
};

/** Checks the arguments and charges their size before the function runs. */
export type Called = (args: readonly unknown[], work: Work) => unknown;

/** Looks up a function. @throws Fault when the name or the number of arguments is wrong */
export function findFunction(name: string, given: number, at: number): Called {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!found) throw new Fault(`there is no function ${name}; there are ${Object.keys(table).join(', ')}`, at);
  const wanted = found.takes.length;
  if (found.repeats ? given < wanted : given !== wanted)
    throw new Fault(`${name}() takes ${found.repeats ? 'at least ' : ''}${count(wanted, 'argument')}, not ${given}`, at);
  return (args, work) => {
    work.spend(STEPS_A_CALL);
    for (const [place, value] of args.entries()) {
      work.spend(1 + sizeOf(value));
      const allowed = found.takes[Math.min(place, wanted - 1)] ?? [];
      if (!allowed.some((kind) => kinds[kind](value)))
        throw new Fault(`${name}() takes ${allowed.map(nameKind).join(' or ')} here, not ${describe(value)}`, at);
    }
    try {
      return found.run(args as never, work);
    } catch (error) {
      throw error instanceof KeyFault ? new Fault(`${name}() ${error.message}`, at) : error;
    }
  };
}

const nameKind = (kind: Kind): string =>
  ({ numbers: 'an array of numbers', strings: 'an array of strings', expression: '&expression' })[kind as string] ?? kind;

const describe = (value: unknown): string =>
  Array.isArray(value) && value.length > 0
    ? `an array with ${typeOf(value.find((item) => typeOf(item) !== typeOf(value[0])) ?? value[0])}`
    : typeOf(value);

/** Integers are added exactly. */
function sum(values: readonly Numeric[]): Numeric {
  if (!values.some((value) => typeof value === 'bigint')) return (values as number[]).reduce((total, value) => total + value, 0);
  if (values.some((value) => typeof value === 'number' && !Number.isInteger(value)))
    return values.reduce<number>((total, value) => total + Number(value), 0);
  return narrow(values.reduce<bigint>((total, value) => total + BigInt(value), 0n));
}

/** A bigint as a number where it is a safe integer. */
function narrow(value: bigint): Numeric {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Charged again: the members are listed, and put into a new object. */
function merge(objects: readonly Row[], work: Work): Row {
  const members = objects.flatMap((object) => {
    work.spend(sizeOf(object) * 2);
    return Object.entries(object);
  });
  return Object.fromEntries(members);
}

function contains([within, wanted]: [string | Items, unknown], work: Work): boolean {
  if (isText(within)) {
    if (!isText(wanted)) return false;
    work.spend((within.length * wanted.length) / CHARACTERS_A_STEP);
    return within.includes(wanted);
  }
  return within.some((item) => isEqual(item, wanted, work));
}

function join([glue, texts]: [string, readonly string[]], work: Work): string {
  work.spend(texts.reduce((length, text) => length + text.length + glue.length, 0));
  return texts.join(glue);
}

function lengthOf(value: string | Items | Row): number {
  if (!isText(value)) return Array.isArray(value) ? value.length : Object.keys(value).length;
  let length = 0;
  for (const _ of value) length += 1;
  return length;
}

/** What an argument is charged: characters, items or members. */
const sizeOf = (value: unknown): number =>
  isText(value) || Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length * STEPS_A_MEMBER : 0;

/** Charges the comparison of values with others, each `times` times. */
function chargeOrder(values: Ordered, times: number, work: Work): void {
  const characters = values.reduce((sum: number, value) => sum + (isText(value) ? value.length : 0), 0);
  work.spend((values.length + characters / CHARACTERS_A_STEP) * times);
}

const least = <T>(values: readonly T[], order: (one: T, other: T) => number): T | null =>
  values.length === 0 ? null : values.reduce((best, value) => (order(value, best) < 0 ? value : best));

class KeyFault extends Error {}

interface Keyed {
  readonly item: unknown;
  readonly key: Numeric | string;
}

function keyed(items: Items, { step }: Reference, work: Work): Keyed[] {
  const rows = items.map((item) => ({ item, key: step(item, work) }));
  chargeOrder(rows.map(({ key }) => key) as Ordered, Math.log2(rows.length + 1), work);
  if (!rows.every(({ key }) => isNumber(key)) && !rows.every(({ key }) => isText(key)))
    throw new KeyFault(
      `needs a number for each item, or a text for each; it got ${[...new Set(rows.map(({ key }) => typeOf(key)))].join(' and ')}`,
    );
  return rows as Keyed[];
}

/** As in JSON: arithmetic with longer ones takes longer than a step. */
const MOST_DIGITS = 1_000;

function toNumber(value: unknown): Numeric | null {
  if (isNumber(value)) return value;
  if (!isText(value) || value.length > MOST_DIGITS || !/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value.trim())) return null;
  return /^[+-]?\d+$/.test(value.trim()) ? narrow(BigInt(value.trim().replace(/^\+/, ''))) : Number(value);
}

function toText(value: unknown, work: Work): string {
  if (isText(value)) return value;
  weigh(value, work);
  return stringifyJson(value);
}
