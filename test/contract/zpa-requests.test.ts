/** The exact requests of ZPA tools whose inputs do not map to one field each, from the recorded facts and our corrections. */
import { describe, expect, it } from 'vitest';
import { bindCall, catalogue } from '../../src/tools/index.ts';

const V1 = '/zpa/mgmtconfig/v1/admin/customers/77';
const V2 = '/zpa/mgmtconfig/v2/admin/customers/77';
const USERS = '/zpa/userconfig/v1/customers/77';

type Fields = Readonly<Record<string, unknown>>;
/** Method and path, query, body. */
type Expected = readonly [line: string, query?: Fields, body?: Fields];

/** The current record in every update. */
const PRESENT = { id: '5', name: 'Old', unknownToUs: { big: 216196257331285825n } };
const mt = { microtenantId: '9' };

function answerTo(method: string, path: string, { search, applicationType }: Fields): unknown {
  if (method !== 'GET') return method === 'POST' ? { id: 'new' } : null;
  if (applicationType)
    return {
      list: [
        { id: 'app-1', appId: '5', domain: 'a.example' },
        { id: 'app-2', appId: '5', domain: 'b.example' },
        { id: 'app-3', appId: '6', domain: 'a.example' },
      ],
    };
  if (path.includes('/policySet/policyType/')) return { id: 'set' };
  if (typeof search === 'string')
    return {
      list: [
        { id: 'near', name: 'Nearly' },
        { id: 'found', name: search.replace('name+EQ+', '') },
      ],
    };
  if (path.endsWith('profiles'))
    return [
      { id: 'cbi', name: 'Isolated' },
      { id: 'zpa', cbiProfileId: 'cbi' },
    ];
  if (path.endsWith('statusCodes')) return { zpn_auth_log: {} };
  return PRESENT;
}

async function requestsOf(name: string, input: Fields): Promise<Expected[]> {
  const tool = catalogue.find((candidate) => candidate.name === name)!;
  const sent: Expected[] = [];
  const call = bindCall(
    tool,
    async ({ method, path, query = {}, body }) => {
      const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
      sent.push([`${method} ${path}`, given, ...(body === undefined ? [] : [body as Fields])] as unknown as Expected);
      return answerTo(method, path, query);
    },
    { customerId: '77' },
  );
  await tool.run(call, tool.parse(input));
  return sent;
}

const place = { latitude: '1', longitude: '2', location: 'L' };
const connectorGroup = {
  name: 'N',
  ...place,
  country_code: 'de',
  server_group_ids: ['s'],
  connector_ids: ['c'],
  version_profile: '2',
  upgrade_day: 'SUNDAY',
};
const connectorGroupBody = {
  name: 'N',
  ...place,
  countryCode: 'DE',
  serverGroups: [{ id: 's' }],
  connectors: [{ id: 'c' }],
  versionProfileId: '2',
  versionProfileName: 'New Release',
  upgradeDay: 'SUNDAY',
};
const segment = { name: 'N', segment_group_id: 'g', domain_names: ['a.example'], server_group_ids: ['s'], tcp_port_ranges: ['1', '2'] };
const segmentBody = {
  name: 'N',
  enabled: true,
  segmentGroupId: 'g',
  domainNames: ['a.example'],
  serverGroups: [{ id: 's' }],
  tcpPortRanges: ['1', '2'],
};
const edgeGroup = {
  ...place,
  is_public: true,
  trusted_network_ids: ['t'],
  service_edge_ids: ['e'],
  grace_distance_value: 5,
  version_profile_name: 'Default',
};
const edgeGroupBody = {
  ...place,
  isPublic: 'TRUE',
  trustedNetworks: [{ id: 't' }],
  serviceEdges: [{ id: 'e' }],
  graceDistanceValue: 5,
  versionProfileName: 'Default',
};
const SSH = '-----BEGIN RSA PRIVATE KEY-----';

const rows: readonly (readonly [tool: string, input: Fields, ...expected: Expected[]])[] = [
  [
    'zpa_create_app_connector_group',
    { ...connectorGroup, microtenant_id: '9' },
    [`GET ${V2}/enrollmentCert`, { search: 'name+EQ+Connector' }],
    [`POST ${V1}/appConnectorGroup`, mt, { ...connectorGroupBody, enabled: true, enrollmentCertId: 'found', ...mt }],
  ],
  [
    'zpa_create_app_connector_group',
    { name: 'N', enrollment_cert_name: 'Root', version_profile: 'Track' },
    [`GET ${V2}/enrollmentCert`, { search: 'name+EQ+Root' }],
    [`POST ${V1}/appConnectorGroup`, {}, { name: 'N', enabled: true, enrollmentCertId: 'found', versionProfileName: 'Track' }],
  ],
  [
    'zpa_create_app_connector_group',
    { name: 'N', enrollment_cert_id: '6573', version_profile: '1234' },
    [`POST ${V1}/appConnectorGroup`, {}, { name: 'N', enabled: true, enrollmentCertId: '6573', versionProfileId: '1234' }],
  ],
  [
    'zpa_update_app_connector_group',
    { group_id: '5', ...connectorGroup },
    [`GET ${V1}/appConnectorGroup/5`, {}],
    [`PUT ${V1}/appConnectorGroup/5`, {}, { ...PRESENT, ...connectorGroupBody }],
  ],
  [
    'zpa_update_app_connector_group',
    { group_id: '5', enrollment_cert_name: 'Root' },
    [`GET ${V1}/appConnectorGroup/5`, {}],
    [`GET ${V2}/enrollmentCert`, { search: 'name+EQ+Root' }],
    [`PUT ${V1}/appConnectorGroup/5`, {}, { ...PRESENT, enrollmentCertId: 'found' }],
  ],
  [
    'zpa_bulk_delete_app_connectors',
    { connector_ids: ['1', '2'], microtenant_id: '9' },
    [`POST ${V1}/connector/bulkDelete`, mt, { ids: ['1', '2'] }],
  ],
  ['zpa_bulk_delete_service_edges', { service_edge_ids: ['1'] }, [`POST ${V1}/serviceEdge/bulkDelete`, {}, { ids: ['1'] }]],
  [
    'zpa_create_server_group',
    { name: 'N', app_connector_group_ids: ['c'], server_ids: ['s'], ip_anchored: true, dynamic_discovery: false },
    [
      `POST ${V1}/serverGroup`,
      {},
      { name: 'N', enabled: true, appConnectorGroups: [{ id: 'c' }], servers: [{ id: 's' }], ipAnchored: true, dynamicDiscovery: false },
    ],
  ],
  [
    'zpa_update_server_group',
    { group_id: '5', app_connector_group_ids: ['c', 'd'], microtenant_id: '9' },
    [`GET ${V1}/serverGroup/5`, mt],
    [`PUT ${V1}/serverGroup/5`, mt, { ...PRESENT, appConnectorGroups: [{ id: 'c' }, { id: 'd' }], ...mt }],
  ],
  [
    'zpa_create_application_segment',
    { ...segment, advanced: { bypass_type: 'NEVER', isIncompleteDRConfig: false } },
    [`POST ${V1}/application`, {}, { ...segmentBody, bypassType: 'NEVER', isIncompleteDRConfig: false }],
  ],
  [
    'zpa_create_application_segment',
    { ...segment, advanced: { clientless_app_ids: [{ domain: 'a.example', application_port: '80' }] } },
    [`POST ${V1}/application`, {}, { ...segmentBody, clientlessApps: [{ domain: 'a.example', applicationPort: '80' }] }],
  ],
  [
    'zpa_update_application_segment',
    { segment_id: '5', name: 'N', udp_port_ranges: ['53', '53'] },
    [`GET ${V1}/application/5`, {}],
    [`PUT ${V1}/application/5`, {}, { ...PRESENT, name: 'N', udpPortRanges: ['53', '53'] }],
  ],
  [
    'zpa_create_application_segment_ba',
    { ...segment, clientless_app_ids: [{ domain: 'a.example', certificate_id: 'c' }], microtenant_id: '9' },
    [`POST ${V1}/application`, mt, { ...segmentBody, clientlessApps: [{ domain: 'a.example', certificateId: 'c' }], ...mt }],
  ],
  [
    'zpa_update_application_segment_ba',
    { segment_id: '5', advanced: { common_apps_dto: { apps_config: [{ domain: 'b.example' }] } } },
    [`GET ${V1}/application/5`, {}],
    [`GET ${V1}/application/getAppsByType`, { applicationType: 'BROWSER_ACCESS', expandAll: false, page: 1, pagesize: 500 }],
    [
      `PUT ${V1}/application/5`,
      {},
      {
        ...PRESENT,
        commonAppsDto: {
          appsConfig: [{ appTypes: ['BROWSER_ACCESS'], appId: '5', baAppId: 'app-2', domain: 'b.example' }],
          deletedBaApps: ['app-1'],
        },
      },
    ],
  ],
  [
    'zpa_create_application_segment_pra',
    { ...segment, common_apps_dto: { apps_config: [{ domain: 'a.example', application_protocol: 'SSH' }] } },
    [
      `POST ${V1}/application`,
      {},
      {
        ...segmentBody,
        commonAppsDto: { appsConfig: [{ appTypes: ['SECURE_REMOTE_ACCESS'], domain: 'a.example', applicationProtocol: 'SSH' }] },
      },
    ],
  ],
  [
    'zpa_update_application_segment_pra',
    {
      segment_id: '5',
      microtenant_id: '9',
      common_apps_dto: { apps_config: [{ domain: 'a.example' }, { domain: 'b.example' }, { domain: 'c.example' }] },
    },
    [`GET ${V1}/application/5`, mt],
    [`GET ${V1}/application/getAppsByType`, { applicationType: 'SECURE_REMOTE_ACCESS', expandAll: false, page: 1, pagesize: 500, ...mt }],
    [
      `PUT ${V1}/application/5`,
      mt,
      {
        ...PRESENT,
        ...mt,
        commonAppsDto: {
          appsConfig: [
            { appTypes: ['SECURE_REMOTE_ACCESS'], appId: '5', praAppId: 'app-1', domain: 'a.example' },
            { appTypes: ['SECURE_REMOTE_ACCESS'], appId: '5', praAppId: 'app-2', domain: 'b.example' },
            { appTypes: ['SECURE_REMOTE_ACCESS'], appId: '5', praAppId: '', domain: 'c.example' },
          ],
        },
      },
    ],
  ],
  [
    'zpa_list_provisioning_keys',
    { key_type: 'connector', search: 'x' },
    [`GET ${V1}/associationType/CONNECTOR_GRP/provisioningKey`, { search: 'name+EQ+x' }],
  ],
  [
    'zpa_get_provisioning_key',
    { key_type: 'service_edge', key_id: '5' },
    [`GET ${V1}/associationType/SERVICE_EDGE_GRP/provisioningKey/5`, {}],
  ],
  [
    'zpa_create_provisioning_key',
    { key_type: 'connector', name: 'N', max_usage: 2, component_id: 'g', enrollment_cert_id: 'c', microtenant_id: '9' },
    [
      `POST ${V1}/associationType/CONNECTOR_GRP/provisioningKey`,
      mt,
      { name: 'N', maxUsage: 2, componentId: 'g', zcomponentId: 'g', enrollmentCertId: 'c', ...mt },
    ],
  ],
  [
    'zpa_update_provisioning_key',
    { key_type: 'service_edge', key_id: '5', name: 'N', microtenant_id: '9' },
    [`GET ${V1}/associationType/SERVICE_EDGE_GRP/provisioningKey/5`, mt],
    [`PUT ${V1}/associationType/SERVICE_EDGE_GRP/provisioningKey/5`, mt, { ...PRESENT, name: 'N', ...mt }],
  ],
  [
    'zpa_delete_provisioning_key',
    { key_type: 'connector', key_id: '5' },
    [`DELETE ${V1}/associationType/CONNECTOR_GRP/provisioningKey/5`, {}],
  ],
  [
    'zpa_create_service_edge_group',
    { name: 'N', ...edgeGroup },
    [`POST ${V1}/serviceEdgeGroup`, {}, { name: 'N', enabled: true, ...edgeGroupBody }],
  ],
  [
    'zpa_update_service_edge_group',
    { group_id: '5', ...edgeGroup, is_public: false },
    [`GET ${V1}/serviceEdgeGroup/5`, {}],
    [`PUT ${V1}/serviceEdgeGroup/5`, {}, { ...PRESENT, ...edgeGroupBody, isPublic: 'FALSE' }],
  ],
  [
    'get_zpa_enrollment_certificate',
    { name: 'Root', certificate_id: '5', page: 2 },
    [`GET ${V2}/enrollmentCert`, { search: 'name+EQ+Root' }],
  ],
  ['get_zpa_enrollment_certificate', { certificate_id: '5', page: 2 }, [`GET ${V1}/enrollmentCert/5`, {}]],
  [
    'get_zpa_enrollment_certificate',
    { search: 'x', page: 2, page_size: 3 },
    [`GET ${V2}/enrollmentCert`, { search: 'name+EQ+x', page: 2, pagesize: 3 }],
  ],
  ['get_zpa_saml_attribute', { search: 'x' }, [`GET ${V2}/samlAttribute`, { search: 'name+EQ+x' }]],
  [
    'get_zpa_saml_attribute',
    { idp_name: 'I', page: 2 },
    [`GET ${V2}/idp`, { search: 'name+EQ+I' }],
    [`GET ${V2}/samlAttribute/idp/found`, { page: 2 }],
  ],
  [
    'get_zpa_scim_attribute',
    { idp_name: 'I', page_size: 2 },
    [`GET ${V2}/idp`, { search: 'name+EQ+I' }],
    [`GET ${V1}/idp/found/scimattribute`, { pagesize: 2 }],
  ],
  [
    'get_zpa_scim_attribute',
    { idp_name: 'I', attribute_id: '5' },
    [`GET ${V2}/idp`, { search: 'name+EQ+I' }],
    [`GET ${V1}/idp/found/scimattribute/5`, {}],
  ],
  [
    'get_zpa_scim_group',
    { idp_name: 'I', search: 'x' },
    [`GET ${V2}/idp`, { search: 'name+EQ+I' }],
    [`GET ${USERS}/scimgroup/idpId/found`, { search: 'name+EQ+x' }],
  ],
  ['get_zpa_scim_group', { idp_name: 'I', scim_group_id: '5' }, [`GET ${USERS}/scimgroup/5`, {}]],
  ['get_zpa_posture_profile', { profile_id: '5', name: 'x' }, [`GET ${V1}/posture/5`, {}]],
  ['get_zpa_posture_profile', { name: 'x' }, [`GET ${V2}/posture`, { search: 'name+EQ+x' }]],
  ['get_zpa_trusted_network', { network_id: '5' }, [`GET ${V1}/network/5`, {}]],
  ['get_zpa_trusted_network', { page: 2, page_size: 3 }, [`GET ${V2}/network`, { page: 2, pagesize: 3 }]],
  ['get_zpa_app_protection_profile', { name: 'x' }, [`GET ${V1}/inspectionProfile`, { search: 'name+EQ+x' }]],
  ['get_zpa_app_protection_profile', { page: 2 }, [`GET ${V1}/inspectionProfile`, { page: 2 }]],
  [
    'get_zpa_isolation_profile',
    { name: 'Isolated' },
    ['GET /zpa/cbiconfig/cbi/api/customers/77/profiles', {}],
    ['GET /zpa/cbiconfig/cbi/api/customers/77/zpaprofiles', {}],
  ],
  [
    'get_zpa_app_segments_by_type',
    { application_type: 'INSPECT', search: 'x' },
    [`GET ${V1}/application/getAppsByType`, { applicationType: 'INSPECT', expandAll: false, search: 'name+EQ+x' }],
  ],
  [
    'zpa_get_lss_log_format',
    { log_type: 'web_inspection' },
    [`GET ${V2}/lssConfig/logType/formats`, { logType: 'zpn_waf_http_exchanges_log' }],
  ],
  ['zpa_list_lss_status_codes', { log_type: 'user_status' }, ['GET /zpa/mgmtconfig/v2/admin/lssConfig/statusCodes', {}]],
  ['zpa_list_lss_client_types', {}, ['GET /zpa/mgmtconfig/v2/admin/lssConfig/customers/77/clientTypes', {}]],
  [
    'zpa_create_ba_certificate',
    { name: 'N', cert_blob: '-----BEGIN CERTIFICATE-----' },
    [`POST ${V1}/certificate`, {}, { name: 'N', certBlob: '-----BEGIN CERTIFICATE-----' }],
  ],
  [
    'zpa_create_pra_portal',
    { name: 'N', domain: 'n.example', microtenant_id: '9' },
    [`GET ${V2}/clientlessCertificate/issued`, { search: 'name+EQ+N', ...mt }],
    [`POST ${V1}/praPortal`, mt, { name: 'N', domain: 'n.example', enabled: true, certificateId: 'found', ...mt }],
  ],
  [
    'zpa_create_pra_credential',
    { name: 'N', credential_type: 'SSH_KEY', username: 'u', private_key: SSH, user_domain: 'D' },
    [`POST ${V1}/credential`, {}, { name: 'N', credentialType: 'SSH_KEY', userName: 'u', privateKey: SSH, userDomain: 'D' }],
  ],
];

describe('what ZPA tools send', () => {
  it.each(rows.map(([tool, input, ...expected]) => ({ tool, input, expected })))('$tool with $input', async ({ tool, input, expected }) => {
    expect(await requestsOf(tool, input)).toEqual(expected);
  });
});

const policies = [
  [
    'access_policy_rule',
    'ACCESS_POLICY',
    { action_type: 'DENY', app_connector_group_ids: ['c'], app_server_group_ids: ['s'] },
    { action: 'DENY', appConnectorGroups: [{ id: 'c' }], appServerGroups: [{ id: 's' }] },
  ],
  ['forwarding_policy_rule', 'CLIENT_FORWARDING_POLICY', { action_type: 'BYPASS' }, { action: 'BYPASS' }],
  [
    'isolation_policy_rule',
    'ISOLATION_POLICY',
    { action_type: 'ISOLATE', zpn_isolation_profile_id: 'p' },
    { action: 'ISOLATE', zpnIsolationProfileId: 'p' },
  ],
  [
    'app_protection_rule',
    'INSPECTION_POLICY',
    { action_type: 'INSPECT', zpn_inspection_profile_id: 'p' },
    { action: 'INSPECT', zpnInspectionProfileId: 'p' },
  ],
  [
    'timeout_policy_rule',
    'TIMEOUT_POLICY',
    { custom_msg: 'm', reauth_timeout: '3600', reauth_idle_timeout: '-1' },
    { customMsg: 'm', reauthTimeout: '3600', reauthIdleTimeout: '-1' },
  ],
] as const;

describe.each(policies)('what tools for a %s send', (noun, type, input, body) => {
  const conditions = [{ operator: 'OR', operands: [{ objectType: 'CLIENT_TYPE', values: ['zpn_client_type_exporter'] }] }];
  const set: Expected = [`GET ${V1}/policySet/policyType/${type}`, mt];
  const rule = `${V1}/policySet/set/rule/5`;
  const key = { rule_id: '5', microtenant_id: '9' };

  it('is the policy first, and then the rule in it', async () => {
    expect(await requestsOf(`zpa_list_${noun}s`, { search: 'x' })).toEqual([
      [`GET ${V1}/policySet/rules/policyType/${type}`, { search: 'name+EQ+x' }],
    ]);
    expect(await requestsOf(`zpa_get_${noun}`, key)).toEqual([set, [`GET ${rule}`, mt]]);
    expect(await requestsOf(`zpa_delete_${noun}`, key)).toEqual([set, [`DELETE ${rule}`, mt]]);
  });

  it('is written to the second version of the API', async () => {
    const action = noun === 'timeout_policy_rule' ? { action: 'RE_AUTH' } : {};
    const made = await requestsOf(`zpa_create_${noun}`, { name: 'N', description: 'D', conditions, microtenant_id: '9', ...input });
    expect(made).toEqual([
      set,
      [`POST ${V2}/policySet/set/rule`, mt, { name: 'N', description: 'D', conditions, ...action, ...body, ...mt }],
    ]);
    const changed = await requestsOf(`zpa_update_${noun}`, { ...key, conditions, ...input });
    expect(changed).toEqual([set, [`GET ${rule}`, mt], [`PUT ${V2}/policySet/set/rule/5`, mt, { ...PRESENT, conditions, ...body, ...mt }]]);
  });
});
