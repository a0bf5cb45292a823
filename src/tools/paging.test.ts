import { describe, expect, it } from 'vitest';
import { readPage, type Paging } from './paging.ts';

const array: Paging = { kind: 'array', usualSize: 3 };
const pages: Paging = { kind: 'pages', items: 'list', total: 'totalCount', pages: 'totalPages' };
const offset: Paging = { kind: 'offset', items: 'records', totals: ['results_total', 'totalRecord'], link: 'next_link' };

describe('a bare array', () => {
  it('is whole when it does not fill a page', () => {
    expect(readPage(array, [1, 2], {})).toMatchObject({ items: [1, 2], note: undefined });
  });
  it('may not be whole when it fills a page, and says so', () => {
    expect(readPage(array, [1, 2, 3], {}).note).toBe(
      'Exactly 3 rows, a full page of this API: there may be more. Narrow the list to see the rest.',
    );
  });
  it('may be one object, or nothing', () => {
    expect(readPage(array, { id: 1 }, {}).items).toEqual([{ id: 1 }]);
    expect(readPage(array, null, {}).items).toEqual([]);
  });
  it('names the next page where the tool takes one', () => {
    expect(readPage(array, [1, 2, 3], {}, { page: {} })).toMatchObject({
      next: { page: 2 },
      note: 'There may be more: page 1 is full with 3 rows. Call again with the same inputs and page 2; an empty page means that this was the last.',
    });
    expect(readPage(array, [1], { page: 4, page_size: 1 }, { page: {} }).next).toEqual({ page: 5 });
  });
  it('ends where a page is not full', () => {
    expect(readPage(array, [1, 2, 3], { page_size: 5 }, { page: {} })).toMatchObject({ next: undefined, note: undefined });
    expect(readPage(array, [], { page: 2 }, { page: {} })).toMatchObject({ items: [], next: undefined });
  });
});

describe('numbered pages', () => {
  it('say where they stand and which one is next', () => {
    const page = readPage(pages, { totalPages: '3', totalCount: '45', list: [1, 2] }, {});
    expect(page).toMatchObject({ items: [1, 2], total: 45, next: { page: 2 }, envelope: { totalPages: '3', totalCount: '45' } });
    expect(page.note).toBe(
      'There is more: this is page 1 of 3, 2 rows of 45. Call again with the same inputs and page 2 for the next ones.',
    );
  });
  it('end with the last one', () => {
    expect(readPage(pages, { totalPages: '3', totalCount: '45', list: [1] }, { page: 3 })).toMatchObject({
      next: undefined,
      note: undefined,
      total: 45,
    });
  });
  it('have no rows when the API leaves the list out', () => {
    expect(readPage(pages, { totalPages: '0', totalCount: '0' }, {})).toMatchObject({ items: [], total: 0, next: undefined });
  });
  it('do not repeat a total that the rows contradict', () => {
    expect(readPage(pages, { totalPages: '1', totalCount: '0', list: [1] }, {}).total).toBeUndefined();
  });
  it('keep what the API adds around the rows', () => {
    expect(readPage(pages, { list: [], tomorrow: 1 }, {}).envelope).toEqual({ tomorrow: 1 });
  });
});

describe('offsets', () => {
  it('come from the link, whose host is not believed', () => {
    const page = readPage(
      offset,
      { pageOffset: 0, results_total: 218, next_link: 'https://evil.example/admin?offset=100', records: [1] },
      {},
    );
    expect(page).toMatchObject({ total: 218, next: { offset: 100 } });
    expect(page.note).not.toContain('evil');
  });
  it('are counted where there is no link', () => {
    expect(readPage(offset, { totalRecord: 5, records: [1, 2] }, { offset: 2 }).next).toEqual({ offset: 4 });
    expect(readPage(offset, { totalRecord: 4, records: [1, 2] }, { offset: 2 }).next).toBeUndefined();
  });
  it('lead nowhere past the end', () => {
    expect(readPage(offset, { totalRecord: 5, pageOffset: 3, records: [] }, { offset: 3 }).next).toBeUndefined();
    expect(readPage(offset, { totalRecord: 5, pageOffset: 9, records: [] }, { offset: 9 }).next).toBeUndefined();
  });
});

it.each([
  [array, 'OK'],
  [pages, 'OK'],
  [pages, { list: 'x' }],
  [offset, 7],
] as const)('no list is an error: %j %j', (paging, answer) => {
  expect(() => readPage(paging, answer, {})).toThrow(expect.objectContaining({ code: 'ERR_CLOUD_ANSWER' }) as Error);
});
