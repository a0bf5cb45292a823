import { describe, expect, it } from 'vitest';
import { runTool } from '../run-tool.fixture.ts';

const present = {
  id: '5',
  name: 'Old',
  tcpPortRanges: ['80', '80'],
  tcpPortRange: [{ from: '80', to: '80' }],
  udpPortRange: [{ from: '53', to: '53' }],
};

async function bodyOf(change: Record<string, unknown>, record: unknown = present): Promise<unknown> {
  const { sent, error } = await runTool('zpa_update_application_segment', { segment_id: '5', ...change }, [record, null]);
  if (error) throw error as Error;
  return sent.at(-1)?.body;
}

describe('the ports of a segment', () => {
  it('are sent back in one of the two forms in which they are shown', async () => {
    const { tcpPortRange: _, ...rest } = present;
    expect(await bodyOf({ name: 'New' })).toEqual({ ...rest, name: 'New' });
  });

  it('are replaced in both forms, whichever is given', async () => {
    const { tcpPortRange: _, ...flat } = present;
    expect(await bodyOf({ tcp_port_ranges: ['1', '2'] })).toEqual({ ...flat, tcpPortRanges: ['1', '2'] });
    const { tcpPortRanges: __, ...pairs } = present;
    const tcp_port_range = [{ from: '1', to: '2' }];
    expect(await bodyOf({ advanced: { tcp_port_range } })).toEqual({ ...pairs, tcpPortRange: tcp_port_range });
  });

  it('may be removed for one protocol, but not for both', async () => {
    expect(await bodyOf({ tcp_port_ranges: [] })).toMatchObject({ tcpPortRanges: [], udpPortRange: present.udpPortRange });
    await expect(bodyOf({ tcp_port_ranges: [], udp_port_ranges: [] })).rejects.toMatchObject({ code: 'ERR_TOOL_INPUT' });
  });

  it('are not required when another field of a segment without ports is changed', async () => {
    expect(await bodyOf({ name: 'New' }, { id: '5', name: 'Old' })).toEqual({ id: '5', name: 'New' });
  });
});

describe('the consoles of a segment', () => {
  it('are looked for on every page', async () => {
    const page = (id: string) => ({ totalPages: '2', list: [{ id, appId: '5', domain: `${id}.example` }] });
    const input = { segment_id: '5', common_apps_dto: { apps_config: [{ domain: 'two.example' }] } };
    const { sent } = await runTool('zpa_update_application_segment_pra', input, [present, page('one'), page('two'), null]);
    expect(sent.map(({ query }) => query?.['page'])).toEqual([undefined, 1, 2, undefined]);
    expect(sent[3]?.body).toMatchObject({ commonAppsDto: { appsConfig: [{ praAppId: 'two' }], deletedPraApps: ['one'] } });
  });
});
