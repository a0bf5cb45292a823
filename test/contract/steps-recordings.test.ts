/** Replays recorded traffic of tools that send several requests or complete a body. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../src/common/json.ts';
import { bindCall, Page } from '../../src/tools/index.ts';
import { openStandIn, type Asked } from '../stand-in.ts';
import { findTool } from './demo.ts';
import { linesOf, send, type Line } from './replay.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Step {
  readonly cassette: string;
  readonly seq: number;
  readonly tool: string;
  /** From the recorded body. */
  readonly input?: (body: Fields) => Fields;
  /** Fields that the tool adds to the recorded body. */
  readonly adds?: Fields;
  /** Fields that it has no input for. */
  readonly lacks?: readonly string[];
}

const snake = (body: Fields): Fields =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]));
const ids = (list: unknown): unknown[] => (list as Fields[]).map(({ id }) => id);

const without = (names: readonly string[], body: Fields): Fields =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));

const lacks = ['praEnabled', 'tcpQuickAckApp', 'tcpQuickAckAssistant', 'tcpQuickAckReadAssistant'];
/** A new group gets the enrolment certificate of its connectors. */
const connectorGroup = {
  tool: 'zpa_create_app_connector_group',
  input: ({ versionProfileName, ...body }: Fields) =>
    snake(without([...lacks, 'versionProfileId'], { ...body, versionProfile: versionProfileName })),
  adds: { enrollmentCertId: '6573' },
  lacks,
};
const serverGroup = {
  tool: 'zpa_create_server_group',
  input: ({ appConnectorGroups, ...body }: Fields) => ({ ...snake(body), app_connector_group_ids: ids(appConnectorGroups) }),
  adds: { enabled: true },
};
const deletion = (cassette: string, seq: number, tool: string, id: string, value: string): Step => ({
  cassette,
  seq,
  tool,
  input: () => ({ [id]: value }),
});

const steps: readonly Step[] = [
  { cassette: 'TestCloudApplications', seq: 5, tool: 'zia_list_cloud_app_policy', input: () => ({ group_results: true }) },
  { cassette: 'TestExemptedUrls', seq: 0, tool: 'zia_add_auth_exempt_urls', input: ({ urls }) => ({ exempt_urls: urls }) },
  { cassette: 'TestSandbox', seq: 1, tool: 'zia_get_sandbox_behavioral_analysis' },
  { cassette: 'TestSandbox', seq: 2, tool: 'zia_get_sandbox_file_hash_count' },
  {
    cassette: 'TestURLCategories',
    seq: 4,
    tool: 'zia_create_url_category',
    input: (body) => snake(without(['type', 'customCategory'], body)),
    adds: { customCategory: true },
  },
  deletion('TestURLCategories', 11, 'zia_delete_url_category', 'category_id', 'CUSTOM_36'),
  ...[
    ['TestAccessPolicyIsolationRuleV1', 6, 'get', 'isolation', '144115188075404617'],
    ['TestAccessPolicyIsolationRuleV1', 11, 'delete', 'isolation', '144115188075404617'],
    ['TestAccessPolicyTimeoutV1', 5, 'get', 'timeout', '144115188075404632'],
    ['TestAccessPolicyTimeoutV1', 10, 'delete', 'timeout', '144115188075404632'],
    ...[24, 25, 26, 27, 28].map((end, at) => ['TestAccessPolicyReorderRule', 22 + 2 * at, 'delete', 'access', `1441151880754046${end}`]),
  ].map((row) => {
    const [cassette, seq, verb, policy, rule] = row as [string, number, string, string, string];
    return deletion(cassette, seq, `zpa_${verb}_${policy}_policy_rule`, 'rule_id', rule);
  }),
  { cassette: 'TestAppConnectorGroup', seq: 2, ...connectorGroup },
  { cassette: 'TestApplicationSegmentInspection', seq: 1, ...connectorGroup },
  { cassette: 'TestPRAApproval', seq: 0, ...connectorGroup },
  { cassette: 'TestServerGroup', seq: 0, ...connectorGroup },
  { cassette: 'TestPRAApproval', seq: 2, ...serverGroup },
  { cassette: 'TestServerGroup', seq: 1, ...serverGroup },
  {
    cassette: 'TestServerGroup',
    seq: 4,
    tool: 'zpa_update_server_group',
    input: ({ name }) => ({ group_id: '144115188075404708', name }),
  },
  deletion('TestPRAApproval', 9, 'zpa_delete_server_group', 'group_id', '144115188075404689'),
  deletion('TestPRAApproval', 11, 'zpa_delete_app_connector_group', 'group_id', '144115188075404687'),
  deletion('TestApplicationSegmentInspection', 11, 'zpa_delete_app_connector_group', 'group_id', '144115188075404696'),
  ...['Root', 'Client', 'Connector', 'Service Edge'].map((name, seq): Step => ({
    cassette: 'TestEnrolmentCertificate',
    seq,
    tool: 'get_zpa_enrollment_certificate',
    input: () => ({ name }),
  })),
  { cassette: 'TestScimGroups', seq: 1, tool: 'get_zpa_scim_group', input: () => ({ idp_name: 'BD_Okta_Users' }) },
];

const lines = linesOf('steps.jsonl');
const everything = readdirSync(join(import.meta.dirname, '../recordings'))
  .filter((file) => file.endsWith('.jsonl'))
  .flatMap((file) => linesOf(file))
  .filter(({ status }) => status < 300);

const lineOf = ({ cassette, seq }: Step): Line => lines.find((line) => line.cassette === cassette && line.seq === seq)!;

describe('recorded steps in steps.jsonl', () => {
  it('are there in the number that was kept, each taken or on the way to another', () => {
    const onTheWay = lines.filter((line) => !steps.some((step) => lineOf(step) === line));
    expect(lines).toHaveLength(34);
    expect(onTheWay.map(({ path }) => path.replace(/^.*\//, ''))).toEqual(['ISOLATION_POLICY', 'ACCESS_POLICY', 'TIMEOUT_POLICY', 'idp']);
  });

  it.each(steps)('$tool repeats $cassette $seq', async (step) => {
    const line = lineOf(step);
    const { asked, last, result } = await play(step, line);
    const sent = asked.find(({ method, path }) => method === line.method && path === line.path)!;
    expect(lower(Object.fromEntries(sent.query))).toEqual(lower(line.query));
    if (line.method === 'POST')
      expect(parseJson(sent.body)).toEqual({ ...without(step.lacks ?? [], line.requestBody ?? {}), ...step.adds });
    if (line.method === 'PUT') expect(parseJson(sent.body)).toMatchObject({ name: line.requestBody!['name'] });
    expectWhole(result, last);
  });
});

/** The recording client wrote True. */
const lower = (query: Fields): Fields =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, /^(True|False)$/.test(String(value)) ? String(value).toLowerCase() : value]),
  );

async function play({ tool: name, input }: Step, line: Line): Promise<{ asked: readonly Asked[]; last: Line; result: unknown }> {
  let last = line;
  const standIn = await openStandIn((asked) => {
    if (asked.path === '/token') return { body: '{"access_token":"issued-token","expires_in":3600,"token_type":"Bearer"}' };
    last = answerTo(asked, line);
    return {
      status: last.status,
      headers: last.responseHeaders,
      body: last.responseBodyType === 'none' ? '' : stringifyJson(last.responseBody),
    };
  });
  try {
    const tool = findTool(name);
    const call = bindCall(tool, (request) => send(standIn, request, 0), { customerId: '144115188075281920' });
    const result = await tool.run(call, tool.parse(input?.(line.requestBody ?? {}) ?? {}));
    return { asked: standIn.asked.filter(({ path }) => path !== '/token'), last, result };
  } finally {
    await standIn.close();
  }
}

/** The line itself, else what its scenario recorded, else any. */
function answerTo({ method, path, query }: Asked, line: Line): Line {
  const alike = everything.filter((other) => other.method === method && other.path === path);
  const search = (other: Line) => (other.query['search'] ?? null) === query.get('search');
  const found =
    (method === line.method && path === line.path && line) ||
    (alike.find(({ cassette }) => cassette === line.cassette) ?? alike.find(search) ?? alike[0]);
  if (!found) throw new Error(`not recorded: ${method} ${path}`);
  return found;
}

function expectWhole(result: unknown, { responseBodyType, responseBody }: Line): void {
  if (responseBodyType === 'none') return expect(result).toMatchObject({ success: true });
  const { list } = responseBody as { list?: unknown[] };
  const rows = list ?? (Array.isArray(responseBody) ? responseBody : [responseBody]);
  expect(result instanceof Page ? result.items : [result]).toEqual(rows);
}
