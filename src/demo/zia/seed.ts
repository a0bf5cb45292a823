/** Harbor Lantern Freight, a fictional company: the initial content of its Internet Access tenant. */
import type { Fields, Item } from '../collection.ts';

/** 1 March 2026, 08:00 UTC: creation time of the oldest records. */
const FIRST_DAY = 1_772_352_000;

const ADMINS = {
  api: { id: 117_900_001, name: 'API Client Secret Authentication' },
  mara: { id: 117_900_002, name: 'Mara Quillfeather' },
  odo: { id: 117_900_003, name: 'Odo Brackwater' },
} as const;

export const adminOf = (key: keyof typeof ADMINS): Fields => ADMINS[key];

const LABELS: readonly (readonly [name: string, description: string, rules: number])[] = [
  ['Quarantine Harbor', 'Rules that hold a department back while an incident is open', 3],
  ['Finance Freeze', 'Month-end change freeze for the finance department', 2],
  ['Pilot 2026', 'Rules on trial with the pilot group until summer', 5],
  ['Guest Wifi', 'Everything that concerns visitors in the offices', 1],
  ['Warehouse Scanners', 'Handheld scanners and label printers', 4],
  ['Crew Tablets', 'Tablets on board, mostly behind satellite links', 2],
  ['Regulatory', 'Asked for by an auditor; change only with a ticket', 7],
  ['Temporary', 'To be removed at the end of the quarter', 6],
  ['Data Protection', 'Rules that look at content', 3],
  ['Partner Access', 'Customs brokers and port authorities', 2],
  ['Legacy Proxy', 'Carried over from the former proxy', 9],
  ['Unused', '', 0],
];

export const seedRuleLabels = (): Item[] =>
  LABELS.map(([name, description, rules], at) => ({
    id: 2_610_101 + at,
    name,
    ...(description === '' ? {} : { description }),
    lastModifiedTime: FIRST_DAY + at * 3_600,
    lastModifiedBy: at % 3 === 0 ? ADMINS.odo : ADMINS.mara,
    createdBy: ADMINS.mara,
    referencedRuleCount: rules,
  }));

/** Addresses from documentation ranges (RFC 5737). */
const LOCATIONS: readonly Fields[] = [
  {
    name: 'Lantern Quay Headquarters',
    country: 'NETHERLANDS',
    tz: 'NETHERLANDS_EUROPE_AMSTERDAM',
    profile: 'CORPORATE',
    ipAddresses: ['198.51.100.10'],
  },
  {
    name: 'Lantern Quay Guest Wifi',
    country: 'NETHERLANDS',
    tz: 'NETHERLANDS_EUROPE_AMSTERDAM',
    profile: 'GUESTWIFI',
    ipAddresses: ['198.51.100.11'],
  },
  {
    name: 'Saltmarsh Warehouse',
    country: 'BELGIUM',
    tz: 'BELGIUM_EUROPE_BRUSSELS',
    profile: 'IOT',
    ipAddresses: ['198.51.100.24', '198.51.100.25'],
  },
  {
    name: 'Fogbank Terminal',
    country: 'UNITED_KINGDOM',
    tz: 'UNITED_KINGDOM_EUROPE_LONDON',
    profile: 'CORPORATE',
    vpnCredentials: [{ id: 29_350_001, type: 'UFQDN' }],
  },
  {
    name: 'Cedar Pier Office',
    country: 'CANADA',
    state: 'British Columbia',
    tz: 'CANADA_AMERICA_VANCOUVER',
    profile: 'CORPORATE',
    vpnCredentials: [{ id: 29_350_002, type: 'IP' }],
  },
  { name: 'Cold Store North', country: 'NORWAY', tz: 'NORWAY_EUROPE_OSLO', profile: 'SERVER', ipAddresses: ['203.0.113.40'] },
  { name: 'Booking Platform Cloud', country: 'IRELAND', tz: 'IRELAND_EUROPE_DUBLIN', profile: 'WORKLOAD', ipAddresses: ['203.0.113.77'] },
  { name: 'Old Mill Archive', country: 'GERMANY', tz: 'GERMANY_EUROPE_BERLIN', profile: 'SERVER', ipAddresses: ['203.0.113.90'] },
];

/** The last entry of `seedLocations` is a sublocation of the headquarters. */
export function seedLocations(build: (fields: Fields) => Fields): Item[] {
  const top = LOCATIONS.map((fields, at) => ({
    id: 158_800_101 + at,
    ...build({ ofwEnabled: true, ipsControl: true, description: `${String(fields['name'])}, Harbor Lantern Freight`, ...fields }),
    ...(at === 0 ? { childCount: 1 } : {}),
    // An unknown field with a number beyond 2^53: it must arrive unchanged.
    ...(fields['profile'] === 'WORKLOAD' ? { zpaTenantId: 216_196_257_331_285_825n } : {}),
  }));
  const child = {
    id: 158_800_190,
    ...build({ name: 'Lantern Quay Harbor Desk', parentId: 158_800_101, ipAddresses: ['10.20.0.0-10.20.0.255'] }),
  };
  return [...top, child];
}

const dynamic = (id: number, name: string, profile: string, comments: string): Item => ({
  id,
  name,
  groupType: 'DYNAMIC_GROUP',
  dynamicLocationGroupCriteria: { profiles: [profile] },
  comments,
  lastModTime: FIRST_DAY,
  predefined: true,
});

/** `memberIds` is internal; answers show `locations`. */
export const seedLocationGroups = (): Item[] => [
  dynamic(24_330_101, 'Corporate User Traffic Group', 'CORPORATE', 'Traffic of people in offices'),
  dynamic(24_330_102, 'Server Traffic Group', 'SERVER', 'Traffic of servers'),
  dynamic(24_330_103, 'Guest Wifi Group', 'GUESTWIFI', 'Traffic of visitors'),
  dynamic(24_330_104, 'IoT Traffic Group', 'IOT', 'Traffic of things'),
  dynamic(24_330_105, 'Workload Traffic Group', 'WORKLOAD', 'Traffic of cloud workloads'),
  {
    id: 66_755_001,
    name: 'North Sea Offices',
    groupType: 'STATIC_GROUP',
    comments: 'Offices on the North Sea coast',
    lastModUser: ADMINS.mara,
    lastModTime: FIRST_DAY + 86_400,
    predefined: false,
    memberIds: [158_800_101, 158_800_104],
  },
];

/** Recorded: in the short list only. */
export const unassignedGroup: Fields = {
  id: 24_330_100,
  name: 'Unassigned Locations',
  dynamicLocationGroupCriteria: { profiles: ['NONE'] },
};

export const seedVpnCredentials = (): Item[] => [
  {
    id: 29_350_001,
    type: 'UFQDN',
    fqdn: 'fogbank@harbor-lantern.example',
    comments: 'Tunnel of the terminal',
    location: { id: 158_800_104, name: 'Fogbank Terminal' },
  },
  {
    id: 29_350_002,
    type: 'IP',
    ipAddress: '203.0.113.15',
    comments: 'Tunnel of the pier office',
    location: { id: 158_800_105, name: 'Cedar Pier Office' },
  },
  { id: 29_350_003, type: 'UFQDN', fqdn: 'spare@harbor-lantern.example', comments: 'Spare, not in use' },
];

/** The location of each address, in the shape that the cloud looks up itself. */
export const staticIpOf = (ipAddress: unknown, now: number): Fields => ({
  ipAddress,
  geoOverride: false,
  latitude: 51.9225,
  longitude: 4.4791,
  city: { id: 2_747_891, name: 'Rotterdam, South Holland, Netherlands' },
  routableIP: true,
  lastModificationTime: now,
  lastModifiedBy: ADMINS.api,
});

export const seedStaticIps = (): Item[] => [
  { ...staticIpOf('198.51.100.10', FIRST_DAY), id: 4_340_001, comment: 'Headquarters' },
  { ...staticIpOf('198.51.100.24', FIRST_DAY), id: 4_340_002, comment: 'Warehouse, first line' },
  { ...staticIpOf('203.0.113.40', FIRST_DAY), id: 4_340_003, comment: 'Cold store' },
];

/** Addresses from the benchmark range (RFC 2544) stand for the cloud's own. */
export const VIPS: readonly Fields[] = [
  vip(57_101, '198.18.0.10', 'AMS2', 'Amsterdam', 'NL'),
  vip(57_102, '198.18.0.11', 'AMS2', 'Amsterdam', 'NL'),
  vip(98_501, '198.18.1.10', 'BRU1', 'Brussels', 'BE'),
];

function vip(id: number, virtualIp: string, datacenter: string, city: string, country: string): Fields {
  // Recorded: the country code is padded to four characters.
  return {
    id,
    virtualIp,
    privateServiceEdge: false,
    datacenter,
    latitude: 52,
    longitude: 4,
    city,
    countryCode: country.padEnd(4),
    region: 'Europe',
  };
}

export const seedGreTunnels = (): Item[] => [
  {
    id: 4_110_001,
    sourceIp: '198.51.100.10',
    primaryDestVip: VIPS[0],
    secondaryDestVip: VIPS[2],
    internalIpRange: '172.18.56.8',
    lastModificationTime: FIRST_DAY + 7_200,
    lastModifiedBy: ADMINS.odo,
    comment: 'Main line of the headquarters',
    ipUnnumbered: false,
  },
];
