/** Rule-based policies, the objects their rules refer to, and the sandbox. */
import { ok } from '../answer.ts';
import type { Collection } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { ziaFamily } from './family.ts';
import { openFirewallObjects } from './firewall-objects.ts';
import { FILE_TYPES, POLICIES, seedSignatures } from './policies-seed.ts';
import { openRules } from './rules.ts';
import { sandbox } from './sandbox.ts';

export function policies(world: World, stage: () => void): Routes {
  const holders: Collection[] = [];
  const objects = openFirewallObjects(world, stage, () => holders);
  const families = POLICIES.map((policy) => openRules(world, stage, policy, objects.references));
  for (const { items } of families) holders.push(items);
  return Object.assign(
    {},
    objects.routes,
    ...families.map(({ routes }) => routes),
    signatures(world, stage),
    lists,
    sandbox(world),
  ) as Routes;
}

/** A plausible line of Snort, judged superficially. */
const SNORT = /^(alert|drop|pass|reject) \w+ \S+ \S+ -> \S+ \S+ \(/;
const isSnort = (text: string): boolean => SNORT.test(text) && /\bsid:\d+;/.test(text) && text.endsWith(')');

function signatures(world: World, stage: () => void): Routes {
  return {
    ...ziaFamily({
      path: '/ipsSignatureRules',
      noun: 'IPS signature',
      items: world.collection({ seed: seedSignatures, newId: (count) => 31_100 + count }),
      required: ['name', 'ruleText'],
      searched: ['name', 'description'],
      build: ({ name, ruleText, description }, former) => ({
        name,
        ruleText,
        description,
        category: 'CUSTOM',
        enabled: former?.['enabled'] ?? true,
        deleted: false,
        ruleTextModTime: former && former['ruleText'] === ruleText ? former['ruleTextModTime'] : world.now(),
        dynamicValidationSubmitted: false,
        dynamicValidationRejected: false,
        dynamicValidationSucceeded: false,
        disabledFromZSCM: false,
      }),
      stage,
    }),
    'POST /ipsSignatureRules/validateRuleText': ({ body }) => {
      const { ruleText } = (body ?? {}) as { ruleText?: unknown };
      const isGood = typeof ruleText === 'string' && isSnort(ruleText);
      return ok(
        isGood ? { status: 0, errMsg: '' } : { status: 1, errMsg: 'The rule text is not valid.', errSuggestion: 'End it with a sid.' },
      );
    },
  };
}

const lists: Routes = {
  'GET /fileTypeCategories': ({ query }) => {
    const isWanted = query.get('excludeCustomFileTypes') === 'true' ? ({ custom }: { custom?: unknown }) => custom !== true : () => true;
    return ok(FILE_TYPES.filter(isWanted));
  },
};
