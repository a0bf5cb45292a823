import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { missing, runCommand, waitFor, type TestServer } from './harness.ts';
import { callTool, modern, textOf } from './mcp.ts';
import { startRedis } from './redis.ts';
import { both, startReplicas } from './replicas.ts';

const LABEL = 'zia_delete_rule_label';
const AWAY = 'the state store cannot be reached: known';
const BACK = 'the state store is back';

const tokenOf = (text: string): string => /confirmation_token: ([\w-]+)/.exec(text)?.[1] ?? text;

/** Record IDs; nothing refers to the first, so that the tenant can delete it. */
async function twoLabels({ url }: TestServer): Promise<[string, string]> {
  const rows = textOf(await callTool(url, 'zia_list_rule_labels', { query: 'sort_by(@, &referencedRuleCount)[].id' }));
  const [one, other] = [...rows.matchAll(/\d{3,}/g)].map(([id]) => id);
  if (one === undefined || other === undefined) throw new Error(`two labels were wanted, got ${rows}`);
  return [one, other];
}

/** Calls without a confirming person: the question, then the call with its token. */
const askToDelete = async ({ url }: TestServer, label: string): Promise<string> =>
  tokenOf(textOf(await callTool(url, LABEL, { label_id: label })));
const confirm = async ({ url }: TestServer, label: string, token: string): Promise<string> =>
  textOf(await callTool(url, LABEL, { label_id: label, confirmation_token: token }));

const writes = `ZSCALER_MCP_WRITE_ENABLED=true\nZSCALER_MCP_WRITE_TOOLS=${LABEL}\n`;

const toldTimes = (server: TestServer, text: string): number => server.log().split(text).length - 1;

describe('the settings', () => {
  it('want keys to seal with, and a URL of Redis', async () => {
    const { err, code } = await runCommand(['check', '--transport', 'streamable-http', '--port', '0'], {
      env: { ZSCALER_MCP_STATE_URL: 'redis://:hush-hush@127.0.0.1:6379' },
    });
    expect([code, err]).toEqual([4, expect.stringContaining('ZSCALER_MCP_REQUEST_STATE_KEYS, which seal the shared state')]);
    const wrong = await runCommand(['check', '--transport', 'streamable-http'], {
      env: { ZSCALER_MCP_STATE_URL: 'http://:hush-hush@127.0.0.1' },
    });
    expect([wrong.code, wrong.err]).toEqual([4, expect.stringContaining('redis://state.example.net:6379')]);
    expect(err + wrong.err).not.toContain('hush-hush');
  });
});

describe.skipIf(missing('redis-server'))('two replicas', () => {
  it('take a confirmation once: used at one, it is refused at the other', async () => {
    const cloud = await startCloud();
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, cloud.dotenv() + writes, { demo: false }));
    const [label, another] = await twoLabels(one);
    const [first, second] = [await askToDelete(one, label), await askToDelete(one, another)];
    expect(await confirm(other, label, first)).toContain('was deleted');
    expect(await confirm(one, label, first)).toContain('the confirmation was used before');
    const answers = await Promise.all([confirm(one, another, second), confirm(other, another, second)]);
    expect(answers.filter((text) => text.includes('Not confirmed'))).toHaveLength(1);
    expect(answers.filter((text) => text.includes('the confirmation was used before'))).toHaveLength(1);
  });

  it('count requests together', async () => {
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, 'ZSCALER_MCP_RATE_LIMIT=10\n'));
    const sent: number[] = [];
    for (let round = 0; round < 12; round++) sent.push((await modern((round % 2 ? other : one).url, 'tools/list')).status);
    expect(sent).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
  });

  it('count wrong credentials together, and remember which the tenant refused', async () => {
    const cloud = await startCloud();
    const redis = await startRedis();
    const settings = 'ZSCALER_MCP_AUTH_MODE=zscaler\nZSCALER_MCP_AUTH_FAILURE_LIMIT=4\nZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER=true\n';
    const [one, other] = both(await startReplicas(redis, 2, cloud.dotenv() + settings, { demo: false }));
    const asked = () => cloud.requests().filter(({ path }) => path.includes('token')).length;
    const guess = async ({ url }: TestServer, secret: string) =>
      (await modern(url, 'tools/list', {}, { 'x-zscaler-client-id': 'somebody', 'x-zscaler-client-secret': secret })).status;
    const before = asked();
    expect([await guess(one, 'sentinel-guess'), await guess(other, 'sentinel-guess')]).toEqual([401, 401]);
    expect(asked() - before).toBe(1);
    expect([await guess(one, 'b'), await guess(other, 'c'), await guess(one, 'd'), await guess(other, 'e')]).toEqual([401, 401, 429, 429]);
    const dump = await redis.dump();
    expect(dump.size).toBeGreaterThan(3);
    for (const [name, { ttlMs, content }] of dump) {
      expect(ttlMs, name).toBeGreaterThan(0);
      expect(name).toMatch(/^zscaler-mcp:(?:replica|born|failures|wrong)/);
      expect(name + content).not.toMatch(/sentinel|somebody|127\.0\.0\.1/);
    }
  });

  it('do not share what another prefix has', async () => {
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, 'ZSCALER_MCP_RATE_LIMIT=1\n'));
    other.writeDotenv(`${readFileSync(other.dotenvPath, 'utf8')}ZSCALER_MCP_STATE_PREFIX=another:\n`);
    await other.ask('restart');
    expect([(await modern(one.url, 'tools/list')).status, (await modern(other.url, 'tools/list')).status]).toEqual([200, 200]);
  });
});

describe.skipIf(missing('redis-server'))('without its store, a replica', () => {
  it('serves, is ready, counts for itself and refuses confirmations; afterwards all is as before', async () => {
    const cloud = await startCloud();
    const redis = await startRedis();
    const [server] = await startReplicas(redis, 1, `${cloud.dotenv()}${writes}ZSCALER_MCP_RATE_LIMIT=1000\n`, { demo: false });
    if (!server) throw new Error('no server');
    const [label, another] = await twoLabels(server);
    const token = await askToDelete(server, label);
    await redis.kill();
    await waitFor(() => server.log().includes(AWAY));
    expect((await modern(server.url, 'tools/list')).status).toBe(200);
    expect((await fetch(new URL('/readyz', server.url))).status).toBe(200);
    expect(await confirm(server, label, token)).toContain('the server cannot check now whether the confirmation was used before');
    const { posture } = (await server.ask('status')) as unknown as { posture: { risks: { id: string }[]; off: string[] } };
    expect([posture.risks.map(({ id }) => id), posture.off]).toEqual([
      expect.arrayContaining(['state-store-away']),
      expect.arrayContaining(['sharing of state']),
    ]);
    await redis.start();
    await waitFor(() => server.log().includes(BACK));
    const fresh = await askToDelete(server, another);
    expect(await confirm(server, another, fresh)).not.toContain('Not confirmed');
    expect(await confirm(server, label, token)).toContain('Not confirmed');
    expect([toldTimes(server, AWAY), toldTimes(server, BACK)]).toEqual([1, 1]);
    expect(server.log()).not.toContain(redis.password);
  });

  it('refuses a confirmation of a time of which the store has lost its memory', async () => {
    const cloud = await startCloud();
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, cloud.dotenv() + writes, { demo: false }));
    const [label] = await twoLabels(one);
    const token = await askToDelete(one, label);
    expect(await confirm(one, label, token)).toContain('was deleted');
    await redis.kill();
    await waitFor(() => other.log().includes(AWAY));
    await redis.start();
    await waitFor(() => other.log().includes(BACK));
    expect(await confirm(other, label, token)).toContain('the server cannot check now');
  });

  it('starts, and shares as soon as it can', async () => {
    const redis = await startRedis();
    await redis.kill();
    const [one, other] = both(await startReplicas(redis, 2, 'ZSCALER_MCP_RATE_LIMIT=3\n'));
    expect(toldTimes(one, AWAY)).toBe(1);
    await redis.start();
    for (const server of [one, other]) await waitFor(() => server.log().includes('state is shared'));
    const sent: number[] = [];
    for (let round = 0; round < 4; round++) sent.push((await modern((round % 2 ? other : one).url, 'tools/list')).status);
    expect(sent).toEqual([200, 200, 200, 429]);
  });

  it('answers within seconds when the store hears and does not answer', async () => {
    const redis = await startRedis();
    const [server] = await startReplicas(redis, 1, 'ZSCALER_MCP_RATE_LIMIT=1000\n');
    if (!server) throw new Error('no server');
    redis.freeze();
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await modern(server.url, 'tools/list')).status));
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect((await modern(server.url, 'tools/list')).status).toBe(200);
    redis.thaw();
    await waitFor(() => server.log().includes(BACK));
  });
});
