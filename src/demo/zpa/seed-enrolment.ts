/** Private service edges aboard two ships, and the provisioning keys and certificates for them and for connectors. */
import type { Item } from '../collection.ts';
import { CONNECTOR_GROUP_IDS } from './seed-connectors.ts';
import { dated, id } from './seed.ts';

const EDGE_GROUP_IDS = [1, 2].map((at) => id('7', at));

export const seedServiceEdgeGroups = (): Item[] =>
  ['Lantern Keeper', 'Northern Tide'].map((ship, at) => ({
    id: EDGE_GROUP_IDS[at]!,
    ...dated,
    name: `Aboard ${ship}`,
    description: 'For the crew, while the ship is at sea',
    enabled: true,
    versionProfileId: '0',
    versionProfileName: 'Default',
    overrideVersionProfile: false,
    upgradeTimeInSecs: '66600',
    upgradeDay: 'SUNDAY',
    isPublic: 'FALSE',
    location: 'Hamburg, Germany',
    latitude: '53.5511',
    longitude: '9.9937',
    cityCountry: 'Hamburg, DE',
    countryCode: 'DE',
    useInDrMode: false,
    exclusiveForBusinessContinuity: false,
    graceDistanceEnabled: false,
  }));

export const seedServiceEdges = (): Item[] =>
  ['bridge-1', 'bridge-2', 'engine-room'].map((name, at) => ({
    id: id('8', at + 1),
    ...dated,
    name,
    description: `Small machine, ${name}`,
    enabled: true,
    fingerprint: `demo-edge-fingerprint-${at + 1}`,
    currentVersion: '26.52.3',
    expectedVersion: '26.52.3',
    upgradeStatus: 'COMPLETE',
    controlChannelStatus: 'ZPN_STATUS_AUTHENTICATED',
    privateIp: `198.51.100.${at + 60}`,
    serviceEdgeGroupId: EDGE_GROUP_IDS[Math.min(at, 1)],
  }));

export const seedProvisioningKeys = (): Item[] => [
  keyOf('46001', 'Rotterdam machines', 'CONNECTOR_GRP', CONNECTOR_GROUP_IDS[1]!, '6573'),
  keyOf('46002', 'Ships', 'SERVICE_EDGE_GRP', EDGE_GROUP_IDS[0]!, '6574'),
];

const keyOf = (keyId: string, name: string, associationType: string, zcomponentId: string, enrollmentCertId: string): Item => ({
  id: keyId,
  ...dated,
  name,
  usageCount: '1',
  maxUsage: '10',
  zcomponentId,
  enabled: true,
  exportable: true,
  enrollmentCertId,
  provisioningKey: secretOf(keyId),
  associationType,
});

/** A fake key in the format of the recorded ones. */
export const secretOf = (keyId: string): string => `3|demo.invalid|not-a-real-key-${keyId}`;

/** The four that every tenant has (recorded). Placeholders that resemble neither certificates nor keys. */
export const seedEnrollmentCertificates = (): Item[] =>
  ['Root', 'Client', 'Connector', 'Service Edge'].map((name, at) => ({
    id: String(6_571 + at),
    ...dated,
    cName: `harbor-lantern.demo.example/${name}`,
    validFromInEpochSec: '1772265600',
    validToInEpochSec: '2245651200',
    certificate: '-----BEGIN CERTIFICATE-----\nDEMO\n-----END CERTIFICATE-----\n',
    issuedTo: `O=Harbor Lantern Freight,CN=harbor-lantern.demo.example/${name}`,
    issuedBy: 'O=Harbor Lantern Freight,CN=harbor-lantern.demo.example/Root',
    serialNo: String(9_000_000 + at),
    name,
    allowSigning: name !== 'Client',
    privateKeyPresent: true,
    csr: '-----BEGIN CERTIFICATE REQUEST-----\nDEMO\n-----END CERTIFICATE REQUEST-----\n',
    storeInHsm: false,
    ...(name !== 'Root' && { parentCertId: '6571', parentCertName: 'Root' }),
    clientCertType: name === 'Client' ? 'ZAPP_CLIENT' : 'NONE',
    readOnly: false,
    zscalerManaged: false,
  }));
