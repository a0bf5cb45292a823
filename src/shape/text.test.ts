import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../common/json.ts';
import { writeText, type Budget } from './index.ts';

const inputs = ['search', 'page', 'page_size', 'query', 'all'];
const enough: Budget = { maxTokens: 10_000, inputs };
const little: Budget = { maxTokens: 1_000, inputs };
const size = (text: string) => Buffer.byteLength(text);

describe('an answer', () => {
  it.each<[string, unknown, string]>([
    ['a text as it is', 'plain\ntext', 'plain\ntext'],
    ['an object as JSON with all its digits', { id: 216196257331285825n, ö: [1] }, '{"id":216196257331285825,"ö":[1]}'],
    ['nothing', null, 'null'],
    ['a list of values as JSON', ['a', 1], '[\n"a",\n1\n]'],
    ['an empty list', [], '[]'],
    ['flat rows as CSV', [{ a: 1 }, { a: 2 }], 'a\n1\n2'],
    ['one row as JSON', { total: 1, items: [{ a: 1 }] }, '{"total":1,"items":[\n{"a":1}\n]}'],
    ['no rows', { total: 0, items: [] }, '{"total":0,"items":[]}'],
    [
      'rows that are not flat as JSON, what is around them in its place',
      { note: 'More.', total: 9, next: { page: 2 }, items: [{ a: [1] }, { a: [] }], envelope: { pages: '5' } },
      '{"note":"More.","total":9,"next":{"page":2},"items":[\n{"a":[1]},\n{"a":[]}\n],"envelope":{"pages":"5"}}',
    ],
    [
      'flat rows with what is around them before the table',
      {
        note: 'More.',
        total: 9,
        next: { page: 2 },
        items: [
          { a: 1, b: 'x' },
          { a: 2, b: 'y' },
        ],
        envelope: { pages: '5' },
      },
      'note: More.\ntotal: 9\nnext: {"page":2}\nenvelope: {"pages":"5"}\n\na,b\n1,x\n2,y',
    ],
    [
      'an object that only looks like rows as what it is',
      { items: [{ a: 1 }, { a: 2 }], owner: 'x' },
      '{"items":[{"a":1},{"a":2}],"owner":"x"}',
    ],
  ])('is written: %s', (_, value, text) => {
    expect(writeText(value, enough)).toBe(text);
  });
});

describe('an answer that is too long', () => {
  const rows = Array.from({ length: 500 }, (_, id) => ({ id, name: `row ${id}`, tags: id % 2 ? undefined : [] }));

  it('is cut between two rows, and says so first: how many, how to see the rest', () => {
    const text = writeText({ note: 'Page 1 of 3.', total: 1_500, next: { page: 2 }, items: rows, envelope: { pages: 3 } }, little);
    const [, shown = ''] = /^note: Only the first (\d+) of these 500 rows are shown: an answer may have 1000 tokens\. /.exec(text) ?? [];
    expect(text).toContain(
      `To see the rest, ask for at most ${shown} rows with page_size; or choose fields or rows with query, such as [].{id: id, name: name}; or narrow with search. Page 1 of 3.\ntotal: 1500\nenvelope: {"pages":3}\n\nid,name,tags\n`,
    );
    expect(text).not.toContain('next:');
    expect(text.split('\n').slice(5)).toHaveLength(Number(shown));
    expect(size(text)).toBeLessThanOrEqual(3_000);
    expect(size(text)).toBeGreaterThan(2_900);
  });

  it('stays JSON when it was', () => {
    const nested = rows.map((row) => ({ ...row, tags: [row.id] }));
    const cut = parseJson(writeText({ total: 500, items: nested }, little)) as { note: string; items: unknown[] };
    expect(cut.note).toMatch(new RegExp(`^Only the first ${cut.items.length} of these 500 rows`));
    expect(cut.items).toEqual(nested.slice(0, cut.items.length));
    expect(parseJson(writeText(nested, little))).toMatchObject({
      note: expect.stringMatching(/^Only the first \d+ of these 500 rows/) as string,
    });
  });

  it('names the fields when not even one row fits', () => {
    const wide = [{ id: 1, body: 'x'.repeat(4_000), list: [1] }, { id: 2 }];
    expect(writeText({ items: wide }, { ...little, inputs: ['group_id', 'query'] })).toBe(
      '{"note":"None of these 2 rows is shown: an answer may have 1000 tokens. A row has id, body, list. To see the rest, choose fields or rows with query, such as [].{id: id, body: body}; or narrow with group_id.","items":[]}',
    );
    expect(writeText({ items: wide }, { ...little, inputs: [] })).toContain('This tool has no input that would narrow it.');
  });

  it('leaves out what the cloud sent around the rows when that is too long itself', () => {
    const text = writeText({ items: [{ a: 1 }, { a: 2 }], envelope: { long: 'x'.repeat(4_000) } }, little);
    expect(text).toMatch(/^note: Only the first of these|^note: .*The envelope of the rows is left out, too\./);
    expect(text).toMatch(/\n\na\n1/);
  });

  it('keeps the small members of an object and names the others with their size', () => {
    const value = { id: 1n, rules: Array.from({ length: 900 }, (_, id) => ({ id })), name: 'x', deep: { a: 'y'.repeat(5_000), b: 1 } };
    expect(writeText(value, little)).toBe(
      'This answer is cut: an answer may have 1000 tokens. Left out: rules (a list of 900, 9799 bytes), deep (an object of 2, 5021 bytes).\n\n{"id":1,"name":"x"}',
    );
  });

  it('is cut within a text, but not within a character', () => {
    const text = writeText('€'.repeat(2_000), little);
    expect(text).toMatch(/^This text is cut: an answer may have 1000 tokens, and it has 6000 bytes\. It begins:\n\n€+$/);
    expect(size(text)).toBeGreaterThan(2_990);
  });

  const value = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
  const grown = (small: unknown) => Array.from({ length: 200 }, () => small);
  const any = fc.oneof(
    value,
    value.map(grown),
    fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => text.repeat(2_000)),
    fc.dictionary(fc.string(), value.map(grown), { maxKeys: 40 }),
    fc.record({ total: fc.nat(), note: fc.string(), items: fc.array(value), envelope: fc.dictionary(fc.string(), value.map(grown)) }),
    fc.record({
      items: fc
        .array(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())))
        .map((some) => Array.from({ length: 60 }, () => some).flat()),
    }),
  );

  it('never is longer than it may be', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 300 }), (answer, taken) => {
        expect(size(writeText(answer, { ...little, taken })) + taken).toBeLessThanOrEqual(3_000);
      }),
      { numRuns: 500 },
    );
  });

  it('shows as many rows as its note says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.nat(), text: fc.string({ unit: 'grapheme' }), list: fc.array(fc.nat(), { minLength: 1 }) }), {
          minLength: 90,
          maxLength: 200,
        }),
        (items) => {
          const text = writeText({ items }, little);
          const { note, items: shown } = parseJson(text) as { note?: string; items: unknown[] };
          if (note === undefined) return expect(shown).toEqual(items);
          expect(note).toContain(
            shown.length === 1
              ? `Only the first of these ${items.length} rows is shown`
              : `Only the first ${shown.length} of these ${items.length} rows are shown`,
          );
          expect(shown).toEqual(items.slice(0, shown.length));
        },
      ),
    );
  });
});
