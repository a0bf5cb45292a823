/** Connectors of Harbor Lantern Freight in clouds and branches. */
import type { Fields, Item } from '../collection.ts';

const admin: Fields = { id: 16_700_001, name: 'mara.quillfeather@harbor-lantern.example' };
const group = (id: number, name: string, fields: Fields): Item => ({
  id,
  name,
  description: '',
  isNonEditable: false,
  creatorContext: 'EC',
  ...fields,
});

export const seedIpGroups = (): Item[] => [
  group(16_800_001, 'Cloud workloads', { ipAddresses: ['10.40.0.0/16'] }),
  group(16_800_002, 'Port terminals', { ipAddresses: ['10.60.1.0/24', '10.60.2.10-10.60.2.20'] }),
];

export const seedIpSourceGroups = (): Item[] => [
  group(16_810_001, 'Warehouse scanners', { ipAddresses: ['10.61.0.0/22'] }),
  group(16_810_002, 'Ticket gates', { ipAddresses: ['10.62.0.7'] }),
];

export const seedIpDestinationGroups = (): Item[] => [
  group(16_820_001, 'Customs servers', { type: 'DSTN_IP', addresses: ['198.51.100.20'], countries: [] }),
  group(16_820_002, 'Weather services', { type: 'DSTN_FQDN', addresses: ['forecast.weather.example'], countries: [] }),
  group(16_820_003, 'Partner countries', { type: 'DSTN_OTHER', addresses: [], countries: ['COUNTRY_NL', 'COUNTRY_NO'] }),
];

export const seedAdmins = (): Item[] =>
  [
    ['mara.quillfeather', 'Mara Quillfeather', 'Super Admin', false],
    ['odo.brackwater', 'Odo Brackwater', 'Auditor', true],
  ].map(([login, name, role, isAuditor], at) => ({
    id: 16_700_001 + at,
    loginName: `${String(login)}@harbor-lantern.example`,
    userName: name,
    email: `${String(login)}@harbor-lantern.example`,
    role: { id: 16_712 + at, name: role },
    adminScopeType: 'ORGANIZATION',
    isDefaultAdmin: at === 0,
    disabled: false,
    isAuditor,
    isPasswordLoginAllowed: true,
  }));

export const seedRoles = (): Item[] =>
  ['Super Admin', 'Auditor', 'Connector operator'].map((name, at) => ({
    id: 16_712 + at,
    rank: at,
    name,
    policyAccess: 'NONE',
    alertingAccess: 'READ_WRITE',
    dashboardAccess: 'NONE',
    reportAccess: 'NONE',
    analysisAccess: 'NONE',
    usernameAccess: 'NONE',
    deviceInfoAccess: 'READ_ONLY',
    adminAcctAccess: at === 0 ? 'READ_WRITE' : 'NONE',
    featurePermissions: { EDGE_CONNECTOR_DASHBOARD: 'READ_ONLY', EDGE_CONNECTOR_FORWARDING: at === 1 ? 'READ_ONLY' : 'READ_WRITE' },
    extFeaturePermissions: {},
    ...(at === 1 ? { isAuditor: true } : {}),
    isNonEditable: at < 2,
    logsLimit: 'UNRESTRICTED',
    roleType: 'EDGE_CONNECTOR_ADMIN',
    reportTimeDuration: -1,
  }));

const service = (id: number, name: string, ports: Fields): Item => ({
  id,
  name,
  description: '',
  type: 'CUSTOM',
  creatorContext: 'EC',
  isNameL10nTag: false,
  ...ports,
});

export const seedServices = (): Item[] => [
  service(774_001, 'Container tracking', { destTcpPorts: [{ start: 8443 }] }),
  service(774_002, 'Ship telemetry', { destUdpPorts: [{ start: 10_110, end: 10_120 }] }),
];

export const seedServiceGroups = (): Item[] => [
  {
    id: 775_001,
    name: 'Everything that floats',
    description: '',
    creatorContext: 'EC',
    services: seedServices().map(({ id, name }) => ({ id, name })),
  },
];

export const seedClouds = (): Item[] => [
  {
    id: 776_001,
    name: 'hlf-production',
    cloudType: 'AWS',
    externalId: 'demo-external-id',
    accountDetails: { awsAccountId: '000000000001', awsRoleName: 'zscaler-discovery' },
    accountGroups: [],
    regionStatus: [{ name: 'EU_WEST_1', status: true }],
    supportedRegions: [{ name: 'EU_WEST_1', cloudType: 'AWS' }],
    permissionStatus: 'GRANTED',
    lastModTime: 1_772_352_000,
    lastModUser: admin,
    lastSyncTime: 1_772_355_600,
  },
  {
    id: 776_002,
    name: 'hlf-weather',
    cloudType: 'AZURE',
    externalId: '',
    accountDetails: {},
    accountGroups: [],
    regionStatus: [],
    supportedRegions: [],
    permissionStatus: 'GRANTED',
    lastModTime: 1_772_352_000,
    lastModUser: admin,
    lastSyncTime: 1_772_355_600,
  },
];

export const seedAccounts = (): Item[] => [
  { id: 777_001, accountId: '000000000001', platformType: 'AWS', clusterName: 'hlf-production', status: 'ACTIVE' },
];

export const discoverySettings: Fields = {
  discoveryRole: 'arn:aws:iam::000000000001:role/zscaler-discovery',
  externalId: 'demo-external-id',
};
