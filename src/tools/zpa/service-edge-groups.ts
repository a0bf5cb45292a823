import { collection, count, encoded, flag, id, oneOf, text } from '../define.ts';
import { described, filters, placed, refs, upgraded, zpa } from './product.ts';

export default collection(zpa, {
  noun: 'service_edge_group',
  toolset: 'zpa_service_edge_groups',
  path: '/serviceEdgeGroup',
  id: 'group_id',
  about: 'A service edge group is the set of private service edges at one place, which broker connections near the users.',
  filters,
  fields: {
    name: text('Name of the group; no two share one.', { min: 1 }),
    ...placed,
    ...described,
    enabled: flag('Whether the service edges of the group are in use.'),
    // Recorded as an upper-case string, unlike all other booleans.
    is_public: encoded(flag('Whether users outside trusted networks may use the group.'), (isPublic) => (isPublic ? 'TRUE' : 'FALSE')),
    override_version_profile: flag('Whether the version profile given here applies instead of the one of the tenant.'),
    version_profile_name: text('Software track of its service edges: Default, Previous Default or New Release.', { min: 1 }),
    version_profile_id: id('ID of the version profile; 0 is Default.'),
    service_edge_ids: refs(
      'serviceEdges',
      'IDs of its service edges, as zpa_list_service_edges shows them. In an update the list replaces the present one.',
    ),
    trusted_network_ids: refs(
      'trustedNetworks',
      'IDs of the trusted networks whose users it serves, as get_zpa_trusted_network shows them. In an update the list replaces the present one.',
    ),
    grace_distance_enabled: flag('Whether a group somewhat farther away is preferred to a public service edge.'),
    grace_distance_value: count('How much farther away, in grace_distance_value_unit.'),
    grace_distance_value_unit: oneOf(['MILES', 'KMS'], 'Unit of grace_distance_value.'),
    ...upgraded,
  },
  required: ['name', 'latitude', 'longitude', 'location'],
  initially: { enabled: true },
  bewareOfDeleting: 'It fails while the group has service edges or provisioning keys.',
});
