import { onWire, text } from '../define.ts';
import { ruleFamily } from './rules.ts';

export default ruleFamily({
  noun: 'sandbox_rule',
  title: 'sandbox rule',
  toolset: 'zia_sandbox',
  path: '/sandboxRules',
  about: 'Sandbox rules decide which files are run in the sandbox and what happens to those that behave maliciously.',
  // Recorded: the API expects `baRuleAction` here.
  action: onWire('baRuleAction', text('What happens to malicious files: BLOCK or ALLOW.', { min: 1 })),
  conditions:
    'file_types, protocols, ba_policy_categories, url_categories, first_time_enable, first_time_operation, ml_action_enabled, by_threat_score',
  search: 'here',
  bewareOfCreating: 'It needs advanced.file_types, advanced.protocols and advanced.ba_policy_categories to match anything.',
});
