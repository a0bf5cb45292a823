import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { ziaFamily } from './family.ts';
import { adminOf, seedRuleLabels } from './seed.ts';

/** `/ruleLabels`. Author, time of change and number of rules are set by the cloud. */
export function ruleLabels(world: World, stage: () => void): Routes {
  return ziaFamily({
    path: '/ruleLabels',
    noun: 'rule label',
    items: world.collection({ seed: seedRuleLabels, newId: (count) => 2_610_400 + count }),
    required: ['name'],
    searched: ['name'],
    build: ({ name, description }, former) => ({
      name,
      description,
      lastModifiedTime: world.now(),
      lastModifiedBy: adminOf('api'),
      createdBy: former?.['createdBy'] ?? adminOf('api'),
      referencedRuleCount: former?.['referencedRuleCount'] ?? 0,
    }),
    stage,
  });
}
