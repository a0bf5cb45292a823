/** Each tool for ZIA rules works on the demo tenant, and later reads show its changes. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { policies } from '../../src/tools/zia/policies-index.ts';
import { openDemo, type Demo } from './demo.ts';

let demo: Demo;
const called = new Set<string>();
const call = (name: string, input?: Record<string, unknown>): Promise<unknown> => {
  called.add(name);
  return demo.call(name, input);
};
beforeEach(async () => {
  demo = await openDemo();
  return () => demo[Symbol.asyncDispose]();
});

type Row = Readonly<Record<string, unknown>>;
const rowsOf = async (name: string, input?: Record<string, unknown>): Promise<Row[]> => (await call(name, input)) as Row[];
const idOf = (record: unknown): string => String((record as Row)['id']);
const namesOf = (rows: readonly Row[]): unknown[] => rows.map(({ name }) => name);
const status = () => demo.call('zia_get_activation_status');

describe.each([
  ['cloud_firewall_rule', 'action', 'ALLOW', 'BLOCK_RESET', 'sanctioned'],
  ['cloud_firewall_dns_rule', 'action', 'ALLOW', 'BLOCK', 'tunnels'],
  ['cloud_firewall_ips_rule', 'action', 'ALLOW', 'BLOCK_DROP', 'exploits'],
  ['file_type_control_rule', 'filteringAction', 'ALLOW', 'BLOCK', 'upload'],
  ['sandbox_rule', 'baRuleAction', 'ALLOW', 'BLOCK', 'programs'],
  ['url_filtering_rule', 'action', 'ALLOW', 'BLOCK', 'gambling'],
])('%s', (noun, wire, first, second, word) => {
  const make = (input: Row = {}) => call(`zia_create_${noun}`, { name: 'Night Watch', action: first, ...input });

  it('is created, read, changed and deleted, each time staged', async () => {
    const rule_id = idOf(await make({ description: 'From ten to six' }));
    expect(await status()).toEqual({ status: 'PENDING' });
    await demo.call('zia_activate_configuration');
    await call(`zia_update_${noun}`, { rule_id, action: second, enabled: false });
    expect(await status()).toEqual({ status: 'PENDING' });
    expect(await call(`zia_get_${noun}`, { rule_id })).toMatchObject({
      name: 'Night Watch',
      description: 'From ten to six',
      [wire]: second,
      state: 'DISABLED',
      order: 1,
      rank: 7,
    });
    expect(await call(`zia_delete_${noun}`, { rule_id })).toMatchObject({ success: true });
    await expect(call(`zia_get_${noun}`, { rule_id })).rejects.toThrow(/404/);
  });

  it('is found by part of its name', async () => {
    const all = await rowsOf(`zia_list_${noun}s`);
    const found = await rowsOf(`zia_list_${noun}s`, { search: word });
    expect(found).toHaveLength(1);
    expect(all.length).toBeGreaterThan(1);
  });

  it('makes room where it is put', async () => {
    const before = (await rowsOf(`zia_list_${noun}s`)).filter(({ order }) => Number(order) > 0).length;
    await make({ order: before + 1 });
    const placed = async () =>
      (await rowsOf(`zia_list_${noun}s`))
        .filter(({ order }) => Number(order) > 0)
        .sort((a, b) => Number(a['order']) - Number(b['order']))
        .map(({ name, order }) => [order, name]);
    expect((await placed()).at(-1)).toEqual([before + 1, 'Night Watch']);
    const [made] = await rowsOf(`zia_list_${noun}s`, { search: 'night' });
    await call(`zia_update_${noun}`, { rule_id: idOf(made), order: 1 });
    expect((await placed())[0]).toEqual([1, 'Night Watch']);
    expect((await placed()).map(([order]) => order)).toEqual(Array.from({ length: before + 1 }, (_, at) => at + 1));
  });
});

describe('what rules refer to', () => {
  it('is shown with its name, must exist and cannot be deleted meanwhile', async () => {
    const group_id = idOf(await call('zia_create_ip_source_group', { name: 'Tugs', ip_addresses: ['10.60.0.0/24'] }));
    const rule = { name: 'Tugs', action: 'ALLOW', advanced: { src_ip_groups: [group_id], nw_services: [10_650_001] } };
    const rule_id = idOf(await call('zia_create_cloud_firewall_rule', rule));
    expect(await call('zia_get_cloud_firewall_rule', { rule_id })).toMatchObject({
      srcIpGroups: [{ id: Number(group_id), name: 'Tugs' }],
      nwServices: [{ id: 10_650_001, name: 'Crane Telemetry' }],
    });
    await expect(call('zia_delete_ip_source_group', { group_id })).rejects.toThrow(/used by 1 other record/);
    await call('zia_delete_cloud_firewall_rule', { rule_id });
    await call('zia_delete_ip_source_group', { group_id });
    await expect(call('zia_create_cloud_firewall_rule', { ...rule, name: 'Late' })).rejects.toThrow(/srcIpGroups refers to \d+/);
  });

  it('keeps its conditions when only the name of a rule changes', async () => {
    await call('zia_update_cloud_firewall_rule', { rule_id: '1690001', name: 'Cranes' });
    expect(await call('zia_get_cloud_firewall_rule', { rule_id: '1690001' })).toMatchObject({
      name: 'Cranes',
      enableFullLogging: true,
      destIpGroups: [{ name: 'Port Authority Servers' }],
    });
  });
});

describe('the default rule of a policy', () => {
  it('can neither be deleted nor moved', async () => {
    await expect(call('zia_delete_cloud_firewall_dns_rule', { rule_id: '1691599' })).rejects.toThrow(/default rule/);
    await call('zia_update_cloud_firewall_dns_rule', { rule_id: '1691599', action: 'BLOCK', order: 1 });
    expect(await call('zia_get_cloud_firewall_dns_rule', { rule_id: '1691599' })).toMatchObject({ action: 'BLOCK', order: -1 });
  });
});

describe('SSL inspection', () => {
  it('takes an action in one word and keeps what belongs to no type', async () => {
    const rule_id = '1693503';
    await call('zia_update_ssl_inspection_rule', { rule_id, action: 'DO_NOT_DECRYPT' });
    const { action } = (await call('zia_get_ssl_inspection_rule', { rule_id })) as { action: Row };
    expect(action).toEqual({ type: 'DO_NOT_DECRYPT', showEUN: true, showEUNATP: false, overrideDefaultCertificate: false });
  });

  it('makes and deletes rules', async () => {
    const made = await call('zia_create_ssl_inspection_rule', { name: 'Pilots', action: 'DECRYPT' });
    expect(made).toMatchObject({ name: 'Pilots', action: { type: 'DECRYPT' }, order: 1 });
    expect(await rowsOf('zia_list_ssl_inspection_rules')).toHaveLength(5);
    await call('zia_delete_ssl_inspection_rule', { rule_id: idOf(made) });
    expect(await rowsOf('zia_list_ssl_inspection_rules')).toHaveLength(4);
    await expect(call('zia_create_ssl_inspection_rule', { name: 'Without' })).rejects.toThrow(/action cannot be null/);
  });

  it('knows cloud applications by class, by name and by page', async () => {
    const list = (input: Record<string, unknown>) => rowsOf('zia_list_cloud_app_ssl_policy', input);
    expect(await list({ app_class: 'WEB_MAIL' })).toMatchObject([{ parent: 'WEB_MAIL' }, { parent: 'WEB_MAIL' }]);
    expect(await list({ search: 'prompt' })).toMatchObject([{ app: 'PROMPT_HARBOR' }]);
    const whole = await list({});
    expect(await list({ page: 2, page_size: 3 })).toEqual(whole.slice(3, 6));
  });
});

describe('firewall objects', () => {
  it('keep groups of sources', async () => {
    const group_id = '10610003';
    await call('zia_update_ip_source_group', { group_id, description: 'Three by now' });
    const after = { name: 'Weighbridges', description: 'Three by now', ipAddresses: ['10.40.7.4', '10.40.7.5'] };
    expect(await call('zia_get_ip_source_group', { group_id })).toMatchObject(after);
    expect(await rowsOf('zia_list_ip_source_groups', { search: 'three' })).toMatchObject([after]);
  });

  it('keep groups of destinations, by type', async () => {
    const group_id = idOf(
      await call('zia_create_ip_destination_group', { name: 'Pilots', type: 'DSTN_DOMAIN', addresses: ['.pilots.example'] }),
    );
    await call('zia_update_ip_destination_group', { group_id, addresses: ['.pilots.example', '.tugs.example'] });
    const addresses = ['.pilots.example', '.tugs.example'];
    expect(await call('zia_get_ip_destination_group', { group_id })).toMatchObject({
      type: 'DSTN_DOMAIN',
      addresses,
      ipAddresses: addresses,
    });
    expect(await rowsOf('zia_list_ip_destination_groups')).toHaveLength(5);
    await call('zia_delete_ip_destination_group', { group_id });
    await expect(call('zia_create_ip_destination_group', { name: 'Empty', type: 'DSTN_IP' })).rejects.toThrow(/empty/);
  });

  it('keep services and their ports', async () => {
    const ports = [['dest', 'tcp', '9000', '9009']];
    const service_id = idOf(await call('zia_create_network_service', { name: 'Winch', ports }));
    await call('zia_update_network_service', { service_id, ports: [['dest', 'udp', '9000']], description: 'Rope' });
    const service = await call('zia_get_network_service', { service_id });
    expect(service).toMatchObject({ name: 'Winch', description: 'Rope', type: 'CUSTOM', destUdpPorts: [{ start: 9_000 }] });
    expect(service).not.toHaveProperty('destTcpPorts');
    expect(namesOf(await rowsOf('zia_list_network_services', { protocol: 'udp', name: 'n' }))).toEqual([
      'UDP_ANY',
      'DNS',
      'NTP',
      'Crane Telemetry',
      'Winch',
    ]);
    await call('zia_delete_network_service', { service_id });
    await expect(call('zia_delete_network_service', { service_id: '774110' })).rejects.toThrow(/used by 1 other record/);
  });

  it('keep groups of services, with their names', async () => {
    const group_id = idOf(await call('zia_create_network_svc_group', { name: 'Clocks', service_ids: ['774114'] }));
    await call('zia_update_network_svc_group', { group_id, service_ids: ['774114', '774110'] });
    expect(await call('zia_get_network_svc_group', { group_id })).toMatchObject({
      name: 'Clocks',
      services: [
        { id: 774_114, name: 'NTP', isNameL10nTag: true },
        { id: 774_110, name: 'DNS' },
      ],
    });
    expect(namesOf(await rowsOf('zia_list_network_svc_groups', { search: 'clock' }))).toEqual(['Clocks']);
    await call('zia_delete_network_svc_group', { group_id });
  });

  it('keep groups of applications that exist', async () => {
    const group_id = idOf(await call('zia_create_network_app_group', { name: 'Sensors', network_applications: ['MQTT'] }));
    await call('zia_update_network_app_group', { group_id, network_applications: ['MQTT', 'MODBUS'] });
    expect(await call('zia_get_network_app_group', { group_id })).toMatchObject({ networkApplications: ['MQTT', 'MODBUS'] });
    expect(namesOf(await rowsOf('zia_list_network_app_groups'))).toEqual(['Push Notices', 'Sensors']);
    await call('zia_delete_network_app_group', { group_id });
    await expect(call('zia_create_network_app_group', { name: 'None', network_applications: ['GOPHER'] })).rejects.toThrow(/GOPHER is no/);
    expect(await rowsOf('zia_list_network_apps', { search: 'mq', locale: 'en-US' })).toMatchObject([
      { id: 'MQTT', parentCategory: 'INDUSTRIAL' },
    ]);
    expect(await call('zia_get_network_app', { app_id: 'APNS' })).toMatchObject({ description: 'APNS_DESC' });
  });

  it('keep signatures whose text was accepted', async () => {
    const rule_text = 'alert tcp any any -> any 80 (msg:"winch"; content:"<winch>"; sid:1000002; rev:1;)';
    await expect(call('zia_create_ips_signature_rule', { name: 'Winch', rule_text: 'alert' })).rejects.toThrow(
      /does not accept the rule_text/,
    );
    expect(await rowsOf('zia_list_ips_signature_rules')).toHaveLength(1);
    const rule_id = idOf(await call('zia_create_ips_signature_rule', { name: 'Winch', rule_text, description: 'Rope' }));
    await call('zia_update_ips_signature_rule', { rule_id, name: 'Winch two' });
    expect(await call('zia_get_ips_signature_rule', { rule_id })).toMatchObject({
      name: 'Winch two',
      ruleText: rule_text,
      description: 'Rope',
    });
    await call('zia_delete_ips_signature_rule', { rule_id });
  });
});

describe('files', () => {
  it('have types, of which some are our own', async () => {
    expect(await rowsOf('zia_list_file_type_categories')).toHaveLength(8);
    expect(await rowsOf('zia_list_file_type_categories', { exclude_custom_file_types: true })).toHaveLength(7);
  });

  it('go to the sandbox, within a quota', async () => {
    const md5_hash = '6A0D0C1E5B7F4A2390D1C8E7F6B5A493';
    expect(await call('zia_get_sandbox_behavioral_analysis')).toMatchObject({ md5HashValueList: [{ url: md5_hash.toLowerCase() }, {}] });
    expect(await call('zia_get_sandbox_file_hash_count')).toEqual({ blockedFileHashesCount: 2, remainingFileHashes: 9_998 });
    expect(await call('zia_get_sandbox_report', { md5_hash })).toMatchObject({ Summary: { Classification: { Type: 'MALICIOUS' } } });
    expect(await call('zia_get_sandbox_report', { md5_hash: '0'.repeat(32), report_details: 'full' })).toMatchObject({
      'Full Details': { Summary: { Status: 'CONTENT_NOTFOUND' } },
    });
    expect(await call('zia_get_sandbox_quota')).toMatchObject([{ used: 2, unused: 2_998 }]);
  });
});

afterAll(() => {
  expect(policies.map(({ name }) => name).filter((name) => !called.has(name))).toEqual([]);
});
