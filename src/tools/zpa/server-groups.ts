import { ZscalerMcpError } from '../../common/errors.ts';
import { collection, flag, text, type Compose } from '../define.ts';
import { described, filters, refs, zpa } from './product.ts';

const inUpdate = 'In an update the list replaces the present one.';

/** Without dynamic discovery, a group needs servers to send traffic to. */
const withServers: Compose = (_, { current, change }) => {
  const body = { ...current, ...change };
  if (isEmpty(change['appConnectorGroups']))
    throw new ZscalerMcpError('ERR_TOOL_INPUT', 'app_connector_group_ids must name at least one app connector group, got an empty list', {
      hint: 'Find the IDs with zpa_list_app_connector_groups.',
    });
  if (body['dynamicDiscovery'] === false && (body['servers'] === undefined || isEmpty(body['servers'])))
    throw new ZscalerMcpError('ERR_TOOL_INPUT', 'a server group without dynamic_discovery needs servers, and it would have none', {
      hint: 'Give server_ids, as zpa_list_application_servers shows them, or leave dynamic_discovery on.',
    });
  return body;
};

const isEmpty = (list: unknown): boolean => Array.isArray(list) && list.length === 0;

export default collection(zpa, {
  noun: 'server_group',
  toolset: 'zpa_server_groups',
  path: '/serverGroup',
  id: 'group_id',
  about: 'A server group says through which app connector groups the servers of application segments are reached.',
  filters,
  fields: {
    name: text('Name of the server group; no two share one.', { min: 1 }),
    app_connector_group_ids: refs(
      'appConnectorGroups',
      `IDs of the app connector groups that reach the servers, as zpa_list_app_connector_groups shows them. ${inUpdate}`,
    ),
    ...described,
    enabled: flag('Whether the group is in use.'),
    server_ids: refs(
      'servers',
      `IDs of application servers, as zpa_list_application_servers shows them; needed when dynamic_discovery is off. ${inUpdate}`,
    ),
    ip_anchored: flag('Whether traffic leaves with the address of the app connector (source IP anchoring).'),
    dynamic_discovery: flag('Whether the app connectors find the servers by name. If off, server_ids says which they are.'),
  },
  required: ['name', 'app_connector_group_ids'],
  initially: { enabled: true, dynamic_discovery: true },
  compose: withServers,
  bewareOfDeleting: 'It fails while application segments use the group.',
});
