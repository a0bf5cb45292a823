import { expect, it } from 'vitest';
import { runTool } from '../run-tool.fixture.ts';

it('tells how to see the rest of the applications of a type, since no page can be asked for', async () => {
  const answer = { totalPages: '3', totalCount: '41', list: [{ id: '1' }] };
  const { result } = await runTool('get_zpa_app_segments_by_type', { application_type: 'INSPECT' }, [answer]);
  expect(result).toMatchObject({ items: answer.list, total: 41, next: undefined, note: expect.stringContaining('page_size') as string });
});
