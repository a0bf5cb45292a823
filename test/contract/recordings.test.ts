/** Replays recorded traffic of the real cloud: tools must ask as it was asked, and return what it answered, whole. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../src/json.ts';
import { bindCall, catalogue, Page, type Tool } from '../../src/tools/index.ts';
import { CloudError, createCloud, TokenCache, Transport, type CloudRequest } from '../../src/zscaler/index.ts';
import { openStandIn, type StandIn } from '../stand-in.ts';

interface Line {
  service: string;
  cassette: string;
  seq: number;
  method: string;
  path: string;
  query: Record<string, string>;
  requestBody: Record<string, unknown> | null;
  status: number;
  responseHeaders: Record<string, string>;
  responseBodyType: 'json' | 'text' | 'none';
  responseBody: unknown;
}

const linesOf = (file: string): Line[] =>
  readFileSync(join(import.meta.dirname, '../recordings', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => parseJson(line) as Line);
const labelled = (lines: Line[]) =>
  lines.map((line) => ({ ...line, label: `${line.cassette} ${line.seq}, ${line.method} ${line.path}: ${line.status}` }));

/** Which tool leads to a line, and with what. */
const routes: readonly (readonly [RegExp, string, (line: Line, id: string) => Record<string, unknown>])[] = [
  [/^GET \/zia\/api\/v1\/status$/, 'zia_get_activation_status', () => ({})],
  [/^POST \/zia\/api\/v1\/status\/activate$/, 'zia_activate_configuration', () => ({})],
  [/^GET \/zia\/api\/v1\/locations$/, 'zia_list_locations', () => ({})],
  [/^GET \/zia\/api\/v1\/locations\/(\d+)$/, 'zia_get_location', (_, location_id) => ({ location_id })],
  [/^POST \/zia\/api\/v1\/locations$/, 'zia_create_location', (line) => locationInput(line)],
  [/^PUT \/zia\/api\/v1\/locations\/(\d+)$/, 'zia_update_location', (line, location_id) => ({ location_id, ...locationInput(line) })],
  [/^DELETE \/zia\/api\/v1\/locations\/(\d+)$/, 'zia_delete_location', (_, location_id) => ({ location_id })],
  [/^GET \/zia\/api\/v1\/locations\/groups$/, 'zia_list_location_groups', () => ({})],
  [/^GET \/zia\/api\/v1\/locations\/groups\/(\d+)$/, 'zia_get_location_group', (_, group_id) => ({ group_id })],
  [/^GET \/zpa\/.*\/segmentGroup$/, 'zpa_list_segment_groups', () => ({})],
  [/^GET \/zpa\/.*\/segmentGroup\/(\d+)$/, 'zpa_get_segment_group', (_, group_id) => ({ group_id })],
  [/^POST \/zpa\/.*\/segmentGroup$/, 'zpa_create_segment_group', ({ requestBody }) => ({ ...requestBody })],
  [/^DELETE \/zpa\/.*\/segmentGroup\/(\d+)$/, 'zpa_delete_segment_group', (_, group_id) => ({ group_id })],
  [/^GET \/ziam\/.*\/users$/, 'zid_list_users', () => ({})],
  [/^GET \/ziam\/.*\/users\/(\w+)$/, 'zid_get_user', (_, user_id) => ({ user_id })],
];

/** What has no input of its own goes into `advanced`. */
function locationInput({ requestBody }: Line): Record<string, unknown> {
  const { name, description, country, tz, ...advanced } = requestBody ?? {};
  return { name, description, country, tz, advanced };
}

describe('recorded successes', () => {
  const lines = linesOf('tools.jsonl');

  it('are there in the number that was kept', () => {
    expect(lines).toHaveLength(22);
  });

  it.each(labelled(lines))('$label', async (line) => {
    const { tool, input } = routeOf(line);
    const before = recordBefore(line, lines);
    const { result, asked } = await replay(tool, input, line, before);
    const calls = asked.filter(({ path }) => path !== '/token');
    const call = calls.at(-1)!;
    expect(calls).toHaveLength(before === undefined ? 1 : 2);
    expect(`${call.method} ${call.path}`).toBe(`${line.method} ${line.path}`);
    expect(Object.fromEntries(call.query)).toEqual(line.query);
    expect(call.body === '' ? null : parseJson(call.body)).toEqual(expectedBody(line, before));
    expectWhole(result, line);
  });
});

function routeOf(line: Line): { tool: Tool; input: Record<string, unknown> } {
  for (const [pattern, name, inputOf] of routes) {
    const match = pattern.exec(`${line.method} ${line.path}`);
    const tool = catalogue.find((candidate) => candidate.name === name);
    if (match && tool) return { tool, input: inputOf(line, match[1] ?? '') };
  }
  throw new Error(`no tool leads to ${line.method} ${line.path}`);
}

/** An update reads the record before it writes; the cassette shows what it would have read. */
const recordBefore = (line: Line, lines: Line[]): unknown =>
  line.method === 'PUT'
    ? lines.findLast(
        (other) => other.cassette === line.cassette && other.seq < line.seq && other.method === 'GET' && other.path === line.path,
      )?.responseBody
    : undefined;

function expectedBody({ method, requestBody }: Line, before: unknown): unknown {
  if (method === 'GET' || method === 'DELETE') return null;
  return before === undefined ? requestBody : { ...(before as object), ...requestBody };
}

function expectWhole(result: unknown, { responseBodyType, responseBody }: Line): void {
  if (responseBodyType === 'none') return expect(result).toMatchObject({ success: true });
  if (!(result instanceof Page)) return expect(result).toEqual(responseBody);
  if (Array.isArray(responseBody)) return expect(result.items).toEqual(responseBody);
  const rows = Object.entries(responseBody as Record<string, unknown>).find(([, value]) => Array.isArray(value))!;
  expect({ ...result.envelope, [rows[0]]: result.items }).toEqual(responseBody);
}

describe('recorded pages', () => {
  it('say that there are more users, how many, and how to get them', async () => {
    const line = linesOf('tools.jsonl').find(({ path }) => path.endsWith('/users'))!;
    const { result } = await replay(routeOf(line).tool, {}, line);
    expect(result).toMatchObject({ total: 218, next: { offset: 100 }, note: expect.stringContaining('offset 100') as string });
  });

  it('say nothing of more segment groups where the last page was recorded', async () => {
    const line = linesOf('tools.jsonl').find(({ method, path }) => method === 'GET' && path.endsWith('/segmentGroup'))!;
    const { result } = await replay(routeOf(line).tool, {}, line);
    expect(result).toMatchObject({ total: 2, next: undefined, note: undefined });
  });
});

describe('recorded refusals', () => {
  const lines = linesOf('errors.jsonl');

  it('are there in the number that was kept', () => {
    expect(lines).toHaveLength(45);
  });

  it.each(labelled(lines))('$label becomes one clear error', async (line) => {
    const error = await refusalTo(line);
    expect(error).toBeInstanceOf(CloudError);
    expect(error.status).toBe(line.status);
    expect(error.code).toBe(line.status === 429 ? 'ERR_CLOUD_RATE_LIMIT' : 'ERR_CLOUD_ANSWER');
    expect(error.message).toContain(`${line.method} ${line.path} was answered with ${line.status}`);
    expect(error.hint).toMatch(/\w{3}/);
    for (const said of saidIn(line.responseBody)) expect(error.message).toContain(said);
    expect(error.reason).toBe(reasonIn(line.responseBody));
    if (line.status === 429) expect(error.retryAfterMs).toBe(line.service === 'zia' ? 1_000 : 4_000);
    expect(`${error.message} ${error.hint}`).not.toMatch(/top-secret|issued-token/);
  });
});

const textsIn = (body: unknown): Record<string, string> =>
  typeof body === 'string'
    ? { message: body }
    : (Object.fromEntries(Object.entries(body ?? {}).filter(([, value]) => typeof value === 'string' && value !== '')) as Record<
        string,
        string
      >);

/** Every word of the recorded body that is meant for people. */
const saidIn = (body: unknown): string[] =>
  Object.entries(textsIn(body)).flatMap(([name, value]) => (['message', 'reason', 'detail', 'errorMsg'].includes(name) ? [value] : []));

function reasonIn(body: unknown): string | undefined {
  const { code, id } = typeof body === 'string' ? {} : textsIn(body);
  return code ?? id;
}

async function refusalTo(line: Line): Promise<CloudError> {
  const standIn = await openCloud(line);
  try {
    const { method, path, query } = line;
    await send(standIn, { method, path, query, body: expectedBody(line, undefined) ?? undefined }, 0);
  } catch (error) {
    return error as CloudError;
  } finally {
    await standIn.close();
  }
  throw new Error('the refusal was taken for a success');
}

async function replay(
  tool: Tool,
  input: Record<string, unknown>,
  line: Line,
  before?: unknown,
): Promise<{ result: unknown; asked: StandIn['asked'] }> {
  const standIn = await openCloud(line, before);
  try {
    const [, customerId] = /\/customers\/(\d+)/.exec(line.path) ?? [];
    const call = bindCall(tool, (request) => send(standIn, request, 0), { customerId });
    return { result: await tool.run(call, tool.parse(input)), asked: standIn.asked };
  } finally {
    await standIn.close();
  }
}

const openCloud = (line: Line, before?: unknown): Promise<StandIn> =>
  openStandIn(({ path, method }) => {
    if (path === '/token') return { body: '{"access_token":"issued-token","expires_in":3600,"token_type":"Bearer"}' };
    if (before !== undefined && method === 'GET') return { body: stringifyJson(before) };
    const body =
      line.responseBodyType === 'none'
        ? ''
        : line.responseBodyType === 'json'
          ? stringifyJson(line.responseBody)
          : String(line.responseBody);
    return { status: line.status, headers: line.responseHeaders, body };
  });

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function send({ url }: StandIn, request: CloudRequest, maxRetries: number): Promise<unknown> {
  const config = {
    clientId: 'client',
    clientSecret: 'top-secret',
    cloud: '',
    apiUrl: url,
    tokenUrl: `${url}/token`,
    requestTimeoutMs: 5_000,
    maxRetries,
  };
  return createCloud(config, { tokens: new TokenCache(), transport: new Transport(), log: quiet }).send(request);
}
