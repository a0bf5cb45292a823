/** Log receivers, and the fields of each type of log. */
import type { Item } from '../collection.ts';
import { CONNECTOR_GROUP_IDS } from './seed-connectors.ts';
import { dated, id } from './seed.ts';

/** Keyed by the type of the log. */
export const FIELDS: Readonly<Record<string, readonly string[]>> = {
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

/** The format of a log line, as the API stores and returns it. */
export const csvOf = (type: string, separator = ','): string => `${(FIELDS[type] ?? []).map((field) => `%s{${field}}`).join(separator)}\n`;
