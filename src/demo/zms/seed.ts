/** Workloads of Harbor Lantern Freight and the policies between them. Only the application catalog and the tag namespaces follow recorded shapes. */
import type { Fields } from '../collection.ts';

export type Row = Readonly<Record<string, unknown>>;

const DAY = '2026-03-01T06:00:00.000Z';
const id = (at: number): string => `144115188075990417-${String(at).padStart(32, '0')}`;

const APPS: readonly (readonly [name: string, category: string, protocol: string, port: number, process: string])[] = [
  ['FTP', 'File Transfer Services', 'TCP', 21, 'ftpd'],
  ['SSH', 'Remote Access', 'TCP', 22, 'sshd'],
  ['DNS', 'Network Utilities', 'UDP', 53, 'named'],
  ['PostgreSQL', 'Databases', 'TCP', 5432, 'postgres'],
  ['Redis', 'Databases', 'TCP', 6379, 'redis-server'],
];

export const apps: readonly Row[] = APPS.map(([name, category, protocol, port, process], at) => ({
  id: id(101 + at),
  name,
  category,
  creationTime: DAY,
  modifiedTime: DAY,
  details: [{ portAndProtocol: { protocol, portRanges: [{ startPort: port, endPort: port }] }, processes: [process] }],
}));

export const groups: readonly Row[] = ['Booking servers', 'Databases'].map((name, at) => ({
  eyezId: `eyez-group-${at + 1}`,
  name,
  description: '',
  agentGroupType: 'VM',
  agentCount: 3 - at,
  adminStatus: 'ENABLED',
  cloudProvider: at === 0 ? 'AWS' : 'ON_PREMISES',
  policyStatus: 'ENABLED',
  tamperProtectionStatus: 'ENABLED',
  upgradeStatus: 'UP_TO_DATE',
  versionProfileName: 'Default',
  agentAutoUpgrade: 'ENABLED',
  upgradeDay: 'SUNDAY',
  upgradeTime: '03:00',
  timezone: 'Europe/Amsterdam',
  agentDeletionTimeoutSeconds: 86_400,
}));

export const agents: readonly Row[] = ['booking-1', 'booking-2', 'booking-3', 'ledger-1', 'ledger-2'].map((name, at) => ({
  eyezId: `eyez-agent-${at + 1}`,
  name,
  description: '',
  agentType: 'HOST',
  connectionStatus: at === 2 ? 'DISCONNECTED' : 'CONNECTED',
  adminStatus: 'ENABLED_INHERITED',
  hostOs: 'Ubuntu 24.04',
  currentSoftwareVersion: at < 4 ? '2.4.1' : '2.3.0',
  upgradeStatus: 'UP_TO_DATE',
  cloudProvider: at < 3 ? 'AWS' : 'ON_PREMISES',
  publicIp: null,
  privateIps: [`10.40.1.${at + 1}`],
  agentGroupName: at < 3 ? 'Booking servers' : 'Databases',
  agentGroupType: 'VM',
}));

export const nonces: readonly Row[] = groups.map(({ eyezId, name, agentGroupType }, at) => ({
  eyezId: `eyez-nonce-${at + 1}`,
  name: `Key of ${String(name)}`,
  key: `demo-provisioning-key-${at + 1}`,
  maxUsage: 10,
  usageCount: 3 - at,
  agentGroupEyezId: eyezId,
  agentGroupName: name,
  agentGroupType,
  product: 'EYEZ',
  creationTime: DAY,
  modifiedTime: DAY,
}));

export const zones: readonly Row[] = ['Production', 'Test'].map((name, at) => ({
  id: id(201 + at),
  appZoneName: name,
  description: '',
  memberCount: 4 - at * 3,
  includeAllVpcs: at === 0,
  includeAllSubnets: true,
}));

export const resources: readonly Row[] = agents.map(({ name, cloudProvider, hostOs, privateIps, eyezId }, at) => ({
  id: id(301 + at),
  name,
  resourceType: 'VM',
  status: at === 2 ? 'INACTIVE' : 'ACTIVE',
  deleted: false,
  cloudProvider,
  cloudRegion: cloudProvider === 'AWS' ? 'eu-west-1' : '',
  resourceHostname: `${String(name)}.harbor-lantern.example`,
  localIps: privateIps,
  platformOs: 'LINUX',
  platformOsDistro: String(hostOs).split(' ')[0],
  platformOsVersion: '24.04',
  agentId: eyezId,
  appZoneIds: [id(201)],
  appZoneNames: ['Production'],
  appZoneMappingState: 'MAPPED',
  modifiedTime: DAY,
}));

const group = (at: number, name: string, type: string, fields: Fields): Row => ({
  id: id(401 + at),
  name,
  description: '',
  type: type.toUpperCase(),
  origin: 'USER_DEFINED',
  modifiedTime: DAY,
  __typename: `${type}ResourceGroup`,
  ...fields,
});

export const resourceGroups: readonly Row[] = [
  group(0, 'Booking', 'Managed', { resourceMemberCount: 3 }),
  group(1, 'Ledger', 'Managed', { resourceMemberCount: 2 }),
  group(2, 'Customs servers', 'Unmanaged', { resourceMemberCount: 0, cidrs: ['198.51.100.0/24'], fqdns: [] }),
];

/** The first group holds the booking servers, the second the databases. */
export const membersOf = (group: unknown): readonly Row[] =>
  group === id(401) ? resources.slice(0, 3) : group === id(402) ? resources.slice(3) : [];

export const rules: readonly Row[] = [
  ['Booking to ledger', 'ALLOW', 5432],
  ['No shells between servers', 'BLOCK', 22],
].map(([name, action, port], at) => ({
  id: id(501 + at),
  name,
  action,
  priority: at + 1,
  description: '',
  deleted: false,
  sourceTargetType: 'RESOURCE_GROUP',
  destinationTargetType: at === 0 ? 'RESOURCE_GROUP' : 'ANY',
  appZoneScopeTargetType: 'ANY',
  lastHit: DAY,
  creationTime: DAY,
  modifiedTime: DAY,
  portAndProtocols: [{ protocol: 'TCP', portRanges: [{ startPort: port, endPort: port }] }],
}));

export const defaultRules: readonly Row[] = ['INBOUND', 'OUTBOUND'].map((direction, at) => ({
  id: id(601 + at),
  name: `Default ${direction.toLowerCase()}`,
  action: 'ALLOW',
  direction,
  description: '',
  scopeType: 'CUSTOMER',
  modifiedTime: DAY,
}));

export const namespaces: readonly Row[] = [
  { id: id(1), name: 'CLOUD', description: 'What the providers say', origin: 'EXTERNAL' },
  { id: id(2), name: 'ML', description: 'What was learnt', origin: 'ML' },
  { id: id(3), name: 'Fleet', description: 'What we say ourselves', origin: 'CUSTOM' },
];

const KEYS: Readonly<Record<string, readonly Row[]>> = {
  [id(1)]: [{ id: id(702), name: 'Region', description: '' }],
  [id(2)]: [{ id: id(703), name: 'Role', description: '' }],
  [id(3)]: [{ id: id(701), name: 'Ship', description: 'Where it sails' }],
};

const VALUES: Readonly<Record<string, readonly Row[]>> = {
  [id(701)]: [
    { id: id(711), name: 'Lantern I' },
    { id: id(712), name: 'Lantern II' },
  ],
  [id(702)]: [{ id: id(713), name: 'eu-west-1' }],
  [id(703)]: [{ id: id(714), name: 'database' }],
};

export const keysOf = (namespace: unknown): readonly Row[] => KEYS[String(namespace)] ?? [];

export const valuesOf = (key: unknown): readonly Row[] => VALUES[String(key)] ?? [];
