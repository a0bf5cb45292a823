import { ZscalerMcpError } from '../../common/errors.ts';
import { decimal, oneOf, optional, text, tool, type Call } from '../define.ts';
import { zia } from './product.ts';

interface Wanted {
  readonly action: 'geo_by_coordinates' | 'geo_by_ip' | 'city_prefix_search';
  readonly latitude?: number;
  readonly longitude?: number;
  readonly ip?: string;
  readonly prefix?: string;
}

export default [
  tool(zia, 'geo_search', {
    toolset: 'zia_locations',
    action: 'read',
    lists: true,
    about:
      'Find the city of a place: of coordinates (geo_by_coordinates), of a public IP address (geo_by_ip), or by how its name begins (city_prefix_search). Returns cities with country, state and position; use it to fill in a static IP or a location.',
    input: {
      action: oneOf(['geo_by_coordinates', 'geo_by_ip', 'city_prefix_search'], 'Which of the three ways to search.'),
      latitude: optional(decimal('For geo_by_coordinates: latitude in degrees.', { min: -90, max: 90 })),
      longitude: optional(decimal('For geo_by_coordinates: longitude in degrees.', { min: -180, max: 180 })),
      ip: optional(text('For geo_by_ip: a public IP address.', { pattern: /^[\da-fA-F:][\da-fA-F.:]*$/, like: 'an IP address' })),
      prefix: optional(text('For city_prefix_search: the beginning of the name of a city.', { min: 1 })),
    },
    run: search,
  }),
];

function search(call: Call, wanted: Wanted): Promise<unknown> {
  const { action, latitude, longitude, ip, prefix } = wanted;
  if (action === 'geo_by_ip' && ip !== undefined) return call(`GET /region/byIPAddress/${encodeURIComponent(ip)}`);
  if (action === 'city_prefix_search' && prefix !== undefined) return call('GET /region/search', { query: { prefix } });
  if (action === 'geo_by_coordinates' && latitude !== undefined && longitude !== undefined)
    return call('GET /region/byGeoCoordinates', { query: { latitude, longitude } });
  const needs = { geo_by_coordinates: 'latitude and longitude', geo_by_ip: 'ip', city_prefix_search: 'prefix' }[action];
  throw new ZscalerMcpError('ERR_TOOL_INPUT', `zia_geo_search with action ${action} needs ${needs}`, { hint: `Give ${needs} as well.` });
}
