import { describe, expect, it } from 'vitest';
import { ZscalerMcpError } from '../../common/errors.ts';
import { runTool } from '../run-tool.fixture.ts';
import { covers } from './url-match.ts';

const base = '/zia/api/v1/urlCategories';
const custom = {
  id: 'CUSTOM_36',
  configuredName: 'Ports',
  customCategory: true,
  superCategory: 'USER_DEFINED',
  urls: ['.a.example'],
  description: 'Kept',
};
const finance = { id: 'FINANCE', customCategory: false, urls: [], dbCategorizedUrls: ['bank.example'] };
const notFound = Object.assign(new ZscalerMcpError('ERR_CLOUD_ANSWER', 'no such thing'), { status: 404 });
const broken = Object.assign(new ZscalerMcpError('ERR_CLOUD_ANSWER', 'out of order'), { status: 500 });

describe('custom URL categories', () => {
  it('are created as such, without what was not given', async () => {
    const input = { configured_name: 'Ports', super_category: 'USER_DEFINED', advanced: { db_categorized_urls: ['x.example'] } };
    const { sent } = await runTool('zia_create_url_category', input, [custom]);
    expect(sent).toMatchObject([{ method: 'POST', path: base }]);
    expect(sent[0]?.body).toEqual({
      type: 'URL_CATEGORY',
      customCategory: true,
      superCategory: 'USER_DEFINED',
      configuredName: 'Ports',
      dbCategorizedUrls: ['x.example'],
    });
  });

  it('keep what an update does not mention', async () => {
    const { lines, sent } = await runTool('zia_update_url_category', { category_id: 'CUSTOM_36', urls: ['b.example'] }, [custom, custom]);
    expect(lines).toEqual([`GET ${base}/CUSTOM_36`, `PUT ${base}/CUSTOM_36`]);
    expect(sent[1]?.body).toEqual({ ...custom, urls: ['b.example'] });
  });

  it.each([
    ['zia_add_urls_to_category', 'ADD_TO_LIST'],
    ['zia_remove_urls_from_category', 'REMOVE_FROM_LIST'],
  ])('are sent with their configured name by %s, given or looked up', async (name, action) => {
    const edit = { category_id: 'CUSTOM_36', urls: ['b.example'] };
    const put = { query: { action }, body: { configuredName: 'Ports', urls: ['b.example'] } };
    const read = await runTool(name, edit, [custom, custom]);
    expect(read.lines).toEqual([`GET ${base}/CUSTOM_36`, `PUT ${base}/CUSTOM_36`]);
    expect(read.sent[1]).toMatchObject(put);
    const told = await runTool(name, { ...edit, configured_name: 'Ports' }, [custom]);
    expect(told.lines).toEqual([`PUT ${base}/CUSTOM_36`]);
    expect(told.sent[0]).toMatchObject(put);
    const nameless = await runTool(name, { ...edit, category_id: 'FINANCE' }, [finance, finance]);
    expect(nameless.sent[1]?.body).toEqual({ urls: ['b.example'] });
  });

  it('take no other lists in advanced', async () => {
    const unknown = await runTool('zia_update_url_category', { category_id: 'CUSTOM_36', advanced: { db_categorised_urls: [] } }, [custom]);
    expect(unknown.error).toMatchObject({ message: 'advanced.db_categorised_urls is unknown, did you mean "dbCategorizedUrls"?' });
    const untidy = await runTool('zia_update_url_category', { category_id: 'CUSTOM_36', advanced: { db_categorized_urls: 'a' } }, [custom]);
    expect(untidy.error).toMatchObject({ message: 'advanced.db_categorized_urls must be a list of texts' });
    expect([...unknown.sent, ...untidy.sent]).toEqual([]);
  });

  it.each([
    ['zia_update_url_category', { category_id: 'FINANCE', urls: [] }],
    ['zia_delete_url_category', { category_id: 'FINANCE' }],
  ])('are told from predefined ones: %s', async (name, input) => {
    const { lines, error } = await runTool(name, input, [finance]);
    expect(lines).toEqual([`GET ${base}/FINANCE`]);
    expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT', message: expect.stringContaining('nothing was changed') as string });
  });

  it('are deleted once they are known to be custom', async () => {
    const { lines, result } = await runTool('zia_delete_url_category', { category_id: 'CUSTOM_36' }, [custom, null]);
    expect(lines).toEqual([`GET ${base}/CUSTOM_36`, `DELETE ${base}/CUSTOM_36`]);
    expect(result).toMatchObject({ success: true });
  });
});

describe('predefined URL categories', () => {
  it('are read by ID', async () => {
    const { lines, result } = await runTool('zia_get_url_category_predefined', { name: 'FINANCE' }, [finance]);
    expect([lines, result]).toEqual([[`GET ${base}/FINANCE`], finance]);
  });

  it.each(['finance', 'Money Matters'])('are looked for in the list when %s is no ID', async (name) => {
    const answers = name === 'finance' ? [notFound, [custom, finance]] : [[custom, { ...finance, configuredName: 'money matters' }]];
    const { lines, result } = await runTool('zia_get_url_category_predefined', { name }, answers);
    expect(lines.at(-1)).toBe(`GET ${base}`);
    expect(result).toMatchObject({ id: 'FINANCE' });
  });

  it('change under their own ID and keep the rest', async () => {
    const { lines, sent } = await runTool('zia_update_url_category_predefined', { name: 'finance', keywords: ['loan'] }, [
      notFound,
      [finance],
      finance,
    ]);
    expect(lines.at(-1)).toBe(`PUT ${base}/FINANCE`);
    expect(sent.at(-1)?.body).toEqual({ ...finance, keywords: ['loan'] });
  });

  it.each([
    ['a custom one', 'CUSTOM_36', [custom], /of the tenant's own, not a predefined one/],
    ['a name that nothing bears', 'FINANC', [notFound, [finance]], /"FINANC", did you mean "FINANCE"\?/],
    ['a failure that is no "not found"', 'FINANCE', [broken, [finance]], /out of order/],
  ])('are not guessed: %s', async (_what, name, answers, message) => {
    const { sent, error } = await runTool('zia_update_url_category_predefined', { name, keywords: ['loan'] }, answers);
    expect(error).toMatchObject({ message: expect.stringMatching(message) as string });
    expect(sent.some(({ method }) => method === 'PUT')).toBe(false);
  });
});

describe('the list of URL categories', () => {
  it('is searched here by name and by URL', async () => {
    const { sent, result } = await runTool(
      'zia_list_url_categories',
      { search: 'port', contains_url: 'https://www.a.example/x', custom_only: true },
      [[custom, finance]],
    );
    expect(sent[0]?.query).toEqual({ customOnly: true });
    expect(result).toMatchObject({
      items: [{ ...custom, _url_match: { url: 'https://www.a.example/x', matched: [{ field: 'urls', entry: '.a.example' }] } }],
    });
    const db = await runTool('zia_list_url_categories', { contains_url: 'bank.example' }, [[custom, finance]]);
    expect(db.result).toMatchObject({ items: [{ id: 'FINANCE' }] });
  });

  it.each([
    ['.a.example', 'a.example', true],
    ['a.example', 'WWW.A.example:8443', true],
    ['a.example', 'aa.example', false],
    ['a.example/x', 'https://a.example/x/y?z', true],
    ['a.example/x', 'a.example/xy', false],
    ['', 'a.example', false],
  ])('takes the entry %j to cover %j: %s', (entry, url, isCovered) => {
    expect(covers(entry, url)).toBe(isCovered);
  });
});

describe('zia_url_lookup', () => {
  it('asks for 100 at a time and returns all rows', async () => {
    const urls = Array.from({ length: 201 }, (_, at) => `${at}.example`);
    const { sent, result } = await runTool('zia_url_lookup', { urls }, [[{ url: 1 }], [{ url: 2 }], [{ url: 3 }]]);
    expect(sent.map(({ method, path, body, isRead }) => [method, path, (body as unknown[]).length, isRead])).toEqual([
      ['POST', '/zia/api/v1/urlLookup', 100, true],
      ['POST', '/zia/api/v1/urlLookup', 100, true],
      ['POST', '/zia/api/v1/urlLookup', 1, true],
    ]);
    expect(result).toMatchObject({ items: [{ url: 1 }, { url: 2 }, { url: 3 }], note: undefined });
  });
});
