import { optional, readPage, text, tool } from '../define.ts';
import { zia } from './product.ts';
import { named, ruleFamily } from './rules.ts';

const about = 'A web DLP rule decides what happens to data that users send to the web, by what it holds and where it goes.';

export default [
  ...ruleFamily({
    noun: 'web_dlp_rule',
    title: 'web DLP rule',
    toolset: 'zia_dlp',
    path: '/webDlpRules',
    about,
    action: text('What happens to data that fits: ALLOW, BLOCK.', { min: 1 }),
    actionIsOptional: true,
    conditions: 'dlp_engines, protocols, cloud_applications, file_types, min_size, severity, users, url_categories, auditor {"id": 1}',
    refersTo: [
      'dlpEngines',
      'excludedDepartments',
      'excludedGroups',
      'excludedUsers',
      'excludedDomainProfiles',
      'includedDomainProfiles',
      'urlCategories',
    ],
    search: 'here',
  }),
  tool(zia, 'list_web_dlp_rules_lite', {
    toolset: 'zia_dlp',
    action: 'read',
    lists: 'paged',
    about: `List web DLP rules with name, state and what they look at, without order, action and protocols: shorter than zia_list_web_dlp_rules. ${about}`,
    input: { search: optional(text('Part of the name of the rule, in capitals or not.')) },
    run: async (call, { search }) => named(readPage(zia.paging, await call('GET /webDlpRules/lite'), {}), search),
  }),
];
