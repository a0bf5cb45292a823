import { collection, optional, text, texts, tool } from '../define.ts';
import { listByName, ztw } from './product.ts';

const search = optional(text('Part of the name.'));

export default [
  ...collection(ztw, {
    noun: 'ip_group',
    title: 'IP group',
    toolset: 'ztw',
    path: '/ipGroups',
    id: 'group_id',
    about: 'An IP group bundles addresses, so that forwarding rules of Cloud & Branch Connectors can refer to all of them at once.',
    filters: { search },
    fields: {
      name: text('Name of the group; no two share one.', { min: 1 }),
      ip_addresses: texts('Addresses, ranges (10.0.0.1-10.0.0.9) or subnets (10.0.0.0/24).'),
      description: text('Admin description.'),
    },
    required: ['name', 'ip_addresses'],
    only: ['list', 'create', 'delete'],
    bewareOfDeleting: 'It fails while a rule refers to the group.',
  }),
  tool(ztw, 'list_ip_groups_lite', {
    toolset: 'ztw',
    action: 'read',
    lists: 'paged',
    about: 'List IP groups with their IDs and names alone. Faster than ztw_list_ip_groups; the API cannot search here, so we do.',
    input: { search },
    run: (call, input) => listByName(call, 'GET /ipGroups/lite', input.search),
  }),
];
