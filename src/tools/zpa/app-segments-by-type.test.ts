import { expect, it } from 'vitest';
import { runTool } from '../run-tool.fixture.ts';

it('says how to get the remaining applications of a type, and gets them all', async () => {
  const page = (number: string) => ({ totalPages: '3', totalCount: '3', list: [{ id: number }] });
  const { result } = await runTool('get_zpa_app_segments_by_type', { application_type: 'INSPECT' }, [page('1')]);
  expect(result).toMatchObject({ items: [{ id: '1' }], total: 3, next: { page: 2 } });
  const everything = await runTool('get_zpa_app_segments_by_type', { application_type: 'INSPECT', all: true }, ['1', '2', '3'].map(page));
  expect(everything.result).toMatchObject({ items: [{ id: '1' }, { id: '2' }, { id: '3' }], next: undefined, note: undefined });
  expect(everything.sent.map(({ query }) => [query?.['page'], query?.['pagesize']])).toEqual([
    [undefined, 500],
    [2, 500],
    [3, 500],
  ]);
});
