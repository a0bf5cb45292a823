import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/tools/index.ts';
import { describeReplay, linesOf, replay, type Line } from './replay.ts';

describeReplay('zia-policies.jsonl', 44, [
  [/^GET .*\/cloudApplications\/sslPolicy$/, 'zia_list_cloud_app_ssl_policy', ({ query }) => pageOf(query)],
  [/^GET .*\/ipDestinationGroups$/, 'zia_list_ip_destination_groups', () => ({})],
  [/^GET .*\/ipDestinationGroups\/(\d+)$/, 'zia_get_ip_destination_group', (_, group_id) => ({ group_id })],
  [/^POST .*\/ipDestinationGroups$/, 'zia_create_ip_destination_group', ({ requestBody }) => ({ ...requestBody })],
  // The record holds the addresses in two fields with the same content.
  [/^PUT .*\/ipDestinationGroups\/(\d+)$/, 'zia_update_ip_destination_group', withId('group_id'), ['ipAddresses']],
  [/^DELETE .*\/ipDestinationGroups\/(\d+)$/, 'zia_delete_ip_destination_group', (_, group_id) => ({ group_id })],
  [/^GET .*\/ipSourceGroups\/(\d+)$/, 'zia_get_ip_source_group', (_, group_id) => ({ group_id })],
  [/^POST .*\/ipSourceGroups$/, 'zia_create_ip_source_group', (line) => sourceGroup(line)],
  [/^PUT .*\/ipSourceGroups\/(\d+)$/, 'zia_update_ip_source_group', (line, group_id) => ({ group_id, ...sourceGroup(line) })],
  [/^DELETE .*\/ipSourceGroups\/(\d+)$/, 'zia_delete_ip_source_group', (_, group_id) => ({ group_id })],
  [/^POST .*\/networkApplicationGroups$/, 'zia_create_network_app_group', (line) => appGroup(line)],
  [/^DELETE .*\/networkApplicationGroups\/(\d+)$/, 'zia_delete_network_app_group', (_, group_id) => ({ group_id })],
  [/^GET .*\/networkServices$/, 'zia_list_network_services', ({ query }) => query],
  [/^GET .*\/networkServiceGroups$/, 'zia_list_network_svc_groups', () => ({})],
  [/^GET .*\/networkServiceGroups\/(\d+)$/, 'zia_get_network_svc_group', (_, group_id) => ({ group_id })],
  [/^POST .*\/networkServiceGroups$/, 'zia_create_network_svc_group', (line) => serviceGroup(line)],
  [/^PUT .*\/networkServiceGroups\/(\d+)$/, 'zia_update_network_svc_group', (line, group_id) => ({ group_id, ...serviceGroup(line) })],
  [/^DELETE .*\/networkServiceGroups\/(\d+)$/, 'zia_delete_network_svc_group', (_, group_id) => ({ group_id })],
  [/^GET .*\/firewallIpsRules$/, 'zia_list_cloud_firewall_ips_rules', () => ({})],
  [/^GET .*\/firewallIpsRules\/(\d+)$/, 'zia_get_cloud_firewall_ips_rule', (_, rule_id) => ({ rule_id })],
  [/^POST .*\/firewallIpsRules$/, 'zia_create_cloud_firewall_ips_rule', (line) => rule(line)],
  [/^PUT .*\/firewallIpsRules\/(\d+)$/, 'zia_update_cloud_firewall_ips_rule', (line, rule_id) => ({ rule_id, ...rule(line) })],
  [/^DELETE .*\/firewallIpsRules\/(\d+)$/, 'zia_delete_cloud_firewall_ips_rule', (_, rule_id) => ({ rule_id })],
  [/^GET .*\/sslInspectionRules$/, 'zia_list_ssl_inspection_rules', () => ({})],
  [/^GET .*\/sslInspectionRules\/(\d+)$/, 'zia_get_ssl_inspection_rule', (_, rule_id) => ({ rule_id })],
  [/^GET .*\/sandbox\/report\/quota$/, 'zia_get_sandbox_quota', () => ({})],
  [
    /^GET .*\/sandbox\/report\/(\w{32})$/,
    'zia_get_sandbox_report',
    ({ query }, md5_hash) => ({ md5_hash, report_details: query['details'] }),
  ],
  [/^GET .*\/urlFilteringRules$/, 'zia_list_url_filtering_rules', ({ query }) => query],
  [/^GET .*\/urlFilteringRules\/(\d+)$/, 'zia_get_url_filtering_rule', (_, rule_id) => ({ rule_id })],
  [/^POST .*\/urlFilteringRules$/, 'zia_create_url_filtering_rule', (line) => rule(line)],
  [/^PUT .*\/urlFilteringRules\/(\d+)$/, 'zia_update_url_filtering_rule', (line, rule_id) => ({ rule_id, ...rule(line) })],
  [/^DELETE .*\/urlFilteringRules\/(\d+)$/, 'zia_delete_url_filtering_rule', (_, rule_id) => ({ rule_id })],
]);

describe('recorded pages of cloud applications', () => {
  it('continue after a default page of 200 rows, and end after a shorter one', async () => {
    const tool = catalogue.find(({ name }) => name === 'zia_list_cloud_app_ssl_policy')!;
    const [whole, , mail] = linesOf('zia-policies.jsonl').filter(({ path }) => path.endsWith('/sslPolicy'));
    const { result } = await replay(tool, {}, whole!);
    expect(result).toMatchObject({ next: { page: 2 }, note: expect.stringContaining('200 rows') as string });
    const { result: fewer } = await replay(tool, { app_class: 'WEB_MAIL' }, mail!);
    expect(fewer).toMatchObject({ next: undefined, note: undefined });
  });
});

/** Fields without an input go into `advanced`; references are sent by ID. */
function rule({ requestBody }: Line): Record<string, unknown> {
  const { name, description, action, order, rank, state, ...conditions } = requestBody ?? {};
  const isReferences = (value: unknown): value is { id: number }[] => Array.isArray(value) && typeof value[0] === 'object';
  const advanced = Object.fromEntries(
    Object.entries(conditions).map(([key, value]) => [key, isReferences(value) ? value.map(({ id }) => id) : value]),
  );
  return { name, description, action, order, rank, enabled: state === 'ENABLED', advanced };
}

function withId(name: string): (line: Line, id: string) => Record<string, unknown> {
  return ({ requestBody }, id) => ({ [name]: id, ...requestBody });
}

function sourceGroup({ requestBody }: Line): Record<string, unknown> {
  const { ipAddresses, ...rest } = requestBody ?? {};
  return { ip_addresses: ipAddresses, ...rest };
}

function appGroup({ requestBody }: Line): Record<string, unknown> {
  const { networkApplications, ...rest } = requestBody ?? {};
  return { network_applications: networkApplications, ...rest };
}

function serviceGroup({ requestBody }: Line): Record<string, unknown> {
  const { services, ...rest } = requestBody ?? {};
  return { service_ids: (services as { id: number }[]).map(({ id }) => String(id)), ...rest };
}

function pageOf({ page, pageSize, appClass }: Record<string, string>): Record<string, unknown> {
  return {
    ...(page !== undefined && { page: Number(page) }),
    ...(pageSize !== undefined && { page_size: Number(pageSize) }),
    ...(appClass !== undefined && { app_class: appClass }),
  };
}
