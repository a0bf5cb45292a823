import { describeReplay, type Line } from './replay.ts';

describeReplay('zia-tenant.jsonl', 56, [
  [/^GET .*\/exemptedUrls$/, 'zia_list_auth_exempt_urls', () => ({})],
  [/^GET .*\/malwarePolicy$/, 'zia_get_atp_malware_policy', () => ({})],
  [/^GET .*\/atpMalwareInspection$/, 'zia_get_atp_malware_inspection', () => ({})],
  [/^PUT .*\/atpMalwareInspection$/, 'zia_update_atp_malware_inspection', () => ({ inspect_inbound: true, inspect_outbound: true })],
  [/^GET .*\/atpMalwareProtocols$/, 'zia_get_atp_malware_protocols', () => ({})],
  [/^GET .*\/malwareSettings$/, 'zia_get_malware_settings', () => ({})],
  [/^GET .*\/users$/, 'get_zia_users', () => ({})],
  [/^GET .*\/groups$/, 'get_zia_user_groups', () => ({})],
  [/^GET .*\/departments$/, 'get_zia_user_departments', () => ({})],
  [/^GET .*\/deviceGroups$/, 'zia_list_device_groups', () => ({})],
  [/^GET .*\/deviceGroups\/devices$/, 'zia_list_devices', () => ({})],
  [/^GET .*\/deviceGroups\/devices\/lite$/, 'zia_list_devices_lite', () => ({})],
  [/^GET .*\/greTunnels$/, 'zia_list_gre_tunnels', () => ({})],
  [/^GET .*\/greTunnels\/(\d+)$/, 'zia_get_gre_tunnel', (_, tunnel_id) => ({ tunnel_id })],
  [/^GET .*\/availableInternalIpRanges$/, 'zia_list_gre_ranges', () => ({})],
  [/^GET .*\/staticIP$/, 'zia_list_static_ips', () => ({})],
  [/^GET .*\/staticIP\/(\d+)$/, 'zia_get_static_ip', (_, static_ip_id) => ({ static_ip_id })],
  [
    /^POST .*\/staticIP$/,
    'zia_create_static_ip',
    ({ requestBody }) => ({ ip_address: requestBody?.['ipAddress'], comment: requestBody?.['comment'] }),
  ],
  [/^DELETE .*\/staticIP\/(\d+)$/, 'zia_delete_static_ip', (_, static_ip_id) => ({ static_ip_id })],
  [/^POST .*\/vpnCredentials$/, 'zia_create_vpn_credential', (line) => credential(line)],
  [/^DELETE .*\/vpnCredentials\/(\d+)$/, 'zia_delete_vpn_credential', (_, credential_id) => ({ credential_id })],
  [/^GET .*\/urlCategories$/, 'zia_list_url_categories', ({ query }) => (query['customOnly'] ? { custom_only: true } : {})],
  [/^GET .*\/urlCategories\/(\w+)$/, 'zia_get_url_category', (_, category_id) => ({ category_id })],
  [/^PUT .*\/urlCategories\/(\w+) ADD_TO_LIST$/, 'zia_add_urls_to_category', (line, category_id) => ({ category_id, ...category(line) })],
  [
    /^PUT .*\/urlCategories\/(\w+) REMOVE_FROM_LIST$/,
    'zia_remove_urls_from_category',
    (line, category_id) => ({ category_id, ...category(line) }),
  ],
  [/^PUT .*\/urlCategories\/(\w+)$/, 'zia_update_url_category', (line, category_id) => ({ category_id, ...category(line) })],
  [/^POST .*\/urlLookup$/, 'zia_url_lookup', ({ requestBody }) => ({ urls: requestBody })],
  [/^GET .*\/webApplicationRules\/(\w+)$/, 'zia_list_cloud_app_control_rules', (_, rule_type) => ({ rule_type })],
  [/^GET .*\/WEBMAIL\/(\d+)$/, 'zia_get_cloud_app_control_rule', (_, rule_id) => ({ rule_type: 'WEBMAIL', rule_id })],
  [/^POST .*\/webApplicationRules\/(\w+)$/, 'zia_create_cloud_app_control_rule', (line, rule_type) => ({ rule_type, ...appRule(line) })],
  [/^DELETE .*\/WEBMAIL\/(\d+)$/, 'zia_delete_cloud_app_control_rule', (_, rule_id) => ({ rule_type: 'WEBMAIL', rule_id })],
  [
    /^POST .*\/(\w+)\/availableActions$/,
    'zia_list_cloud_app_control_actions',
    (line, rule_type) => ({ rule_type, cloud_apps: line.requestBody?.['cloudApps'] }),
  ],
  [/^GET .*\/cloudApplications\/policy$/, 'zia_list_cloud_app_policy', ({ query }) => applications(query)],
  [/^GET .*\/dlpEngines$/, 'get_zia_dlp_engines', () => ({})],
  [/^GET .*\/dlpEngines\/(\d+)$/, 'get_zia_dlp_engines', (_, engine_id) => ({ engine_id })],
  [/^GET .*\/webDlpRules$/, 'zia_list_web_dlp_rules', () => ({})],
  [/^GET .*\/webDlpRules\/lite$/, 'zia_list_web_dlp_rules_lite', () => ({})],
  [/^GET .*\/webDlpRules\/(\d+)$/, 'zia_get_web_dlp_rule', (_, rule_id) => ({ rule_id })],
  [/^POST .*\/webDlpRules$/, 'zia_create_web_dlp_rule', (line) => rule(line)],
  [/^PUT .*\/webDlpRules\/(\d+)$/, 'zia_update_web_dlp_rule', (line, rule_id) => ({ rule_id, ...rule(line) })],
  [/^DELETE .*\/webDlpRules\/(\d+)$/, 'zia_delete_web_dlp_rule', (_, rule_id) => ({ rule_id })],
  [/^GET .*\/workloadGroups$/, 'zia_list_workload_groups', () => ({})],
  [/^GET .*\/workloadGroups\/(\d+)$/, 'zia_get_workload_group', (_, group_id) => ({ group_id })],
]);

type Input = Record<string, unknown>;

function credential({ requestBody }: Line): Input {
  const { type, ipAddress, fqdn, preSharedKey, comments } = requestBody ?? {};
  return { credential_type: type, ip_address: ipAddress, fqdn, pre_shared_key: preSharedKey, comments };
}

function category({ requestBody }: Line): Input {
  const { configuredName, description, urls } = requestBody ?? {};
  return { configured_name: configuredName, urls, ...(description !== undefined && { description }) };
}

/** Fields without an input go into `advanced`. */
function rule({ requestBody }: Line): Input {
  const { name, description, action, order, rank, state, ...advanced } = requestBody ?? {};
  return { name, description, action, order, rank, enabled: state === 'ENABLED', advanced };
}

function appRule({ requestBody }: Line): Input {
  const { name, description, actions, order, rank, state, ...advanced } = requestBody ?? {};
  return { name, description, action: (actions as string[]).join(','), order, rank, enabled: state === 'ENABLED', advanced };
}

const applications = ({ page, pageSize, appClass, search }: Line['query']): Input => ({
  ...(page && { page: Number(page), page_size: Number(pageSize) }),
  ...(appClass && { app_class: appClass }),
  ...(search && { search }),
});
