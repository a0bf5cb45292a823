import { optional, texts, tool } from '../define.ts';
import { zcell } from './product.ts';

export default [
  tool(zcell, 'list_sim_analytics_map', {
    toolset: 'zcell_sim_analytics',
    action: 'read',
    about: 'List where SIMs are on the map: latitude, longitude and tags of each.',
    input: { icc_ids: optional(texts('ICCIDs of the SIMs; without it, all of them.')) },
    call: 'POST /customers/{zcellCustomerId}/sim/analytics/map',
    returns: 'page',
  }),
  tool(zcell, 'list_sim_analytics_summary', {
    toolset: 'zcell_sim_analytics',
    action: 'read',
    lists: true,
    about: 'Get how many SIMs there are, and how many are used, active and inactive.',
    call: 'GET /customers/{zcellCustomerId}/sim/analytics/summary',
  }),
];
