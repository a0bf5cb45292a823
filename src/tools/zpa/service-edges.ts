import { collection, flag, text, texts, tool } from '../define.ts';
import { deleteMany } from './bulk.ts';
import { described, filters, microtenantId, zpa, zpaTenant } from './product.ts';

export default [
  ...collection(zpa, {
    noun: 'service_edge',
    toolset: 'zpa_service_edge_groups',
    path: '/serviceEdge',
    id: 'service_edge_id',
    only: ['list', 'get', 'update', 'delete'],
    about: 'A service edge is a private broker that enrolled itself with a provisioning key; the record tells its state and version.',
    filters,
    fields: {
      name: text('Name of the service edge.', { min: 1 }),
      ...described,
      enabled: flag('Whether users may connect through it.'),
    },
    bewareOfDeleting: 'It has to be enrolled anew to come back.',
  }),
  tool(zpaTenant, 'bulk_delete_service_edges', {
    toolset: 'zpa_service_edge_groups',
    action: 'delete',
    about: 'Delete several private service edges with one request. This cannot be undone here: each has to be enrolled anew to come back.',
    shownBy: 'zpa_get_service_edge',
    input: { service_edge_ids: texts('IDs of the service edges, as zpa_list_service_edges shows them.'), microtenant_id: microtenantId },
    done: () => 'The service edges were deleted.',
    run: (call, { service_edge_ids: ids, ...input }) => deleteMany(call, 'serviceEdge', 'service_edge_ids', ids, input),
  }),
];
