import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { missing, waitFor } from './harness.ts';
import { modern } from './mcp.ts';
import { startRedis } from './redis.ts';
import { openStream } from './stream.ts';
import { both, RawClient, startReplicas } from './replicas.ts';

const LIST = 'zia_list_rule_labels';
const DELETE = 'zia_delete_rule_label';
const AWAY = 'the state store cannot be reached: known';
const BACK = 'the state store is back';

describe.skipIf(missing('redis-server'))('a session', () => {
  it('continues at another replica with the state of its client, and ends everywhere', async () => {
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, 'ZSCALER_MCP_TOOLSETS=discover\n'));
    const client = await RawClient.open(one.url);
    expect(await client.initialized(other.url)).toBe(202);
    expect((await client.ask(one.url, 'logging/setLevel', { level: 'warning' })).message?.result).toEqual({});
    const enabled = await client.ask(other.url, 'tools/call', {
      name: 'zscaler_enable_toolset',
      arguments: { toolsets: ['zia_rule_labels'] },
    });
    expect(enabled.message?.result?.['isError']).not.toBe(true);
    const listed = (await client.ask(one.url, 'tools/list')).message?.result?.['tools'] as { name: string }[];
    expect(listed.map(({ name }) => name)).toContain(LIST);
    // Failures are sent as log messages to clients that enabled them.
    const failing = await client.request(other.url, 'tools/call', { name: LIST, arguments: { nonsense: 1 } });
    await failing.ended;
    expect(failing.events.map(({ message }) => message?.method)).toEqual(['notifications/message', undefined]);
    expect(await client.end(other.url)).toBe(200);
    expect([(await client.ask(one.url, 'ping')).status, (await client.ask(other.url, 'ping')).status]).toEqual([404, 404]);
  });

  it('belongs to its caller at another replica as well', async () => {
    const redis = await startRedis();
    const keys = ['a'.repeat(40), 'b'.repeat(40)] as const;
    const [one, other] = both(await startReplicas(redis, 2, `ZSCALER_MCP_AUTH_API_KEY=${keys.join(',')}\n`));
    const mine = { authorization: `Bearer ${keys[0]}` };
    const client = await RawClient.open(one.url, {}, mine);
    const status = async (key: string) =>
      (
        await fetch(other.url, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${key}`,
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            'mcp-session-id': client.session,
          },
          body: JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'ping' }),
        })
      ).status;
    expect([await status(keys[1]), await status(keys[0]), await status(keys[1])]).toEqual([404, 200, 404]);
  });

  it('hears at one replica what happens to it at another', async () => {
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, 'ZSCALER_MCP_TOOLSETS=discover\n'));
    const client = await RawClient.open(one.url);
    await client.initialized(one.url);
    const stream = await client.listen(one.url);
    await client.ask(other.url, 'tools/call', { name: 'zscaler_enable_toolset', arguments: { toolsets: ['zia_rule_labels'] } });
    await waitFor(() => stream.events.length > 0);
    expect(stream.events.map(({ message }) => message?.method)).toEqual(['notifications/tools/list_changed']);
    // The newest connection wins, at any replica.
    const newer = await client.listen(other.url, stream.lastId());
    await stream.ended;
    await client.ask(one.url, 'tools/call', { name: 'zscaler_enable_toolset', arguments: { toolsets: ['zia_locations'] } });
    await waitFor(() => newer.events.length > 0);
    expect(newer.events).toHaveLength(1);
    newer.close();
  });

  it('answers at one replica what it was asked at another', async () => {
    const cloud = await startCloud();
    const redis = await startRedis();
    const writes = `ZSCALER_MCP_WRITE_ENABLED=true\nZSCALER_MCP_WRITE_TOOLS=${DELETE}\n`;
    const [one, other] = both(await startReplicas(redis, 2, cloud.dotenv() + writes, { demo: false }));
    const client = await RawClient.open(one.url, { elicitation: {} });
    await client.initialized(one.url);
    const rows = (await client.ask(one.url, 'tools/call', { name: LIST, arguments: { query: 'sort_by(@, &referencedRuleCount)[].id' } }))
      .message;
    const id = /\d{3,}/.exec(JSON.stringify(rows))?.[0];
    const deleting = await client.request(one.url, 'tools/call', { name: DELETE, arguments: { label_id: id } });
    await waitFor(() => deleting.events.some(({ message }) => message?.method === 'elicitation/create'));
    const question = deleting.events.find(({ message }) => message?.method === 'elicitation/create')?.message;
    const schema = question?.params?.['requestedSchema'] as { properties: object };
    const [field = ''] = Object.keys(schema.properties);
    const result = { action: 'accept', content: { [field]: 'delete' } };
    expect(await client.notify(other.url, { id: question?.id, result })).toBe(202);
    await deleting.ended;
    expect(JSON.stringify(deleting.events.at(-1)?.message)).toContain('was deleted');
    // Sending it again has no effect.
    expect(await client.notify(other.url, { id: question?.id, result })).toBe(202);
  });

  it('gets at one replica the rest of what runs at another, and cancels there what it has no more use for', async () => {
    const cloud = await startCloud();
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, cloud.dotenv(), { demo: false }));
    const client = await RawClient.open(one.url);
    await client.initialized(one.url);
    const release = cloud.hold();
    const broken = await client.request(one.url, 'tools/call', { name: LIST, arguments: {} }, 7);
    await waitFor(() => broken.lastId() !== null);
    broken.close();
    const rest = await client.listen(other.url, broken.lastId());
    release();
    await rest.ended;
    expect(rest.events.map(({ message }) => message?.id)).toEqual([7]);
    expect(JSON.stringify(rest.events[0]?.message)).toContain('"content"');
    const again = await client.listen(one.url, broken.lastId());
    await again.ended;
    expect(again.events).toEqual(rest.events);
    expect((await client.listen(other.url, `${broken.lastId()?.split('-')[0]}-77-78`)).status).toBe(400);

    cloud.hold();
    const unwanted = await client.request(one.url, 'tools/call', { name: LIST, arguments: {} }, 8);
    await waitFor(() => cloud.inFlight() === 1);
    await client.notify(other.url, { method: 'notifications/cancelled', params: { requestId: 8 } });
    await unwanted.ended;
    await waitFor(() => cloud.tenant.dropped('/ruleLabels') === 1);
    expect(unwanted.events).toEqual([]);
  });

  it('gets the rest of several streams that broke at once', async () => {
    const cloud = await startCloud();
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, cloud.dotenv(), { demo: false }));
    const client = await RawClient.open(one.url);
    await client.initialized(one.url);
    const release = cloud.hold();
    const ids = [11, 12, 13, 14, 15, 16];
    const broken = await Promise.all(ids.map((id) => client.request(one.url, 'tools/call', { name: LIST, arguments: {} }, id)));
    await waitFor(() => broken.every((stream) => stream.lastId() !== null));
    for (const stream of broken) stream.close();
    const rest = await Promise.all(broken.map((stream, at) => client.listen(at % 2 ? one.url : other.url, stream.lastId())));
    release();
    await Promise.all(rest.map(({ ended }) => ended));
    expect(rest.map(({ events }) => events.map(({ message }) => message?.id))).toEqual(ids.map((id) => [id]));
  });

  it('receives "outcome unknown" for a call that ran at a killed replica, and continues', async () => {
    const cloud = await startCloud();
    cloud.hold();
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, cloud.dotenv(), { demo: false }));
    const client = await RawClient.open(one.url);
    await client.initialized(one.url);
    const call = await client.request(one.url, 'tools/call', { name: LIST, arguments: {} }, 7);
    await waitFor(() => cloud.inFlight() === 1);
    one.child.kill('SIGKILL');
    await call.ended;
    const rest = await client.listen(other.url, call.lastId());
    await rest.ended;
    expect(rest.events.map(({ message }) => [message?.id, message?.error?.message])).toEqual([
      [7, expect.stringContaining('Outcome unknown: the replica that ran this request is gone')],
    ]);
    expect((await client.ask(other.url, 'tools/list')).status).toBe(200);
  });

  it('receives the same for a call that a restart interrupted, without waiting', async () => {
    const cloud = await startCloud();
    cloud.hold();
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, cloud.dotenv({ ZSCALER_MCP_DRAIN_TIMEOUT: '1' }), { demo: false }));
    const client = await RawClient.open(one.url);
    await client.initialized(one.url);
    const call = await client.request(one.url, 'tools/call', { name: LIST, arguments: {} }, 7);
    await waitFor(() => cloud.inFlight() === 1);
    expect((await one.ask('restart')).message).toContain('1 request did not finish in time');
    await call.ended;
    expect(call.events.at(-1)?.message?.error?.message).toContain('Outcome unknown: the server is restarting');
    const again = await client.listen(other.url, call.lastId()?.replace(/\d+$/, '0') ?? null);
    await again.ended;
    expect(again.events.map(({ message }) => message?.error?.message)).toEqual([
      expect.stringContaining('Outcome unknown: the server is restarting'),
    ]);
  });

  it('continues through a restart, and through the end of its replica', async () => {
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, 'ZSCALER_MCP_TOOLSETS=discover\n'));
    const client = await RawClient.open(one.url);
    await client.initialized(one.url);
    const stream = openStream(one.url, client.session);
    await stream.opened;
    expect(await one.ask('restart')).toMatchObject({
      outcome: 'restarted',
      message: expect.stringContaining('1 MCP session continues') as string,
    });
    expect((await client.ask(one.url, 'tools/list')).status).toBe(200);
    // The stream is on the same connection as before, and receives events of another replica.
    await client.ask(other.url, 'tools/call', { name: 'zscaler_enable_toolset', arguments: { toolsets: ['zia_rule_labels'] } });
    await waitFor(() => stream.log.events.length > 0);
    expect(stream.log).toMatchObject({ connections: 1, methods: ['notifications/tools/list_changed'], errors: [] });
    stream.close();
    await one.ask('stop');
    expect((await client.ask(other.url, 'tools/list')).status).toBe(200);
  });

  it('ends at every replica with `restart --end-sessions`', async () => {
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, ''));
    const client = await RawClient.open(one.url);
    await client.initialized(one.url);
    expect((await client.ask(other.url, 'tools/list')).status).toBe(200);
    expect((await one.ask('restart', '--end-sessions')).message).toContain('1 MCP session ended');
    expect((await client.ask(one.url, 'tools/list')).status).toBe(404);
    await waitFor(async () => (await client.ask(other.url, 'tools/list')).status === 404);
  });
});

describe.skipIf(missing('redis-server'))('a caller without a session', () => {
  it('sees at every replica the tools that it enabled at one', async () => {
    const redis = await startRedis();
    const keys = ['a'.repeat(40), 'b'.repeat(40)] as const;
    const [one, other] = both(await startReplicas(redis, 2, `ZSCALER_MCP_TOOLSETS=discover\nZSCALER_MCP_AUTH_API_KEY=${keys.join(',')}\n`));
    const listed = async (url: string, key: string): Promise<string[]> => {
      const reply = await modern(url, 'tools/list', {}, { authorization: `Bearer ${key}` });
      const tools = (reply.body?.result?.['tools'] ?? []) as { name: string }[];
      return tools.map(({ name }) => name);
    };
    expect(await listed(other.url, keys[0])).not.toContain(LIST);
    const enable = { name: 'zscaler_enable_toolset', arguments: { toolsets: ['zia_rule_labels'] } };
    expect((await modern(one.url, 'tools/call', enable, { authorization: `Bearer ${keys[0]}` })).status).toBe(200);
    expect([await listed(one.url, keys[0]), await listed(other.url, keys[0])].map((names) => names.includes(LIST))).toEqual([true, true]);
    expect([await listed(one.url, keys[1]), await listed(other.url, keys[1])].map((names) => names.includes(LIST))).toEqual([false, false]);
  });
});

describe.skipIf(missing('redis-server'))('the keys that seal it', () => {
  it('are rotated while a session continues', async () => {
    const redis = await startRedis();
    const replicas = both(await startReplicas(redis, 2, ''));
    const [one, other] = replicas;
    const written = readFileSync(one.dotenvPath, 'utf8');
    const old = /^ZSCALER_MCP_REQUEST_STATE_KEYS=(.+)$/m.exec(written)?.[1] ?? '';
    const young = randomBytes(32).toString('base64');
    const client = await RawClient.open(one.url);
    await client.initialized(one.url);
    for (const keys of [`${old},${young}`, `${young},${old}`]) {
      for (const server of replicas) {
        server.writeDotenv(written.replace(old, keys));
        expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
        expect([(await client.ask(one.url, 'ping')).status, (await client.ask(other.url, 'ping')).status]).toEqual([200, 200]);
      }
    }
    // Events written after the rotation are sealed with the new key.
    await client.ask(one.url, 'logging/setLevel', { level: 'error' });
    for (const server of replicas) {
      server.writeDotenv(written.replace(old, young));
      expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
    }
    expect([(await client.ask(one.url, 'ping')).status, (await client.ask(other.url, 'ping')).status]).toEqual([200, 200]);
    await other.ask('restart');
    expect((await client.ask(other.url, 'ping')).status).toBe(200);
  });

  it('open nothing for a replica that has others', async () => {
    const redis = await startRedis();
    const [one] = await startReplicas(redis, 1, '');
    const [stranger] = await startReplicas(redis, 1, '');
    if (!one || !stranger) throw new Error('two replicas were wanted');
    const client = await RawClient.open(one.url);
    expect([(await client.ask(stranger.url, 'ping')).status, (await client.ask(one.url, 'ping')).status]).toEqual([404, 200]);
    expect(stranger.log()).toContain('give all replicas the same ZSCALER_MCP_REQUEST_STATE_KEYS');
  });
});

describe.skipIf(missing('redis-server'))('while the store is away, a session', () => {
  it('continues where it is known, is not lost where it is not, and is known everywhere afterwards', async () => {
    const redis = await startRedis();
    const [one, other] = both(await startReplicas(redis, 2, 'ZSCALER_MCP_TOOLSETS=discover\n'));
    const client = await RawClient.open(one.url);
    await client.initialized(one.url);
    const ended = await RawClient.open(one.url);
    const stream = await client.listen(one.url);
    await redis.kill();
    for (const server of [one, other]) await waitFor(() => server.log().includes(AWAY));
    expect([(await client.ask(one.url, 'ping')).status, (await client.ask(other.url, 'ping')).status]).toEqual([200, 503]);
    const born = await RawClient.open(one.url);
    expect((await born.ask(one.url, 'ping')).status).toBe(200);
    expect(await ended.end(one.url)).toBe(200);
    await client.ask(one.url, 'tools/call', { name: 'zscaler_enable_toolset', arguments: { toolsets: ['zia_rule_labels'] } });
    await waitFor(() => stream.events.length === 1);
    await redis.start();
    for (const server of [one, other]) await waitFor(() => server.log().includes(BACK));
    // A session is never called unknown before every replica has stored what it alone knew.
    const seen: Record<string, number[]> = {};
    for (const [name, session, final] of [
      ['client', client, 200],
      ['born', born, 200],
      ['ended', ended, 404],
    ] as const)
      await waitFor(async () => (seen[name] ??= []).push((await session.ask(other.url, 'ping')).status) > 0 && seen[name].at(-1) === final);
    for (const statuses of Object.values(seen)) expect(statuses.slice(0, -1).filter((status) => status !== 503)).toEqual([]);
    const listed = (await client.ask(other.url, 'tools/list')).message?.result?.['tools'] as { name: string }[];
    expect(listed.map(({ name }) => name)).toContain(LIST);
    await client.ask(other.url, 'tools/call', { name: 'zscaler_enable_toolset', arguments: { toolsets: ['zia_locations'] } });
    await waitFor(() => stream.events.length === 2);
    stream.close();
  });
});

describe.skipIf(missing('redis-server'))('what lies in the store', () => {
  it('expires, and reveals nothing about sessions, callers and credentials to its readers', async () => {
    const cloud = await startCloud();
    const redis = await startRedis();
    const key = `sentinel-key-${'k'.repeat(32)}`;
    const settings = `ZSCALER_MCP_AUTH_API_KEY=${key}\nZSCALER_MCP_RATE_LIMIT=1000\nZSCALER_MCP_AUTH_FAILURE_LIMIT=10\n`;
    const [one, other] = both(await startReplicas(redis, 2, cloud.dotenv() + settings, { demo: false }));
    const mine = { authorization: `Bearer ${key}` };
    const client = await RawClient.open(one.url, { experimental: { 'sentinel-capability': {} } }, mine);
    await client.initialized(other.url);
    const answer = await client.ask(other.url, 'tools/call', { name: LIST, arguments: { search: 'sentinel-search' } });
    expect(answer.status).toBe(200);
    expect((await client.ask(one.url, 'tools/call', { name: LIST, arguments: {} })).message?.result).toBeDefined();
    await fetch(one.url, { method: 'POST', headers: { ...mine, authorization: 'Bearer sentinel-wrong' } });
    // An abandoned session.
    await RawClient.open(one.url, {}, mine);
    // Answers in JSON leave no events behind.
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: LIST, arguments: {} } };
    const headers = { ...mine, 'content-type': 'application/json', accept: 'text/event-stream', 'mcp-session-id': client.session };
    const streamed = await fetch(one.url, { method: 'POST', headers, body: JSON.stringify(call) });
    expect(await streamed.text()).toContain('"result"');
    const dump = await redis.dump();
    const kinds = new Set([...dump.keys()].map((name) => name.split(':')[1]));
    expect(kinds).toEqual(new Set(['born', 'events', 'events-bytes', 'events-noted', 'failures', 'rate', 'replica', 'session']));
    const { clientId, clientSecret } = cloud.tenant.credentials;
    const secrets = [
      'sentinel',
      client.session,
      key,
      clientId,
      clientSecret,
      'initialize',
      'protocolVersion',
      '127.0.0.1',
      'content',
      'ruleLabel',
    ];
    for (const [name, { ttlMs, content }] of dump) {
      expect(ttlMs, name).toBeGreaterThan(0);
      for (const secret of secrets) expect(name + content, name).not.toContain(secret);
    }
    for (const text of [one.log(), other.log(), JSON.stringify(one.record()), JSON.stringify(await one.ask('status'))])
      for (const secret of [redis.password, key]) expect(text).not.toContain(secret);
  });
});
