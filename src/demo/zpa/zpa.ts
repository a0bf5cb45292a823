import type { Product } from '../router.ts';
import type { World } from '../world.ts';
import { enrollmentCertificates } from './certificates.ts';
import { appConnectorGroups, appConnectors, applicationServers, enrolled, serverGroupRoutes } from './connectors.ts';
import { invalidBody, notFound } from './family.ts';
import { identity } from './identity.ts';
import { isolation } from './isolation.ts';
import { logStreaming } from './lss.ts';
import { privileged } from './privileged.ts';
import { scimGroups } from './scim-groups.ts';
import { trustedNetworks } from './networks.ts';
import { policies } from './policies.ts';
import { provisioningKeys } from './provisioning-keys.ts';
import { segments } from './segments.ts';
import { serviceEdgeGroups } from './service-edge-groups.ts';
import { segmentGroups } from './segment-groups.ts';
import { openStores } from './stores.ts';

/** Private access. */
export function openZpa(world: World): Product {
  const stores = openStores(world);
  return {
    prefix: '/zpa',
    routes: {
      ...segmentGroups(world, stores),
      ...appConnectorGroups(world, stores),
      ...appConnectors(world, stores),
      ...serverGroupRoutes(world, stores),
      ...applicationServers(world, stores),
      ...segments(world, stores),
      ...serviceEdgeGroups(world, stores),
      ...enrolled(world, 'serviceEdge', stores.serviceEdges),
      ...provisioningKeys(world, stores),
      ...policies(world, stores),
      ...trustedNetworks(world, stores),
      ...enrollmentCertificates(world, stores),
      ...identity(world, stores),
      ...isolation(world),
      ...logStreaming(world, stores),
      ...privileged(world, stores),
      ...scimGroups(world),
    },
    unknownPath: notFound,
    invalidBody,
  };
}
