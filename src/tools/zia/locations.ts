import { advanced, collection, optional, text, texts } from '../define.ts';
import { zia } from './product.ts';

export default collection(zia, {
  noun: 'location',
  toolset: 'zia_locations',
  path: '/locations',
  id: 'location_id',
  about: 'A location is a place that traffic comes from, known by its addresses or VPN credentials; policies refer to it.',
  filters: { search: optional(text('Part of the name or of another attribute of the location.')) },
  fields: {
    name: text('Name of the location; no two locations share one.', { min: 1 }),
    country: text('Country in the words of the API: UNITED_STATES, GERMANY.'),
    tz: text('Time zone in the words of the API: UNITED_STATES_AMERICA_LOS_ANGELES, GMT.'),
    ip_addresses: texts(
      'Public IP addresses, ranges or GRE tunnel addresses that belong to the tenant. In an update the list replaces the present one.',
    ),
    description: text('Admin description. An empty text removes it.'),
    advanced: advanced(
      'Any other field of the record, in snake_case or as the API names it: profile, parent_id, vpn_credentials ([{"id": 1, "type": "UFQDN"}]), auth_required, surrogate_ip, xff_forward_enabled, ofw_enabled, up_bandwidth.',
    ),
  },
  required: ['name'],
  beware: 'A location needs ip_addresses or, in advanced, vpn_credentials; they must exist in the tenant and belong to no other location.',
  bewareOfDeleting: 'Traffic from its addresses is then handled as from an unknown place.',
});
