/** Each tool of the smaller products answers something sensible on the demo tenant, through our own client. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue, Page } from '../../src/tools/index.ts';
import { openDemoTools, type DemoTools } from './demo-tools.ts';

let demo: DemoTools;
beforeAll(async () => {
  demo = await openDemoTools();
});
afterAll(() => demo[Symbol.asyncDispose]());

const run = (name: string, input?: Record<string, unknown>): Promise<unknown> => demo.run(name, input);

const rows = async (name: string, input?: Record<string, unknown>): Promise<Record<string, unknown>[]> => {
  const page = await run(name, input);
  if (!(page instanceof Page)) throw new Error(`${name} returned no page`);
  return page.items as Record<string, unknown>[];
};

/** The value of a field in the first row of a list. */
const first = async (name: string, field: string, input?: Record<string, unknown>): Promise<unknown> =>
  (await rows(name, input))[0]?.[field];

const ORGANIZATION = { org_id: '5e000000-1a0d-4000-8000-0000000000a1' };
const FINDING = { ...ORGANIZATION, finding_id: '5e000000-1a0d-4000-8000-00000000f001' };

/** What a tool needs to be called. Those that change something are told as stories below. */
const inputs: Readonly<Record<string, Record<string, unknown>>> = {
  zcc_get_device_otp: { udid: '00000000-0000-4000-8000-000000000001:501' },
  zeasm_list_findings: ORGANIZATION,
  zeasm_get_finding_details: FINDING,
  zeasm_get_finding_evidence: FINDING,
  zeasm_get_finding_scan_output: FINDING,
  zeasm_list_lookalike_domains: ORGANIZATION,
  zeasm_get_lookalike_domain: { ...ORGANIZATION, lookalike_raw: 'harborlantern.example' },
};

describe('on the demo tenant', () => {
  const mine = catalogue.filter(({ product, action }) => !['zia', 'zpa', 'zid'].includes(product) && action === 'read');

  it.each(mine)('$name answers', async ({ name }) => {
    const answer = await run(name, inputs[name]);
    if (answer instanceof Page) expect(answer.items.length).toBeGreaterThan(0);
    else expect(Object.keys(answer as object).length).toBeGreaterThan(0);
  });

  it('finds devices by their owner and system', async () => {
    const all = await run('zcc_list_devices', { page_size: 7 });
    expect(all).toMatchObject({ next: { page: 2 } });
    const macs = await rows('zcc_list_devices', { os_type: 'macos' });
    expect(new Set(macs.map(({ type }) => type))).toEqual(new Set([4]));
    expect(await rows('zcc_list_devices', { username: 'mara.quillfeather@harbor-lantern.example' })).toHaveLength(1);
    await expect(run('zcc_get_device_otp', { udid: 'nobody' })).rejects.toMatchObject({ status: 404 });
  });

  it('counts trusted networks by page', async () => {
    expect(await run('zcc_list_trusted_networks', { page: 1, page_size: 3 })).toMatchObject({ total: 4, next: { page: 2 } });
    expect(await rows('zcc_list_trusted_networks', { search: 'warehouse' })).toHaveLength(2);
  });

  it.each([
    ['ip_group', { name: 'Cranes', ip_addresses: ['10.70.0.0/24'] }],
    ['ip_source_group', { name: 'Tugs', ip_addresses: ['10.71.0.0/24'] }],
    ['ip_destination_group', { name: 'Lighthouses', type: 'DSTN_OTHER', countries: ['Norway'] }],
  ])('makes an %s, shows it in both lists, and deletes it', async (noun, group) => {
    const made = (await run(`ztw_create_${noun}`, group)) as { id: number };
    expect(made).toMatchObject({ name: group.name });
    for (const list of [`ztw_list_${noun}s`, `ztw_list_${noun}s_lite`])
      expect((await rows(list)).map(({ name }) => name)).toContain(group.name);
    expect(await run(`ztw_delete_${noun}`, { group_id: made.id })).toMatchObject({
      success: true,
      message: expect.stringContaining('staged') as string,
    });
    expect((await rows(`ztw_list_${noun}s`)).map(({ name }) => name)).not.toContain(group.name);
  });

  it('writes countries as the API does, for groups of countries alone', async () => {
    const made = (await run('ztw_create_ip_destination_group', {
      name: 'North',
      type: 'DSTN_OTHER',
      countries: ['no', 'Sweden'],
    })) as object;
    expect(made).toMatchObject({ countries: ['COUNTRY_NO', 'COUNTRY_SE'] });
    const wrong = run('ztw_create_ip_destination_group', { name: 'Wrong', type: 'DSTN_IP', countries: ['no'] });
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_TOOL_INPUT' });
  });

  it('searches by name where the API cannot', async () => {
    expect(await first('ztw_list_ip_groups_lite', 'name', { search: 'PORT' })).toBe('Port terminals');
    expect(await rows('ztw_list_roles', { search: 'operator' })).toHaveLength(1);
    expect(await rows('ztw_list_roles', { role_ids: ['16713'] })).toHaveLength(1);
  });
});
