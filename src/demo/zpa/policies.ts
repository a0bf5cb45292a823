import { ok } from '../answer.ts';
import type { Fields } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { guarded } from './family.ts';
import { resource } from './resource.ts';
import { conditionOf, POLICIES, setIdOf, type Policy } from './seed-policies.ts';
import { dated, MICROTENANTS } from './seed.ts';
import type { Stores } from './stores.ts';

const SETTABLE = [
  'name',
  'description',
  'action',
  'customMsg',
  'conditions',
  'appConnectorGroups',
  'appServerGroups',
  'zpnIsolationProfileId',
  'zpnInspectionProfileId',
  'reauthTimeout',
  'reauthIdleTimeout',
];

const ACTIONS: Readonly<Record<Policy['type'], readonly string[]>> = {
  ACCESS_POLICY: ['ALLOW', 'DENY', 'REQUIRE_APPROVAL'],
  TIMEOUT_POLICY: ['RE_AUTH'],
  CLIENT_FORWARDING_POLICY: ['BYPASS', 'INTERCEPT', 'INTERCEPT_ACCESSIBLE'],
  ISOLATION_POLICY: ['ISOLATE', 'BYPASS_ISOLATE'],
  INSPECTION_POLICY: ['INSPECT', 'BYPASS_INSPECT'],
};

/** `/policySet`: one set of rules per policy. */
export const policies = (world: World, stores: Stores): Routes =>
  Object.assign({}, ...POLICIES.map((policy) => policyOf(world, policy, stores))) as Routes;

function policyOf(world: World, policy: Policy, { policyRules }: Stores): Routes {
  const { type, number, name } = policy;
  const setId = setIdOf(policy);
  const items = policyRules[type];
  const customer = '/mgmtconfig/{version}/admin/customers/{customerId}';
  const rules = resource(world, {
    name: `policySet/${setId}/rule`,
    items,
    settable: SETTABLE,
    forgets: SETTABLE,
    fixed: () => ({ operator: 'AND', disabled: '0' }),
    taken: (fields) => ({ ...fields, conditions: read(fields['conditions']) }),
    shown: ({ id }) => ({
      ruleOrder: String(items.all().findIndex((item) => item.id === id) + 1),
      priority: String(number === 1 ? 1 : 2),
      policyType: String(number),
      policySetId: setId,
      devicePostureFailureNotificationEnabled: false,
      defaultRuleName: 'Default_Rule',
      defaultRule: false,
    }),
    refused: ({ action, conditions }) => [
      ...(ACTIONS[type].includes(String(action)) ? [] : ['action']),
      ...(conditions === undefined || read(conditions) ? [] : ['conditions']),
    ],
  });
  const set = {
    id: setId,
    ...dated,
    name,
    enabled: true,
    description: `${name} of the demo tenant`,
    policyType: String(number),
    sorted: true,
  };
  return {
    ...rules,
    [`GET ${customer}/policySet/policyType/${type}`]: guarded({ customerId: world.customerId, microtenants: MICROTENANTS }, () => ok(set)),
    [`GET ${customer}/policySet/rules/policyType/${type}`]: rules[`GET ${customer}/policySet/${setId}/rule`]!,
  };
}

/** Converts conditions of either form to the read form: each entry of `values` and `entryValues` becomes an operand (recorded). */
function read(conditions: unknown): Fields[] | undefined {
  if (!Array.isArray(conditions)) return undefined;
  return (conditions as Fields[]).map(({ operator, operands }) => conditionOf(operator, (operands as Fields[]).flatMap(operandsOf)));
}

function operandsOf({ objectType, values, entryValues, lhs, rhs }: Fields): Fields[] {
  if (Array.isArray(values)) return values.map((value: unknown) => ({ objectType, lhs: 'id', rhs: value }));
  if (Array.isArray(entryValues)) return (entryValues as Fields[]).map((entry) => ({ objectType, ...entry }));
  return [{ objectType, lhs, rhs }];
}
