/** Every tool of ZPA against the demo tenant: it answers, and a change shows in what is read afterwards. */
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue, Page } from '../../src/tools/index.ts';
import { openDemoTools } from './demo-tools.ts';

const demo = await openDemoTools();
const { run, answered } = demo;
afterAll(() => demo[Symbol.asyncDispose]());

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

async function rows(name: string, input: Record<string, unknown> = {}): Promise<readonly Row[]> {
  const page = await run(name, input);
  expect(page).toBeInstanceOf(Page);
  return (page as Page).items as readonly Row[];
}

const record = async (name: string, input: Record<string, unknown>): Promise<Row> => (await run(name, input)) as Row;

interface Life {
  noun: string;
  id: string;
  /** What one has to say to make a new one. */
  create: () => Promise<Record<string, unknown>>;
  /** A change, and how it shows. */
  change: readonly [Record<string, unknown>, Record<string, unknown>];
  plural?: string;
  /** Fields that the change takes away. */
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
/** As the API shows them: an operand for each value. */
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
  it('is not made without connectors, nor without servers that nobody discovers', async () => {
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

// Last: what no test above has called is a tool that nobody has seen answering.
describe('the tools of ZPA', () => {
  it('have all answered', () => {
    const names = catalogue.filter(({ product }) => product === 'zpa').map(({ name }) => name);
    const elsewhere = /_segment_groups?$/;
    expect(names.filter((name) => !answered.has(name) && !elsewhere.test(name))).toEqual([]);
  });
});
