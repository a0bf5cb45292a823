import type { Product, Routes } from '../router.ts';
import type { World } from '../world.ts';
import { openActivation } from './activation.ts';
import { invalidBody, unknownPath } from './family.ts';
import { cloudAppControl } from './cloud-app-control.ts';
import { cloudApplications } from './cloud-applications.ts';
import { dataProtection } from './data-protection.ts';
import { geography } from './geography.ts';
import { locations } from './locations.ts';
import { people } from './people.ts';
import { registry } from './registry.ts';
import { policies } from './policies.ts';
import { ruleLabels } from './rule-labels.ts';
import { settings } from './settings.ts';
import { traffic } from './traffic.ts';
import { urlCategories } from './url-categories.ts';

/** Independent parts, one line each. */
const parts: readonly ((world: World, stage: () => void) => Routes)[] = [
  ruleLabels,
  settings,
  policies,
  people,
  registry,
  cloudApplications,
  urlCategories,
  dataProtection,
  cloudAppControl,
];

/** Internet Access: locations, traffic forwarding, activation, and all of `parts`. */
export function openZia(world: World): Product {
  const { routes, stage } = openActivation(world);
  const { routes: trafficRoutes, vpnCredentials } = traffic(world, stage);
  return {
    prefix: '/zia/api/v1',
    routes: {
      ...routes,
      ...trafficRoutes,
      ...locations(world, stage, vpnCredentials),
      ...geography,
      ...(Object.assign({}, ...parts.map((part) => part(world, stage))) as Routes),
    },
    unknownPath,
    invalidBody,
  };
}
