import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../common/json.ts';
import { toCsv } from './csv.ts';
import { parseCsv, type Cell } from './csv.fixture.ts';

const write = (rows: readonly unknown[]) => toCsv(rows)?.join('\n');

describe('flat rows', () => {
  it('become a table with every field that a row has, in the order of their first appearance', () => {
    const rows = [
      { id: 1, name: 'a' },
      { name: 'b', late: true },
      { id: null, late: false },
    ];
    expect(write(rows)).toBe('id,name,late\n1,a,\n,b,true\nnull,,false');
  });

  it('with little in common are no table: it would have a cell for each field of each row', () => {
    const rows = (names: number) => Array.from({ length: 40 }, (_, at) => ({ [`name ${at % names}`]: at }));
    expect(toCsv(rows(16))).toHaveLength(41);
    expect(toCsv(rows(17))).toBeNull();
  });

  it('keep their types: text that reads as something else stands in quotes, empty lists and objects are written out', () => {
    const rows = [
      { id: '216196257331285825', text: 'true', list: [], some: '', date: '2026-01-02' },
      { id: 216196257331285825n, text: true, list: {}, some: ' x', date: '1e5' },
      { id: -0.5, text: 'null', list: '[]', some: 'say "x", or\r\nnot', date: 'a\rb' },
    ];
    expect(write(rows)).toBe(
      [
        'id,text,list,some,date',
        '"216196257331285825","true",[],"",2026-01-02',
        '216196257331285825,true,{}," x","1e5"',
        '-0.5,"null","[]","say ""x"", or\r\nnot","a\rb"',
      ].join('\n'),
    );
  });

  it.each<[string, unknown[]]>([
    ['none', []],
    ['one', [{ a: 1 }]],
    ['a row that holds more than a value in a field', [{ a: 1 }, { a: [1] }]],
    ['a row within a row', [{ a: 1 }, { a: { b: 1 } }]],
    ['a row without fields', [{ a: 1 }, {}]],
    ['texts', ['a', 'b']],
    ['lists', [[1], [2]]],
    ['nothing', [null, { a: 1 }]],
  ])('are no table: %s', (_, rows) => {
    expect(toCsv(rows)).toBeNull();
  });

  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', ' ', '\n', '\r', '"', ',', '1', '-0', 'true', 'null', '[]', 'Infinity', '0x1f', '\u00a0'),
  );
  const value = fc.oneof(
    text,
    fc.integer(),
    fc.double({ noDefaultInfinity: true, noNaN: true, noInteger: true }),
    fc.bigInt({ min: 2n ** 60n, max: 2n ** 90n }),
    fc.boolean(),
    fc.constant(null),
  );
  const row = fc.dictionary(text, value, { minKeys: 1, maxKeys: 5 });

  it('come back from the table as they were', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 6 }), (rows) => {
        const [names = [], ...lines] = parseCsv(write(rows) ?? '');
        const back = lines.map((cells) =>
          Object.fromEntries(cells.flatMap((cell, at) => (isAbsent(cell) ? [] : [[names[at]?.text, valueOf(cell)]]))),
        );
        expect(back).toEqual(rows);
      }),
    );
  });
});

const isAbsent = ({ text, isQuoted }: Cell): boolean => text === '' && !isQuoted;

/** What stands outside quotes is JSON, or a text that is none. */
function valueOf({ text, isQuoted }: Cell): unknown {
  if (isQuoted) return text;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
