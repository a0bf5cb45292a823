import { collection, oneOf, optional, text, texts } from '../define.ts';
import { zia } from './product.ts';

const replaces = 'In an update the list replaces the present one.';

export default collection(zia, {
  noun: 'ip_destination_group',
  title: 'IP destination group',
  toolset: 'zia_cloud_firewall',
  path: '/ipDestinationGroups',
  id: 'group_id',
  about: 'An IP destination group names places on the internet, so that rules can refer to all of them as dest_ip_groups.',
  filters: { search: optional(text('Part of the name or of the description.')) },
  fields: {
    name: text('Name of the group; no two groups share one.', { min: 1 }),
    type: oneOf(
      ['DSTN_IP', 'DSTN_FQDN', 'DSTN_DOMAIN', 'DSTN_OTHER'],
      'What the group holds: addresses, full host names, domains with all below them, or countries and categories (DSTN_OTHER).',
    ),
    description: text('Admin description. An empty text removes it.'),
    addresses: texts(`Addresses, host names or domains, as the type says. ${replaces}`),
    countries: texts(`Countries in the words of the API, for DSTN_OTHER: COUNTRY_CA, COUNTRY_US. ${replaces}`),
    ip_categories: texts(`URL categories whose hosts belong to the group, for DSTN_OTHER. ${replaces}`),
  },
  required: ['name', 'type'],
  // Recorded: a record holds its addresses in two fields; changing only one of them would leave them contradictory.
  compose: (_, { current: { ipAddresses: _mirror, ...current } = {}, change }) => ({ ...current, ...change }),
  beware: 'DSTN_OTHER needs countries or ip_categories, every other type addresses.',
  bewareOfDeleting: 'The API refuses it while a rule refers to the group.',
});
