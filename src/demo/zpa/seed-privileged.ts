/** Privileged remote access of Harbor Lantern Freight: one portal, its certificates, one credential. */
import type { Item } from '../collection.ts';
import { dated, id } from './seed.ts';

export const seedBaCertificates = (): Item[] =>
  ['partners.harbor-lantern.example', 'consoles.harbor-lantern.example'].map((name, at) => ({
    id: id('2', at + 601),
    ...dated,
    name,
    description: name,
    cName: name,
    san: [name],
    validFromInEpochSec: '1772265600',
    validToInEpochSec: '1803801600',
    issuedTo: `CN=${name}`,
    issuedBy: 'CN=Harbor Lantern Internal CA',
    serialNo: String(9_000_100 + at),
    certificate: '-----BEGIN CERTIFICATE-----\nDEMO\n-----END CERTIFICATE-----\n',
    publicKey: '-----BEGIN PUBLIC KEY-----\nDEMO\n-----END PUBLIC KEY-----\n',
    readOnly: false,
    zscalerManaged: false,
  }));

export const seedPortals = (): Item[] => [
  {
    id: id('2', 701),
    ...dated,
    name: 'Consoles',
    description: 'For the people who look after the ships',
    enabled: true,
    domain: 'consoles.harbor-lantern.example',
    certificateId: id('2', 602),
    userNotification: 'All sessions are recorded.',
    userNotificationEnabled: true,
  },
];

export const seedCredentials = (): Item[] => [
  {
    id: id('2', 801),
    ...dated,
    name: 'Bridge displays',
    description: 'Read only',
    credentialType: 'USERNAME_PASSWORD',
    userName: 'bridge',
    userDomain: 'SHIP',
  },
];
