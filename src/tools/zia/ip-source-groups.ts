import { collection, optional, text, texts } from '../define.ts';
import { zia } from './product.ts';

export default collection(zia, {
  noun: 'ip_source_group',
  title: 'IP source group',
  toolset: 'zia_cloud_firewall',
  path: '/ipSourceGroups',
  id: 'group_id',
  about: 'An IP source group names addresses inside the organization, so that rules can refer to all of them as src_ip_groups.',
  filters: { search: optional(text('Part of the name or of the description.')) },
  fields: {
    name: text('Name of the group; no two groups share one.', { min: 1 }),
    ip_addresses: texts('Addresses, ranges (10.0.0.1-10.0.0.9) or networks (10.0.0.0/24). In an update the list replaces the present one.'),
    description: text('Admin description. An empty text removes it.'),
  },
  required: ['name', 'ip_addresses'],
  bewareOfDeleting: 'The API refuses it while a rule refers to the group.',
});
