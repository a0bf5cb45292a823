import { describe, expect, it } from 'vitest';
import { runTool } from './run-tool.fixture.ts';
import { catalogue } from './catalogue.ts';
import { bindCall, type Send } from './bind-call.ts';
import { Page } from './paging.ts';

const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => ({ id: from + at, name: `row ${from + at}` }));
const zpaPage = (number: number, pages: number) => ({
  totalPages: String(pages),
  totalCount: String(pages * 2),
  list: rows(number * 2 - 1, number * 2),
});

/** Runs a tool with `all` and collects what it tells. */
async function gather(name: string, input: Record<string, unknown>, send: Send) {
  const tool = catalogue.find((candidate) => candidate.name === name)!;
  const told: unknown[] = [];
  const call = bindCall(tool, send, { customerId: '7' });
  const result = (await tool.run(call, tool.parse({ all: true, ...input }), (step) => told.push(step))) as Page;
  return { result, told };
}

describe('all', () => {
  it('follows the pages to the last one, in large steps, and tells after each', async () => {
    const asked: unknown[] = [];
    const { result, told } = await gather('zpa_list_segment_groups', { search: 'x' }, ({ query = {} }) => {
      asked.push(query);
      return Promise.resolve(zpaPage(Number(query['page'] ?? 1), 3));
    });
    expect(asked).toEqual([
      { search: 'name+EQ+x', pagesize: 500 },
      { search: 'name+EQ+x', pagesize: 500, page: 2 },
      { search: 'name+EQ+x', pagesize: 500, page: 3 },
    ]);
    expect(result).toMatchObject({ items: rows(1, 6), total: 6, next: undefined, note: undefined });
    expect(told).toEqual([
      { progress: 2, total: 6, message: 'page 1: 2 rows so far' },
      { progress: 4, total: 6, message: 'page 2: 4 rows so far' },
      { progress: 6, total: 6, message: 'page 3: 6 rows so far' },
    ]);
  });

  it('keeps the page size that was asked for, and begins at the page that was', async () => {
    const { sent, result } = await runTool('zpa_list_segment_groups', { all: true, page: 2, page_size: 2 }, [zpaPage(2, 3), zpaPage(3, 3)]);
    expect(sent.map(({ query }) => query)).toEqual([
      { page: 2, pagesize: 2 },
      { page: 3, pagesize: 2 },
    ]);
    expect(result).toMatchObject({ items: rows(3, 6) });
  });

  it('stops at the limit, and says how to go on', async () => {
    const { result } = await gather('zpa_list_segment_groups', {}, ({ query = {} }) =>
      Promise.resolve(zpaPage(Number(query['page'] ?? 1), 1_000)),
    );
    expect(result.items).toHaveLength(200);
    expect(result).toMatchObject({
      total: 2_000,
      next: { page: 101 },
      note: 'all stopped after 100 pages with 200 rows; the limits are 100 pages and 20000 rows. Continue with all and {"page":101}, or narrow the list.',
    });
  });

  it('does not turn in a circle when the cloud gives the same page again', async () => {
    const { result, told } = await gather('zpa_list_segment_groups', {}, () => Promise.resolve(zpaPage(1, 3)));
    expect(result.items).toEqual(rows(1, 2));
    expect(told).toHaveLength(1);
    expect(result).toMatchObject({
      total: 6,
      next: undefined,
      note: expect.stringMatching(/^These are 2 rows of 6: the API gave no more/) as string,
    });
  });

  it('says when the cloud counts more rows than it gives', async () => {
    const pages = [zpaPage(1, 3), { ...zpaPage(2, 3), list: [] }];
    const { result } = await runTool('zpa_list_segment_groups', { all: true }, pages);
    expect(result).toMatchObject({ items: rows(1, 2), total: 6, note: expect.stringContaining('2 rows of 6') as string });
  });

  it('follows the words of Digital Experience, and rows of the attack surface by their number', async () => {
    const users = await runTool('zdx_list_application_users', { app_id: '1', all: true }, [
      { users: rows(1, 2), next_offset: 'b3' },
      { users: rows(3, 3), next_offset: null },
    ]);
    expect(users.sent.map(({ query }) => query)).toEqual([undefined, { offset: 'b3' }]);
    expect(users.result).toMatchObject({ items: rows(1, 3), next: undefined, note: undefined });
    const findings = await runTool('zeasm_list_findings', { org_id: 'o', all: true }, [
      { results: rows(1, 2), total_results: 3 },
      { results: rows(3, 3), total_results: 3 },
    ]);
    expect(findings.sent.map(({ query }) => query)).toEqual([undefined, { offset: 2 }]);
    expect(findings.result).toMatchObject({ items: rows(1, 3), total: 3, note: undefined });
  });

  it('asks bare arrays by page where the tool has no input for it', async () => {
    const { sent, result } = await runTool('zia_list_rule_labels', { all: true }, [rows(1, 1_000), rows(1_001, 2_000), rows(2_001, 2_003)]);
    expect(sent.map(({ query }) => query)).toEqual([1, 2, 3].map((page) => ({ page, pageSize: 1_000 })));
    expect(result).toMatchObject({ items: rows(1, 2_003), note: undefined, next: undefined });
  });

  it('takes an array that is longer than a page for the whole list', async () => {
    const { sent, result } = await runTool('zia_list_rule_labels', { all: true }, [rows(1, 1_500)]);
    expect(sent).toHaveLength(1);
    expect(result).toMatchObject({ items: rows(1, 1_500), note: undefined });
  });

  it('searches every row where the tool searches itself', async () => {
    const { result } = await runTool('zia_list_sandbox_rules', { all: true, search: 'row 1000' }, [rows(1, 1_000), rows(1_001, 1_002)]);
    expect(result).toMatchObject({ items: [{ id: 1_000, name: 'row 1000' }], note: undefined });
  });

  it('sends neither itself nor the query to the cloud, and is mentioned where there is more', async () => {
    const { sent, result } = await runTool('get_zia_users', { query: '[].name', name: 'x' }, [rows(1, 100)]);
    expect(sent.map(({ query }) => query)).toEqual([{ name: 'x' }]);
    expect(result).toMatchObject({ note: expect.stringMatching(/ all: true gets every page\.$/) as string });
  });

  it('leaves a single record alone', async () => {
    expect((await runTool('get_zia_users', { user_id: '5', all: true }, [{ id: 5 }])).result).toEqual({ id: 5 });
  });

  it('ends with the call when a page fails', async () => {
    const { error } = await runTool('zpa_list_segment_groups', { all: true }, [zpaPage(1, 3), new Error('cut')]);
    expect(error).toMatchObject({ message: 'cut' });
  });
});
