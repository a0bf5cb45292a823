import { anyCase, flag, initially, oneOf, onWire, optional, text } from '../define.ts';
import { list } from './product.ts';

export default [
  list('list_policy_rules', {
    about: 'List the rules that allow or block traffic between workloads: action, priority, sources, destinations, ports and last hit.',
    operation: 'ListPolicyRules',
    field: 'policyRules',
    args: { fetchAll: 'Boolean', filter: 'PolicyRuleFilter' },
    input: {
      fetch_all: initially(flag('Whether to return every rule at once instead of a page.'), false),
      name: onWire('filter.name.contains', optional(text('Part of the name.', { min: 1 }))),
      action: onWire(
        'filter.action.equals',
        optional(anyCase(oneOf(['ALLOW', 'BLOCK', 'SIM_BLOCK'], 'Only rules with this action; SIM_BLOCK only pretends to block.'))),
      ),
    },
    select:
      'id name action priority description deleted sourceTargetType destinationTargetType appZoneScopeTargetType lastHit creationTime modifiedTime portAndProtocols { protocol portRanges { startPort endPort } }',
  }),
  list('list_default_policy_rules', {
    about: 'List the rules that apply where no other rule does, for traffic in and out.',
    operation: 'ListDefaultPolicyRules',
    field: 'defaultPolicyRules',
    select: 'id name action direction description scopeType modifiedTime',
  }),
];
