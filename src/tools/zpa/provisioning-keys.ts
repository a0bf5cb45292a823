import { ZscalerMcpError } from '../../common/errors.ts';
import { collection, count, encoded, id, oneOf, text, type Compose } from '../define.ts';
import { described, filters, zpa } from './product.ts';

const kinds = { connector: 'CONNECTOR_GRP', service_edge: 'SERVICE_EDGE_GRP' } as const;

/** The API has two names for the ID of the group and reads both, so a change sets both. */
const compose: Compose = (_, { input, change, current }) => {
  const { componentId } = change;
  if (current === undefined && input['key_type'] === 'connector' && change['enrollmentCertId'] === undefined)
    throw new ZscalerMcpError('ERR_TOOL_INPUT', 'a key for app connectors needs enrollment_cert_id, and none was given', {
      hint: 'Find the ID of the certificate called Connector with get_zpa_enrollment_certificate.',
    });
  return { ...current, ...change, ...(componentId !== undefined && { zcomponentId: componentId }) };
};

export default collection(zpa, {
  noun: 'provisioning_key',
  toolset: 'zpa_provisioning_keys',
  path: '/associationType/{key_type}/provisioningKey',
  within: {
    key_type: encoded(
      oneOf(['connector', 'service_edge'], 'What enrols with the key: app connectors or service edges.'),
      (kind) => kinds[kind],
    ),
  },
  id: 'key_id',
  about:
    'With a provisioning key, new connectors or service edges enrol in a group. Whoever has the text in provisioningKey can enrol one: keep it secret.',
  filters,
  fields: {
    name: text('Name of the key; no two of one type share one.', { min: 1 }),
    max_usage: count('How many connectors or service edges may enrol with the key.', { min: 1 }),
    component_id: id('ID of the group that they join, as zpa_list_app_connector_groups or zpa_list_service_edge_groups shows it.'),
    enrollment_cert_id: id(
      'ID of the enrollment certificate, as get_zpa_enrollment_certificate shows it; keys for app connectors need it.',
    ),
    ...described,
  },
  required: ['name', 'max_usage', 'component_id'],
  compose,
  bewareOfDeleting: 'What enrolled with it stays enrolled.',
});
