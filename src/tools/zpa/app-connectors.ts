import { enrolled } from './enrolled.ts';

export default enrolled({
  noun: 'app_connector',
  toolset: 'zpa_connectors',
  path: 'connector',
  id: 'connector_id',
  about: 'An app connector is a running connector that enrolled itself with a provisioning key; the record tells its state and version.',
  enabled: 'Whether the connector carries traffic.',
});
