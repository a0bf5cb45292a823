/** Each of these ZIA tools works on the demo tenant, and later reads show its changes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDemo, type Demo } from './demo.ts';

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
});
afterAll(async () => {
  await demo[Symbol.asyncDispose]();
});

const status = () => demo.call('zia_get_activation_status');

describe('settings', () => {
  it.each([
    ['atp_malware_policy', { block_unscannable_files: false }, { blockUnscannableFiles: false, blockPasswordProtectedArchiveFiles: false }],
    ['atp_malware_inspection', { inspect_outbound: false }, { inspectInbound: true, inspectOutbound: false }],
    ['atp_malware_protocols', { inspect_ftp: true }, { inspectHttp: true, inspectFtpOverHttp: true, inspectFtp: true }],
    ['malware_settings', { settings: { adware_blocked: true } }, { adwareBlocked: true, virusBlocked: true }],
    ['atp_settings', { settings: { cookie_stealing_pcap_enabled: true } }, { cookieStealingPCAPEnabled: true, torBlocked: true }],
    ['atp_security_exceptions', { bypass_urls: ['one.example', 'two.example'] }, { bypassUrls: ['one.example', 'two.example'] }],
    ['advanced_settings', { settings: { uiSessionTimeout: 600 } }, { uiSessionTimeout: 600, enableOffice365: true }],
    [
      'mobile_advanced_settings',
      { settings: { block_apps_sending_location_info: true } },
      { blockAppsSendingLocationInfo: true, blockAppsWithMaliciousActivity: true },
    ],
  ])('%s change in part, and the change is staged', async (noun, input, after) => {
    await demo.call('zia_activate_configuration');
    expect(await demo.call(`zia_get_${noun}`)).not.toMatchObject(after);
    expect(await demo.call(`zia_update_${noun}`, input)).toMatchObject(after);
    expect(await demo.call(`zia_get_${noun}`)).toMatchObject(after);
    expect(await status()).toEqual({ status: 'PENDING' });
  });

  it.each([
    ['atp_malicious_urls', 'malicious_urls', 'maliciousUrls', 'sunken-bargains.example'],
    ['auth_exempt_urls', 'exempt_urls', 'urls', '.portauthority.example'],
  ])('%s grow and shrink', async (noun, input, key, present) => {
    expect(await demo.call(`zia_list_${noun}`)).toEqual({ [key]: [present] });
    expect(await demo.call(`zia_add_${noun}`, { [input]: ['a.example', 'b.example'] })).toEqual({
      [key]: [present, 'a.example', 'b.example'],
    });
    expect(await demo.call(`zia_delete_${noun}`, { [input]: ['a.example'] })).toEqual({ [key]: [present, 'b.example'] });
  });
});

interface Made {
  readonly id: number;
}
const idOf = (record: unknown): string => String((record as Made).id);

describe('ways for traffic to reach the cloud', () => {
  it('make, change and delete a static IP', async () => {
    const id = idOf(
      await demo.call('zia_create_static_ip', { ip_address: '192.0.2.50', comment: 'Buoy', latitude: 52.5, geo_override: true }),
    );
    await demo.call('zia_update_static_ip', { static_ip_id: id, comment: 'Buoy line' });
    const after = { ipAddress: '192.0.2.50', comment: 'Buoy line', latitude: 52.5, geoOverride: true };
    expect(await demo.call('zia_get_static_ip', { static_ip_id: id })).toMatchObject(after);
    expect(await demo.call('zia_list_static_ips', { search: 'buoy' })).toMatchObject([after]);
    await demo.call('zia_delete_static_ip', { static_ip_id: id });
    expect(await demo.call('zia_list_static_ips', { search: 'buoy' })).toEqual([]);
  });

  it('make, change and delete a VPN credential', async () => {
    const made = await demo.call('zia_create_vpn_credential', {
      credential_type: 'UFQDN',
      fqdn: 'buoy@harbor-lantern.example',
      pre_shared_key: 'hush',
    });
    expect(made).toMatchObject({ type: 'UFQDN', fqdn: 'buoy@harbor-lantern.example' });
    const credential_id = idOf(made);
    await demo.call('zia_update_vpn_credential', { credential_id, comments: 'Moored' });
    expect(await demo.call('zia_get_vpn_credential', { credential_id })).toMatchObject({
      fqdn: 'buoy@harbor-lantern.example',
      comments: 'Moored',
    });
    expect(await demo.call('zia_list_vpn_credentials', { search: 'buoy' })).toHaveLength(1);
    await demo.call('zia_delete_vpn_credential', { credential_id });
    await expect(demo.call('zia_get_vpn_credential', { credential_id })).rejects.toThrow(/404/);
  });

  it('create a tunnel with its own address, and delete both', async () => {
    const tunnel = await demo.call('zia_create_gre_tunnel', { static_ip_address: '192.0.2.60', comment: 'Lightship' });
    expect(tunnel).toMatchObject({ sourceIp: '192.0.2.60', primaryDestVip: { city: 'Amsterdam' }, secondaryDestVip: { city: 'Brussels' } });
    expect(await demo.call('zia_list_gre_tunnels')).toHaveLength(2);
    expect(await demo.call('zia_get_gre_tunnel', { tunnel_id: idOf(tunnel) })).toEqual(tunnel);
    expect(await demo.call('zia_list_gre_ranges', { limit: 2 })).toHaveLength(2);
    const [address] = (await demo.call('zia_list_static_ips', { search: '192.0.2.60' })) as unknown[];
    const ids = { tunnel_id: idOf(tunnel), static_ip_id: idOf(address) };
    await expect(demo.call('zia_delete_gre_tunnel', { ...ids, static_ip_id: '4340001' })).rejects.toThrow(/nothing was deleted/);
    expect(await demo.call('zia_delete_gre_tunnel', ids)).toMatchObject({ success: true });
    expect(await demo.call('zia_list_static_ips', { search: '192.0.2.60' })).toEqual([]);
  });

  it('find the city of a place', async () => {
    expect(await demo.call('zia_geo_search', { action: 'city_prefix_search', prefix: 'Rot' })).toMatchObject([{ cityName: 'Rotterdam' }]);
    expect(await demo.call('zia_geo_search', { action: 'geo_by_ip', ip: '192.0.2.1' })).toMatchObject({ cityName: 'Rotterdam' });
    expect(await demo.call('zia_geo_search', { action: 'geo_by_coordinates', latitude: 59, longitude: 10 })).toMatchObject({
      cityName: 'Oslo',
    });
  });
});

describe('people and devices', () => {
  it('are found by name, department, group and ID', async () => {
    const [user] = (await demo.call('get_zia_users', { name: 'odo', page_size: 5 })) as { id: number; name: string }[];
    expect(user).toMatchObject({ name: 'Odo Brackwater', department: { name: 'Operations' } });
    expect(await demo.call('get_zia_users', { user_id: idOf(user) })).toEqual(user);
    expect(await demo.call('get_zia_users', { dept: 'finance' })).toMatchObject([{ name: 'Pip Saltwick' }]);
    expect(await demo.call('get_zia_users', { group: 'pilots', page: 2, page_size: 1 })).toMatchObject([{ name: 'Wilf Quillfeather' }]);
    expect(await demo.call('zia_list_devices', { user_ids: [idOf(user)] })).toMatchObject([{ ownerName: 'Odo Brackwater' }]);
  });

  it('have groups and departments', async () => {
    expect(await demo.call('get_zia_user_groups', { name: 'crew' })).toMatchObject([{ name: 'Crew' }]);
    expect(await demo.call('get_zia_user_groups', { group_id: '165440002' })).toMatchObject({ name: 'Pilots' });
    expect(await demo.call('get_zia_user_departments', { search: 'all sites', sort_by: 'name', sort_order: 'desc' })).toMatchObject([
      { name: 'Warehouse' },
      {},
      {},
      {},
      {},
    ]);
    expect(await demo.call('get_zia_user_departments', { department_id: '68760002', action: 'read_lite' })).toEqual({
      id: 68_760_002,
      name: 'Operations',
    });
  });

  it('have devices and groups of devices', async () => {
    expect(await demo.call('zia_list_device_groups')).toHaveLength(5);
    expect(await demo.call('zia_list_device_groups', { include_pseudo_groups: true, include_device_info: true })).toMatchObject([
      { deviceCount: 1 },
      {},
      {},
      {},
      {},
      {},
    ]);
    expect(await demo.call('zia_list_devices', { name: 'mara' })).toMatchObject([{ hostName: 'HARBOR-0001' }]);
    expect(await demo.call('zia_list_devices_lite')).toMatchObject([{ name: 'mara (Mara Quillfeather) - HARBOR-0001' }, {}, {}, {}, {}]);
  });
});

describe('what rules refer to', () => {
  it('has time intervals that change in part', async () => {
    const made = await demo.call('zia_create_time_interval', { name: 'Lunch', start_time: 720, end_time: 780, days_of_week: ['MON'] });
    const interval_id = idOf(made);
    await demo.call('zia_update_time_interval', { interval_id, end_time: 800 });
    expect(await demo.call('zia_get_time_interval', { interval_id })).toEqual({ ...(made as object), endTime: 800 });
    expect(await demo.call('zia_list_time_intervals', { search: 'lunch' })).toHaveLength(1);
    await demo.call('zia_delete_time_interval', { interval_id });
    expect(await demo.call('zia_list_time_intervals')).toHaveLength(3);
  });

  it('has workload groups', async () => {
    const [first] = (await demo.call('zia_list_workload_groups', { page: 1, page_size: 1 })) as unknown[];
    expect(await demo.call('zia_get_workload_group', { group_id: idOf(first) })).toMatchObject({
      name: 'Booking Platform',
      expressionJson: { expressionContainers: [{}, {}] },
    });
  });

  it('has applications of Shadow IT, which are marked by ID', async () => {
    const [app] = (await demo.call('zia_list_shadow_it_apps', { page_number: 2, limit: 1 })) as unknown[];
    const [tag] = (await demo.call('zia_list_shadow_it_custom_tags')) as unknown[];
    const input = { sanction_state: 'sanctioned', application_ids: [idOf(app)], custom_tag_ids: [idOf(tag)] };
    expect(await demo.call('zia_bulk_update_shadow_it_apps', input)).toMatchObject({ success: true });
    await expect(demo.call('zia_bulk_update_shadow_it_apps', { ...input, application_ids: ['1'] })).rejects.toThrow(/does not exist/);
  });
});

describe('URL categories', () => {
  it('of the tenant are made, changed in part, edited by URL and deleted', async () => {
    const made = await demo.call('zia_create_url_category', {
      configured_name: 'Buoys',
      super_category: 'USER_DEFINED',
      urls: ['buoy.example'],
    });
    const category_id = (made as { id: string }).id;
    expect(await demo.call('zia_update_url_category', { category_id, keywords: ['buoy'] })).toMatchObject({
      configuredName: 'Buoys',
      superCategory: 'USER_DEFINED',
      urls: ['buoy.example'],
      keywords: ['buoy'],
    });
    await demo.call('zia_add_urls_to_category', { category_id, configured_name: 'Buoys', urls: ['.bell.example'] });
    expect(await demo.call('zia_list_url_categories', { contains_url: 'ring.bell.example' })).toMatchObject([{ id: category_id }]);
    await demo.call('zia_remove_urls_from_category', { category_id, configured_name: 'Buoys', urls: ['buoy.example'] });
    expect(await demo.call('zia_get_url_category', { category_id })).toMatchObject({
      urls: ['.bell.example'],
      keywords: ['buoy'],
      customUrlsCount: 1,
    });
    await demo.call('zia_delete_url_category', { category_id });
    expect(await demo.call('zia_list_url_categories', { custom_only: true })).toHaveLength(3);
  });

  it('of Zscaler are found by name and changed without losing what was added', async () => {
    expect(await demo.call('zia_get_url_category_predefined', { name: 'finance' })).toMatchObject({ id: 'FINANCE' });
    expect(await demo.call('zia_update_url_category_predefined', { name: 'travel', urls: ['ferry.example'] })).toMatchObject({
      id: 'TRAVEL',
      keywords: ['ferry'],
      urls: ['ferry.example'],
    });
    await expect(demo.call('zia_delete_url_category', { category_id: 'TRAVEL' })).rejects.toThrow(/nothing was changed/);
  });

  it('are looked up', async () => {
    expect(await demo.call('zia_url_lookup', { urls: ['search.example', 'sunken-bargains.example'] })).toMatchObject([
      { urlClassifications: ['WEB_SEARCH'], urlClassificationsWithSecurityAlert: [] },
      { urlClassificationsWithSecurityAlert: ['MALWARE_SITE'] },
    ]);
  });
});

describe('data loss prevention', () => {
  it('has rules that change in part', async () => {
    const made = await demo.call('zia_create_web_dlp_rule', {
      name: 'Charts',
      action: 'BLOCK',
      advanced: { dlp_engines: [1], protocols: ['HTTPS_RULE'] },
    });
    const rule_id = idOf(made);
    await demo.call('zia_update_web_dlp_rule', { rule_id, enabled: false });
    expect(await demo.call('zia_get_web_dlp_rule', { rule_id })).toMatchObject({
      name: 'Charts',
      state: 'DISABLED',
      action: 'BLOCK',
      dlpEngines: [{ id: 1 }],
      protocols: ['HTTPS_RULE'],
    });
    expect(await demo.call('zia_list_web_dlp_rules', { search: 'chart' })).toMatchObject([{ order: 1 }]);
    expect(await demo.call('zia_list_web_dlp_rules_lite')).toHaveLength(3);
    await demo.call('zia_delete_web_dlp_rule', { rule_id });
    expect(await demo.call('zia_list_web_dlp_rules')).toHaveLength(2);
  });

  it('has engines and dictionaries', async () => {
    expect(await demo.call('get_zia_dlp_engines', { search: 'freight' })).toMatchObject([{ id: 1 }]);
    expect(await demo.call('get_zia_dlp_engines', { engine_id: '2' })).toMatchObject({ predefinedEngineName: 'PCI' });
    expect(await demo.call('get_zia_dlp_engines', { action: 'read_lite' })).toEqual([
      { id: 1, name: 'Freight Papers' },
      { id: 2, name: 'PCI' },
    ]);
    expect(await demo.call('get_zia_dlp_dictionaries', { search: 'lading' })).toMatchObject([{ id: 61 }]);
    expect(await demo.call('get_zia_dlp_dictionaries', { dict_id: '62' })).toMatchObject({ name: 'CREDIT_CARDS' });
    expect(await demo.call('get_zia_dlp_dictionaries', { action: 'read_lite' })).toHaveLength(3);
  });
});

describe('cloud app control', () => {
  const rule_type = 'WEBMAIL';
  it('names its actions and applications', async () => {
    expect(await demo.call('zia_list_cloud_app_control_actions', { rule_type, cloud_apps: ['GULLMAIL'] })).toContain('ALLOW_WEBMAIL_VIEW');
    expect(await demo.call('zia_list_cloud_app_policy', { app_class: 'WEB_MAIL', search: 'gull' })).toMatchObject([{ app: 'GULLMAIL' }]);
    expect(await demo.call('zia_list_cloud_app_policy', { group_results: true })).toMatchObject([{ '[Web Mail, WEB_MAIL]': 2 }]);
  });

  it('has rules for each class of applications, which change in part', async () => {
    const made = await demo.call('zia_create_cloud_app_control_rule', {
      rule_type,
      name: 'Bottles',
      action: 'DENY_WEBMAIL_SEND',
      advanced: { applications: ['BOTTLE_POST'] },
    });
    const ids = { rule_type, rule_id: idOf(made) };
    await demo.call('zia_update_cloud_app_control_rule', { ...ids, action: 'ALLOW_WEBMAIL_VIEW,ALLOW_WEBMAIL_SEND' });
    expect(await demo.call('zia_get_cloud_app_control_rule', ids)).toMatchObject({
      name: 'Bottles',
      type: 'WEBMAIL',
      applications: ['BOTTLE_POST'],
      actions: ['ALLOW_WEBMAIL_VIEW', 'ALLOW_WEBMAIL_SEND'],
    });
    expect(await demo.call('zia_list_cloud_app_control_rules', { rule_type })).toHaveLength(2);
    expect(await demo.call('zia_list_cloud_app_control_rules', { rule_type: 'FILE_SHARE' })).toHaveLength(1);
    await demo.call('zia_delete_cloud_app_control_rule', ids);
    expect(await demo.call('zia_list_cloud_app_control_rules', { rule_type })).toHaveLength(1);
  });
});
