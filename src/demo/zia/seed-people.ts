/** People and devices of Harbor Lantern Freight in ZIA. All fictional. */
import type { Fields, Item } from '../collection.ts';

const DOMAIN = 'harbor-lantern.example';
const NAMES = [
  'Mara Quillfeather',
  'Odo Brackwater',
  'Pip Saltwick',
  'Saskia Quillfeather',
  'Bram Brackwater',
  'Juno Saltwick',
  'Wilf Quillfeather',
  'Tamsin Brackwater',
];
const DEPARTMENTS = ['Service Admin', 'Operations', 'Finance', 'Security', 'Warehouse', 'Crew'];
const GROUPS: readonly (readonly [name: string, comments: string])[] = [
  ['Service Admin', 'Administrators of the tenant'],
  ['Pilots', 'Try new policies first'],
  ['Finance', 'Everybody in finance'],
  ['Warehouse Shift Leads', 'One for each shift'],
  ['Crew', 'Everybody on board'],
];

export const seedDepartments = (): Item[] =>
  DEPARTMENTS.map((name, at) => ({ id: 68_760_001 + at, name, ...(at === 0 ? {} : { comments: `${name} of all sites` }) }));

export const seedGroups = (): Item[] => GROUPS.map(([name, comments], at) => ({ id: 165_440_001 + at, name, comments }));

const reference = ({ id, name }: Item): Fields => ({ id, name });

export function seedUsers(): Item[] {
  const [departments, groups] = [seedDepartments(), seedGroups()];
  return NAMES.map((name, at) => ({
    id: 165_220_001 + at,
    name,
    email: `${name.toLowerCase().replace(' ', '.')}@${DOMAIN}`,
    groups: [groups[at % groups.length]!].map(reference),
    department: reference(departments[at % departments.length]!),
    ...(at % 3 === 0 ? { comments: 'Works at Lantern Quay' } : {}),
    adminUser: at === 0,
    isNonEditable: false,
    pwdLastModifiedTime: 0,
    deleted: false,
    pilotUser: at % groups.length === 1,
  }));
}

const SYSTEMS: readonly (readonly [name: string, osType: string])[] = [
  ['IOS', 'IOS'],
  ['Android', 'ANDROID_OS'],
  ['Windows', 'WINDOWS_OS'],
  ['macOS', 'MAC_OS'],
  ['Linux', 'LINUX_OS'],
];

export const seedDeviceGroups = (): Item[] => [
  ...SYSTEMS.map(([name, osType], at) => ({
    id: 35_230_001 + at,
    name,
    groupType: 'ZCC_OS',
    description: `${name} predefined group`,
    osType,
    predefined: true,
  })),
  {
    id: 35_230_020,
    name: 'Cloud Browser Isolation',
    groupType: 'CBI',
    description: 'Browsers in the cloud',
    osType: 'ANY',
    predefined: true,
  },
];

export const seedDevices = (): Item[] =>
  seedUsers()
    .slice(0, 5)
    .map(({ id, name }, at) => ({
      id: 42_830_001 + at,
      name: String(name).split(' ')[0]?.toLowerCase(),
      deviceGroupType: 'ZCC_OS',
      deviceModel: ['Lantern Book 14', 'Quay Phone 3'][at % 2],
      osType: SYSTEMS[(at + 2) % SYSTEMS.length]![1],
      osVersion: '11.4;64 bit',
      ownerUserId: id,
      ownerName: name,
      hostName: `HARBOR-${String(at + 1).padStart(4, '0')}`,
    }));
