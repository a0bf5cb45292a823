import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile, Fault } from './index.ts';

const LIMIT = 5_000_000;
const find = (expression: string, value: unknown) => compile(expression)(value, LIMIT);

/** Recorded with jmespath 1.1.0 for Python: first the documents, then [document, expression, result], without a result for an error. */
const [documents, ...cases] = readFileSync(join(import.meta.dirname, '../../../test/fixtures/jmespath.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as unknown) as [Record<string, unknown>, ...[string, string, ...unknown[]][]];

interface Group {
  readonly file: string;
  readonly given: unknown;
  readonly cases: readonly { readonly expression: string; readonly result?: unknown; readonly error?: string }[];
}

const suite = readFileSync(join(import.meta.dirname, '../../../test/fixtures/jmespath-compliance/suite.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Group);

describe('the compliance suite', () => {
  it('is there whole', () => {
    expect(new Set(suite.map(({ file }) => file)).size).toBe(15);
    expect(suite.flatMap(({ cases }) => cases)).toHaveLength(851);
  });

  it.each([...Map.groupBy(suite, ({ file }) => file)])('is met in its part on %s', (_, groups) => {
    for (const { given, cases } of groups)
      for (const { expression, result, error } of cases) {
        if (error === undefined) expect(find(expression, given), expression).toEqual(result);
        else expect(() => find(expression, given), `${expression}: ${error}`).toThrow(Fault);
      }
  });
});

describe('an expression', () => {
  it(`means what it means in Python, in ${cases.length} recorded cases`, () => {
    const differing = cases.filter(([document, expression, ...result]) => {
      try {
        return JSON.stringify([find(expression, documents[document])]) !== JSON.stringify(result);
      } catch (error) {
        return result.length > 0 || !(error instanceof Fault);
      }
    });
    expect(cases.length).toBeGreaterThan(2_500);
    expect(differing).toEqual([]);
  });

  it('goes into every item of a slice, also after an index, as the specification says and Python does not', () => {
    expect(find('[0][0:2].id', [[{ id: 1 }, { id: 2 }, { id: 3 }]])).toEqual([1, 2]);
  });

  it('finds only what an object holds itself', () => {
    expect(find('[].constructor', [{}])).toEqual([]);
    expect(find('[0].toString', [{}])).toBeNull();
    expect(find('{"__proto__": @.a}', { a: 1 })).toEqual(JSON.parse('{"__proto__":1}'));
  });

  it.each<[string, unknown, unknown]>([
    ['[?id == `216196257331285825`].id', [{ id: 216196257331285825n }, { id: 216196257331285826n }], [216196257331285825n]],
    ['[?id > `5`].id', [{ id: 12345678901234567890n }, { id: 3 }], [12345678901234567890n]],
    ['sort_by(@, &id)[].id', [{ id: 12345678901234567890n }, { id: 3 }], [3, 12345678901234567890n]],
    ['max([].id)', [{ id: 12345678901234567890n }, { id: 3 }], 12345678901234567890n],
    ['sum(@)', [12345678901234567890n, 1], 12345678901234567891n],
    ['sum(@)', [9007199254740993n, -9007199254740991], 2],
    ['sum(@)', [9007199254740994n, 0.5], Number(9007199254740994n)],
    ['avg(@)', [9007199254740994n, 9007199254740998n], Number(9007199254740996n)],
    ['to_number(@)', '12345678901234567890', 12345678901234567890n],
    ['to_string(@)', 12345678901234567890n, '12345678901234567890'],
    ['to_string(@)', [1, { a: 9007199254740993n }], '[1,{"a":9007199254740993}]'],
    ['type(@)', 9007199254740993n, 'number'],
    ['ceil(@)', 9007199254740993n, 9007199254740993n],
    ['abs(@)', -9007199254740993n, 9007199254740993n],
    ['contains(@, `9007199254740993`)', [9007199254740993n], true],
    ['`9007199254740993`', null, 9007199254740993n],
    ['@', { a: 9007199254740993n }, { a: 9007199254740993n }],
  ])('keeps the digits of large integers: %s', (expression, value, result) => {
    expect(find(expression, value)).toEqual(result);
  });

  it('counts and turns characters, not halves of them', () => {
    expect(find('[length(@), reverse(@)]', 'a😀b')).toEqual([3, 'b😀a']);
  });

  it.each<[string, number | null, RegExp]>([
    ["[?name == 'x'", 13, /^it ends where \] was expected$/],
    ['[?a = b]', 4, /^to compare, write ==$/],
    ["[?a == 'b]", 7, /^' is opened and not closed$/],
    ['a ? b', 2, /^"\?" has no meaning here$/],
    ['a..b', 2, /^expected a name, \* \[ or \{ after the dot, found \.$/],
    ['a.[0]', 2, /^an index takes no dot: name\[0\]$/],
    ['[].nme(@)', 3, /^there is no function nme; there are abs, avg, .* values$/],
    ['length(a, b)', 0, /^length\(\) takes 1 argument, not 2$/],
    ['not_null()', 0, /^not_null\(\) takes at least 1 argument, not 0$/],
    ['[0] | sum(@)', 6, /^sum\(\) takes an array of numbers here, not an object$|^sum\(\) takes an array of numbers here, not object$/],
    ['sort([].id)', 0, /^sort\(\) takes an array of numbers or an array of strings here, not an array with string$/],
    ['sort_by(@, &id)', 0, /^sort_by\(\) needs a number for each item, or a text for each; it got number and string$/],
    ['&a', 0, /^& makes an argument of a function/],
    ['[::0]', 1, /^the step of a slice must not be 0$/],
    ['', 0, /^it ends where a name, a literal/],
  ])('that is wrong says so and where: %s', (expression, at, message) => {
    const run = () => find(expression, [{ id: 1 }, { id: 'x' }]);
    expect(run).toThrow(Fault);
    expect(run).toThrow(expect.objectContaining({ at, message: expect.stringMatching(message) as string }) as Error);
  });

  const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `row ${id}`, tags: ['a', 'b'] }));

  /** An expression for a text of 2^doublings characters. */
  const long = (doublings: number) => ["'0'", ...Array.from({ length: doublings }, () => "join('',[@,@])")].join('|');

  it.each([
    ['doubles the rows again and again', Array.from({ length: 100 }, () => '[@,@][]').join('|')],
    ['finds what is small in memory and endless on paper', Array.from({ length: 60 }, () => '[@,@]').join('|')],
    ['writes that out', `to_string(${Array.from({ length: 60 }, () => '[@,@]').join('|')})`],
    ['compares it', `${Array.from({ length: 60 }, () => '[@,@]').join('|')} | [0] == [1]`],
    ['joins long texts', `to_string(@)|${Array.from({ length: 60 }, () => "join('',[@,@])").join('|')}`],
    ['searches a long text for a long one', `${long(20)} | contains(@, join('', ['b', @]))`],
    ['sorts long texts', `${long(19)} | [${'@,'.repeat(99)}@] | sort(@)`],
    ['compares long texts', `${long(20)} | [${Array.from({ length: 60 }, () => "[@,join('',[@])] | [0] == [1]").join(',')}]`],
    ['turns a long text', `${long(20)} | reverse(@)`],
    ['goes through the rows too often', `[${Array.from({ length: 60 }, () => "[?!contains(name,'zz')]").join(',')}]|length(@)`],
  ])('is given up when it %s', (_, expression) => {
    expect(() => find(expression, rows)).toThrow(expect.objectContaining({ message: 'it asks for too much work', at: null }) as Error);
  });

  it('is given up when it goes through the members of an object too often', () => {
    const object = Object.fromEntries(rows.map(({ name }, at) => [name, at]));
    for (const call of ['keys(@)', 'values(@)', 'length(@)', 'merge(@, @)', '*'])
      expect(() =>
        find(
          `[${Array.from({ length: 90 }, () => '[0].{a:@}').join(',')}] | [].a | [].[${Array.from({ length: 9 }, () => call).join(',')}]`,
          [object],
        ),
      ).toThrow('it asks for too much work');
  });

  it('reads no number of thousands of digits', () => {
    expect(find(`${long(8)} | to_number(@)`, null)).toBe(0);
    expect(find(`${long(20)} | to_number(@)`, null)).toBeNull();
    expect(find(`${long(20)} | join('', [@, 'x']) | to_number(@)`, null)).toBeNull();
  });

  it('may go through many rows, and flatten more than fit on the stack', () => {
    expect(find('sort_by([?contains(tags, `a`)], &name)[-1].id', rows)).toBe(9_999);
    expect(find('length([].tags[])', rows)).toBe(20_000);
    expect(find('length([])', [Array.from({ length: 300_000 }, () => 1)])).toBe(300_000);
  });

  it('may be nested as deep as its length allows', () => {
    expect(find(`${'('.repeat(499)}@${')'.repeat(499)}`, 7)).toBe(7);
    expect(find(`${'!'.repeat(999)}@`, 7)).toBe(false);
    expect(() => find('['.repeat(1_000), 7)).toThrow(Fault);
  });
});
