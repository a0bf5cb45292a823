/** SIMs in the containers, cranes and ships of Harbor Lantern Freight. */
import type { Fields, Item } from '../collection.ts';

const THINGS: readonly (readonly [name: string, kind: string, country: string, lat: number, lng: number])[] = [
  ['Container tracker', 'TRACKER', 'NL', 51.95, 4.14],
  ['Crane camera', 'CAMERA', 'NL', 51.96, 4.05],
  ['Ship router', 'ROUTER', 'NO', 60.39, 5.32],
  ['Ticket gate', 'GATE', 'DE', 53.54, 9.98],
];

export const TAGS: readonly Item[] = ['Containers', 'Cranes', 'Ships', 'Gates'].map((name, at) => ({
  id: String(8_101 + at),
  name,
  creationTime: 1_772_352_000,
  modifiedByUserId: '501',
  tenantId: '4701',
  mvnoCustomerId: '9001',
}));

const iccidOf = (at: number): string => `8900000000000000${String(at + 1).padStart(3, '0')}`;

/** 24 SIMs, more than the first page of 10. Every eighth is inactive. */
export const seedSims = (): Item[] =>
  Array.from({ length: 24 }, (_, at) => {
    const [name, deviceType, country, lat, lng] = THINGS[at % THINGS.length] ?? ['', '', '', 0, 0];
    const isActive = at % 8 !== 7;
    return {
      id: iccidOf(at),
      iccid: iccidOf(at),
      imsi: `00101000000${String(at + 1).padStart(4, '0')}`,
      imei: `00000000000${String(at + 1).padStart(4, '0')}`,
      status: isActive ? 'ACTIVE' : 'INACTIVE',
      networkStatus: isActive ? 'ONLINE' : 'OFFLINE',
      ipAddress: `10.80.0.${at + 1}`,
      apn: 'lantern.example',
      locationCountry: country,
      locationMno: 'Fogbank Mobile',
      entityName: `${name} ${Math.floor(at / THINGS.length) + 1}`,
      deviceType,
      brandName: 'Brassworks',
      marketingName: name,
      modelName: `BW-${deviceType}`,
      formFactor: 'ESIM',
      simLat: lat + at / 1_000,
      simLng: lng + at / 1_000,
      tags: [TAGS[at % TAGS.length]?.['name']],
      tagIds: [TAGS[at % TAGS.length]?.id],
      creationTime: 1_772_352_000,
      usageVal: isActive ? 1_000_000 * (at + 1) : 0,
    };
  });

export const POLICY: Item = {
  id: 'policy-1',
  policyType: 'GEO_FENCE',
  policyName: 'Cranes stay in the port',
  enabled: true,
  runningStatus: 'RUNNING',
  createdAt: 1_772_352_000,
  enabledAt: 1_772_355_600,
  simLocationGroupIds: ['group-1'],
  jsonData: {},
  violations: 1,
};

export const GROUP: Item = { id: 'group-1', name: 'Port of Rotterdam', trackedDevices: 12 };

export const groupDetails: Fields = {
  id: GROUP.id,
  name: GROUP['name'],
  geoFenceData: { type: 'CIRCLE', lat: 51.95, lng: 4.1, radius: 9_000 },
  linkedPolicies: [{ id: POLICY.id, name: POLICY['policyName'] }],
  insideAndTrackedIccids: [iccidOf(1)],
  insideAndUntrackedIccids: [iccidOf(0)],
  outsideAndTrackedIccids: [iccidOf(5)],
};

export const VIOLATOR = iccidOf(5);
export const REGIONS: readonly Fields[] = ['EU_WEST', 'EU_NORTH', 'US_EAST'].map((region, at) => ({ region, configured: at < 2 }));
