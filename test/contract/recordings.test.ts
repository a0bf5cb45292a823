/** Replays recorded traffic of the real cloud: tools must send the recorded requests, and errors must contain the cloud's message. */
import { describe, expect, it } from 'vitest';
import { CloudError } from '../../src/zscaler/index.ts';
import { describeReplay, expectedBody, labelled, linesOf, openCloud, replay, routeOf, send, type Line, type ToolRoute } from './replay.ts';

const routes: readonly ToolRoute[] = [
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

/** Fields without an input go into `advanced`. */
function locationInput({ requestBody }: Line): Record<string, unknown> {
  const { name, description, country, tz, ...advanced } = requestBody ?? {};
  return { name, description, country, tz, advanced };
}

describeReplay('tools.jsonl', 22, routes);

describe('recorded pages', () => {
  it('say that there are more users, how many, and how to get them', async () => {
    const line = linesOf('tools.jsonl').find(({ path }) => path.endsWith('/users'))!;
    const { result } = await replay(routeOf(line, routes).tool, {}, line);
    expect(result).toMatchObject({ total: 218, next: { offset: 100 }, note: expect.stringContaining('offset 100') as string });
  });

  it('say nothing of more segment groups where the last page was recorded', async () => {
    const line = linesOf('tools.jsonl').find(({ method, path }) => method === 'GET' && path.endsWith('/segmentGroup'))!;
    const { result } = await replay(routeOf(line, routes).tool, {}, line);
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

/** All human-readable text in the recorded body. */
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
