/** Laptops and phones of Harbor Lantern Freight, and their trusted networks. */
import type { Fields, Item } from '../collection.ts';
import { seedUsers } from '../zidentity/seed.ts';

/** Keyed by the API's number of the operating system. */
const SYSTEMS: readonly (readonly [type: number, detail: string, osVersion: string, manufacturer: string])[] = [
  [3, 'Lanternbook 14', 'Microsoft Windows 11 Enterprise;64 bit;amd64', 'Wickwright'],
  [4, 'Lanternbook Air', 'Version 15.6 (Build 24G84) ;arm', 'Wickwright'],
  [1, 'Pocket Lamp 3', 'Version 18.6', 'Wickwright'],
  [2, 'Pocket Lamp 2', 'Version 15', 'Wickwright'],
  [5, 'Engine Room Desk', 'Ubuntu 24.04', 'Brassworks'],
];

const FIRST_DAY = 1_772_352_000;
const VERSIONS = ['4.5.2.73', '4.5.2.73', '4.4.0.379'];

export const seedDevices = (): Item[] =>
  seedUsers().map((user, at) => {
    const [type, detail, osVersion, manufacturer] = SYSTEMS[at % SYSTEMS.length] ?? [3, '', '', ''];
    const number = String(at + 1).padStart(4, '0');
    const seen = FIRST_DAY + 86_400 * 20 + at * 611;
    return {
      id: at + 1,
      companyName: 'Harbor Lantern Freight',
      type,
      state: at % 11 === 10 ? 4 : 1,
      udid: `00000000-0000-4000-8000-00000000${number}:501`,
      macAddress: `02:00:5e:10:${number.slice(0, 2)}:${number.slice(2)}`,
      user: user['loginName'],
      detail,
      policyName: at % 3 === 0 ? 'Crew' : 'Everybody',
      last_seen_time: String(seen),
      osVersion,
      agentVersion: VERSIONS[at % VERSIONS.length],
      registrationState: at % 11 === 10 ? 'Unregistered' : 'Registered',
      owner: String(user['loginName']).split('@')[0],
      machineHostname: `HLF-${number}`,
      manufacturer,
      download_count: at % 7,
      registration_time: String(FIRST_DAY + at * 3_600),
      deregistrationTimestamp: at % 11 === 10 ? String(seen) : '0',
      config_download_time: String(seen - 1_200),
      keepAliveTime: String(seen),
      hardwareFingerprint: `demo-fingerprint-${number}`,
      tunnelVersion: '20:1',
      vpnState: at % 4 === 0 ? 1 : 0,
      upmVersion: '4.4.1.12',
      zappArch: null,
    };
  });

const network = (at: number, name: string, fields: Fields): Item => ({
  id: String(9_000 + at),
  companyId: '7001',
  createdBy: '501',
  editedBy: '501',
  guid: `00000000-0000-4000-9000-00000000000${at}`,
  networkName: name,
  conditionType: 1,
  dnsServers: '',
  dnsSearchDomains: '',
  hostnames: '',
  resolvedIpsForHostname: '',
  ...fields,
  active: true,
});

export const seedTrustedNetworks = (): Item[] => [
  network(1, 'Head Office', { dnsServers: '10.20.0.53', trustedSubnets: '10.20.0.0/16' }),
  network(2, 'Warehouse North', { dnsSearchDomains: 'north.harbor-lantern.example' }),
  network(3, 'Warehouse South', { dnsSearchDomains: 'south.harbor-lantern.example' }),
  network(4, 'On Board', { trustedGateways: '10.90.0.1' }),
];

const TIMEOUTS: Fields = { DTLSTimeout: 9, TLSTimeout: 5, mtuForZadapter: 0 };

const NO_PROXY: Fields = {
  proxyAction: 1,
  enableAutoDetect: 0,
  enablePAC: 0,
  pacURL: '',
  enableProxyServer: 0,
  proxyServerAddress: '',
  proxyServerPort: '0',
  bypassProxyForPrivateIP: 0,
  performGPUpdate: 0,
  pacDataPath: '',
};

const action = (networkType: number, actionType: number): Fields => ({
  networkType,
  actionType,
  systemProxy: 0,
  customPac: '',
  enablePacketTunnel: 1,
  systemProxyData: NO_PROXY,
  primaryTransport: 1,
  ...TIMEOUTS,
  UDPTimeout: 9,
  blockUnreachableDomainsTraffic: 0,
  allowTLSFallback: 1,
  tunnel2FallbackType: 0,
  dropIpv6Traffic: 0,
  redirectWebTraffic: 0,
  dropIpv6IncludeTrafficInT2: 0,
  useTunnel2ForProxiedWebTraffic: 0,
  useTunnel2ForUnencryptedWebTraffic: 0,
  pathMtuDiscovery: 1,
  latencyBasedZenEnablement: 0,
  zenProbeInterval: 60,
  zenProbeSampleSize: 5,
  zenThresholdLimit: 2,
  dropIpv6TrafficInIpv6Network: 0,
});

const privateAction = (networkType: number): Fields => ({
  networkType,
  actionType: 1,
  primaryTransport: 0,
  ...TIMEOUTS,
  sendTrustedNetworkResultToZpa: 0,
  partnerInfo: { primaryTransport: 2, allowTlsFallback: 1, mtuForZadapter: 0 },
  latencyBasedZpaServerEnablement: 0,
  lbsZpaProbeInterval: 30,
  lbsZpaProbeSampleSize: 5,
  lbsZpaThresholdLimit: 1,
  latencyBasedServerMTEnablement: 0,
});

/** actionType 0, used in offices, does not forward traffic. */
const profile = (at: number, name: string, trustedSubnets: string): Item => ({
  id: String(11_900 + at),
  active: '1',
  name,
  conditionType: 1,
  dnsServers: '',
  dnsSearchDomains: '',
  enableLWFDriver: '1',
  hostname: '',
  resolvedIpsForHostname: '',
  trustedSubnets,
  trustedGateways: '',
  trustedDhcpServers: '',
  trustedEgressIps: '',
  predefinedTrustedNetworks: false,
  predefinedTnAll: false,
  forwardingProfileActions: [action(1, trustedSubnets === '' ? 1 : 0), action(2, 1), action(0, 1)],
  forwardingProfileZpaActions: [1, 2, 0, 3].map(privateAction),
  evaluateTrustedNetwork: 1,
  enableSplitVpnTN: 0,
  skipTrustedCriteriaMatch: 0,
});

export const seedForwardingProfiles = (): Item[] => [
  profile(1, 'Tunnel 2.0 everywhere', ''),
  profile(2, 'Direct in the offices', '10.20.0.0/16'),
];
