import { enrolled } from './enrolled.ts';

export default enrolled({
  noun: 'service_edge',
  toolset: 'zpa_service_edge_groups',
  path: 'serviceEdge',
  id: 'service_edge_id',
  about: 'A service edge is a private broker that enrolled itself with a provisioning key; the record tells its state and version.',
  enabled: 'Whether users may connect through it.',
});
