/** Nothing that a stop or a command closes may wait for a peer that does not answer. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCloud } from './cloud.ts';
import { cleanEnv, entry, makeFolder, missing, runCommand, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool, openSession } from './mcp.ts';
import { startRedis } from './redis.ts';

const DRAIN_S = 1;
/** Far above what a stop takes on a busy machine, far below the minutes that a peer could hold it up for. */
const LIMIT_MS = 25_000;

const dotenvOf = (lines: Record<string, string>): string =>
  Object.entries({ ZSCALER_MCP_DRAIN_TIMEOUT: String(DRAIN_S), ...lines })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const STATE_KEY = randomBytes(32).toString('hex');

const credentials = {
  ZSCALER_CLIENT_ID: 'id',
  ZSCALER_CLIENT_SECRET: 'SENTINEL-secret',
  ZSCALER_VANITY_DOMAIN: 'acme',
};

/** Accepts connections and never says a word. */
async function startSilence(): Promise<{ address: string; connections: () => number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined).resume()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => sockets.size };
}

const viaProxy = (proxy: string) => dotenvOf({ ...credentials, HTTPS_PROXY: `http://${proxy}`, HTTP_PROXY: `http://${proxy}` });

/** Each starts a server that is in touch with a peer that does not answer. */
const peers: Readonly<Record<string, () => Promise<TestServer>>> = {
  'an outbound proxy': async () => {
    const proxy = await startSilence();
    const server = await startServer({ demo: false, dotenv: viaProxy(proxy.address) });
    await waitFor(() => proxy.connections() > 0);
    return server;
  },
  'the cloud, with a call under way': async () => {
    const cloud = await startSilence();
    const url = `http://${cloud.address}`;
    const lines = { ...credentials, ZSCALER_MCP_API_URL: url, ZSCALER_MCP_TOKEN_URL: url, ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER: 'true' };
    const server = await startServer({ demo: false, dotenv: dotenvOf(lines) });
    void callTool(server.url, 'zia_list_rule_labels').catch(() => null);
    await waitFor(() => cloud.connections() > 0);
    return server;
  },
  'the issuer of access tokens, with a request that waits for its keys': async () => {
    const issuer = await startSilence();
    const url = `http://${issuer.address}`;
    const lines = { ZSCALER_MCP_AUTH_JWKS_URI: `${url}/keys`, ZSCALER_MCP_AUTH_ISSUER: url, ZSCALER_MCP_AUTH_AUDIENCE: 'me' };
    const server = await startServer({ dotenv: dotenvOf(lines) });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'RS256', kid: 'k' })}.${part({ iss: url, aud: 'me', exp: 4_000_000_000 })}.AAAA`;
    void fetch(server.url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: '{}' }).catch(() => null);
    await waitFor(() => issuer.connections() > 0);
    return server;
  },
  'a state store that was reached': async () => {
    const redis = await startRedis();
    const lines = { ZSCALER_MCP_STATE_URL: redis.url, ZSCALER_MCP_REQUEST_STATE_KEYS: STATE_KEY };
    const server = await startServer({ dotenv: dotenvOf(lines) });
    await openSession(server.url);
    redis.freeze();
    onTestFinished(() => redis.thaw());
    return server;
  },
  'a state store that never answered': async () => {
    const store = await startSilence();
    const lines = { ZSCALER_MCP_STATE_URL: `redis://${store.address}`, ZSCALER_MCP_REQUEST_STATE_KEYS: STATE_KEY };
    return startServer({ dotenv: dotenvOf(lines) });
  },
  'a secrets manager, with a reload that waits for it': async () => {
    const manager = await startSilence();
    const server = await startServer({ dotenv: dotenvOf({}) });
    const vault = { VAULT_ADDR: `http://${manager.address}`, VAULT_TOKEN: 'token', ZSCALER_MCP_VAULT_PATH: 'secret/data/x' };
    server.writeDotenv(dotenvOf({ ...vault, ZSCALER_MCP_SECRETS_TIMEOUT: '300' }));
    expect((await server.command('reload', '--no-wait')).code).toBe(0);
    await waitFor(() => manager.connections() > 0);
    return server;
  },
  'a client that does not read its answer': async () => {
    const server = await startServer({ dotenv: dotenvOf({}) });
    const { id } = await openSession(server.url);
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.pause();
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const head = `POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\nmcp-session-id: ${id}\r\n`;
    await new Promise<void>((resolve) => socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`.repeat(300), () => resolve()));
    return server;
  },
  'a client that sends half a request': async () => {
    const server = await startServer({ dotenv: dotenvOf({}) });
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await new Promise<void>((resolve) => socket.write('POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-le', () => resolve()));
    return server;
  },
  'the reader of its log': async () => {
    const server = await startServer({ dotenv: dotenvOf({ ZSCALER_MCP_LOG_LEVEL: 'debug', ZSCALER_MCP_LOG_TOOL_CALLS: 'true' }) });
    server.child.stderr?.pause();
    const args = { search: 'x'.repeat(4_000) };
    for (let calls = 0; calls < 60; calls++) await callTool(server.url, 'zia_list_rule_labels', args);
    return server;
  },
};

const clean = { code: 0, signal: null };

/** Fails when the server takes longer than its drain timeout and a little. */
async function expectEnd(server: TestServer): Promise<void> {
  await waitFor(
    () => !server.isAlive(),
    () => `it is still there: ${server.log().slice(-2_000)}`,
    undefined,
    LIMIT_MS,
  );
  expect(await server.ended).toEqual(clean);
  expect(existsSync(server.pidFile)).toBe(false);
}

describe('SIGTERM ends a server within the drain timeout and a little, whatever', () => {
  for (const [peer, start] of Object.entries(peers)) {
    it.skipIf(peer.includes('state store') && missing('redis-server'))(`${peer} does not answer`, async () => {
      const server = await start();
      process.kill(server.pid, 'SIGTERM');
      await expectEnd(server);
    });
  }
});

describe('the end of input ends a server over stdio', () => {
  it('although a proxy does not answer', async () => {
    const proxy = await startSilence();
    const server = await startServer({ demo: false, transport: 'stdio', dotenv: viaProxy(proxy.address) });
    await waitFor(() => proxy.connections() > 0);
    server.child.stdin?.end();
    await expectEnd(server);
  });

  it('although its client reads nothing, and so does SIGTERM', async () => {
    for (const end of [(server: TestServer) => server.child.stdin?.end(), (server: TestServer) => process.kill(server.pid, 'SIGTERM')]) {
      const server = await startServer({ transport: 'stdio', dotenv: dotenvOf({}) });
      server.child.stdout?.pause();
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } };
      const lines = [
        { id: 0, method: 'initialize', params },
        ...Array.from({ length: 20 }, (_, id) => ({ id: id + 1, method: 'tools/list' })),
      ].map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
      await new Promise<void>((resolve) => server.child.stdin?.write(lines.join(''), () => resolve()));
      end(server);
      await expectEnd(server);
    }
  });

  it('after running calls have been answered', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, transport: 'stdio', dotenv: cloud.dotenv() });
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } };
    const say = (message: object) => server.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    say({ id: 0, method: 'initialize', params });
    await waitFor(() => server.stdout().includes('"id":0'));
    say({ method: 'notifications/initialized' });
    say({ id: 1, method: 'tools/call', params: { name: 'zia_list_rule_labels', arguments: {} } });
    await waitFor(() => cloud.inFlight() === 1);
    server.child.stdin?.end();
    await waitFor(() => server.record().state === 'stopping');
    release();
    expect(await server.ended).toEqual(clean);
    expect(server.stdout()).toMatch(/"result":.*"id":1/);
  });
});

describe.skipIf(missing('linux', 'root', 'unshare'))('a name server that does not answer', () => {
  /** In a network of its own, with a name server that receives and never answers. */
  async function startInSilence(
    args: readonly string[],
    files: Record<string, string>,
  ): Promise<{ folder: string; child: ReturnType<typeof spawn> }> {
    const folder = makeFolder();
    const silence =
      "require('dgram').createSocket('udp4').on('message',()=>require('fs').writeFileSync('asked','')).bind(53,'127.0.0.1',()=>require('fs').writeFileSync('bound',''))";
    for (const [name, text] of Object.entries({
      'resolv.conf': 'nameserver 127.0.0.1\noptions timeout:30 attempts:3\n',
      hosts: '127.0.0.1 localhost\n',
      ...files,
    }))
      writeFileSync(join(folder, name), text);
    const script = `ip link set lo up; mount --bind resolv.conf /etc/resolv.conf; "$0" -e "${silence}" & while [ ! -e bound ]; do sleep 0.05; done; "$0" "$@" & echo $! > pid; wait $!; echo $? > code; kill %1`;
    const child = spawn(
      'unshare',
      ['--mount', '--net', '--propagation', 'private', 'bash', '-c', script, process.execPath, entry, ...args],
      {
        cwd: folder,
        env: cleanEnv(),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    return { folder, child };
  }

  it('holds up no stop', async () => {
    const dotenv = dotenvOf({ ...credentials });
    const { folder } = await startInSilence(
      ['--transport', 'streamable-http', '--port', '0', '--dotenv-path', '.env', '--pid-file', 'server.pid'],
      { '.env': dotenv },
    );
    const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim() : '');
    await waitFor(() => existsSync(join(folder, 'asked')) && read('server.pid').includes('"ready"'));
    process.kill(Number(read('pid')), 'SIGTERM');
    await waitFor(() => read('code') !== '', undefined, undefined, LIMIT_MS);
    expect(read('code')).toBe('0');
  });
});

describe('commands that ask the cloud', () => {
  it('end although a proxy does not answer', async () => {
    const proxy = await startSilence();
    const folder = makeFolder();
    const path = join(folder, '.env');
    writeFileSync(path, viaProxy(proxy.address));
    for (const command of ['tools', 'check']) {
      const { code, err } = await runCommand([command, '--dotenv-path', path], { cwd: folder, timeoutMs: LIMIT_MS });
      expect(code, `${command}: ${err}`).toBe(0);
    }
  });
});
