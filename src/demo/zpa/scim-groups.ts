import { ok } from '../answer.ts';
import type { Routes, Visit } from '../router.ts';
import type { World } from '../world.ts';
import { envelope, invalidFields, notFound, parseSearch } from './family.ts';
import { IDP_ID, seedScimGroups } from './seed.ts';

/** `/scimgroup`: numeric IDs and totals, unlike the rest of ZPA, and an `idpId` beyond 2^53 as a bare number (recorded). */
export function scimGroups(world: World): Routes {
  const items = world.collection({ seed: seedScimGroups, newId: (count) => count });
  const isOther = ({ params }: Visit): boolean => params['customerId'] !== world.customerId;
  return {
    'GET /userconfig/v1/customers/{customerId}/scimgroup/{id}': (visit) => {
      const item = items.get(visit.params['id'] ?? '');
      return isOther(visit) ? invalidFields('customerId') : item ? ok(item) : notFound;
    },
    'GET /userconfig/v1/customers/{customerId}/scimgroup/idpId/{idpId}': (visit) => {
      if (isOther(visit)) return invalidFields('customerId');
      if (visit.params['idpId'] !== String(IDP_ID)) return invalidFields('idpId');
      const wanted = parseSearch(visit.query.get('search'));
      if (!wanted) return invalidFields('search');
      return ok(
        envelope(
          items.all().filter(wanted),
          visit.query,
          (item) => item,
          (count) => count,
        ),
      );
    },
  };
}
