/** What a stop owes to those who have connected, and what nobody may hold up. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeAuthority } from '../certificates.ts';
import { startCloud } from './cloud.ts';
import { makeFolder, missing, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool } from './mcp.ts';

const authority = await makeAuthority('the authority of the servers');

const clean = { code: 0, signal: null };

/** A server that serves over TLS or without. */
async function startAt(transport: 'streamable-http' | 'sse', isSecure: boolean): Promise<TestServer> {
  if (!isSecure) return startServer({ transport });
  const folder = makeFolder();
  const pair = await authority.issue('127.0.0.1');
  const [certificate, key] = [join(folder, 'server.pem'), join(folder, 'server.key')];
  writeFileSync(certificate, pair.certificate);
  writeFileSync(key, pair.key, { mode: 0o600 });
  return startServer({ folder, transport, dotenv: `ZSCALER_MCP_TLS_CERTFILE=${certificate}\nZSCALER_MCP_TLS_KEYFILE=${key}\n` });
}

interface Sent {
  /** Resolves when the client is connected, or its request is on an open connection. */
  readonly underWay: Promise<void>;
  /** Status, or the code of the error. */
  readonly outcome: Promise<number | string>;
}

/** Sends a request. @param body posts it as JSON */
function send(url: URL, agent: http.Agent | false, body?: object, onData?: (text: string) => void): Sent {
  const { request } = url.protocol === 'https:' ? https : http;
  const headers = { accept: 'application/json, text/event-stream', ...(body && { 'content-type': 'application/json' }) };
  const underWay = Promise.withResolvers<void>();
  const outcome = Promise.withResolvers<number | string>();
  const asked = request(url, { method: body ? 'POST' : 'GET', agent, ca: authority.certificate, headers } as https.RequestOptions);
  asked.on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', () => underWay.resolve());
    else asked.once('finish', () => underWay.resolve());
  });
  asked.on('response', (response) => {
    response.setEncoding('utf8').on('data', (text: string) => onData?.(text));
    response.on('error', () => undefined);
    if (onData) return outcome.resolve(response.statusCode ?? 0);
    response.once('end', () => outcome.resolve(response.statusCode ?? 0));
  });
  asked.on('error', (error: NodeJS.ErrnoException) => outcome.resolve(error.code ?? error.message));
  asked.end(body && JSON.stringify(body));
  return { underWay: underWay.promise, outcome: outcome.promise };
}

const NEW_CLIENTS = 60;
const KEPT_CLIENTS = 20;

describe.skipIf(missing('linux'))('requests that wait in the kernel when SIGTERM comes', () => {
  for (const transport of ['streamable-http', 'sse'] as const) {
    for (const isSecure of [false, true]) {
      it(`are answered over ${transport}${isSecure ? ' with TLS' : ''}, and the server ends cleanly`, async () => {
        const server = await startAt(transport, isSecure);
        const { url } = server.record();
        const health = new URL('/healthz', url ?? '');
        const Agent = isSecure ? https.Agent : http.Agent;
        const kept = Array.from({ length: KEPT_CLIENTS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
        expect(await Promise.all(kept.map((agent) => send(health, agent).outcome))).toEqual(kept.map(() => 200));
        const stream = transport === 'sse' ? await openSse(url ?? '') : null;

        process.kill(server.pid, 'SIGSTOP');
        const newcomers = Array.from({ length: NEW_CLIENTS }, () => send(health, false));
        const others = kept.map((agent) => send(health, agent));
        const posted = stream?.post();
        const waiting = [...newcomers, ...others, ...(posted ? [posted] : [])];
        await Promise.all(waiting.map(({ underWay }) => underWay));
        process.kill(server.pid, 'SIGTERM');
        process.kill(server.pid, 'SIGCONT');

        const outcomes = await Promise.all(waiting.map(({ outcome }) => outcome));
        expect(tally(outcomes)).toEqual({ 200: NEW_CLIENTS + KEPT_CLIENTS, ...(posted && { 202: 1 }) });
        if (stream) await waitFor(() => stream.received().includes('protocolVersion'), stream.received);
        expect(await server.ended).toEqual(clean);
      });
    }
  }
});

/** A client of HTTP+SSE whose stream is open. */
async function openSse(url: string): Promise<{ post: () => Sent; received: () => string }> {
  let received = '';
  send(new URL(url), false, undefined, (text) => (received += text));
  await waitFor(() => received.includes('sessionId='));
  const endpoint = /data: (\S+)/.exec(received)?.[1] ?? '';
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  return {
    post: () => send(new URL(endpoint, url), false, { jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    received: () => received,
  };
}

function tally(outcomes: readonly (number | string)[]): Record<string, number> {
  return Object.fromEntries(
    Map.groupBy(outcomes, String)
      .entries()
      .map(([outcome, all]) => [outcome, all.length]),
  );
}

describe('several `stop` at once', () => {
  it('end in one clean stop, that lets requests finish', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv({ ZSCALER_MCP_DRAIN_TIMEOUT: '60' }) });
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    const stops = Array.from({ length: 5 }, () => server.ask('stop'));
    await waitFor(() => server.record().state === 'stopping');
    // Begun while the others wait.
    stops.push(server.ask('stop'));
    await waitFor(() => cloud.inFlight() === 1);
    release();
    expect((await call).status).toBe(200);
    expect(await server.ended).toEqual(clean);
    for (const verdict of await Promise.all(stops)) expect(['stopped', 'not-running']).toContain(verdict.outcome);
    expect((await Promise.all(stops)).filter(({ outcome }) => outcome === 'stopped').length).toBeGreaterThan(0);
    expect(existsSync(`${server.pidFile}.d`)).toBe(false);
  });

  it.skipIf(missing('linux'))('or one after the other, send one signal to a server that is held up', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv({ ZSCALER_MCP_DRAIN_TIMEOUT: '60' }) });
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    process.kill(server.pid, 'SIGSTOP');
    const stops = [await server.ask('stop', '--timeout', '1'), await server.ask('stop', '--timeout', '1')];
    expect(stops.map(({ outcome }) => outcome)).toEqual(['timed-out', 'timed-out']);
    // What reached a busy process twice would be delivered twice.
    expect(readFileSync(`${server.pidFile}.d/stop.sent`, 'utf8')).toBe(server.record().generationStartedAt);
    process.kill(server.pid, 'SIGCONT');
    await waitFor(() => server.record().state === 'stopping');
    const last = server.ask('stop');
    release();
    expect((await call).status).toBe(200);
    expect(await server.ended).toEqual(clean);
    expect(['stopped', 'not-running']).toContain((await last).outcome);
  });
});
