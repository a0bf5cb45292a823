/** Address groups: full records, and a short list of names. */
import { collection, optional, text, texts, tool } from '../define.ts';
import { listByName, ztw } from './product.ts';

const search = optional(text('Part of the name.'));

export const addressGroups = (noun: 'ip_group' | 'ip_source_group', title: string, path: `/${string}`, about: string) => [
  ...collection(ztw, {
    noun,
    title,
    toolset: 'ztw',
    path,
    id: 'group_id',
    about,
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
  tool(ztw, `list_${noun}s_lite`, {
    toolset: 'ztw',
    action: 'read',
    lists: 'paged',
    about: `List ${title}s with their IDs and names alone. Faster than ztw_list_${noun}s; the API cannot search here, so we do.`,
    input: { search },
    run: (call, input) => listByName(call, `GET ${path}/lite`, input.search),
  }),
];
