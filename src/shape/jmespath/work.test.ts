/** No query takes long, whatever it is applied to: each function and operator with the largest values the limit permits. */
import { describe, expect, it } from 'vitest';
import { openQuery } from '../query.ts';

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const mixed = (at: number): number => (at * 7_919) % 1_000_003;

const object: Record<string, number> = Object.fromEntries(times(50_000, (at) => [`k${at}`, at]));
const answer = {
  numbers: times(400_000, mixed),
  bigs: times(100_000, (at) => BigInt('9'.repeat(900)) + BigInt(at)),
  texts: times(200_000, (at) => `text ${mixed(at)}`),
  alike: times(200, () => 'a'.repeat(9_999)),
  lists: times(400_000, (at) => [at]),
  objects: times(100_000, (at) => ({ a: at, b: `x${at}`, c: null })),
  empty: times(400_000, () => ({})),
  shared: times(400_000, () => object),
  text: 'ab'.repeat(500_000),
  object,
};

/** For each function, arguments that make it work most. */
const calls: Readonly<Record<string, readonly string[]>> = {
  abs: ['numbers[*].abs(@)', 'bigs[*].abs(@)'],
  avg: ['avg(numbers)', 'avg(bigs)'],
  ceil: ['numbers[*].ceil(@)'],
  contains: ["contains(text, 'bb')", 'contains(text, text)', 'contains(numbers, `-1`)', 'contains(shared, `{}`)'],
  ends_with: ['ends_with(text, text)'],
  floor: ['bigs[*].floor(@)'],
  join: ["join(',', texts)", "join('', alike)", 'join(text, texts)'],
  keys: ['keys(object)', 'objects[*].keys(@)', 'shared[*].keys(@)'],
  length: ['length(text)', 'length(object)', 'texts[*].length(@)', 'shared[*].length(@)'],
  map: ['map(&@, numbers)', 'map(&{a: @, b: @}, numbers)', 'map(&[@, @], numbers)'],
  max: ['max(numbers)', 'max(alike)', 'max(bigs)'],
  max_by: ['max_by(objects, &b)'],
  merge: ['merge(object, object)', 'objects[*].merge(@, @)', 'shared[*].merge(@, @)'],
  min: ['min(numbers)', 'min(texts)'],
  min_by: ['min_by(objects, &a)'],
  not_null: ['numbers[*].not_null(@, @)', 'not_null(numbers)'],
  reverse: ['reverse(text)', 'reverse(numbers)', 'texts[*].reverse(@)'],
  sort: ['sort(numbers)', 'sort(texts)', 'sort(alike)', 'sort(bigs)', '[numbers, numbers][] | sort(@)'],
  sort_by: ['sort_by(objects, &a)', 'sort_by(objects, &b)', 'sort_by(numbers, &@)'],
  starts_with: ['starts_with(text, text)'],
  sum: ['sum(numbers)', 'sum(bigs)'],
  to_array: ['numbers[*].to_array(@)'],
  to_number: ['texts[*].to_number(@)', "map(&to_number('99999999999999999999'), numbers)", 'to_number(text)'],
  to_string: [
    'to_string(object)',
    'to_string(numbers)',
    'to_string(bigs)',
    'bigs[*].to_string(@)',
    'shared[*].to_string(@)',
    'to_string(@)',
  ],
  type: ['numbers[*].type(@)'],
  values: ['values(object)', 'objects[*].values(@)', 'shared[*].values(@)'],
};

const repeated = (part: string, between: string, count: number): string => times(count, () => part).join(between);

/** Operators, and expressions that do much for each item. */
const operators: readonly string[] = [
  'numbers[?@ > `5`]',
  "texts[?@ > 't']",
  'alike[?@ == alike[0]]',
  'lists[]',
  'lists[*][0]',
  'lists[].[@]',
  'numbers[::-1]',
  'object.*',
  'objects[*].*',
  'shared[?@]',
  'shared[?!@]',
  'shared[?@ == `{}`]',
  'empty[?@]',
  'shared',
  'bigs',
  'objects[*].{a: a, b: b}',
  "objects[?a == `5` || b == 'x' && c]",
  `length(map(&(${repeated('@', '|', 400)}), numbers))`,
  `length(map(&(${'!'.repeat(900)}@), numbers))`,
  `length(map(&(${repeated('@', '||', 300)}), empty))`,
  `length(map(&(${repeated('@', '&&', 300)}), numbers))`,
  `length(map(&(${repeated('@', '==', 300)}), numbers))`,
  `length(map(&(${repeated('@', '<', 300)}), numbers))`,
  `length(map(&${'['.repeat(400)}@${']'.repeat(400)}, numbers))`,
  `length(map(&@${'[0]'.repeat(300)}, lists))`,
  `numbers[*].[${repeated('@', ',', 400)}]`,
  `@ | ${repeated(`[${repeated('@', ',', 10)}]`, '|', 30)}`,
  `numbers | ${repeated('[@, @][]', '|', 60)} | sort(@)`,
  `text | ${repeated("join('', [@, @])", '|', 50)} | to_number(@)`,
  `text | ${repeated('to_string([@])', '|', 50)}`,
];

const run = async (expression: string): Promise<string> => {
  try {
    const query = await openQuery({ query: expression });
    query?.(answer);
    return 'done';
  } catch (error) {
    return String(error);
  }
};

/** Of this thread alone, so that a busy machine makes no difference. */
async function cpuMs(expression: string): Promise<number> {
  const before = process.threadCpuUsage();
  await run(expression);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** Ten times what the slowest takes, and a fraction of what one that is not charged does. */
const LIMIT_MS = 1_500;

describe('the work of a query', () => {
  it('is bounded for every function', async () => {
    const known = /there are (.*), at character/.exec(await run('nothing(@)'))?.[1]?.split(', ');
    expect(Object.keys(calls)).toEqual(known);
  });

  it.each([...Object.values(calls).flat(), ...operators])('is bounded for %s', async (expression) => {
    expect(await run(expression)).toMatch(/^done$|too much work/);
    // The shorter of two: a pause of the collector is not the query's.
    expect(Math.min(await cpuMs(expression), await cpuMs(expression))).toBeLessThan(LIMIT_MS);
  });

  it.each(operators.slice(-13, -4).filter((expression) => expression.startsWith('length(map')))(
    'is counted within an item: %s',
    async (expression) => expect(await run(expression)).toContain('too much work'),
  );
});
