import { id, optional, text, tool } from '../define.ts';
import { zia } from './product.ts';

const kinds = 'A group is static (its locations are chosen) or dynamic (they follow from criteria).';

export default [
  tool(zia, 'list_location_groups', {
    toolset: 'zia_locations',
    action: 'read',
    about: `List location groups with their locations and criteria. ${kinds} Use it to find the ID that policy rules take as a location group.`,
    input: {
      search: optional(text('Part of the name or of the comments.')),
      name: optional(text('Part of the name only.')),
    },
    call: 'GET /locations/groups',
    returns: 'page',
  }),
  tool(zia, 'get_location_group', {
    toolset: 'zia_locations',
    action: 'read',
    about: `Get one location group by its ID, as the API returns it. ${kinds}`,
    input: { group_id: id('ID of the location group, as zia_list_location_groups shows it.') },
    call: 'GET /locations/groups/{group_id}',
  }),
];
