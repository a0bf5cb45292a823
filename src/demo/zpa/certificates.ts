/** Certificates that connectors and service edges enrol with. None is a real certificate, nor looks like a key. */
import type { Collection, Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { guarded, list, notFound } from './family.ts';
import { ok } from '../answer.ts';
import { dated, MICROTENANTS } from './seed.ts';
import type { Stores } from './stores.ts';

/** Recorded: the four that every tenant has. */
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

export const enrollmentCertificates = (world: World, { enrollmentCertificates: items }: Stores): Routes =>
  readOnly(world, 'enrollmentCert', items);

/** A list and its records, in either version of the API. */
export function readOnly({ customerId }: World, path: string, items: Collection): Routes {
  const guard = { customerId, microtenants: MICROTENANTS };
  const base = `GET /mgmtconfig/{version}/admin/customers/{customerId}/${path}`;
  const listed = { items, listed: (item: Item) => item };
  return {
    [base]: guarded(guard, ({ query }) => list(listed, query)),
    [`${base}/{id}`]: guarded(guard, ({ params }) => {
      const item = items.get(params['id'] ?? '');
      return item ? ok(item) : notFound;
    }),
  };
}
