import { ZscalerMcpError } from '../../common/errors.ts';
import { encoded, id, oneOf, onWire, optional, tool } from '../define.ts';
import { filters, v2, zpaTenant } from './product.ts';

const LSS = '/zpa/mgmtconfig/v2/admin/lssConfig';

/** Log types as people name them, and the API's names. */
const SOURCES = {
  app_connector_metrics: 'zpn_ast_comprehensive_stats',
  app_connector_status: 'zpn_ast_auth_log',
  audit_logs: 'zpn_audit_log',
  browser_access: 'zpn_http_trans_log',
  private_svc_edge_status: 'zpn_sys_auth_log',
  user_activity: 'zpn_trans_log',
  user_status: 'zpn_auth_log',
  web_inspection: 'zpn_waf_http_exchanges_log',
} as const;

const types = Object.keys(SOURCES) as [keyof typeof SOURCES, ...(keyof typeof SOURCES)[]];
const logType = oneOf(types, 'Kind of log, as zpa_list_lss_log_types shows it.');

export default [
  tool(zpaTenant, 'list_lss_configs', {
    toolset: 'zpa_misc',
    action: 'read',
    about: 'List the receivers of the log streaming service: where logs are sent, which ones, and in which format.',
    input: filters,
    call: `GET ${v2}/lssConfig`,
    returns: 'page',
  }),
  tool(zpaTenant, 'get_lss_config', {
    toolset: 'zpa_misc',
    action: 'read',
    about: 'Get one receiver of the log streaming service by its ID, with its filters and the policy rule that belongs to it.',
    input: { lss_config_id: id('ID of the receiver, as zpa_list_lss_configs shows it.') },
    call: `GET ${v2}/lssConfig/{lss_config_id}`,
  }),
  tool(zpaTenant, 'list_lss_log_types', {
    toolset: 'zpa_misc',
    action: 'read',
    about:
      'List the kinds of logs that can be streamed: the name that tools take and the source type that receivers show. Asks nothing of the tenant.',
    run: () => Promise.resolve(types.map((name) => ({ log_type: name, source_log_type: SOURCES[name] }))),
  }),
  tool(zpaTenant, 'get_lss_log_format', {
    toolset: 'zpa_misc',
    action: 'read',
    about: 'Get the formats (CSV, JSON, TSV) in which one kind of log can be streamed, with all of its fields.',
    input: {
      log_type: onWire(
        'logType',
        encoded(logType, (name) => SOURCES[name]),
      ),
    },
    call: `GET ${v2}/lssConfig/logType/formats`,
  }),
  tool(zpaTenant, 'list_lss_status_codes', {
    toolset: 'zpa_misc',
    action: 'read',
    about: 'List the status codes that stand in streamed logs, with their meaning, by source type. Receivers can filter by them.',
    input: { log_type: optional(logType) },
    run: async (call, { log_type: name }) => {
      const codes = (await call(`GET ${LSS}/statusCodes`)) as Readonly<Record<string, unknown>>;
      if (name === undefined) return codes;
      if (Object.hasOwn(codes, SOURCES[name])) return { [SOURCES[name]]: codes[SOURCES[name]] };
      const known = types.filter((type) => Object.hasOwn(codes, SOURCES[type])).join(', ');
      throw new ZscalerMcpError('ERR_TOOL_INPUT', `the API has no status codes for ${name}`, { hint: `It has some for ${known}.` });
    },
  }),
  tool(zpaTenant, 'list_lss_client_types', {
    toolset: 'zpa_misc',
    action: 'read',
    about: 'List the types of clients whose logs can be streamed, with their names for people. Receivers can filter by them.',
    call: `GET ${LSS}/customers/{customerId}/clientTypes`,
  }),
];
