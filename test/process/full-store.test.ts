/** A state store without memory: what it must not forget is refused, never taken for new; and a store that forgets is called a risk. */
import { describe, expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { missing, waitFor, type TestServer } from './harness.ts';
import { callTool, modern, textOf } from './mcp.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { both, RawClient, startReplicas } from './replicas.ts';

const LABEL = 'zia_delete_rule_label';
const FULL = 'the state store has no memory left (maxmemory): known';
const BACK = 'the state store is back';
const writes = `ZSCALER_MCP_WRITE_ENABLED=true\nZSCALER_MCP_WRITE_TOOLS=${LABEL}\n`;

/** From now on every write is refused with OOM. */
const fill = (redis: TestRedis): Promise<unknown> => redis.send('CONFIG', 'SET', 'maxmemory', '1');
const empty = (redis: TestRedis): Promise<unknown> => redis.send('CONFIG', 'SET', 'maxmemory', '0');

const heard = (text: string, ...servers: TestServer[]): Promise<unknown> =>
  Promise.all(
    servers.map((server) =>
      waitFor(
        () => server.log().includes(text),
        () => server.log(),
      ),
    ),
  );

const risksOf = async (server: TestServer): Promise<string[]> => {
  const { posture } = (await server.ask('status')) as unknown as { posture: { risks: { id: string }[] } };
  return posture.risks.map(({ id }) => id).filter((id) => id.startsWith('state-'));
};

async function startPair(redis: TestRedis, dotenv: string, how: { demo?: boolean } = {}): Promise<[TestServer, TestServer]> {
  return both(await startReplicas(redis, 2, dotenv, how));
}

describe.skipIf(missing('redis-server'))('while the store is full', () => {
  it('a confirmation is refused at every replica, used or not, and one that was used stays used', async () => {
    const cloud = await startCloud();
    const redis = await startRedis();
    const [one, other] = await startPair(redis, cloud.dotenv() + writes, { demo: false });
    const rows = textOf(await callTool(one.url, 'zia_list_rule_labels', { query: 'sort_by(@, &referencedRuleCount)[].id' }));
    const [first = '', second = ''] = Array.from(rows.matchAll(/\d{3,}/g), ([id]) => id);
    const ask = async (id: string): Promise<string> =>
      /confirmation_token: ([\w-]+)/.exec(textOf(await callTool(one.url, LABEL, { label_id: id })))?.[1] ?? '';
    const confirm = async ({ url }: TestServer, id: string, token: string): Promise<string> =>
      textOf(await callTool(url, LABEL, { label_id: id, confirmation_token: token }));
    const [used, unused] = [await ask(first), await ask(second)];
    expect(await confirm(one, first, used)).toContain('was deleted');
    await fill(redis);
    expect(await confirm(one, second, unused)).toContain('the server cannot check now');
    for (const server of [one, other]) expect(await confirm(server, second, unused)).toMatch(/cannot check now|was used before/);
    expect(await confirm(other, first, used)).toContain('the server cannot check now');
    await heard(FULL, one, other);
    expect(await risksOf(one)).toEqual(['state-store-away']);
    await empty(redis);
    await heard(BACK, one, other);
    expect(await confirm(other, first, used)).toContain('was used before');
    // What was refused once is not tried again: the question is put again.
    expect(await confirm(other, second, unused)).toContain('was used before');
    expect(await confirm(other, second, await ask(second))).not.toContain('Not confirmed');
  });

  it('wrong credentials and requests are counted by each replica', async () => {
    const redis = await startRedis();
    const key = 'k'.repeat(40);
    const settings = `ZSCALER_MCP_AUTH_MODE=api-key\nZSCALER_MCP_AUTH_API_KEY=${key}\nZSCALER_MCP_AUTH_FAILURE_LIMIT=2\nZSCALER_MCP_RATE_LIMIT=3\n`;
    const [one, other] = await startPair(redis, settings);
    await fill(redis);
    await heard(FULL, one, other);
    for (const { url } of [one, other]) {
      const call = async (bearer: string): Promise<number> =>
        (await modern(url, 'tools/list', {}, { authorization: `Bearer ${bearer}` })).status;
      const good: number[] = [];
      for (let round = 0; round < 4; round++) good.push(await call(key));
      expect(good).toEqual([200, 200, 200, 429]);
      const guesses: number[] = [];
      for (let round = 0; round < 4; round++) guesses.push(await call(`guess-${round}`));
      expect(guesses).toEqual([401, 401, 429, 429]);
    }
  });

  it('a session that ends stays ended: where it ended at once, everywhere once there is memory again', async () => {
    const redis = await startRedis();
    const [one, other] = await startPair(redis, '');
    const client = await RawClient.open(one.url);
    expect((await client.ask(other.url, 'tools/list')).status).toBe(200);
    await fill(redis);
    await heard(FULL, one, other);
    expect(await client.end(one.url)).toBeLessThan(300);
    expect((await client.ask(one.url, 'tools/list')).status).not.toBe(200);
    await empty(redis);
    await heard(BACK, one, other);
    await waitFor(async () => (await client.ask(other.url, 'tools/list')).status === 404);
  });
});

const POLICIES = ['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'];

describe.skipIf(missing('redis-server'))('the posture', () => {
  it('calls every policy that forgets a risk, at the start and while it runs', async () => {
    const redis = await startRedis();
    await redis.send('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
    const [server] = await startReplicas(redis, 1, 'ZSCALER_MCP_LOG_FORMAT=text\n');
    if (!server) throw new Error('no server');
    expect(server.log()).toMatch(/risk: the state store evicts keys when its memory is full \(maxmemory-policy volatile-ttl\)/);
    for (const policy of POLICIES) {
      await redis.send('CONFIG', 'SET', 'maxmemory-policy', policy);
      await waitFor(async () => (await server.command('status')).out.includes(`(maxmemory-policy ${policy})`));
      expect(await risksOf(server)).toEqual(['state-evicted']);
    }
    await redis.send('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await waitFor(async () => (await risksOf(server)).length === 0);
  });

  it.each([
    ['both are forbidden', ['-info', '-config'], 'volatile-ttl', ['state-eviction-unknown']],
    ['INFO is permitted', ['+info', '-config'], 'volatile-ttl', ['state-evicted']],
    ['CONFIG GET is permitted', ['-info', '+config|get'], 'volatile-ttl', ['state-evicted']],
    ['INFO is permitted and nothing is forgotten', ['+info', '-config'], 'noeviction', []],
  ])('of a store where %s', async (_what, rights, policy, risks) => {
    const redis = await startRedis();
    await redis.send('CONFIG', 'SET', 'maxmemory-policy', policy);
    await redis.send('ACL', 'SETUSER', 'limited', 'on', '>limited-secret', '~*', '&*', '+@all', ...rights);
    const url = redis.url.replace(/\/\/.*@/, '//limited:limited-secret@');
    const [server] = await startReplicas({ ...redis, url }, 1, '');
    if (!server) throw new Error('no server');
    expect(await risksOf(server)).toEqual(risks);
  });
});
