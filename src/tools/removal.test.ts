import { describe, expect, it } from 'vitest';
import { catalogue, Page, readRemoval } from './index.ts';
import type { Tool } from './tool.ts';

const find = (name: string): Tool | undefined => catalogue.find((tool) => tool.name === name);

async function show(name: string, input: Record<string, unknown>, answer: (tool: string, args: unknown) => unknown) {
  const asked: [string, unknown][] = [];
  const tool = find(name)!;
  const records = await readRemoval(tool, tool.parse(input), find, (shower, args) => {
    asked.push([shower.name, args]);
    return Promise.resolve(answer(shower.name, args));
  });
  return { asked, records };
}

describe('what a call would remove', () => {
  it('is read by its ID', async () => {
    const { asked, records } = await show('zpa_delete_segment_group', { group_id: '7', microtenant_id: '3' }, () => ({
      id: '7',
      name: 'Berlin',
    }));
    expect(asked).toEqual([['zpa_get_segment_group', { group_id: '7', microtenant_id: '3' }]]);
    expect(records).toEqual([{ id: '7', name: 'Berlin' }]);
  });

  it('is found in a list, where there is no tool for one record', async () => {
    const rows = new Page({
      items: [
        { id: 5, name: 'other' },
        { id: 7n, name: 'mine' },
      ],
    });
    const tool = { ...find('zia_delete_rule_label')!, shownBy: 'zia_list_rule_labels' };
    const records = await readRemoval(tool, tool.parse({ label_id: '7' }), find, () => Promise.resolve(rows));
    expect(records).toEqual([{ id: '7', name: 'mine' }]);
  });

  it('has no name where the record shows none', async () => {
    const { records } = await show('zpa_delete_segment_group', { group_id: '7' }, () => ({ id: '7', name: '' }));
    expect(records).toEqual([{ id: '7', name: null }]);
  });

  it('is each record of a list of IDs', async () => {
    const bulk = find('zpa_bulk_delete_app_connectors')!;
    const asked: unknown[] = [];
    const ids = Array.from({ length: 22 }, (_, at) => String(at));
    const records = await readRemoval(bulk, bulk.parse({ connector_ids: ids }), find, (_tool, args) => {
      asked.push(args);
      return Promise.resolve({ name: `connector ${asked.length - 1}` });
    });
    expect(asked).toHaveLength(20);
    expect(asked[1]).toEqual({ connector_id: '1' });
    expect(records).toHaveLength(22);
    expect([records[1], records[21]]).toEqual([
      { id: '1', name: 'connector 1' },
      { id: '21', name: null },
    ]);
  });

  it('is the entries that a list loses', async () => {
    const { records } = await show('zia_delete_atp_malicious_urls', { malicious_urls: ['a.example', 'b.example'] }, () => ({
      maliciousUrls: [],
    }));
    expect(records).toEqual([
      { id: 'a.example', name: null },
      { id: 'b.example', name: null },
    ]);
  });

  it('is the category that URLs are taken from', async () => {
    const input = { category_id: 'CUSTOM_01', configured_name: 'x', urls: ['a.example'] };
    const { records } = await show('zia_remove_urls_from_category', input, () => ({ id: 'CUSTOM_01', configuredName: 'Partners' }));
    expect(records).toEqual([{ id: 'CUSTOM_01', name: 'Partners' }]);
  });

  it('is a record below another', async () => {
    const { records } = await show('zdx_delete_deeptrace', { device_id: '1', trace_id: '2' }, () => ({
      trace_details: { session_name: 'Now' },
    }));
    expect(records).toEqual([{ id: '2', name: 'Now' }]);
  });

  it('is a tunnel, and the address that goes with it', async () => {
    const input = { tunnel_id: '1', static_ip_id: '2' };
    const { asked, records } = await show('zia_delete_gre_tunnel', input, () => ({ id: 1, sourceIp: '192.0.2.1' }));
    expect(asked).toEqual([['zia_get_gre_tunnel', { tunnel_id: '1' }]]);
    expect(records).toEqual([
      { id: '1', name: '192.0.2.1' },
      { id: '2', name: null },
    ]);
  });

  it('cannot be told when it cannot be read', async () => {
    await expect(
      show('zpa_delete_segment_group', { group_id: '7' }, () => {
        throw new Error('not found');
      }),
    ).rejects.toThrow('not found');
  });
});

it('whatever deletes, or takes away for good, is confirmed', () => {
  const confirmed = catalogue.filter(({ isConfirmed }) => isConfirmed);
  expect(confirmed.filter(({ action }) => action !== 'delete').map(({ name }) => name)).toEqual(['zia_remove_urls_from_category']);
  expect(catalogue.filter(({ action, isConfirmed }) => action === 'delete' && !isConfirmed)).toEqual([]);
  const words = /_(?:delete|remove|purge|wipe|clear|revoke)_/;
  expect(catalogue.filter(({ name, isConfirmed }) => words.test(name) && !isConfirmed).map(({ name }) => name)).toEqual([]);
});
