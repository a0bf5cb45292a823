import { collection, optional, text } from '../define.ts';
import { zia } from './product.ts';

export default collection(zia, {
  noun: 'rule_label',
  toolset: 'zia_rule_labels',
  path: '/ruleLabels',
  id: 'label_id',
  about: 'Labels group the rules of all ZIA policies; referencedRuleCount says how many rules bear one.',
  filters: { search: optional(text('Part of the name or of the description.')) },
  fields: {
    name: text('Name of the label; no two labels share one.', { min: 1 }),
    description: text('What the label stands for. An empty text removes it.'),
  },
  required: ['name'],
  bewareOfDeleting: 'Rules that bear the label lose it: look at referencedRuleCount first.',
});
