import { collection, optional, text, texts } from '../define.ts';
import { zia } from './product.ts';

export default collection(zia, {
  noun: 'network_app_group',
  title: 'network application group',
  toolset: 'zia_cloud_firewall',
  path: '/networkApplicationGroups',
  id: 'group_id',
  about: 'A network application group bundles applications, so that firewall rules can refer to all of them as nw_application_groups.',
  filters: { search: optional(text('Part of the name or of the description.')) },
  fields: {
    name: text('Name of the group; no two groups share one.', { min: 1 }),
    network_applications: texts(
      'IDs of applications, as zia_list_network_apps shows them: APNS, DICT. In an update the list replaces the present one.',
    ),
    description: text('Admin description. An empty text removes it.'),
  },
  required: ['name', 'network_applications'],
  bewareOfDeleting: 'The API refuses it while a rule refers to the group.',
});
