import type { Product } from '../router.ts';
import type { World } from '../world.ts';
import { invalidBody, notFound } from './family.ts';
import { scimGroups } from './scim-groups.ts';
import { segmentGroups } from './segment-groups.ts';

/** Private access: segment groups, SCIM groups. */
export function openZpa(world: World): Product {
  return {
    prefix: '/zpa',
    routes: { ...segmentGroups(world), ...scimGroups(world) },
    unknownPath: notFound,
    invalidBody,
  };
}
