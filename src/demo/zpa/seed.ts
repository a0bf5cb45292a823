/** Initial data of Harbor Lantern Freight's ZPA tenant. */
import type { Item } from '../collection.ts';

export const ADMIN_ID = '144115188075990500';
/** Beyond 2^53 and not representable as a double, so that rounding becomes visible. */
export const IDP_ID = 144_115_188_075_285_829n;
export const MICROTENANTS: Readonly<Record<string, string>> = { '144115188075990801': 'Tidepool Labs' };

const FIRST_DAY = 1_772_352_000;

const NAMES: readonly (readonly [name: string, description: string, apps: readonly string[]])[] = [
  ['Booking Platform', 'Where customers book cargo space', ['booking', 'booking-admin', 'quotes']],
  ['Cargo Tracking', 'Positions of containers and ships', ['tracking', 'tracking-api']],
  ['Customs Declarations', 'Papers for the customs brokers', ['customs']],
  ['Crew Roster', 'Who sails when', ['roster']],
  ['Warehouse Control', 'Conveyor belts, doors and cold rooms', ['belts', 'cold-rooms']],
  ['Finance Ledger', 'General ledger and month-end closing', ['ledger']],
  ['Payroll', 'Salaries; few people have access', ['payroll']],
  ['Fuel Purchasing', 'Bunker orders', []],
  ['Port Calls', 'Berths and pilots', ['berths']],
  ['Maintenance Planner', 'Dry dock and repairs', []],
  ['Document Archive', 'Bills of lading since the beginning', ['archive']],
  ['Telephone Exchange', 'Desk telephones of the offices', []],
  ['Door Access', 'Badges and gates', []],
  ['Source Control', 'Code of the booking platform', ['git']],
  ['Build Farm', 'Compiles what source control holds', ['builds']],
  ['Test Lab', 'Copies of everything, with invented data', []],
  ['Data Warehouse', 'Figures for the management', ['figures']],
  ['Satellite Gateway', 'Links to the ships', []],
  ['Weather Service', 'Forecasts for the routes', []],
  ['Partner Portal', 'For brokers and port authorities', ['partners']],
  ['Training', 'Courses for new crew', []],
  ['Legacy Mainframe', 'To be switched off; nobody knows when', ['mainframe']],
  ['Printing', 'Label printers in the warehouses', []],
  ['Visitor Registration', 'Tablets at the reception', []],
  ['Security Operations', 'Tools of the security team', ['logs', 'tickets']],
  ['Disaster Recovery', 'Used once a year, and hopefully never else', []],
];

const base = (id: bigint, name: string, description: string): Item => ({
  id: String(id),
  modifiedTime: String(FIRST_DAY + 3_600),
  creationTime: String(FIRST_DAY),
  modifiedBy: ADMIN_ID,
  name,
  description,
  enabled: true,
  configSpace: 'DEFAULT',
  tcpKeepAliveEnabled: '0',
  readOnly: false,
  zscalerManaged: false,
});

const GROUP_ID = 144_115_188_075_991_001n;

/** 26 groups, so that there is a second page of the default size 20; two belong to a microtenant. */
export const seedSegmentGroups = (): Item[] => [
  ...NAMES.map(([name, description], at) => ({
    ...base(GROUP_ID + BigInt(at), name, description),
    ...(name === 'Legacy Mainframe' ? { enabled: false } : {}),
  })),
  ...['Sensor Prototypes', 'Autonomous Crane'].map((name, at) => ({
    ...base(144_115_188_075_991_901n + BigInt(at), name, 'Tidepool Labs'),
    microtenantId: '144115188075990801',
  })),
];

export const seedSegments = (): Item[] =>
  NAMES.flatMap(([, , apps], at) => apps.map((app, index) => application(app, at * 10 + index, String(GROUP_ID + BigInt(at)))));

function application(name: string, at: number, segmentGroupId: string): Item {
  const port = String(8_000 + at);
  const domain = `${name}.apps.harbor-lantern.example`;
  return {
    id: String(144_115_188_075_992_001n + BigInt(at)),
    modifiedTime: String(FIRST_DAY + 7_200),
    creationTime: String(FIRST_DAY),
    modifiedBy: ADMIN_ID,
    name,
    domainNames: [domain],
    enabled: true,
    passiveHealthEnabled: true,
    tcpPortRanges: [port, port],
    doubleEncrypt: false,
    healthCheckType: 'DEFAULT',
    icmpAccessType: 'NONE',
    bypassType: 'NEVER',
    configSpace: 'DEFAULT',
    isCnameEnabled: true,
    ipAnchored: false,
    matchStyle: 'EXCLUSIVE',
    segmentGroupId,
    serverGroups: [{ id: id('5', (at % 2) + 1) }],
    ...(name === 'booking-admin' && { clientlessApps: [consoleOf(at, name, 'HTTPS', '443')] }),
    ...(name === 'git' && { praApps: [consoleOf(at, name, 'SSH', '22')] }),
  };
}

const consoleOf = (at: number, name: string, applicationProtocol: string, applicationPort: string) => ({
  id: id('1', at),
  appId: String(144_115_188_075_992_001n + BigInt(at)),
  name,
  enabled: true,
  domain: `${name}.apps.harbor-lantern.example`,
  applicationProtocol,
  applicationPort,
});

/** IDs of the seed: one digit encodes the kind. */
export const id = (kind: string, at: number): string => `1441151880759${kind}${String(at).padStart(4, '0')}`;

export const dated = { modifiedTime: String(FIRST_DAY + 3_600), creationTime: String(FIRST_DAY), modifiedBy: ADMIN_ID };

export const seedScimGroups = (): Item[] =>
  ['Harbor Office', 'Crew', 'Finance', 'Security', 'Warehouse', 'Contractors'].map((name, at) => ({
    id: 3_260_001 + at,
    modifiedTime: FIRST_DAY + at * 60,
    creationTime: FIRST_DAY + at * 60,
    name,
    idpId: IDP_ID,
    idpGroupId: null,
    internalId: `5f0c1d2e-7a3b-4c5d-8e9f-00000000000${at + 1}`,
  }));
