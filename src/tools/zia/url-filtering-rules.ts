import { text } from '../define.ts';
import { ruleFamily } from './rules.ts';

export default ruleFamily({
  noun: 'url_filtering_rule',
  title: 'URL filtering rule',
  toolset: 'zia_url_filtering',
  path: '/urlFilteringRules',
  about: 'URL filtering rules decide by URL category, user and time which web sites may be visited.',
  action: text('ALLOW, BLOCK, CAUTION or ISOLATE.', { min: 1 }),
  conditions:
    'url_categories, protocols, request_methods, user_agent_types, time_windows, block_override, time_quota, size_quota, locations, groups',
  search: 'api',
  bewareOfCreating: 'It needs advanced.protocols, such as ["HTTPS_RULE", "HTTP_RULE"], and mostly advanced.url_categories.',
});
