import { ok } from '../answer.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { readOnly } from './certificates.ts';
import { guarded, invalidFields } from './family.ts';
import { csvOf, FIELDS } from './seed-lss.ts';
import { MICROTENANTS } from './seed.ts';
import type { Stores } from './stores.ts';

/** Log streaming. Paths of data common to all tenants omit the customer ID, or have it further back. */
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
