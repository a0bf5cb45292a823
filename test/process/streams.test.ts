import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCloud } from './cloud.ts';
import { holdingsOf } from './generations.ts';
import { makeFolder, missing, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool, openSession } from './mcp.ts';
import { expectUnbroken, openGetStream, openSubscription, type RawStream } from './raw-stream.ts';

/** Each restart changes the list of tools, so that each stream must receive one event per generation. */
const toolsets = (round: number) => `ZSCALER_MCP_TOOLSETS=${round % 2 === 0 ? 'zia_rule_labels' : 'zia_rule_labels,zia_locations'}\n`;

const CHANGED = 'notifications/tools/list_changed';

async function restartWithOtherTools(server: TestServer, round: number): Promise<void> {
  server.writeDotenv(toolsets(round));
  expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: round + 1 });
}

const methodsOf = ({ events }: RawStream) => events.map(({ message }) => message.method);

async function ask(stream: RawStream, path: string): Promise<string> {
  const before = stream.heads.length;
  stream.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await waitFor(() => stream.heads.length > before);
  return stream.heads.at(-1) ?? '';
}

describe('a restart', () => {
  it('keeps the GET stream of a session: the same connection and response, every event once, and a proper end', async () => {
    const server = await startServer({ dotenv: toolsets(0) });
    const session = await openSession(server.url);
    const stream = await openGetStream(server.url, session.id);
    for (let round = 1; round <= 5; round++) {
      await restartWithOtherTools(server, round);
      await waitFor(() => stream.events.length >= round);
      expect((await session.send('ping')).status).toBe(200);
    }
    expectUnbroken(stream);
    expect(methodsOf(stream)).toEqual(Array.from({ length: 5 }, () => CHANGED));
    const numbers = stream.events.map(({ id }) => Number(id?.split('-').at(-1)));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
    await fetch(server.url, { method: 'DELETE', headers: { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25' } });
    await waitFor(() => stream.isComplete());
    expect(await ask(stream, '/healthz'), 'the connection lives on').toContain('200 OK');
    expect(stream.isClosed()).toBe(false);
  });

  it('keeps a subscription of revision 2026-07-28 under its id, acknowledged once', async () => {
    const server = await startServer({ dotenv: toolsets(0) });
    const streams = [await openSubscription(server.url, 17), await openSubscription(server.url, 'müde')];
    for (let round = 1; round <= 5; round++) {
      await restartWithOtherTools(server, round);
      await waitFor(() => streams.every(({ events }) => events.length >= round + 1));
    }
    for (const [at, stream] of streams.entries()) {
      expectUnbroken(stream);
      expect(methodsOf(stream)).toEqual(['notifications/subscriptions/acknowledged', ...Array.from({ length: 5 }, () => CHANGED)]);
      const ids = stream.events.map(({ message }) => (message.params?.['_meta'] as Record<string, unknown> | undefined)?.[SUBSCRIPTION_ID]);
      expect(ids).toEqual(ids.map(() => [17, 'müde'][at]));
    }
  });

  it('says nothing to streams when the tools stay the same', async () => {
    const server = await startServer();
    const session = await openSession(server.url);
    const streams = [await openGetStream(server.url, session.id), await openSubscription(server.url, 1)];
    for (let round = 0; round < 2; round++) expect((await server.ask('restart')).outcome).toBe('restarted');
    expect((await session.send('tools/list')).status).toBe(200);
    for (const stream of streams) expectUnbroken(stream);
    expect(streams.map(({ events }) => events.length)).toEqual([0, 1]);
  });

  it.each(['SDK v1', 'SDK v2, legacy', 'SDK v2, 2026-07-28'] as const)('is not noticed by a client of %s that listens', async (kind) => {
    const server = await startServer({ dotenv: toolsets(0) });
    const client = await listen(server.url, kind);
    await waitFor(() => client.opened === 1);
    for (let round = 1; round <= 4; round++) {
      await restartWithOtherTools(server, round);
      await waitFor(() => client.told === round);
    }
    expect(client).toMatchObject({ opened: 1, told: 4, errors: [] });
  });

  it('keeps streams when the exec fails and this generation keeps serving', async () => {
    const interpreter = join(makeFolder(), 'node');
    copyFileSync(process.execPath, interpreter);
    chmodSync(interpreter, 0o755);
    const cloud = await startCloud();
    const release = cloud.hold();
    const dotenv = (round: number) => `${cloud.dotenv()}${toolsets(round)}`;
    const server = await startServer({ interpreter, demo: false, dotenv: dotenv(0) });
    const session = await openSession(server.url);
    const streams = [await openGetStream(server.url, session.id), await openSubscription(server.url, 1)];
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    const verdict = server.ask('restart');
    await waitFor(() => server.record().state === 'draining');
    chmodSync(interpreter, 0o644);
    release();
    expect(await verdict).toMatchObject({ outcome: 'rolled-back', generation: 1 });
    expect((await call).status).toBe(200);
    chmodSync(interpreter, 0o755);
    server.writeDotenv(dotenv(1));
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
    await waitFor(() => streams.every((stream) => methodsOf(stream).at(-1) === CHANGED));
    for (const stream of streams) expectUnbroken(stream);
    expect(streams.map(({ events }) => events.length)).toEqual([1, 2]);
  });

  it('ends a stream whose caller is no longer authorized', async () => {
    const [former, next] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];
    const dotenv = (key: string) => `ZSCALER_MCP_AUTH_MODE=api-key\nZSCALER_MCP_AUTH_API_KEY=${key}\n`;
    const server = await startServer({ dotenv: dotenv(former) });
    const shown = { authorization: `Bearer ${former}` };
    const session = await openSession(server.url, '2025-11-25', shown);
    const streams = [await openGetStream(server.url, session.id, shown), await openSubscription(server.url, 1, shown)];
    expect((await server.ask('restart')).outcome).toBe('restarted');
    for (const stream of streams) expectUnbroken(stream);
    server.writeDotenv(dotenv(next));
    expect((await server.ask('restart')).outcome).toBe('restarted');
    await waitFor(() => streams.every((stream) => stream.isClosed()));
    expect(streams.map(({ heads, events, isComplete }) => [heads.length, events.length, isComplete()])).toEqual([
      [1, 0, false],
      [1, 1, false],
    ]);
    expect(server.log()).not.toContain(former);
  });

  it.skipIf(missing('linux'))('holds nothing for clients that went away meanwhile', async () => {
    const cloud = await startCloud();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const session = await openSession(server.url);
    const descriptors = () => holdingsOf(server.pid).descriptors;
    const before = descriptors();
    for (let round = 1; round <= 10; round++) {
      const streams = [await openGetStream(server.url, session.id), await openSubscription(server.url, 1)];
      const release = cloud.hold();
      const call = callTool(server.url, 'zia_list_rule_labels');
      await waitFor(() => cloud.inFlight() === 1);
      const verdict = server.ask('restart');
      await waitFor(() => server.record().state === 'draining');
      // Some disconnect while requests are drained, some while no generation owns their stream.
      if (round % 2 !== 0) {
        release();
        await waitFor(() => server.record().state === 'executing' || server.record().generation > round);
      }
      for (const { socket } of streams) {
        if (round % 3 === 0) socket.resetAndDestroy();
        else socket.destroy();
      }
      release();
      expect(await verdict).toMatchObject({ outcome: 'restarted' });
      expect((await call).status).toBe(200);
    }
    // Twenty streams were closed; the remaining connections are those to the cloud and those of calls.
    await waitFor(
      () => descriptors() < before + 10,
      () => `${before} descriptors have become ${descriptors()}`,
    );
  });
});

describe('a restart that ends sessions', () => {
  it('ends their streams: those of sessions properly, subscriptions with their result', async () => {
    const server = await startServer();
    const session = await openSession(server.url);
    const streams = [await openGetStream(server.url, session.id), await openSubscription(server.url, 1)];
    expect((await server.ask('restart', '--end-sessions')).outcome).toBe('restarted');
    await waitFor(() => streams[0]?.isComplete() === true && streams[1]?.isComplete() === true);
    expect(streams.map(({ heads, errors, events, isComplete }) => [heads.length, errors, events.length, isComplete()])).toEqual([
      [1, [], 0, true],
      [1, [], 2, true],
    ]);
  });
});

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

interface Listener {
  /** Number of streams opened. */
  opened: number;
  /** Number of notifications that the tools changed. */
  told: number;
  readonly errors: string[];
}

async function listen(url: string, kind: 'SDK v1' | 'SDK v2, legacy' | 'SDK v2, 2026-07-28'): Promise<Listener> {
  const listener: Listener = { opened: 0, told: 0, errors: [] };
  const counting = (address: string | URL, init?: RequestInit) => {
    const body = typeof init?.body === 'string' ? init.body : '';
    if (init?.method === 'GET' || body.includes('subscriptions/listen')) listener.opened++;
    return fetch(address, init);
  };
  const hear = () => void listener.told++;
  const fail = ({ message }: Error) => void listener.errors.push(message);
  if (kind === 'SDK v1') {
    const client = new OldClient({ name: 'old', version: '1' });
    watch(client, fail);
    client.setNotificationHandler(ToolListChangedNotificationSchema, hear);
    await client.connect(new OldTransport(new URL(url), { fetch: counting }));
    onTestFinished(() => client.close());
    return listener;
  }
  const mode = kind === 'SDK v2, legacy' ? 'legacy' : { pin: '2026-07-28' };
  const client = new Client({ name: 'current', version: '1' }, { versionNegotiation: { mode } });
  watch(client, fail);
  client.setNotificationHandler('notifications/tools/list_changed', hear);
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch: counting }));
  if (mode !== 'legacy') await client.listen({ toolsListChanged: true });
  onTestFinished(() => client.close());
  return listener;
}

function watch(client: Client | OldClient, fail: (error: Error) => void): void {
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's client, not an event target
  client.onerror = fail;
}
