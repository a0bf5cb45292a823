import { collection, decimal, flag, optional, text } from '../define.ts';
import { ipv4 } from './ipv4.ts';
import { zia } from './product.ts';

const about =
  'A static IP is a public address of the tenant from which traffic may come; locations, GRE tunnels and VPN credentials of type IP refer to it.';
const place = {
  comment: text('Admin comment. An empty text removes it.'),
  geo_override: flag('Take latitude and longitude from here instead of looking the address up.'),
  routable_ip: flag('Whether the address can be reached from the internet.'),
  latitude: decimal('Latitude in degrees; heeded with geo_override.', { min: -90, max: 90 }),
  longitude: decimal('Longitude in degrees; heeded with geo_override.', { min: -180, max: 180 }),
};
const shared = { noun: 'static_ip', title: 'static IP', toolset: 'zia_locations', path: '/staticIP', id: 'static_ip_id', about } as const;

export default [
  ...collection(zia, {
    ...shared,
    only: ['list', 'get', 'create', 'delete'],
    filters: { search: optional(text('Part of the address or of the comment.')) },
    fields: {
      ip_address: ipv4('Public IPv4 address, assigned to the organization.'),
      ...place,
    },
    required: ['ip_address'],
    bewareOfDeleting: 'The API refuses it while a location, tunnel or credential refers to the address.',
  }),
  // The address of a record cannot be changed, so it is not an input. The record that is read first supplies it, with the ID:
  // recorded, an update with the address but without the ID is rejected as a duplicate.
  ...collection(zia, { ...shared, only: ['update'], fields: place }),
];
