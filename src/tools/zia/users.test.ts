import { describe, expect, it } from 'vitest';
import { Page } from '../paging.ts';
import { runTool } from '../run-tool.fixture.ts';

const base = '/zia/api/v1';
const groups = (count: number, name: string) => Array.from({ length: count }, (_, id) => ({ id, name }));

describe('people of ZIA', () => {
  it.each([
    ['get_zia_users', { user_id: '7', name: 'x' }, `${base}/users/7`],
    ['get_zia_user_groups', { group_id: '7', name: 'x' }, `${base}/groups/7`],
    ['get_zia_user_departments', { department_id: '7' }, `${base}/departments/7`],
    ['get_zia_user_departments', { department_id: '7', action: 'read_lite' }, `${base}/departments/lite/7`],
  ])('%s asks for one record when it is given an ID', async (name, input, path) => {
    const { sent, result } = await runTool(name, input, [{ id: 7 }]);
    expect(sent).toMatchObject([{ method: 'GET', path, query: undefined }]);
    expect(result).toEqual({ id: 7 });
  });

  it.each([
    [
      'get_zia_users',
      { name: 'a', dept: 'b', group: 'c', page: 2, page_size: 5 },
      '/users',
      { name: 'a', dept: 'b', group: 'c', page: 2, pageSize: 5 },
    ],
    [
      'get_zia_user_groups',
      { search: 'a', defined_by: 'b', page: 2, page_size: 5, sort_by: 'mod_time', sort_order: 'asc' },
      '/groups',
      { search: 'a', definedBy: 'b', page: 2, pageSize: 5, sortBy: 'mod_time', sortOrder: 'asc' },
    ],
    [
      'get_zia_user_departments',
      { search: 'a', limit_search: true, page: 2, page_size: 5, sort_by: 'id', sort_order: 'desc' },
      '/departments',
      { search: 'a', limitSearch: true, page: 2, pageSize: 5, sortBy: 'id', sortOrder: 'desc' },
    ],
  ])('%s passes its filters on and names the next page', async (name, input, path, query) => {
    const { sent, result } = await runTool(name, input, [groups(5, 'x')]);
    expect(sent).toMatchObject([{ method: 'GET', path: base + path, query }]);
    expect((result as Page).next).toEqual({ page: 3 });
  });

  it('get_zia_users sends nothing that was not given', async () => {
    const { sent } = await runTool('get_zia_users', {}, [[]]);
    expect(sent[0]?.query).toBeUndefined();
  });

  it('get_zia_user_groups finds a name beyond the first page', async () => {
    const { sent, result } = await runTool('get_zia_user_groups', { name: 'pil' }, [
      groups(1_000, 'Crew'),
      [
        { id: 5, name: 'Harbor Pilots' },
        { id: 6, name: 'Crew' },
      ],
    ]);
    expect(sent.map(({ query }) => query)).toEqual([
      { page: 1, pageSize: 1_000 },
      { page: 2, pageSize: 1_000 },
    ]);
    expect(result).toMatchObject({ items: [{ id: 5 }], note: undefined });
  });

  it('get_zia_user_groups says so when it stops before the last page', async () => {
    const { sent, result } = await runTool('get_zia_user_groups', { name: 'pil' }, [groups(1_000, 'Crew')]);
    expect(sent).toHaveLength(20);
    expect((result as Page).note).toContain('Only the first 20000 groups');
  });
});

describe('Shadow IT', () => {
  it('marks applications by number', async () => {
    const input = { sanction_state: 'unsanctioned', application_ids: ['12', '13'], custom_tag_ids: ['4'] };
    const { sent, result } = await runTool('zia_bulk_update_shadow_it_apps', input, [null]);
    expect(sent).toMatchObject([
      {
        method: 'PUT',
        path: `${base}/cloudApplications/bulkUpdate`,
        body: { sanctionedState: 'UN_SANCTIONED', applicationIds: [12, 13], customTags: [{ id: 4 }] },
      },
    ]);
    expect(result).toMatchObject({ success: true });
  });
  it('marks nothing when no application is named', async () => {
    const { sent, error } = await runTool('zia_bulk_update_shadow_it_apps', { sanction_state: 'any' }, [null]);
    expect(sent).toEqual([]);
    expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT' });
  });
  it('names the next page of applications by its own input', async () => {
    const { result } = await runTool('zia_list_shadow_it_apps', { page_number: 3, limit: 2 }, [[{ id: 1 }, { id: 2 }]]);
    expect(result).toMatchObject({ next: { page_number: 4 }, note: expect.stringContaining('page_number 4') as string });
    expect((await runTool('zia_list_shadow_it_apps', {}, [[{ id: 1 }]])).result).toMatchObject({ next: undefined });
  });
});
