import { collection, flag, texts, text, tool } from '../define.ts';
import { deleteMany } from './bulk.ts';
import { described, filters, microtenantId, zpa, zpaTenant } from './product.ts';

export default [
  ...collection(zpa, {
    noun: 'app_connector',
    toolset: 'zpa_connectors',
    path: '/connector',
    id: 'connector_id',
    only: ['list', 'get', 'update', 'delete'],
    about: 'An app connector is a running connector that enrolled itself with a provisioning key; the record tells its state and version.',
    filters,
    fields: {
      name: text('Name of the connector.', { min: 1 }),
      ...described,
      enabled: flag('Whether the connector carries traffic.'),
    },
    bewareOfDeleting: 'The connector has to be enrolled anew to come back.',
  }),
  tool(zpaTenant, 'bulk_delete_app_connectors', {
    toolset: 'zpa_connectors',
    action: 'delete',
    about: 'Delete several app connectors with one request. This cannot be undone here: each has to be enrolled anew to come back.',
    shownBy: 'zpa_get_app_connector',
    input: { connector_ids: texts('IDs of the app connectors, as zpa_list_app_connectors shows them.'), microtenant_id: microtenantId },
    done: () => 'The app connectors were deleted.',
    run: (call, { connector_ids: ids, ...input }) => deleteMany(call, 'connector', 'connector_ids', ids, input),
  }),
];
