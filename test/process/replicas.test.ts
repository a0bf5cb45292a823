import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startBalancer } from './balancer.ts';
import { startCloud, type Cloud } from './cloud.ts';
import { accountFor, figures, startFleetLoad, type FleetLoad } from './fleet.ts';
import { freePort, missing, startServer, waitFor, type TestServer } from './harness.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { RawClient, startReplicas } from './replicas.ts';
import { openStream, type StreamClient } from './stream.ts';

const SESSIONS = 6;

interface Fleet {
  readonly cloud: Cloud;
  readonly redis: TestRedis;
  readonly replicas: TestServer[];
  readonly url: string;
  readonly clients: readonly RawClient[];
  readonly streams: readonly StreamClient[];
  /** Starts a replacement for a dead process, as an orchestrator would. */
  replace(at: number): Promise<void>;
}

async function startFleet(): Promise<Fleet> {
  const cloud = await startCloud({ delayMs: 400 });
  const redis = await startRedis();
  const ports = [await freePort(), await freePort(), await freePort()];
  const dotenv = cloud.dotenv({
    ZSCALER_MCP_TOOLSETS: 'discover',
    ZSCALER_MCP_LOG_LEVEL: 'info',
    ZSCALER_MCP_METRICS: 'true',
    ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER: 'true',
  });
  const replicas = await startReplicas(redis, 3, dotenv, { demo: false, anyPort: false }, (at) => ['--port', String(ports[at])]);
  const url = await startBalancer(ports);
  const clients = await Promise.all(Array.from({ length: SESSIONS }, () => RawClient.open(url)));
  for (const client of clients) expect(await client.initialized(url)).toBe(202);
  const streams = clients.map(({ session }) => openStream(url, session));
  await Promise.all(streams.map(({ opened }) => opened));
  const replace = async (at: number): Promise<void> => {
    const dead = replicas[at] as TestServer;
    const args = ['--port', String(ports[at])];
    replicas[at] = await startServer({
      demo: false,
      anyPort: false,
      args,
      folder: dead.folder,
      dotenv: readFileSync(dead.dotenvPath, 'utf8'),
    });
  };
  return { cloud, redis, replicas, url, clients, streams, replace };
}

/** Waits until this many more calls have ended. */
function moreCalls({ fates }: FleetLoad, count: number): Promise<void> {
  const ended = () => [...fates.values()].filter(({ ends }) => ends.length > 0).length;
  const before = ended();
  return waitFor(
    () => ended() >= before + count,
    () => `only ${ended() - before} of ${count} more calls came to their end`,
  );
}

/** Number of calls finished by this generation, to know that the balancer uses it. */
async function servedBy(server: TestServer): Promise<number> {
  const page = await (await fetch(new URL('/metrics', server.record().url ?? ''))).text();
  return [...page.matchAll(/^zscaler_mcp_tool_calls_total\{.*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Sessions lost by the replicas, and streams that missed the last event. */
async function lostOf({ clients, streams, url }: Fleet): Promise<string[]> {
  const enable = { name: 'zscaler_enable_toolset', arguments: { toolsets: ['zia_rule_labels'] } };
  const lost: string[] = [];
  for (const [at, client] of clients.entries()) {
    const { status, message } = await client.ask(url, 'tools/call', enable);
    if (status !== 200 || message?.result === undefined) lost.push(`session ${at}: status ${status} ${JSON.stringify(message)}`);
  }
  await waitFor(
    () => streams.every(({ log }) => log.methods.length > 0),
    () => `streams heard ${JSON.stringify(streams.map(({ log }) => log))}`,
  );
  for (const [at, { log }] of streams.entries()) {
    if (log.methods.join() !== 'notifications/tools/list_changed') lost.push(`stream ${at} heard ${log.methods.join()}`);
    if (log.errors.some((error) => error.startsWith('status 4'))) lost.push(`stream ${at}: ${log.errors.join()}`);
  }
  for (const stream of streams) stream.close();
  return lost;
}

describe.skipIf(missing('redis-server', 'nginx'))('three replicas behind nginx, under load', () => {
  it('lose no session and no call through a restart of each and the death of one', async () => {
    const fleet = await startFleet();
    const { replicas, url, clients, cloud } = fleet;
    const load = startFleetLoad({ url, perSecond: 40, sessions: clients.map(({ session }) => session) });
    await moreCalls(load, 40);
    for (const replica of replicas) expect(await replica.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
    const victim = replicas[2] as TestServer;
    await waitFor(async () => (await servedBy(victim)) > 20);
    // Enough calls that some are running at the replica that is killed.
    const release = cloud.hold();
    await waitFor(() => cloud.inFlight() > 20);
    victim.child.kill('SIGKILL');
    await victim.ended;
    release();
    await moreCalls(load, 120);
    await fleet.replace(2);
    await moreCalls(load, 80);
    await load.stop();
    console.error(`replicas behind nginx: 3 restarts, 1 killed, ${SESSIONS} sessions; ${figures(load.fates)}`);
    expect(accountFor(load.fates, cloud)).toEqual([]);
    expect(await lostOf(fleet)).toEqual([]);
    // Only the calls of the killed replica.
    expect([...load.fates.values()].filter(({ resumed }) => resumed > 0).length).toBeGreaterThan(0);
  });

  it('lose no session and no call while Redis hears nothing, and while it is gone', async () => {
    const fleet = await startFleet();
    const { replicas, url, clients, cloud, redis } = fleet;
    const load = startFleetLoad({ url, perSecond: 40, sessions: clients.map(({ session }) => session) });
    const told = (words: string, times: number) => waitFor(() => replicas.every((replica) => replica.log().split(words).length > times));
    await moreCalls(load, 40);
    redis.freeze();
    await told('the state store cannot be reached: known', 1);
    await moreCalls(load, 40);
    redis.thaw();
    await told('the state store is back', 1);
    await moreCalls(load, 40);
    await redis.kill();
    await told('the state store cannot be reached: known', 2);
    await moreCalls(load, 80);
    await redis.start();
    await told('the state store is back', 2);
    await moreCalls(load, 40);
    await load.stop();
    console.error(`replicas behind nginx: Redis frozen once and killed once, ${SESSIONS} sessions; ${figures(load.fates)}`);
    expect(accountFor(load.fates, cloud)).toEqual([]);
    expect(await lostOf(fleet)).toEqual([]);
    for (const replica of replicas) expect(replica.log().split('the state store cannot be reached: known')).toHaveLength(3);
  });
});
