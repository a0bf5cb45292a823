/** The operations of a compiled expression. */
import { CHARACTERS_A_STEP, STEPS_A_MEMBER, type Work } from './fault.ts';
import { compare, isEqual, isNumber, isObject, isText, isTrue, type Step } from './values.ts';

/** Own properties only: `constructor` is a field like any other. */
export const select =
  (name: string): Step =>
  (value, work) => {
    work.spend(1);
    return isObject(value) && Object.hasOwn(value, name) ? value[name] : null;
  };

export const index =
  (of: Step, place: number): Step =>
  (value, work) => {
    work.spend(1);
    const items = of(value, work);
    return Array.isArray(items) ? items.at(place) : null;
  };

interface Slice {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly by: number;
}

export const slice =
  (of: Step, { start, stop, by }: Slice): Step =>
  (value, work) => {
    const items: unknown = of(value, work);
    if (!Array.isArray(items)) return null;
    work.spend(items.length);
    const { length } = items;
    const [lowest, highest] = by > 0 ? [0, length] : [-1, length - 1];
    const within = (bound: number) => Math.min(Math.max(bound < 0 ? bound + length : bound, lowest), highest);
    const from = start === undefined ? (by > 0 ? lowest : highest) : within(start);
    const to = stop === undefined ? (by > 0 ? highest : lowest) : within(stop);
    const picked: unknown[] = [];
    for (let at = from; by > 0 ? at < to : at > to; at += by) picked.push(items[at]);
    return picked;
  };

/** Flattens one level of nested lists. */
export const flatten =
  (of: Step): Step =>
  (value, work) => {
    const items: unknown = of(value, work);
    if (!Array.isArray(items)) return null;
    const flat: unknown[] = [];
    for (const item of items as unknown[]) {
      work.spend(Array.isArray(item) ? 1 + 2 * item.length : 1);
      // `flat` and a spread take several times as long.
      if (Array.isArray(item)) for (const inner of item as unknown[]) flat.push(inner);
      else flat.push(item);
    }
    return flat;
  };

/** Applies `each` to the items that pass `test`, dropping null results. */
export const project =
  (of: Step, each: Step, test?: Step): Step =>
  (value, work) => {
    const items: unknown = of(value, work);
    if (!Array.isArray(items)) return null;
    const results: unknown[] = [];
    for (const item of items as unknown[]) {
      work.spend(1);
      if (test && !isTrue(test(item, work), work)) continue;
      const result = each(item, work);
      if (result !== null && result !== undefined) results.push(result);
    }
    return results;
  };

export const projectValues = (of: Step, each: Step): Step => {
  const overArray = project((value) => value, each);
  return (value, work) => {
    const object = of(value, work);
    if (!isObject(object)) return null;
    const values = Object.values(object);
    work.spend(values.length * STEPS_A_MEMBER);
    return overArray(values, work);
  };
};

export const itself: Step = (value) => value;

export const chain =
  (left: Step, right: Step): Step =>
  (value, work) => {
    work.spend(1);
    return right(left(value, work), work);
  };

export const either =
  (left: Step, right: Step): Step =>
  (value, work) => {
    work.spend(1);
    const found = left(value, work);
    return isTrue(found, work) ? found : right(value, work);
  };

export const both =
  (left: Step, right: Step): Step =>
  (value, work) => {
    work.spend(1);
    const found = left(value, work);
    return isTrue(found, work) ? right(value, work) : found;
  };

const tests: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** Numbers are ordered, and strings too, as in the Python implementation: that is how dates are compared. */
export function comparison(kind: string, left: Step, right: Step): Step {
  const ordered = (one: unknown, other: unknown, work: Work) => {
    if (isNumber(one) && isNumber(other)) return tests[kind]?.(compare(one, other));
    if (!isText(one) || !isText(other)) return null;
    work.spend(Math.min(one.length, other.length) / CHARACTERS_A_STEP);
    return tests[kind]?.(compare(one, other));
  };
  return (value, work) => {
    work.spend(1);
    const [one, other] = [left(value, work), right(value, work)];
    if (kind === '==') return isEqual(one, other, work);
    if (kind === '!=') return !isEqual(one, other, work);
    return ordered(one, other, work);
  };
}
