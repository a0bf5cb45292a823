/** Objects that the rules of Harbor Lantern Freight refer to. Addresses are from private and documentation ranges. */
import type { Fields, Item } from '../collection.ts';

const made = { creatorContext: 'ZIA', isNonEditable: false, extranetIpPool: false };

export const seedSourceGroups = (): Item[] => [
  {
    id: 10_610_001,
    name: 'Crane Controllers',
    ipAddresses: ['10.40.1.10-10.40.1.29'],
    description: 'Controllers of the quay cranes',
    ...made,
  },
  { id: 10_610_002, name: 'Back Office', ipAddresses: ['10.20.0.0/22', '10.21.0.0/24'], description: 'Desks ashore', ...made },
  { id: 10_610_003, name: 'Weighbridges', ipAddresses: ['10.40.7.4', '10.40.7.5'], description: 'Two weighbridges at the gate', ...made },
];

const group = (id: number, name: string, type: string, rest: Fields): Item => ({
  id,
  name,
  type,
  addresses: [],
  creatorContext: 'ZIA',
  ipCategories: [],
  countries: [],
  ...rest,
});

export const seedDestinationGroups = (): Item[] => [
  group(10_630_001, 'Port Authority Servers', 'DSTN_IP', { addresses: ['203.0.113.64/28'], description: 'Berth planning of the port' }),
  group(10_630_002, 'Customs Brokers', 'DSTN_FQDN', {
    addresses: ['api.clearway-brokers.example', 'files.tollgate-brokers.example'],
    description: 'Declarations are sent here',
  }),
  group(10_630_003, 'Weather and Tides', 'DSTN_DOMAIN', { addresses: ['.tides.example', '.buoydata.example'] }),
  group(10_630_004, 'No Business There', 'DSTN_OTHER', { countries: ['COUNTRY_KP'], description: 'Countries without customers' }),
];

const known = (id: number, tag: string, type: string, ports: Fields): Item => ({
  id,
  name: tag,
  tag,
  ...ports,
  type,
  description: `${tag}_DESC`,
  creatorContext: 'ZIA',
  isNameL10nTag: true,
});
const tcp = (...starts: number[]): Fields => ({ srcTcpPorts: [], destTcpPorts: starts.map((start) => ({ start })) });
const udp = (...starts: number[]): Fields => ({ srcUdpPorts: [], destUdpPorts: starts.map((start) => ({ start })) });

export const seedServices = (): Item[] => [
  known(774_101, 'ICMP_ANY', 'STANDARD', {}),
  known(774_102, 'UDP_ANY', 'STANDARD', udp()),
  known(774_103, 'TCP_ANY', 'STANDARD', tcp()),
  known(774_110, 'DNS', 'PREDEFINED', { ...tcp(53), ...udp(53) }),
  known(774_111, 'HTTP', 'PREDEFINED', tcp(80)),
  known(774_112, 'HTTPS', 'PREDEFINED', tcp(443)),
  known(774_113, 'SSH', 'PREDEFINED', tcp(22)),
  known(774_114, 'NTP', 'PREDEFINED', udp(123)),
  known(774_115, 'RDP', 'PREDEFINED', tcp(3_389)),
  {
    id: 10_650_001,
    name: 'Crane Telemetry',
    destTcpPorts: [{ start: 7_400, end: 7_409 }],
    destUdpPorts: [{ start: 7_410 }],
    type: 'CUSTOM',
    description: 'Load and wind, once a second',
    creatorContext: 'ZIA',
    isNameL10nTag: false,
  },
];

export const seedServiceGroups = (): Item[] => [
  {
    id: 10_670_001,
    name: 'Web and Names',
    services: [{ id: 774_110 }, { id: 774_111 }, { id: 774_112 }],
    description: 'What every desk needs',
    creatorContext: 'ZIA',
  },
  { id: 10_670_002, name: 'Remote Hands', services: [{ id: 774_113 }, { id: 774_115 }], description: 'Maintenance', creatorContext: 'ZIA' },
];

export const seedAppGroups = (): Item[] => [
  { id: 10_685_001, name: 'Push Notices', networkApplications: ['APNS', 'GCM'], description: 'Notices on handhelds' },
];

const app = (id: string, parentCategory: string): Fields => ({ id, parentCategory, description: `${id}_DESC`, deprecated: false });

export const APPLICATIONS: readonly Fields[] = [
  app('APNS', 'APP_SERVICE'),
  app('APPSTORE', 'APP_SERVICE'),
  app('DICT', 'APP_SERVICE'),
  app('GCM', 'APP_SERVICE'),
  app('BITTORRENT', 'PEER_TO_PEER'),
  app('SYNCTHING', 'PEER_TO_PEER'),
  app('MODBUS', 'INDUSTRIAL'),
  app('MQTT', 'INDUSTRIAL'),
  app('SSH', 'ENCRYPTED'),
  app('TEAMVIEWER', 'TERMINALS'),
];
