import { encoded, initially, onWire, text, texts, tool } from '../define.ts';
import { zia } from './product.ts';
import { ruleFamily } from './rules.ts';

const toolset = 'zia_cloud_app_control';
const within = {
  rule_type: text('Class of applications that the rules are for, as the API names it: WEBMAIL, STREAMING_MEDIA, FILE_SHARE, AI_ML.', {
    pattern: /^[\w-]+$/,
    like: 'a word such as WEBMAIL',
  }),
};

export default [
  tool(zia, 'list_cloud_app_control_actions', {
    toolset,
    action: 'read',
    about:
      'List the actions that rules of one class of applications can take, for all or for the named applications: ALLOW_WEBMAIL_VIEW, DENY_FILE_SHARE_EDIT. A rule takes them as its action.',
    input: {
      ...within,
      cloud_apps: initially(texts('Applications as zia_list_cloud_app_policy names them in app: GOOGLE_WEBMAIL, DROPBOX.'), []),
    },
    call: 'POST /webApplicationRules/{rule_type}/availableActions',
    returns: 'page',
  }),
  ...ruleFamily({
    noun: 'cloud_app_control_rule',
    title: 'cloud app control rule',
    toolset,
    path: '/webApplicationRules/{rule_type}',
    within,
    about: 'A cloud app control rule decides what users may do in the applications of one class: view, send, share, upload.',
    // The API has no `action`, only a list of actions.
    action: onWire(
      'actions',
      encoded(
        text('What the rule allows or denies, as zia_list_cloud_app_control_actions names it; several with commas between.', { min: 1 }),
        (given) => given.split(',').map((action) => action.trim()),
      ),
    ),
    actionIsOptional: true,
    conditions:
      'applications ["GOOGLE_WEBMAIL"], users, groups, locations, device_trust_levels, user_agent_types, time_windows, tenancy_profile_ids',
    refersTo: ['formSharingDomainProfiles', 'sharingDomainProfiles', 'tenancyProfileIds'],
    search: 'none',
  }),
];
