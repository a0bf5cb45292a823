/** Policies of Harbor Lantern Freight. The policy sets, their names and numbers are the same in every tenant (recorded, except for inspection). */
import type { Collection, Fields, Item } from '../collection.ts';
import { dated, id, IDP_ID } from './seed.ts';

export const POLICIES = [
  { type: 'ACCESS_POLICY', number: 1, name: 'Global_Policy' },
  { type: 'TIMEOUT_POLICY', number: 2, name: 'ReAuth_Policy' },
  { type: 'CLIENT_FORWARDING_POLICY', number: 4, name: 'Bypass_Policy' },
  { type: 'ISOLATION_POLICY', number: 5, name: 'Isolation_Policy' },
  { type: 'INSPECTION_POLICY', number: 6, name: 'Inspection_Policy' },
] as const;

export type Policy = (typeof POLICIES)[number];
export type PolicyType = Policy['type'];

export const mapPolicies = (make: (policy: Policy) => Collection): Record<PolicyType, Collection> =>
  Object.fromEntries(POLICIES.map((policy) => [policy.type, make(policy)])) as Record<PolicyType, Collection>;

export const setIdOf = ({ number }: Policy): string => id('0', 9_000 + number);

const crew = { objectType: 'SCIM_GROUP', lhs: String(IDP_ID), rhs: '3260002' };
const browser = { objectType: 'CLIENT_TYPE', lhs: 'id', rhs: 'zpn_client_type_exporter' };

const RULES: Readonly<
  Record<PolicyType, readonly (readonly [name: string, action: string, operands: readonly Fields[], more?: Fields])[]>
> = {
  ACCESS_POLICY: [
    ['Crew may see the roster', 'ALLOW', [{ objectType: 'APP_GROUP', lhs: 'id', rhs: '144115188075991004' }, crew]],
    ['Nobody else reaches payroll', 'DENY', [{ objectType: 'APP_GROUP', lhs: 'id', rhs: '144115188075991007' }]],
  ],
  TIMEOUT_POLICY: [['Every two days', 'RE_AUTH', [crew], { reauthTimeout: '172800', reauthIdleTimeout: '600' }]],
  CLIENT_FORWARDING_POLICY: [['Telephones stay outside', 'BYPASS', [{ objectType: 'APP_GROUP', lhs: 'id', rhs: '144115188075991012' }]]],
  ISOLATION_POLICY: [['Contractors look, but do not touch', 'ISOLATE', [browser], { zpnIsolationProfileId: id('9', 1) }]],
  INSPECTION_POLICY: [['Inspect the partner portal', 'INSPECT', [browser], { zpnInspectionProfileId: id('9', 11) }]],
};

export const seedPolicyRules = (type: PolicyType): Item[] =>
  RULES[type].map(([name, action, operands, more], at) => ({
    id: id('0', POLICIES.findIndex((policy) => policy.type === type) * 100 + at + 1),
    ...dated,
    name,
    description: `${name}.`,
    operator: 'AND',
    action,
    disabled: '0',
    conditions: [conditionOf('OR', operands)],
    ...more,
  }));

let count = 46_277_000;

/** The read form of conditions: one value per operand, and an ID for each condition and operand. */
export function conditionOf(operator: unknown, operands: readonly Fields[]): Fields {
  const conditionId = String((count += 1));
  return {
    id: conditionId,
    ...dated,
    operator,
    negated: false,
    operands: operands.map((operand) => ({ id: String((count += 1)), ...dated, ...operand, conditionId })),
  };
}
