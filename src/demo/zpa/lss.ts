import { ok } from '../answer.ts';
import type { Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { readOnly } from './certificates.ts';
import { guarded, invalidFields } from './family.ts';
import { dated, id, MICROTENANTS } from './seed.ts';
import { CONNECTOR_GROUP_IDS } from './seed-connectors.ts';
import type { Stores } from './stores.ts';

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  zpn_trans_log: ['LogTimestamp', 'Customer', 'SessionID', 'ConnectionID', 'Username', 'Application', 'ConnectionStatus'],
  zpn_auth_log: ['LogTimestamp', 'Customer', 'Username', 'SessionStatus', 'ClientType'],
  zpn_ast_auth_log: ['LogTimestamp', 'Customer', 'Connector', 'SessionStatus'],
  zpn_ast_comprehensive_stats: ['LogTimestamp', 'Connector', 'CPUUtilization', 'MemUtilization'],
  zpn_sys_auth_log: ['LogTimestamp', 'ServiceEdge', 'SessionStatus'],
  zpn_http_trans_log: ['LogTimestamp', 'User', 'Method', 'URL', 'StatusCode'],
  zpn_audit_log: ['ModifiedTime', 'ModifiedBy', 'AuditOperationType', 'ObjectName'],
  zpn_waf_http_exchanges_log: ['LogTimestamp', 'User', 'Host', 'ControlID', 'Action'],
};

export const seedLssConfigs = (): Item[] => [
  {
    id: id('2', 501),
    config: {
      id: id('2', 501),
      ...dated,
      name: 'Activity to the log archive',
      enabled: true,
      lssHost: 'logs.harbor-lantern.example',
      lssPort: '6514',
      sourceLogType: 'zpn_trans_log',
      format: csvOf('zpn_trans_log'),
      useTls: true,
    },
    connectorGroups: [{ id: CONNECTOR_GROUP_IDS[0] }],
  },
];

/** Log streaming. The paths of what is the same for all tenants leave the customer out, or name it late. */
export const logStreaming = (world: World, { lssConfigs }: Stores): Routes => {
  const guard = { customerId: world.customerId, microtenants: MICROTENANTS };
  return {
    ...readOnly(world, 'lssConfig', lssConfigs),
    'GET /mgmtconfig/v2/admin/customers/{customerId}/lssConfig/logType/formats': guarded(guard, ({ query }) => {
      const type = query.get('logType') ?? '';
      return FIELDS[type] ? ok({ csv: csvOf(type), tsv: csvOf(type, '\t'), json: jsonOf(type) }) : invalidFields('logType');
    }),
    'GET /mgmtconfig/v2/admin/lssConfig/statusCodes': () => ok(STATUS_CODES),
    'GET /mgmtconfig/v2/admin/lssConfig/customers/{customerId}/clientTypes': guarded(guard, () => ok(CLIENT_TYPES)),
  };
};

const csvOf = (type: string, separator = ','): string => `${(FIELDS[type] ?? []).map((field) => `%s{${field}}`).join(separator)}\n`;
const jsonOf = (type: string): string => JSON.stringify(Object.fromEntries((FIELDS[type] ?? []).map((field) => [field, `%j{${field}}`])));

const STATUS_CODES = {
  zpn_auth_log: { ZPN_STATUS_AUTH_FAILED: { status: 'Error', name: 'Authentication failed', error_type: 'AUTH' } },
  zpn_ast_auth_log: { ZPN_STATUS_DISCONNECTED: { status: 'Error', name: 'Disconnected', error_type: 'CONNECTION' } },
  zpn_trans_log: { OPEN_OR_ACTIVE_CONNECTION: { status: 'Success', name: 'Open', error_type: 'NONE' } },
  zpn_sys_auth_log: { ZPN_STATUS_AUTHENTICATED: { status: 'Success', name: 'Authenticated', error_type: 'NONE' } },
};

const CLIENT_TYPES = {
  zpn_client_type_exporter: 'Web Browser',
  zpn_client_type_zapp: 'Client Connector',
  zpn_client_type_machine_tunnel: 'Machine Tunnel',
};
