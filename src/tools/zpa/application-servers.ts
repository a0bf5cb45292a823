import { collection, flag, text, texts } from '../define.ts';
import { described, filters, zpa } from './product.ts';

export default collection(zpa, {
  noun: 'application_server',
  toolset: 'zpa_application_servers',
  path: '/server',
  id: 'server_id',
  about: 'An application server is one known address, for server groups that do not discover their servers.',
  filters,
  fields: {
    name: text('Name of the server; no two share one.', { min: 1 }),
    address: text('IP address or domain name of the server.', { min: 1 }),
    ...described,
    enabled: flag('Whether the server is in use.'),
    app_server_group_ids: texts(
      'IDs of the server groups it belongs to, as zpa_list_server_groups shows them. In an update the list replaces the present one.',
    ),
  },
  required: ['name', 'address'],
  initially: { enabled: true },
  bewareOfDeleting: 'It fails while a server group holds the server.',
});
