/** Identity providers with their attributes, posture profiles and inspection profiles: read-only. */
import type { Collection, Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { readOnly } from './certificates.ts';
import { guarded, list, notFound } from './family.ts';
import { MICROTENANTS } from './seed.ts';
import type { Stores } from './stores.ts';

export const identity = (world: World, stores: Stores): Routes => ({
  ...readOnly(world, 'idp', stores.idps),
  ...readOnly(world, 'samlAttribute', stores.samlAttributes),
  ...readOnly(world, 'posture', stores.postures),
  ...readOnly(world, 'inspectionProfile', stores.inspectionProfiles),
  ...ofIdp(world, stores.idps, 'samlAttribute/idp/{idpId}', stores.samlAttributes),
  ...ofIdp(world, stores.idps, 'idp/{idpId}/scimattribute', stores.scimAttributes),
});

/** Records that belong to one identity provider and have their own IDs. */
function ofIdp(world: World, idps: Collection, path: string, all: Collection): Routes {
  const guard = { customerId: world.customerId, microtenants: MICROTENANTS };
  const base = `GET /mgmtconfig/{version}/admin/customers/{customerId}/${path}`;
  const below = (idpId: string | undefined): Collection => ({ ...all, all: () => all.all().filter((item) => item['idpId'] === idpId) });
  return {
    [base]: guarded(guard, ({ params, query }) =>
      idps.get(params['idpId'] ?? '') ? list({ items: below(params['idpId']), listed: (item: Item) => item }, query) : notFound,
    ),
    [`${base}/{id}`]: guarded(guard, ({ params }) => {
      const item = below(params['idpId'])
        .all()
        .find(({ id }) => id === params['id']);
      return item ? { status: 200, body: item } : notFound;
    }),
  };
}
