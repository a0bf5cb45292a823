/** Every ZPA tool works on the demo tenant, and later reads show its changes. */
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/tools/index.ts';
import { openDemo } from './demo.ts';

const demo = await openDemo();
afterAll(() => demo[Symbol.asyncDispose]());

const run = (name: string, input?: Record<string, unknown>): Promise<unknown> => demo.call(name, input);

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

async function rows(name: string, input: Record<string, unknown> = {}): Promise<readonly Row[]> {
  const list = await run(name, input);
  expect(list).toBeInstanceOf(Array);
  return list as readonly Row[];
}

const record = async (name: string, input: Record<string, unknown>): Promise<Row> => (await run(name, input)) as Row;

interface Life {
  noun: string;
  id: string;
  /** Inputs that create a record. */
  create: () => Promise<Record<string, unknown>>;
  /** Inputs that update it, and the resulting fields. */
  change: readonly [Record<string, unknown>, Record<string, unknown>];
  plural?: string;
  /** Fields that the change removes. */
  loses?: readonly string[];
  /** Repeated in every call. */
  where?: Record<string, unknown>;
}

const first = async (name: string, input: Record<string, unknown> = {}): Promise<string> => {
  const [row] = await rows(name, input);
  return row!.id;
};

const CONDITIONS = [
  {
    operator: 'AND',
    operands: [
      {
        object_type: 'POSTURE',
        entry_values: [
          { lhs: 'one', rhs: 'true' },
          { lhs: 'two', rhs: 'false' },
        ],
      },
    ],
  },
  { operands: [{ objectType: 'CLIENT_TYPE', values: ['zpn_client_type_exporter', 'zpn_client_type_zapp'] }] },
];
/** As the API returns them: one operand per value. */
const READ_CONDITIONS = [
  {
    operator: 'AND',
    operands: [
      { objectType: 'POSTURE', lhs: 'one', rhs: 'true' },
      { objectType: 'POSTURE', lhs: 'two', rhs: 'false' },
    ],
  },
  {
    operator: 'OR',
    operands: [
      { lhs: 'id', rhs: 'zpn_client_type_exporter' },
      { lhs: 'id', rhs: 'zpn_client_type_zapp' },
    ],
  },
];

const lives: Life[] = [
  {
    noun: 'server_group',
    id: 'group_id',
    create: async () => ({ app_connector_group_ids: [await first('zpa_list_app_connector_groups')] }),
    change: [{ description: 'Other' }, { description: 'Other', dynamicDiscovery: true }],
  },
  {
    noun: 'app_connector_group',
    id: 'group_id',
    create: async () => ({ latitude: '1.5', longitude: '2', location: 'Somewhere', country_code: 'de', version_profile: 'New Release' }),
    change: [{ enabled: false }, { enabled: false, latitude: '1.5', countryCode: 'DE', versionProfileId: '2', enrollmentCertId: '6573' }],
  },
  {
    noun: 'application_server',
    id: 'server_id',
    create: async () => ({ address: '198.51.100.7', description: 'Kept' }),
    change: [{ address: '198.51.100.8' }, { address: '198.51.100.8', description: 'Kept' }],
  },
  ...['', '_ba', '_pra'].map((suffix): Life => ({
    noun: `application_segment${suffix}`,
    plural: `application_segments${suffix}`,
    id: 'segment_id',
    create: async () => ({
      segment_group_id: await first('zpa_list_segment_groups'),
      server_group_ids: [await first('zpa_list_server_groups')],
      domain_names: ['new.example'],
      tcp_port_ranges: ['443', '443'],
      advanced: { bypass_type: 'ON_NET' },
    }),
    change: [
      { tcp_port_ranges: [], udp_port_ranges: ['53', '53'] },
      { tcpPortRanges: [], udpPortRange: [{ from: '53', to: '53' }], bypassType: 'ON_NET' },
    ],
    loses: ['tcpPortRange'],
  })),
  {
    noun: 'provisioning_key',
    id: 'key_id',
    where: { key_type: 'connector' },
    create: async () => ({ max_usage: 3, component_id: await first('zpa_list_app_connector_groups'), enrollment_cert_id: '6573' }),
    change: [{ max_usage: 4 }, { maxUsage: '4', enrollmentCertName: 'Connector' }],
  },
  {
    noun: 'service_edge_group',
    id: 'group_id',
    create: async () => ({
      latitude: '1',
      longitude: '2',
      location: 'Somewhere',
      is_public: true,
      trusted_network_ids: ['144115188075920001'],
    }),
    change: [
      { grace_distance_enabled: true },
      { graceDistanceEnabled: true, isPublic: 'TRUE', trustedNetworks: [{ id: '144115188075920001' }] },
    ],
  },
  {
    noun: 'pra_portal',
    id: 'portal_id',
    create: async () => ({ domain: 'new.example', certificate_id: await first('zpa_list_ba_certificates'), user_notification: 'Kept' }),
    change: [{ domain: 'other.example' }, { domain: 'other.example', userNotification: 'Kept' }],
  },
  {
    noun: 'pra_credential',
    id: 'credential_id',
    create: () => Promise.resolve({ credential_type: 'USERNAME_PASSWORD', username: 'captain', password: 'made-up-secret' }),
    change: [
      { user_domain: 'SHIP', password: 'another-secret' },
      { userDomain: 'SHIP', userName: 'captain' },
    ],
  },
  ...[
    ['access_policy_rule', 'allow', {}],
    ['forwarding_policy_rule', 'BYPASS', {}],
    ['isolation_policy_rule', 'ISOLATE', { zpn_isolation_profile_id: '144115188075990001' }],
    ['app_protection_rule', 'inspect', { zpn_inspection_profile_id: '144115188075990011' }],
    ['timeout_policy_rule', 're_auth', { reauth_idle_timeout: '-1' }],
  ].map(([noun, action_type, more]): Life => ({
    noun: noun as string,
    id: 'rule_id',
    create: () => Promise.resolve({ action_type, conditions: CONDITIONS, ...(more as object) }),
    change: [{ description: 'Other' }, { description: 'Other', conditions: READ_CONDITIONS }],
  })),
];

describe.each(lives)(
  'a $noun of the demo tenant',
  ({ noun, id, create, plural = `${noun}s`, change: [change, shown], loses = [], where = {} }) => {
    it('is listed, made, shown, changed without loss and deleted', async () => {
      const before = await rows(`zpa_list_${plural}`, where);
      expect(before.length).toBeGreaterThan(0);
      const made = await record(`zpa_create_${noun}`, { ...where, name: `New ${noun}`, ...(await create()) });
      const key = { ...where, [id]: made.id };
      const read = await record(`zpa_get_${noun}`, key);
      expect(read).toMatchObject({ id: made.id, name: `New ${noun}` });
      await run(`zpa_update_${noun}`, { ...key, ...change });
      const { modifiedTime: _now, ...changed } = await record(`zpa_get_${noun}`, key);
      const { modifiedTime: _then, ...kept } = read;
      expect(changed).toMatchObject(shown);
      for (const field of Object.keys(kept).filter((name) => !loses.includes(name))) expect(changed, field).toHaveProperty([field]);
      expect(await rows(`zpa_list_${plural}`, { ...where, search: `New ${noun}` })).toHaveLength(1);
      expect(await run(`zpa_delete_${noun}`, key)).toMatchObject({ success: true });
      await expect(run(`zpa_get_${noun}`, key)).rejects.toMatchObject({ status: 404 });
      expect(await rows(`zpa_list_${plural}`, where)).toHaveLength(before.length);
    });
  },
);

describe.each([
  ['app_connector', 'connector_id', 'connector_ids', 'zpa_bulk_delete_app_connectors'],
  ['service_edge', 'service_edge_id', 'service_edge_ids', 'zpa_bulk_delete_service_edges'],
])('a %s of the demo tenant', (noun, id, ids, bulk) => {
  it('is renamed without losing its state, and deleted alone or with others', async () => {
    const all = await rows(`zpa_list_${noun}s`);
    const [one, two, three] = all;
    await run(`zpa_update_${noun}`, { [id]: one!.id, name: 'renamed' });
    const read = await record(`zpa_get_${noun}`, { [id]: one!.id });
    expect(read).toMatchObject({ name: 'renamed', description: one!['description'], fingerprint: one!['fingerprint'] });
    await run(`zpa_delete_${noun}`, { [id]: one!.id });
    await expect(run(bulk, { [ids]: [] })).rejects.toMatchObject({ code: 'ERR_TOOL_INPUT' });
    expect(await run(bulk, { [ids]: [two!.id, three!.id] })).toMatchObject({ success: true });
    expect((await rows(`zpa_list_${noun}s`)).map((row) => row.id)).toEqual(all.slice(3).map((row) => row.id));
  });
});

describe('an application segment', () => {
  it('takes ports in pairs, in one form, and at least one', async () => {
    const segment_group_id = await first('zpa_list_segment_groups');
    const create = (more: Record<string, unknown>) => run('zpa_create_application_segment', { name: 'x', segment_group_id, ...more });
    await expect(create({})).rejects.toMatchObject({ hint: expect.stringContaining('tcp_port_ranges') as string });
    await expect(create({ tcp_port_ranges: ['80'] })).rejects.toThrow(/pairs of first and last port/);
    await expect(create({ tcp_port_ranges: ['443', '80'] })).rejects.toThrow(/pairs of first and last port/);
    await expect(create({ tcp_port_ranges: ['80', '70000'] })).rejects.toThrow(/pairs of first and last port/);
    const twice = create({ tcp_port_ranges: ['80', '80'], advanced: { tcp_port_range: [{ from: '80', to: '80' }] } });
    await expect(twice).rejects.toThrow(/both were given/);
  });

  it('keeps its ports when it is renamed', async () => {
    const [segment] = await rows('zpa_list_application_segments');
    await run('zpa_update_application_segment', { segment_id: segment!.id, name: 'renamed' });
    const read = await record('zpa_get_application_segment', { segment_id: segment!.id });
    expect(read).toMatchObject({ name: 'renamed', tcpPortRanges: segment!['tcpPortRanges'], tcpPortRange: segment!['tcpPortRange'] });
  });

  it('keeps the ids of its web applications', async () => {
    const { id: segment_id, clientlessApps } = (await rows('zpa_list_application_segments_ba', { search: 'booking-admin' }))[0]!;
    const [app] = clientlessApps as Row[];
    const fresh = { name: 'fresh', domain: 'fresh.example', application_protocol: 'HTTPS', application_port: '443' };
    const changed = { domain: app!['domain'], application_protocol: 'HTTP', application_port: '80' };
    await run('zpa_update_application_segment_ba', { segment_id, clientless_app_ids: [changed, fresh] });
    const read = await record('zpa_get_application_segment_ba', { segment_id });
    expect(read['clientlessApps']).toMatchObject([{ id: app!.id, applicationProtocol: 'HTTP' }, { domain: 'fresh.example' }]);
  });

  it('gets, keeps and loses consoles as they are listed', async () => {
    const { id: segment_id } = (await rows('zpa_list_application_segments_pra', { search: 'git' }))[0]!;
    const consoles = () => rows('get_zpa_app_segments_by_type', { application_type: 'SECURE_REMOTE_ACCESS' });
    const [before] = await consoles();
    const fresh = { name: 'fresh', domain: 'fresh.example', application_protocol: 'RDP', application_port: '3389', enabled: true };
    const change = (apps_config: unknown[]) => run('zpa_update_application_segment_pra', { segment_id, common_apps_dto: { apps_config } });
    await change([{ domain: before!['domain'], application_port: '2222' }, fresh]);
    expect(await consoles()).toMatchObject([{ id: before!.id, applicationPort: '2222' }, { domain: 'fresh.example' }]);
    await change([fresh]);
    expect((await consoles()).map((row) => row['domain'])).toEqual(['fresh.example']);
    expect(await rows('get_zpa_app_segments_by_type', { application_type: 'INSPECT', expand_all: true })).toEqual([]);
  });
});

describe('an enrollment certificate', () => {
  it('is found by name, by ID and in the list', async () => {
    expect(await record('get_zpa_enrollment_certificate', { name: 'Service Edge' })).toMatchObject({ id: '6574' });
    expect(await record('get_zpa_enrollment_certificate', { certificate_id: '6573' })).toMatchObject({ name: 'Connector' });
    expect(await rows('get_zpa_enrollment_certificate', { page_size: 2 })).toHaveLength(2);
    const none = run('get_zpa_enrollment_certificate', { name: 'Conn' });
    await expect(none).rejects.toMatchObject({ code: 'ERR_TOOL_INPUT', message: 'no enrollment certificate is called "Conn"' });
  });

  it('has to be named for a key of connectors', async () => {
    const input = { key_type: 'connector', name: 'x', max_usage: 1, component_id: '1' };
    await expect(run('zpa_create_provisioning_key', input)).rejects.toMatchObject({
      message: expect.stringContaining('enrollment_cert_id') as string,
    });
  });
});

describe('a server group', () => {
  it('is not created without connectors, nor without servers when discovery is off', async () => {
    const [group] = await rows('zpa_list_server_groups');
    const connectors = [await first('zpa_list_app_connector_groups')];
    const none = run('zpa_update_server_group', { group_id: group!.id, app_connector_group_ids: [] });
    await expect(none).rejects.toMatchObject({
      code: 'ERR_TOOL_INPUT',
      message: expect.stringContaining('app_connector_group_ids') as string,
    });
    const blind = run('zpa_create_server_group', { name: 'Blind', app_connector_group_ids: connectors, dynamic_discovery: false });
    await expect(blind).rejects.toMatchObject({ code: 'ERR_TOOL_INPUT', hint: expect.stringContaining('server_ids') as string });
  });
});

describe('privileged remote access', () => {
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nMADE-UP\n-----END OPENSSH PRIVATE KEY-----';

  it('gives a portal the certificate that is called like it', async () => {
    const name = 'partners.harbor-lantern.example';
    const made = await record('zpa_create_pra_portal', { name, domain: name });
    const [certificate] = await rows('zpa_list_ba_certificates', { search: name });
    expect(made['certificateId']).toBe(certificate!.id);
    await expect(run('zpa_create_pra_portal', { name: 'partners', domain: name })).rejects.toThrow('no certificate is called "partners"');
    await expect(run('zpa_delete_ba_certificate', { certificate_id: certificate!.id })).rejects.toMatchObject({ status: 400 });
  });

  it.each([
    ['needs a secret', { credential_type: 'PASSWORD' }, /needs password/],
    ['needs a name beside a key', { credential_type: 'SSH_KEY', private_key: key }, /needs username/],
    ['takes no key beside a password', { credential_type: 'PASSWORD', password: 'made-up', private_key: key }, /has no private_key/],
    ['takes no key without its first line', { credential_type: 'SSH_KEY', username: 'x', private_key: 'made-up' }, /must be PEM text/],
  ])('%s', async (_, input, message) => {
    const refused = await run('zpa_create_pra_credential', { name: 'x', ...input }).catch((error: unknown) => error);
    expect(String(refused)).toMatch(message);
    expect(String(refused)).not.toContain('made-up');
  });

  it('changes no credential without its secret, nor its type', async () => {
    const credential_id = await first('zpa_list_pra_credentials');
    const change = (input: Record<string, unknown>) => run('zpa_update_pra_credential', { credential_id, ...input });
    await expect(change({ name: 'y' })).rejects.toMatchObject({ hint: expect.stringContaining('again with each change') as string });
    await expect(change({ credential_type: 'PASSWORD', password: 'made-up' })).rejects.toThrow(/the type cannot be changed/);
    await change({ credential_type: 'USERNAME_PASSWORD', password: 'made-up', name: 'y' });
    const read = await record('zpa_get_pra_credential', { credential_id });
    expect(read).toMatchObject({ name: 'y', userName: 'bridge', userDomain: 'SHIP' });
    expect(read).not.toHaveProperty('password');
  });

  it('keeps certificates that are shown without their keys', async () => {
    const cert_blob = `-----BEGIN CERTIFICATE-----\nMADE-UP\n-----END CERTIFICATE-----\n${key}`;
    const { id: certificate_id } = await record('zpa_create_ba_certificate', { name: 'new.example', cert_blob });
    expect(JSON.stringify(await run('zpa_get_ba_certificate', { certificate_id }))).not.toContain('PRIVATE');
    expect(await run('zpa_delete_ba_certificate', { certificate_id })).toMatchObject({ success: true });
  });
});

describe('what is known of users and devices', () => {
  const idp_name = 'Harbor Lantern Sign-In';

  it('is found by the name of the identity provider', async () => {
    expect(await rows('get_zpa_saml_attribute')).toHaveLength(3);
    expect(await rows('get_zpa_saml_attribute', { idp_name: 'Partner Sign-In' })).toHaveLength(0);
    const [attribute] = await rows('get_zpa_scim_attribute', { idp_name, search: 'department' });
    expect(await run('get_zpa_scim_attribute', { idp_name, attribute_id: attribute!.id })).toEqual(attribute);
    const [group] = await rows('get_zpa_scim_group', { idp_name, search: 'Crew' });
    expect(group).toMatchObject({ name: 'Crew', idpId: 144115188075285829n });
    expect(await run('get_zpa_scim_group', { scim_group_id: group!.id })).toEqual(group);
    await expect(run('get_zpa_scim_group')).rejects.toThrow('needs idp_name or scim_group_id, and got neither');
    await expect(run('get_zpa_scim_group', { idp_name: 'Harbor' })).rejects.toThrow('no identity provider is called "Harbor"');
  });

  it.each([
    ['get_zpa_posture_profile', 'profile_id'],
    ['get_zpa_trusted_network', 'network_id'],
    ['get_zpa_app_protection_profile', undefined],
    ['get_zpa_isolation_profile', undefined],
  ])('is shown by %s in a list, by name and by ID', async (tool, idName) => {
    const [one, two] = await rows(tool);
    expect(await run(tool, { name: two!['name'] })).toEqual(two);
    if (idName) expect(await run(tool, { [idName]: one!.id })).toEqual(one);
    await expect(run(tool, { name: 'Nothing' })).rejects.toMatchObject({ code: 'ERR_TOOL_INPUT' });
  });

  it('tells which isolation profiles an isolation rule can take', async () => {
    const ids = (await rows('get_zpa_isolation_profile')).map((row) => row['zpnIsolationProfileId']);
    expect(ids).toEqual(['144115188075990001', '144115188075990002', undefined]);
  });
});

describe('log streaming', () => {
  it('is described by its receivers, log types, formats, codes and clients', async () => {
    const [receiver] = await rows('zpa_list_lss_configs');
    expect(await run('zpa_get_lss_config', { lss_config_id: receiver!.id })).toEqual(receiver);
    const types = (await run('zpa_list_lss_log_types')) as { log_type: string }[];
    expect(types).toHaveLength(8);
    for (const { log_type } of types) expect(await run('zpa_get_lss_log_format', { log_type })).toHaveProperty('csv');
    expect(Object.keys((await run('zpa_list_lss_status_codes')) as object)).toHaveLength(4);
    expect(await run('zpa_list_lss_status_codes', { log_type: 'user_status' })).toHaveProperty('zpn_auth_log');
    const none = run('zpa_list_lss_status_codes', { log_type: 'audit_logs' });
    await expect(none).rejects.toMatchObject({
      hint: 'It has some for app_connector_status, private_svc_edge_status, user_activity, user_status.',
    });
    expect(await run('zpa_list_lss_client_types')).toHaveProperty('zpn_client_type_exporter');
  });
});

// Last, since it checks that the tests above have called every tool.
describe('the tools of ZPA', () => {
  it('have all answered', () => {
    const names = catalogue.filter(({ product }) => product === 'zpa').map(({ name }) => name);
    const elsewhere = /_segment_groups?$/;
    expect(names.filter((name) => !demo.answered.has(name) && !elsewhere.test(name))).toEqual([]);
  });
});
