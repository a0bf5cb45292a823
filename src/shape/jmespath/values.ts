/** What JMESPath knows of values. An integer beyond 2^53 is a `bigint` here, and a number like any other. */
import type { Work } from './fault.ts';

/** An evaluation waiting for a value. */
export type Step = (value: unknown, work: Work) => unknown;

/** `&expression`, which only functions take. */
export class Reference {
  readonly step: Step;

  constructor(step: Step) {
    this.step = step;
  }
}

export type Numeric = number | bigint;
export type Row = Readonly<Record<string, unknown>>;

export const isNumber = (value: unknown): value is Numeric => typeof value === 'number' || typeof value === 'bigint';
export const isText = (value: unknown): value is string => typeof value === 'string';
export const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Reference);

/** Nothing, an empty text, list or object, and false count as false; zero does not. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return isNumber(value) || Boolean(value);
}

export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (isNumber(value)) return 'number';
  if (Array.isArray(value)) return 'array';
  return value instanceof Reference ? 'expression' : typeof value;
}

export function isEqual(one: unknown, other: unknown, work: Work): boolean {
  work.spend(1);
  // oxlint-disable-next-line eqeqeq -- a bigint and a number may be the same
  if (isNumber(one) && isNumber(other)) return one == other;
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => isEqual(item, other[at], work));
  if (!isObject(one) || !isObject(other)) return (one ?? null) === (other ?? null);
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key], work));
}

/** Below zero when `one` comes first. */
export function compare<T extends Numeric | string>(one: T, other: T): number {
  if (one === other) return 0;
  return one < other ? -1 : Number(one > other);
}

/** Spends what it costs to write `value` out. What is in it twice counts twice. */
export function weigh(value: unknown, work: Work): void {
  if (isText(value)) return work.spend(1 + value.length);
  work.spend(1);
  if (Array.isArray(value)) for (const item of value) weigh(item, work);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) {
      work.spend(key.length);
      weigh(item, work);
    }
}
