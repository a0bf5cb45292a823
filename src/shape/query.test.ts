import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openQuery, showFound, showRows, type Rows } from './index.ts';

const show = async (rows: Rows, query?: string) => showRows(rows, await openQuery({ query }));

const items = [
  { id: 216196257331285825n, name: 'a', on: true },
  { id: 2, name: 'b', on: false },
];

describe('rows', () => {
  it('come in the order in which a reader needs them, and without what is not there', async () => {
    const rows = { envelope: { pages: '9' }, items, next: { page: 2 }, total: 18, note: 'There is more.' };
    expect(JSON.stringify(Object.keys(await show(rows)))).toBe('["note","total","next","items","envelope"]');
    expect(await show({ items, envelope: {} })).toEqual({ items });
  });

  it('come with what the cloud sent around them, but for counters that are said already', async () => {
    const rows = { items, total: 2, envelope: { totalCount: '2', usage: 7 }, counters: ['totalCount', 'totalPages'] };
    expect(await show(rows)).toEqual({ total: 2, items, envelope: { usage: 7 } });
    expect(await show({ ...rows, envelope: { totalCount: '2' } })).toEqual({ total: 2, items });
  });

  it('are seen by a query with all their fields and digits', async () => {
    expect(await show({ items, total: 2 }, '[?on]')).toEqual({ total: 2, items: [{ id: 216196257331285825n, name: 'a', on: true }] });
    expect(await show({ items }, '[?id == `216196257331285825`].id')).toEqual({ items: [216196257331285825n] });
  });

  it('give way to what a query found, whatever it is', async () => {
    expect(await show({ items, total: 2 }, 'length(@)')).toEqual({ total: 2, result: 2 });
    expect(await show({ items }, '[?id == `9`] | [0]')).toEqual({ result: null });
    expect(showFound({ urls: ['a', 'b'] }, (await openQuery({ query: 'urls' }))!)).toEqual({ items: ['a', 'b'] });
  });

  it('are said to be a part only, when the query saw a part only', async () => {
    const { note } = await show({ items, total: 18, next: { page: 2 }, note: 'There is more: ask for page 2.' }, '[?on]');
    expect(note).toBe('query saw only 2 rows of 18. There is more: ask for page 2.');
    expect(await show({ items: [1], note: 'Maybe.' }, '@')).toMatchObject({ note: 'query saw only 1 row. Maybe.' });
  });
});

describe('a query that is wrong', () => {
  it('is refused with the place in question', async () => {
    await expect(show({ items }, '[?on = `true`]\n.name')).rejects.toMatchObject({
      code: 'ERR_TOOL_INPUT',
      message: 'query is not a valid JMESPath expression: to compare, write ==, at character 6',
      hint: expect.stringMatching(/^\[\?on = `true`\] \.name\n {5}\^\n/) as string,
    });
  });

  it('is refused before there is anything to apply it to', async () => {
    await expect(openQuery({ query: '[?' })).rejects.toMatchObject({ code: 'ERR_TOOL_INPUT' });
    expect([await openQuery({}), await openQuery({ query: null }), await openQuery(undefined)]).toEqual([undefined, undefined, undefined]);
  });

  it('is refused when it is too long or asks for too much', async () => {
    await expect(show({ items }, 'a'.repeat(1_001))).rejects.toMatchObject({
      message: 'query has 1001 characters; 1000 are allowed',
    });
    const greedy = Array.from({ length: 60 }, () => '[@,@]').join('|');
    await expect(show({ items }, greedy)).rejects.toMatchObject({
      code: 'ERR_TOOL_INPUT',
      message: 'query was given up: it asks for too much work',
    });
  });

  it('never fails in a way that nobody foresaw', async () => {
    const token = fc.constantFrom(
      '[',
      ']',
      '[]',
      '[?',
      '*',
      '.',
      '@',
      '&',
      '|',
      '||',
      '&&',
      '!',
      '(',
      ')',
      '{',
      '}',
      ':',
      ',',
      'a',
      'name',
      '"b"',
      '`1`',
      "'x'",
      '-1',
      '0',
      '==',
      '<',
      'length(',
      'sort_by(',
      ' ',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join('')),
          fc.string(),
        ),
        async (expression) => {
          const outcome = await show({ items }, expression).catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'ERR_TOOL_INPUT' });
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
