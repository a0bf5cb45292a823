/** Recorded traffic of ZPA through our tools. */
import { describe, expect, it } from 'vitest';
import { bindCall, catalogue } from '../../src/tools/index.ts';
import { describeReplay, linesOf, type Line, type ToolRoute } from './replay.ts';

const byId =
  (name: string) =>
  (_: Line, id: string): Record<string, unknown> => ({ [name]: id });

const changed =
  (name: string, rename: (body: Fields) => Fields = snake) =>
  ({ requestBody }: Line, id: string): Record<string, unknown> => ({ [name]: id, ...rename(requestBody ?? {}) });

type Fields = Readonly<Record<string, unknown>>;

/** The recorded body as inputs. */
const snake = (body: Fields): Fields =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]));

const ids = (list: unknown): unknown[] => (list as Fields[]).map(({ id }) => id);

function serverGroup({ requestBody }: Line): Record<string, unknown> {
  const { app_connector_groups: groups, ...rest } = snake(requestBody ?? {});
  return { ...rest, app_connector_group_ids: ids(groups) };
}

function segment({ requestBody }: Line): Record<string, unknown> {
  const { server_groups: groups, common_apps_dto, ...rest } = snake(requestBody ?? {});
  return { ...rest, server_group_ids: ids(groups), ...(common_apps_dto !== undefined && { advanced: { common_apps_dto } }) };
}

const edgeGroup = ({ requestBody }: Line): Record<string, unknown> => ({
  ...snake(requestBody ?? {}),
  is_public: requestBody?.['isPublic'] === 'TRUE',
});

function provisioningKey({ requestBody }: Line): Record<string, unknown> {
  const { zcomponent_id: _, ...rest } = snake(requestBody ?? {});
  return { key_type: 'service_edge', ...rest };
}

const routes: readonly ToolRoute[] = [
  [/^GET .*\/policySet\/rules\/policyType\/ACCESS_POLICY$/, 'zpa_list_access_policy_rules', () => ({})],
  [/^GET .*\/policySet\/rules\/policyType\/CLIENT_FORWARDING_POLICY$/, 'zpa_list_forwarding_policy_rules', () => ({})],
  [/^GET .*\/policySet\/rules\/policyType\/ISOLATION_POLICY$/, 'zpa_list_isolation_policy_rules', () => ({})],
  [/^GET .*\/policySet\/rules\/policyType\/TIMEOUT_POLICY$/, 'zpa_list_timeout_policy_rules', () => ({})],
  [/^GET .*\/appConnectorGroup$/, 'zpa_list_app_connector_groups', () => ({})],
  [/^GET .*\/appConnectorGroup\/(\d+)$/, 'zpa_get_app_connector_group', byId('group_id')],
  [/^PUT .*\/appConnectorGroup\/(\d+)$/, 'zpa_update_app_connector_group', changed('group_id')],
  [/^DELETE .*\/appConnectorGroup\/(\d+)$/, 'zpa_delete_app_connector_group', byId('group_id')],
  [/^GET .*\/serverGroup$/, 'zpa_list_server_groups', () => ({})],
  [/^GET .*\/serverGroup\/(\d+)$/, 'zpa_get_server_group', byId('group_id')],
  [/^POST .*\/serverGroup$/, 'zpa_create_server_group', serverGroup],
  [/^DELETE .*\/serverGroup\/(\d+)$/, 'zpa_delete_server_group', byId('group_id')],
  [/^GET .*\/server$/, 'zpa_list_application_servers', () => ({})],
  [/^GET .*\/server\/(\d+)$/, 'zpa_get_application_server', byId('server_id')],
  [/^POST .*\/server$/, 'zpa_create_application_server', ({ requestBody }) => ({ ...requestBody })],
  [/^PUT .*\/server\/(\d+)$/, 'zpa_update_application_server', changed('server_id')],
  [/^DELETE .*\/server\/(\d+)$/, 'zpa_delete_application_server', byId('server_id')],
  [/^POST .*\/application$/, 'zpa_create_application_segment', segment],
  [/^GET .*\/application\/getAppsByType$/, 'get_zpa_app_segments_by_type', ({ query }) => ({ application_type: query['applicationType'] })],
  [/^GET .*\/provisioningKey$/, 'zpa_list_provisioning_keys', () => ({ key_type: 'service_edge' })],
  [/^GET .*\/provisioningKey\/(\d+)$/, 'zpa_get_provisioning_key', (_, key_id) => ({ key_type: 'service_edge', key_id })],
  [/^POST .*\/provisioningKey$/, 'zpa_create_provisioning_key', provisioningKey],
  [/^PUT .*\/provisioningKey\/(\d+)$/, 'zpa_update_provisioning_key', (line, key_id) => ({ key_id, ...provisioningKey(line) })],
  [/^DELETE .*\/provisioningKey\/(\d+)$/, 'zpa_delete_provisioning_key', (_, key_id) => ({ key_type: 'service_edge', key_id })],
  [/^POST .*\/serviceEdgeGroup$/, 'zpa_create_service_edge_group', edgeGroup],
  [/^DELETE .*\/serviceEdgeGroup\/(\d+)$/, 'zpa_delete_service_edge_group', byId('group_id')],
  [/^GET .*\/clientlessCertificate\/issued$/, 'zpa_list_ba_certificates', () => ({})],
  [/^GET .*\/praPortal$/, 'zpa_list_pra_portals', () => ({})],
  [/^GET .*\/praPortal\/(\d+)$/, 'zpa_get_pra_portal', byId('portal_id')],
  [/^POST .*\/praPortal$/, 'zpa_create_pra_portal', ({ requestBody }) => snake(requestBody ?? {})],
  [/^PUT .*\/praPortal\/(\d+)$/, 'zpa_update_pra_portal', changed('portal_id')],
  [/^DELETE .*\/praPortal\/(\d+)$/, 'zpa_delete_pra_portal', byId('portal_id')],
  [/^GET .*\/scimgroup\/(\d+)$/, 'get_zpa_scim_group', byId('scim_group_id')],
  [/^GET .*\/network$/, 'get_zpa_trusted_network', () => ({})],
  [/^GET .*\/network\/(\d+)$/, 'get_zpa_trusted_network', byId('network_id')],
];

describeReplay('zpa.jsonl', 46, routes);

describe.each([
  ['TestAccessPolicyRuleV2', 'access_policy_rule'],
  ['TestAccessPolicyForwardingRuleV2', 'forwarding_policy_rule'],
])('recorded requests for policy rules in %s', (cassette, noun) => {
  const lines = linesOf('zpa-policies.jsonl').filter((line) => line.cassette === cassette);
  const lineOf = (method: string, path: RegExp): Line => lines.find((line) => line.method === method && path.test(line.path))!;
  const [made, read, put, deleted] = [lineOf('POST', /rule$/), lineOf('GET', /rule/), lineOf('PUT', /rule/), lineOf('DELETE', /rule/)];
  const rule_id = put.path.replace(/.*\//, '');

  async function lastOf(name: string, input: Fields): Promise<{ line: string; body: Fields; result: unknown }> {
    const tool = catalogue.find((candidate) => candidate.name === `zpa_${name}_${noun}`)!;
    let last = { line: '', body: {} as Fields };
    const call = bindCall(
      tool,
      async ({ method, path, body }) => {
        last = { line: `${method} ${path}`, body: (body ?? {}) as Fields };
        const line = lines.find((recorded) => recorded.method === method && recorded.path === path);
        if (!line) throw new Error(`not recorded: ${last.line}`);
        return line.responseBody;
      },
      { customerId: /customers\/(\d+)/.exec(put.path)![1] },
    );
    const result = await tool.run(call, tool.parse(input));
    return { ...last, result };
  }

  /** The recording client sent null and [] for missing inputs. */
  const said = ({ requestBody }: Line): Fields =>
    Object.fromEntries(
      Object.entries(requestBody ?? {}).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
    );
  const inputOf = (line: Line): Fields => {
    const { action, ...rest } = said(line);
    return { action_type: action, ...rest };
  };

  it('are repeated by a creation, and its answer comes whole', async () => {
    const { line, body, result } = await lastOf('create', inputOf(made));
    expect([line, body, result]).toEqual([`POST ${made.path}`, said(made), made.responseBody]);
  });

  it('are repeated by an update with conditions', async () => {
    const { line, body } = await lastOf('update', { rule_id, ...inputOf(put) });
    expect(line).toBe(`PUT ${put.path}`);
    expect(body).toEqual({ ...(read.responseBody as Fields), ...said(put) });
  });

  it('show that what is read is written back in the form in which it was made', async () => {
    const { body } = await lastOf('update', { rule_id, description: 'Other' });
    const asText = (conditions: unknown): unknown =>
      JSON.parse(JSON.stringify(conditions), (_, value: unknown) => (typeof value === 'number' ? String(value) : value));
    expect(body).toEqual({ ...(read.responseBody as Fields), description: 'Other', conditions: asText(made.requestBody?.['conditions']) });
  });

  it('are repeated by a look and a deletion', async () => {
    expect((await lastOf('get', { rule_id })).result).toEqual(read.responseBody);
    expect(await lastOf('delete', { rule_id })).toMatchObject({ line: `DELETE ${deleted.path}`, result: { success: true } });
  });
});
