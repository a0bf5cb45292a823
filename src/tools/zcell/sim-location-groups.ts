import { id, optional, text, tool } from '../define.ts';
import { paging, zcell } from './product.ts';

export default [
  tool(zcell, 'list_sim_location_groups', {
    toolset: 'zcell_sim_location_groups',
    action: 'read',
    about: 'List the location groups of SIMs: areas on the map that anomaly policies refer to, with how many devices each tracks.',
    input: { name: optional(text('Part of the name.')), ...paging },
    call: 'GET /customers/{zcellCustomerId}/sim-location-groups',
    returns: 'page',
  }),
  tool(zcell, 'get_sim_location_group', {
    toolset: 'zcell_sim_location_groups',
    action: 'read',
    about: 'Get one location group of SIMs: its area, the policies that refer to it, and the SIMs inside and outside of it.',
    input: { group_id: id('ID of the group, as zcell_list_sim_location_groups shows it.') },
    call: 'GET /customers/{zcellCustomerId}/sim-location-groups/{group_id}',
  }),
];
