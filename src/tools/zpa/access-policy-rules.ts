import { policyRules } from './policy-family.ts';
import { refs } from './product.ts';

export default policyRules({
  noun: 'access_policy_rule',
  title: 'access policy rule',
  type: 'ACCESS_POLICY',
  about: 'An access policy rule says who may reach which applications.',
  actions: ['ALLOW', 'DENY', 'REQUIRE_APPROVAL'],
  actionAbout: 'What happens to access that fits: it is allowed, denied, or has to be approved.',
  more: {
    app_connector_group_ids: refs(
      'appConnectorGroups',
      'IDs of the app connector groups to use, as zpa_list_app_connector_groups shows them. In an update the list replaces the present one.',
    ),
    app_server_group_ids: refs(
      'appServerGroups',
      'IDs of the server groups to use, as zpa_list_server_groups shows them. In an update the list replaces the present one.',
    ),
  },
  required: ['name', 'action_type'],
});
