import { ok } from '../answer.ts';
import { includesText } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { envelope, invalidFields } from './family.ts';
import { IDP_ID, seedScimGroups } from './seed.ts';

/** `/scimgroup/idpId/{idpId}`: numeric ids and totals, unlike the rest of ZPA, and an `idpId` beyond 2^53 as a bare number (recorded). */
export function scimGroups(world: World): Routes {
  const items = world.collection({ seed: seedScimGroups, newId: (count) => count });
  return {
    'GET /userconfig/v1/customers/{customerId}/scimgroup/idpId/{idpId}': ({ params, query }) => {
      if (params['customerId'] !== world.customerId) return invalidFields('customerId');
      if (params['idpId'] !== String(IDP_ID)) return invalidFields('idpId');
      const search = query.get('search') ?? '';
      const found = items.all().filter(({ name }) => includesText(name, search));
      return ok(
        envelope(
          found,
          query,
          (item) => item,
          (count) => count,
        ),
      );
    },
  };
}
