/** Identity providers, posture profiles and trusted networks of Harbor Lantern Freight. */
import type { Item } from '../collection.ts';
import { dated, id, IDP_ID } from './seed.ts';

export const seedIdps = (): Item[] => [
  {
    id: String(IDP_ID),
    ...dated,
    name: 'Harbor Lantern Sign-In',
    loginUrl: 'https://sign-in.harbor-lantern.example/saml',
    idpEntityId: 'https://sign-in.harbor-lantern.example',
    autoProvision: '0',
    signSamlRequest: '1',
    ssoType: ['USER'],
    domainList: ['harbor-lantern.example'],
    scimEnabled: true,
    enableScimBasedPolicy: true,
    disableSamlBasedPolicy: false,
    enabled: true,
  },
  {
    id: id('2', 100),
    ...dated,
    name: 'Partner Sign-In',
    ssoType: ['USER'],
    domainList: ['partners.example'],
    scimEnabled: false,
    enabled: true,
  },
];

export const seedSamlAttributes = (): Item[] =>
  ['Email', 'Department', 'Rank'].map((name, at) => ({
    id: id('2', at + 201),
    ...dated,
    name: `${name}_Harbor Lantern Sign-In`,
    samlName: name.toLowerCase(),
    idpId: String(IDP_ID),
    idpName: 'Harbor Lantern Sign-In',
    userAttribute: at === 0,
  }));

export const seedScimAttributes = (): Item[] =>
  ['userName', 'active', 'department'].map((name, at) => ({
    id: id('2', at + 301),
    ...dated,
    name,
    idpId: String(IDP_ID),
    dataType: name === 'active' ? 'Boolean' : 'String',
    schemaURI: 'urn:ietf:params:scim:schemas:core:2.0:User',
    multivalued: false,
    required: name === 'userName',
    caseSensitive: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: name === 'userName',
  }));

export const seedPostures = (): Item[] =>
  ['Disk Encryption', 'Company Certificate'].map((name, at) => ({
    id: id('2', at + 401),
    ...dated,
    name: `${name} (demo.example)`,
    postureUdid: `7a1f0000-0000-4000-8000-00000000000${at + 1}`,
    zscalerCloud: 'demo',
    zscalerCustomerId: 'demo',
  }));

export const seedInspectionProfiles = (): Item[] =>
  ['OWASP Top 10', 'Partner Portal'].map((name, at) => ({
    id: id('9', at + 10),
    ...dated,
    name,
    description: `Used for ${at === 0 ? 'everything' : 'the partner portal only'}`,
    paranoiaLevel: String(at + 1),
    globalControlActions: ['PREDEFINED:PASS', 'CUSTOM:NONE'],
    incarnationNumber: '1',
  }));

/** The service appends the name of the Zscaler cloud in which the network was created (recorded). */
export const seedTrustedNetworks = (): Item[] =>
  ['Harbor Office', 'Cold Store', 'Ship Networks'].map((name, at) => ({
    id: id('2', at + 1),
    ...dated,
    name: `${name} (demo.example)`,
    networkId: `01b54e90-0000-4000-8000-00000000000${at + 1}`,
    zscalerCloud: 'demo',
  }));
