import type { Product } from '../router.ts';
import type { World } from '../world.ts';
import { openActivation } from './activation.ts';
import { invalidBody, unknownPath } from './family.ts';
import { geography } from './geography.ts';
import { locations } from './locations.ts';
import { ruleLabels } from './rule-labels.ts';
import { traffic } from './traffic.ts';

/** Internet access: rule labels, locations, the ways traffic gets there, activation. */
export function openZia(world: World): Product {
  const { routes, stage } = openActivation(world);
  const { routes: trafficRoutes, vpnCredentials } = traffic(world, stage);
  return {
    prefix: '/zia/api/v1',
    routes: { ...routes, ...ruleLabels(world, stage), ...trafficRoutes, ...locations(world, stage, vpnCredentials), ...geography },
    unknownPath,
    invalidBody,
  };
}
