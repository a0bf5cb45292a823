/** Initial connectors of Harbor Lantern Freight: in the headquarters' data centre, in the cloud, and aboard a ship. */
import type { Item } from '../collection.ts';
import { dated, id } from './seed.ts';

const PLACES = [
  ['Hamburg Data Centre', 'Racks below the harbor office', 'Hamburg, Germany', '53.5511', '9.9937', 'Hamburg, DE', 'DE'],
  ['Rotterdam Warehouse', 'Control room of the cold store', 'Rotterdam, Netherlands', '51.9244', '4.4777', 'Rotterdam, NL', 'NL'],
  ['Singapore Office', 'Two small machines under a desk', 'Singapore', '1.3521', '103.8198', 'Singapore, SG', 'SG'],
] as const;

export const CONNECTOR_GROUP_IDS = PLACES.map((_, at) => id('3', at + 1));
export const SERVER_GROUP_IDS = [1, 2, 3].map((at) => id('5', at));
const SERVER_IDS = [1, 2].map((at) => id('6', at));

export const seedConnectorGroups = (): Item[] =>
  PLACES.map(([name, description, location, latitude, longitude, cityCountry, countryCode], at) => ({
    id: CONNECTOR_GROUP_IDS[at]!,
    ...dated,
    name,
    enabled: true,
    description,
    versionProfileId: '0',
    versionProfileName: 'Default',
    overrideVersionProfile: false,
    upgradeTimeInSecs: '66600',
    upgradeDay: 'SUNDAY',
    location,
    latitude,
    longitude,
    dnsQueryType: 'IPV4_IPV6',
    cityCountry,
    countryCode,
    tcpQuickAckApp: false,
    tcpQuickAckAssistant: false,
    tcpQuickAckReadAssistant: false,
    praEnabled: at === 0,
    useInDrMode: false,
    connectorGroupType: 'APP',
    wafDisabled: false,
    lssAppConnectorGroup: false,
  }));

export const seedConnectors = (): Item[] =>
  ['hamburg-1', 'hamburg-2', 'rotterdam-1', 'rotterdam-2', 'singapore-1'].map((name, at) => ({
    id: id('4', at + 1),
    ...dated,
    name,
    description: `Virtual machine ${name}`,
    enabled: true,
    fingerprint: `demo-fingerprint-${at + 1}`,
    currentVersion: '26.52.3',
    expectedVersion: '26.52.3',
    upgradeStatus: 'COMPLETE',
    controlChannelStatus: name === 'singapore-1' ? 'ZPN_STATUS_DISCONNECTED' : 'ZPN_STATUS_AUTHENTICATED',
    runtimeOS: 'Red Hat Enterprise Linux 9',
    platform: 'el9',
    privateIp: `198.51.100.${at + 10}`,
    appConnectorGroupId: CONNECTOR_GROUP_IDS[Math.min(Math.floor(at / 2), 2)],
    appConnectorGroupName: PLACES[Math.min(Math.floor(at / 2), 2)]?.[0],
  }));

export const seedServers = (): Item[] =>
  ['mainframe', 'ledger-db'].map((name, at) => ({
    id: SERVER_IDS[at]!,
    ...dated,
    name,
    description: `Has had the same address for ${at === 0 ? 'thirty' : 'six'} years`,
    address: `198.51.100.${at + 200}`,
    enabled: true,
    configSpace: 'DEFAULT',
  }));

export const seedServerGroups = (): Item[] =>
  ['Headquarters Servers', 'Warehouse Servers', 'Fixed Addresses'].map((name, at) => ({
    id: SERVER_GROUP_IDS[at]!,
    ...dated,
    name,
    description: `Reached through ${PLACES[at % 2]?.[0]}`,
    enabled: true,
    ipAnchored: false,
    configSpace: 'DEFAULT',
    extranetEnabled: false,
    dynamicDiscovery: at < 2,
    appConnectorGroups: [{ id: CONNECTOR_GROUP_IDS[at % 2] }],
    ...(at === 2 && { servers: SERVER_IDS.map((server) => ({ id: server })) }),
  }));
