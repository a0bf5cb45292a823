/** JMESPath types and comparisons. An integer beyond 2^53 is a `bigint` and behaves like any number. */
import { CHARACTERS_A_NUMBER, CHARACTERS_A_STEP, STEPS_A_MEMBER, type Work } from './fault.ts';

/** A compiled expression: called with the current value. */
export type Step = (value: unknown, work: Work) => unknown;

/** An expression reference, `&expression`; only functions accept it. */
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

/** Null, an empty string, list or object, and false are falsy; zero is not. */
export function isTrue(value: unknown, work: Work): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return work.isFilled(value);
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
  if (isText(one) && isText(other) && one.length === other.length) work.spend(one.length / CHARACTERS_A_STEP);
  // oxlint-disable-next-line eqeqeq -- a bigint and a number may be equal
  if (isNumber(one) && isNumber(other)) return one == other;
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => isEqual(item, other[at], work));
  if (!isObject(one) || !isObject(other)) return (one ?? null) === (other ?? null);
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  work.spend((keys.length + others.length) * STEPS_A_MEMBER);
  return keys.length === others.length && keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key], work));
}

/** Negative when `one` sorts first. */
export function compare<T extends Numeric | string>(one: T, other: T): number {
  if (one === other) return 0;
  return one < other ? -1 : Number(one > other);
}

/** Charges the size of `value` when written out. Shared parts count each time. */
export function weigh(value: unknown, work: Work): void {
  if (isText(value)) return work.spend(1 + value.length);
  if (isNumber(value)) return work.spend(typeof value === 'bigint' ? value.toString(16).length * 2 : CHARACTERS_A_NUMBER);
  work.spend(1);
  if (Array.isArray(value)) for (const item of value) weigh(item, work);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) {
      work.spend(STEPS_A_MEMBER + key.length);
      weigh(item, work);
    }
}
