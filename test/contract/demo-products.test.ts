/** Each tool of the smaller products returns a meaningful answer from the demo tenant, through our own client. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue, Page } from '../../src/tools/index.ts';
import { openDemo, type Demo } from './demo.ts';
import { linesOf } from './replay.ts';

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
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

const DEVICE = { device_id: '30989301' };
const TRACE = { ...DEVICE, trace_id: '342920' };
const POLICY = { policy_id: 'policy-1' };

/** Inputs of read tools. Tools that change something have a sequence of calls below. */
const inputs: Readonly<Record<string, Record<string, unknown>>> = {
  zcc_get_device_otp: { udid: '00000000-0000-4000-8000-000000000001:501' },
  zeasm_list_findings: ORGANIZATION,
  zeasm_get_finding_details: FINDING,
  zeasm_get_finding_evidence: FINDING,
  zeasm_get_finding_scan_output: FINDING,
  zeasm_list_lookalike_domains: ORGANIZATION,
  zeasm_get_lookalike_domain: { ...ORGANIZATION, lookalike_raw: 'harborlantern.example' },
  zdx_get_device: DEVICE,
  zdx_get_application: { app_id: '101' },
  zdx_get_application_score_trend: { app_id: '101' },
  zdx_get_application_metric: { app_id: '101' },
  zdx_list_application_users: { app_id: '101' },
  zdx_get_application_user: { app_id: '101', user_id: '24328801' },
  zdx_get_alert: { alert_id: '740120' },
  zdx_list_alert_affected_devices: { alert_id: '740120' },
  zdx_get_software_details: { software_key: 'seacharts' },
  zdx_list_device_deep_traces: DEVICE,
  zdx_get_device_deep_trace: TRACE,
  zdx_get_deeptrace_webprobe_metrics: TRACE,
  zdx_get_deeptrace_cloudpath_metrics: TRACE,
  zdx_get_deeptrace_cloudpath: TRACE,
  zdx_get_deeptrace_health_metrics: TRACE,
  zdx_get_deeptrace_events: TRACE,
  zdx_list_deeptrace_top_processes: TRACE,
  zdx_get_web_probes: { ...DEVICE, app_id: '101' },
  zdx_list_cloudpath_probes: { ...DEVICE, app_id: '101' },
  zcell_list_anomaly_policy_logs: POLICY,
  zcell_list_anomaly_policy_violations: POLICY,
  zcell_list_iccid_violations: { ...POLICY, iccid: '8900000000000000006' },
  zcell_get_sim_details: { icc_id: '8900000000000000001' },
  zcell_get_sim_location_group: { group_id: 'group-1' },
  zms_get_agent_group_totp_secrets: { eyez_id: 'eyez-group-1' },
  zms_get_nonce: { eyez_id: 'eyez-nonce-1' },
  zms_get_resource_group_members: { group_id: '144115188075990417-00000000000000000000000000000401' },
  zms_list_tag_keys: { namespace_id: '144115188075990417-00000000000000000000000000000003' },
  zms_list_tag_values: { tag_id: '144115188075990417-00000000000000000000000000000701', namespace_origin: 'CUSTOM' },
};

/** An analysis exists only after it was started; the sequence below reads it. */
const toldBelow = ['zdx_get_analysis'];

/** Recorded lists, by tool. */
const recorded: readonly (readonly [tool: string, path: RegExp, input: Record<string, unknown>])[] = [
  ['zcc_list_devices', /getDevices$/, {}],
  ['zcc_list_forwarding_profiles', /webForwardingProfile/, {}],
  ['zcc_list_trusted_networks', /webTrustedNetwork/, {}],
  ['zeasm_list_organizations', /organizations$/, {}],
  ['zeasm_list_lookalike_domains', /lookalike-domains$/, ORGANIZATION],
  ['ztw_list_roles', /adminRoles$/, {}],
];

/** Rows of a bare array or of an envelope. */
const rowsIn = (body: unknown): object[] => (Array.isArray(body) ? body : Object.values(body as object).find(Array.isArray)) as object[];

/** Keys and types of nested values, without lists of permissions. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  const kept = Object.entries(value).filter(([name]) => !name.endsWith('Permissions'));
  return Object.fromEntries(kept.map(([name, member]) => [name, shapeOf(member)]));
}

describe('on the demo tenant', () => {
  it.each(recorded)('%s shows records of the recorded shape', async (name, path, input) => {
    const line = linesOf('products.jsonl').find((one) => path.test(one.path))!;
    const [theirs] = rowsIn(line.responseBody);
    const ours = await rows(name, input);
    expect(ours.map((row) => Object.keys(row).toSorted())).toContainEqual(Object.keys(theirs!).toSorted());
    const nested = (row: object) => Object.values(shapeOf(row) as object).filter((member) => typeof member === 'object');
    expect(nested(ours[0]!)).toEqual(nested(theirs!));
  });

  const mine = catalogue.filter(
    ({ product, action, name }) => !['zia', 'zpa', 'zid'].includes(product) && action === 'read' && !toldBelow.includes(name),
  );

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

  it('pages through devices by the offset that it returned', async () => {
    const page = (await run('zdx_list_devices')) as Page;
    expect(page).toMatchObject({ next: { offset: '10' }, note: expect.stringContaining('offset "10"') as string });
    const second = await rows('zdx_list_devices', { ...page.next });
    expect(second).toHaveLength(10);
    expect(second).not.toContainEqual(page.items[0]);
  });

  it('narrows reports by people, scores and measurements', async () => {
    expect(await rows('zdx_list_devices', { user_ids: ['24328803'] })).toHaveLength(1);
    expect(await rows('zdx_list_devices', { emails: ['mara.quillfeather@harbor-lantern.example'] })).toHaveLength(1);
    expect(await rows('zdx_list_devices', { private_ipv4: '10.20.1.17' })).toHaveLength(1);
    expect(await rows('zdx_get_software_details', { software_key: 'seacharts', device_ids: ['30989302'] })).toHaveLength(1);
    const poor = await rows('zdx_list_application_users', { app_id: '104', score_bucket: 'poor' });
    expect(poor.every(({ score }) => Number(score) <= 33)).toBe(true);
    expect(await run('zdx_get_application_metric', { app_id: '101', metric_name: 'dns' })).toHaveLength(1);
    expect(await rows('zdx_list_departments', { search: 'crew' })).toHaveLength(1);
    expect((await run('zdx_get_application', { app_id: '101', department_id: ['58755601'] })) as object).toMatchObject({
      stats: { active_users: 6 },
    });
  });

  it('starts a deep trace, shows it, and deletes it', async () => {
    const probes = { app_id: 101, web_probe_id: 4_001, cloudpath_probe_id: 4_101 };
    const made = (await run('zdx_start_deeptrace', { ...DEVICE, session_name: 'Now', ...probes })) as { trace_id: string };
    expect(made).toMatchObject({
      status: 'in_progress',
      expected_time_minutes: 5,
      trace_details: { probe_device: true, session_name: 'Now' },
    });
    const trace = { ...DEVICE, trace_id: made.trace_id };
    expect(await rows('zdx_list_device_deep_traces', DEVICE)).toHaveLength(2);
    expect(await run('zdx_delete_deeptrace', trace)).toMatchObject({ success: true });
    await expect(run('zdx_get_device_deep_trace', trace)).rejects.toMatchObject({ status: 404 });
  });

  it('starts an analysis, reads it, and deletes it', async () => {
    const { analysis_id } = (await run('zdx_start_analysis', { ...DEVICE, app_id: 101 })) as { analysis_id: string };
    expect(await run('zdx_get_analysis', { analysis_id })).toMatchObject({ status: 'completed', result: { issue: 'Wi-Fi' } });
    expect(await run('zdx_delete_analysis', { analysis_id })).toMatchObject({ success: true });
    await expect(run('zdx_get_analysis', { analysis_id })).rejects.toMatchObject({ status: 404 });
  });

  it('finds SIMs by what is known of them, in pages from zero', async () => {
    const sims = (input: Record<string, unknown>) => run('zcell_list_sims', input);
    expect(await sims({ size: 20 })).toMatchObject({
      total: 24,
      next: { page: 1 },
      envelope: { totalUsage: expect.anything() as unknown },
    });
    expect(await sims({ size: 20, page: 1 })).toMatchObject({ total: 24, envelope: { totalPages: 2 } });
    expect(await sims({ status: 'INACTIVE', tag: ['Gates'] })).toMatchObject({ total: 3 });
    expect(await run('zcell_list_network_events', { days: 3, size: 5 })).toMatchObject({ total: 13, next: { page: 1 } });
    expect(await rows('zcell_list_sim_usage_by_sim', { limit: 4 })).toHaveLength(4);
    expect(await rows('zcell_list_sim_usage_by_day', { days: 3 })).toHaveLength(3);
    expect(await rows('zcell_list_audit_customers_search', { operation_type: 'UPDATE' })).toHaveLength(1);
    await expect(rows('zcell_list_audit_customers_search', { operation_type: 'DELETE' })).resolves.toEqual([]);
  });

  it('finds applications of the catalog by name and category, in an order', async () => {
    expect(await rows('zms_list_app_catalog', { name: 'sql' })).toHaveLength(1);
    const databases = await rows('zms_list_app_catalog', { category: 'data', sort_order: 'desc' });
    expect(databases.map(({ name }) => name)).toEqual(['Redis', 'PostgreSQL']);
    expect(await run('zms_list_app_catalog', { page_size: 2, page_num: 2 })).toMatchObject({ total: 5, next: { page_num: 3 } });
  });

  it('filters resources, rules, groups and tags', async () => {
    expect(await rows('zms_list_resources', { status: 'inactive' })).toHaveLength(1);
    expect(await rows('zms_list_resources', { cloud_provider: 'AWS', name: 'booking' })).toHaveLength(3);
    expect(await rows('zms_list_policy_rules', { action: 'BLOCK' })).toHaveLength(1);
    expect(await run('zms_list_policy_rules', { page_size: 1, fetch_all: true })).toMatchObject({ items: { length: 2 }, next: undefined });
    expect(await first('zms_list_resource_groups', 'name', { resource_hostname: 'ledger-2' })).toBe('Ledger');
    expect(await first('zms_list_resource_groups', 'cidrs', { name: 'customs' })).toEqual(['198.51.100.0/24']);
    expect(await rows('zms_list_tag_namespaces', { origin: 'CUSTOM' })).toHaveLength(1);
    expect(await first('zms_list_agents', 'name', { sort: 'name', sort_dir: 'DESC' })).toBe('ledger-2');
    await expect(run('zms_get_nonce', { eyez_id: 'none' })).rejects.toMatchObject({ reason: 'NOT_FOUND', status: 200 });
  });

  it('reports over the span that it tells', async () => {
    expect(await run('zins_get_firewall_by_action')).toMatchObject({
      envelope: { obfuscated: false, span: { from: expect.any(String) as string } },
    });
    expect(await run('zins_get_web_protocols', { limit: 2 })).toMatchObject({
      items: { length: 2 },
      note: expect.stringContaining('may be more') as string,
    });
    const [busiest] = await rows('zins_get_web_traffic_by_location', { include_trend: true, trend_interval: 'hour' });
    expect(busiest).toMatchObject({ name: 'Head Office', trend: { trend_interval: 'HOUR' } });
    expect(await first('zins_get_cyber_incidents_by_threat_and_app', 'entries')).toHaveLength(2);
    expect(await rows('zins_get_cyber_incidents', { categorize_by: ['src_country'] })).toHaveLength(2);
    expect(await first('zins_get_web_traffic_no_grouping', 'total', { action_filter: 'BLOCK' })).toBe(1_334);
    expect(await run('zins_get_shadow_it_summary')).toMatchObject({ total_apps: 3, span: { to: expect.any(String) as string } });
  });
});
