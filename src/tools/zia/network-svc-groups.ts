import { collection, encoded, onWire, optional, text, texts } from '../define.ts';
import { zia } from './product.ts';
import { idOf } from './rules.ts';

const ids = texts('IDs of network services, as zia_list_network_services shows them. In an update the list replaces the present one.');
const services = encoded(
  onWire('services', {
    ...ids,
    schema: { type: 'array', items: { type: 'string', pattern: String.raw`^\d+$` }, examples: [['773995', '773997']] },
    wants: 'a list of IDs, each a whole number as text',
    read: (given) => {
      const known = Array.isArray(given)
        ? given.map((id) => (typeof id === 'number' || typeof id === 'bigint' ? String(id) : (id as unknown)))
        : undefined;
      return known?.every((id) => typeof id === 'string' && /^\d+$/.test(id)) ? (known as string[]) : undefined;
    },
  }),
  (given) => given.map((id) => ({ id: idOf(id) })),
);

export default collection(zia, {
  noun: 'network_svc_group',
  title: 'network service group',
  toolset: 'zia_cloud_firewall',
  path: '/networkServiceGroups',
  id: 'group_id',
  about: 'A network service group bundles network services, so that firewall rules can refer to all of them as nw_service_groups.',
  filters: { search: optional(text('Part of the name or of the description.')) },
  fields: {
    name: text('Name of the group; no two groups share one.', { min: 1 }),
    service_ids: services,
    description: text('Admin description. An empty text removes it.'),
  },
  required: ['name', 'service_ids'],
  bewareOfDeleting: 'The API refuses it while a rule refers to the group.',
});
