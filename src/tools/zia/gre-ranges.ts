import { count, onWire, optional, text, tool } from '../define.ts';
import { zia } from './product.ts';

export default [
  tool(zia, 'list_gre_ranges', {
    toolset: 'zia_locations',
    action: 'read',
    about:
      'List ranges of internal addresses that are free for the two ends of a new GRE tunnel, eight addresses each, with first and last address. A tunnel takes the first address of one as its internal_ip_range.',
    input: {
      internal_ip_range: onWire('internalIpRange', optional(text('Whether this range is free: its first address.'))),
      static_ip: onWire('staticIp', optional(text('Public address from which the tunnel will come.'))),
      limit: optional(count('How many ranges to return; the API returns 10 without it.', { min: 1 })),
    },
    call: 'GET /greTunnels/availableInternalIpRanges',
    // The API has no paging here, only a limit.
    returns: { kind: 'array', usualSize: 10 },
  }),
];
