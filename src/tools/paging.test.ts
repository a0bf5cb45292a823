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

describe('the counters of an envelope', () => {
  const nested: Paging = { kind: 'pages', items: 'nodes', counters: 'pageInfo', total: 'totalCount', pages: 'totalPages' };
  const countersOf = (paging: Paging, answer: unknown) => readPage(paging, answer, {}).counters;

  it('are known, and are kept where the total is not believed', () => {
    expect(countersOf(pages, { totalPages: '1', totalCount: '2', list: [1, 2], usage: 7 })).not.toContain('usage');
    expect(countersOf(pages, { totalPages: '1', totalCount: '2', list: [1, 2] })).toEqual(
      expect.arrayContaining(['totalCount', 'totalPages']),
    );
    expect(countersOf(pages, { totalPages: '0', totalCount: '0', list: [1, 2] })).toEqual([]);
    expect(countersOf(offset, { results_total: 2, records: [1, 2], next_link: '' })).toContain('results_total');
    expect(countersOf(array, [1, 2])).toEqual([]);
  });

  it('are kept together with what the cloud adds to them', () => {
    const pageInfo = { pageNumber: 1, pageSize: 20, totalCount: 2, totalPages: 1 };
    expect(countersOf(nested, { nodes: [1, 2], pageInfo })).toEqual(['pageInfo']);
    expect(countersOf(nested, { nodes: [1, 2], pageInfo: { ...pageInfo, isComplete: false } })).toEqual([]);
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

describe('pages in other shapes', () => {
  const fromZero: Paging = { kind: 'pages', items: 'content', total: 'totalElements', pages: 'totalPages', first: 0 };
  const nodes: Paging = {
    kind: 'pages',
    items: 'nodes',
    counters: 'pageInfo',
    total: 'totalCount',
    pages: 'totalPages',
    input: 'page_num',
  };
  const cursor: Paging = { kind: 'cursor', items: ['devices', 'users'], next: 'next_offset' };
  const whole: Paging = { kind: 'whole', items: 'results', total: 'total_results' };

  it('count from zero where the API does', () => {
    const answer = { content: [1, 2], totalElements: 3, totalPages: 2 };
    expect(readPage(fromZero, answer, {})).toMatchObject({ total: 3, next: { page: 1 } });
    expect(readPage(fromZero, answer, {}).note).toContain('page 0 of 2 (the first is page 0)');
    expect(readPage(fromZero, { ...answer, content: [3] }, { page: 1 })).toMatchObject({ items: [3], next: undefined, note: undefined });
  });
  it('find their counters in a member of the envelope, and the page under a name of its own', () => {
    const pageInfo = { pageNumber: 1, totalCount: 40, totalPages: 2 };
    expect(readPage(nodes, { nodes: [1], pageInfo }, {})).toMatchObject({ total: 40, next: { page_num: 2 }, envelope: { pageInfo } });
    expect(readPage(nodes, { nodes: [1], pageInfo }, { page_num: 2 }).next).toBeUndefined();
    expect(readPage(nodes, { nodes: [1] }, {})).toMatchObject({ items: [1], total: undefined, next: undefined });
  });
  it('go on from a word of the API, where the tool takes it', () => {
    expect(readPage(cursor, { users: [1], next_offset: 'abc' }, {}, { offset: {} })).toMatchObject({ items: [1], next: { offset: 'abc' } });
    expect(readPage(cursor, { users: [1], next_offset: 'abc' }, {}).note).toBe(
      'There is more than this row: narrow the list to see the rest.',
    );
    for (const end of [null, '', undefined])
      expect(readPage(cursor, { devices: [1], next_offset: end }, {}, { offset: {} })).toMatchObject({ next: undefined, note: undefined });
    expect(readPage(cursor, [1, 2], {}).items).toEqual([1, 2]);
    expect(() => readPage(cursor, { other: [] }, {})).toThrow('a list was expected');
  });
  it('go on while pages do not add up to the total', () => {
    const counted: Paging = { kind: 'numbered', items: 'rows', total: 'totalCount' };
    expect(readPage(counted, { rows: [1, 2], totalCount: 5 }, { page_size: 2 })).toMatchObject({ total: 5, next: { page: 2 } });
    expect(readPage(counted, { rows: [5], totalCount: 5 }, { page: 3, page_size: 2 })).toMatchObject({ next: undefined, note: undefined });
    expect(readPage(counted, { rows: [1, 2], totalCount: 2 }, {}).next).toBeUndefined();
  });
  it('say when the rest cannot be had', () => {
    expect(readPage(whole, { results: [1], total_results: 1 }, {})).toMatchObject({ items: [1], total: 1, note: undefined });
    expect(readPage(whole, { results: [1], total_results: 9 }, {}).note).toContain('This is 1 row of 9');
    expect(readPage(whole, { results: [1, 2] }, { limit: 2 }).note).toBe('Exactly the limit of 2 rows: there may be more.');
    expect(readPage(whole, { results: null }, { limit: 2 })).toMatchObject({ items: [], note: undefined });
  });
});
