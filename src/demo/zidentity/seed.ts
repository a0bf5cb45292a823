/** Users and groups of Harbor Lantern Freight, all invented. */
import type { Fields, Item } from '../collection.ts';

const DOMAIN = 'harbor-lantern.example';
export const IDP: Fields = { id: 'hdemoidp00001', name: 'HARBOR_LANTERN_IDP' };

const FIRST = ['Mara', 'Odo', 'Pip', 'Saskia', 'Bram', 'Juno', 'Wilf', 'Tamsin', 'Corin', 'Elke'];
const LAST = ['Quillfeather', 'Brackwater', 'Saltwick'];
const DEPARTMENTS: readonly Fields[] = ['Operations', 'Finance', 'Security', 'Warehouse', 'Crew'].map((name, at) => ({
  id: `tdemodept000${at + 1}`,
  name,
}));

const userId = (at: number): string => `ihdemouser${String(at + 1).padStart(3, '0')}`;
const groupId = (at: number): string => `ghdemogrp${String(at + 1).padStart(4, '0')}`;

/** 30 users: each first name with each last name. */
export const seedUsers = (): Item[] =>
  LAST.flatMap((last) => FIRST.map((first) => [first, last] as const)).map(([first, last], at) => {
    const login = `${first}.${last}@${DOMAIN}`.toLowerCase();
    return {
      loginName: login,
      displayName: `${first} ${last}`,
      firstName: first,
      lastName: last,
      primaryEmail: login,
      department: DEPARTMENTS[at % DEPARTMENTS.length] ?? {},
      status: at % 13 !== 12,
      customAttrsInfo: {},
      id: userId(at),
      source: at % 5 === 4 ? 'ZIDENTITY' : 'SCIM',
      idp: at % 5 === 4 ? {} : IDP,
    };
  });

const GROUPS: readonly (readonly [name: string, description: string, isDynamic: boolean])[] = [
  ['Administrators', 'May change everything', false],
  ['Security Operations', 'Looks after incidents', false],
  ['Finance', 'Everybody in finance', true],
  ['Warehouse Shift Leads', 'One for each shift', false],
  ['Crew', 'Everybody on board', true],
  ['Auditors', 'May read everything', false],
];

export const seedGroups = (): Item[] =>
  GROUPS.map(([name, description, isDynamicGroup], at) => ({
    name,
    description,
    id: groupId(at),
    source: isDynamicGroup ? 'SCIM' : 'ZIDENTITY',
    idp: isDynamicGroup ? IDP : {},
    isDynamicGroup,
    adminEntitlementEnabled: at === 0 || at === 5,
    serviceEntitlementEnabled: at !== 0,
    customAttrsInfo: {},
  }));

/** User IDs by group ID. The members of dynamic groups follow from the department. */
export function seedMemberships(): Map<string, Set<string>> {
  const everyone = seedUsers();
  const ofDepartment = (name: string): string[] =>
    everyone.filter(({ department }) => (department as Fields)['name'] === name).map(({ id }) => String(id));
  const numbered = (...numbers: number[]): string[] => numbers.map(userId);
  const members = [
    numbered(0, 1),
    ofDepartment('Security'),
    ofDepartment('Finance'),
    numbered(3, 8, 13),
    ofDepartment('Crew'),
    numbered(2, 7),
  ];
  return new Map(members.map((ids, at) => [groupId(at), new Set(ids)]));
}
