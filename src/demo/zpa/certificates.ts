/** Enrolment certificates of connectors and service edges. Placeholders that resemble neither certificates nor keys. */
import type { Collection, Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { guarded, list, notFound } from './family.ts';
import { ok } from '../answer.ts';
import { MICROTENANTS } from './seed.ts';
import type { Stores } from './stores.ts';

export const enrollmentCertificates = (world: World, { enrollmentCertificates: items }: Stores): Routes =>
  readOnly(world, 'enrollmentCert', items);

/** List and single record, in both versions of the API. */
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
