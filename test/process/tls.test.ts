/** HTTPS on a real process: accepted clients, renewal of certificates, and clients across a restart. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as netConnect } from 'node:net';
import { rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeAuthority, type Authority, type Pair } from '../certificates.ts';
import { startCloud } from './cloud.ts';
import { makeFolder, runCommand, startServer, waitFor, type TestServer } from './harness.ts';

const authority = await makeAuthority('the authority of the servers');

interface Files {
  readonly certificate: string;
  readonly key: string;
}

function write(folder: string, { certificate, key }: Pair): Files {
  const files = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') };
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key, { mode: 0o600 });
  return files;
}

const dotenv = ({ certificate, key }: Files, more = ''): string =>
  `ZSCALER_MCP_TLS_CERTFILE=${certificate}\nZSCALER_MCP_TLS_KEYFILE=${key}\n${more}`;

async function startTls(pair: Pair, more = ''): Promise<{ server: TestServer; folder: string; files: Files }> {
  const folder = makeFolder();
  const files = write(folder, pair);
  return { server: await startServer({ folder, dotenv: dotenv(files, more) }), folder, files };
}

interface Answer {
  readonly status: number;
  readonly peer: PeerCertificate;
  readonly connection: string | undefined;
  readonly isReused: boolean;
}

interface ClientOptions {
  readonly trust?: Authority;
  readonly pair?: Pair;
  readonly agent?: Agent;
}

function ask(url: string, { trust = authority, pair, agent }: ClientOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { ca: trust.certificate, agent: agent ?? false, ...(pair && { cert: pair.certificate, key: pair.key }) };
    const asked = request(new URL('/healthz', url), options, (response) => {
      response.resume();
      const { statusCode = 0, headers, socket } = response;
      const peer = (socket as TLSSocket).getPeerCertificate();
      response.once('end', () => resolve({ status: statusCode, peer, connection: headers.connection, isReused: asked.reusedSocket }));
    });
    asked.once('error', reject).end();
  });
}

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

describe('HTTPS', () => {
  it('serves clients that trust the authority and the name, and says so in its URL', async () => {
    const { server } = await startTls(await authority.issue('127.0.0.1'));
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/mcp$/);
    expect((await ask(server.url)).status).toBe(200);
    const stranger = await makeAuthority('another authority');
    expect(codeOf(await ask(server.url, { trust: stranger }).catch((error: unknown) => error))).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('shows clients an expired certificate and a wrong name, having warned of the first', async () => {
    const expired = await startTls(await authority.issue('127.0.0.1', [-2, -1]));
    expect(codeOf(await ask(expired.server.url).catch((error: unknown) => error))).toBe('CERT_HAS_EXPIRED');
    expect(expired.server.log()).toContain('expired at');
    const wrong = await startTls(await authority.issue('elsewhere.example'));
    expect(codeOf(await ask(wrong.server.url).catch((error: unknown) => error))).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('refuses old protocol versions', async () => {
    const { server } = await startTls(await authority.issue('127.0.0.1'));
    const socket = connect({
      host: '127.0.0.1',
      port: Number(new URL(server.url).port),
      ca: authority.certificate,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
    });
    await expect(new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))).rejects.toThrow();
  });

  it('answers plain HTTP with nothing, and lives on', async () => {
    const { server } = await startTls(await authority.issue('127.0.0.1'));
    await expect(fetch(server.url.replace('https', 'http'))).rejects.toThrow();
    expect((await ask(server.url)).status).toBe(200);
  });
});

describe('a renewed certificate', () => {
  it('in its place is a change that a reload applies; open connections keep theirs', async () => {
    const { server, folder } = await startTls(await authority.issue('127.0.0.1'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await ask(server.url, { agent });
    write(folder, await authority.issue('127.0.0.1'));
    expect(await server.ask('reload')).toMatchObject({
      outcome: 'applied',
      changes: [
        { setting: 'ZSCALER_MCP_TLS_CERTFILE', applies: 'reload' },
        { setting: 'ZSCALER_MCP_TLS_KEYFILE', applies: 'reload' },
      ],
    });
    expect((await ask(server.url)).peer.fingerprint256).not.toBe(before.peer.fingerprint256);
    expect(await ask(server.url, { agent })).toMatchObject({ status: 200, isReused: true });
    agent.destroy();
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged' });
  });

  it('or one that is gone is named by status until it is read', async () => {
    const { server, folder } = await startTls(await authority.issue('127.0.0.1'));
    const differs = async () =>
      (await server.command('status')).out.split('\n').filter((line) => line.includes('was written since it was read'));
    expect(await differs()).toEqual([]);
    write(folder, await authority.issue('127.0.0.1'));
    expect((await differs()).join()).toMatch(/server\.pem was written.*server\.key was written/);
    await server.ask('reload');
    expect(await differs()).toEqual([]);
    await server.ask('restart');
    expect(await differs()).toEqual([]);
    rmSync(join(folder, 'server.pem'));
    expect((await differs()).join()).toContain('server.pem was written since it was read, or is gone');
  });

  it.each([
    ['with a .env', true],
    ['without one', false],
  ])('is taken by itself with ZSCALER_MCP_WATCH_ENV, time after time, %s', async (_title, hasDotenv) => {
    const folder = makeFolder();
    const files = write(folder, await authority.issue('127.0.0.1'));
    const env = { ZSCALER_MCP_TLS_CERTFILE: files.certificate, ZSCALER_MCP_TLS_KEYFILE: files.key, ZSCALER_MCP_WATCH_ENV: 'true' };
    const server = await startServer(hasDotenv ? { folder, dotenv: dotenv(files, 'ZSCALER_MCP_WATCH_ENV=true\n') } : { folder, env });
    for (let round = 1; round <= 3; round++) {
      const pair = await authority.issue('127.0.0.1');
      write(folder, pair);
      await waitFor(
        () => server.record().operations.length >= round && server.record().state === 'ready',
        () => `there was no reload ${round}: ${server.log()}`,
      );
      const { peer } = await ask(server.url);
      expect(peer.raw.equals(new X509Certificate(pair.certificate).raw)).toBe(true);
    }
    expect(server.record().operations).toMatchObject(
      [1, 2, 3].map(() => ({
        outcome: 'applied',
        askedBy: { by: 'watch' },
        changed: ['ZSCALER_MCP_TLS_CERTFILE', 'ZSCALER_MCP_TLS_KEYFILE'],
      })),
    );
  });

  it('is taken also where all settings come from the environment, and there is no .env to read again', async () => {
    const folder = makeFolder();
    const { certificate, key } = write(folder, await authority.issue('127.0.0.1'));
    const server = await startServer({ folder, env: { ZSCALER_MCP_TLS_CERTFILE: certificate, ZSCALER_MCP_TLS_KEYFILE: key } });
    const before = await ask(server.url);
    write(folder, await authority.issue('127.0.0.1'));
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', envSource: 'none' });
    expect((await ask(server.url)).peer.fingerprint256).not.toBe(before.peer.fingerprint256);
  });

  it.each([
    [
      'a key of another certificate',
      async (files: Files) => writeFileSync(files.key, (await authority.issue('127.0.0.1')).key),
      'is not the key of the certificate',
    ],
    ['a certificate that is none', (files: Files) => Promise.resolve(writeFileSync(files.certificate, 'nonsense')), 'holds no certificate'],
    ['an empty file', (files: Files) => Promise.resolve(writeFileSync(files.certificate, '')), 'holds no certificate'],
  ])('%s is refused by reload and restart; the old one is served on', async (_what, spoil, reason) => {
    const { server, files } = await startTls(await authority.issue('127.0.0.1'));
    const before = await ask(server.url);
    await spoil(files);
    for (const word of ['reload', 'restart']) {
      const { out, err, code } = await server.command(word);
      expect(code, out + err).toBe(4);
      expect(out + err).toContain(reason);
    }
    expect((await ask(server.url)).peer.fingerprint256).toBe(before.peer.fingerprint256);
  });

  it('is needed whole at the start', async () => {
    const folder = makeFolder();
    const { certificate } = write(folder, await authority.issue('127.0.0.1'));
    writeFileSync(join(folder, '.env'), `ZSCALER_MCP_TLS_CERTFILE=${certificate}\nZSCALER_MCP_TLS_CA_CERTS=${folder}/absent\n`, {
      mode: 0o600,
    });
    const { code, err } = await runCommand([
      '--transport',
      'streamable-http',
      '--port',
      '0',
      '--demo',
      '--dotenv-path',
      join(folder, '.env'),
    ]);
    expect(code).toBe(4);
    expect(err).toContain('ZSCALER_MCP_TLS_KEYFILE');
    expect(err).toMatch(/\.env:2: ZSCALER_MCP_TLS_CA_CERTS.*no such file/s);
  });
});

describe('certificates of clients', () => {
  const clients = makeAuthority('the authority of the clients');

  async function startAsking(more = ''): Promise<TestServer> {
    const folder = makeFolder();
    writeFileSync(join(folder, 'clients.pem'), (await clients).certificate);
    const files = write(folder, await authority.issue('127.0.0.1'));
    return startServer({ folder, dotenv: dotenv(files, `ZSCALER_MCP_TLS_CA_CERTS=${folder}/clients.pem\n${more}`) });
  }

  it('are required as soon as their authority is named', async () => {
    const server = await startAsking();
    expect((await ask(server.url, { pair: await (await clients).issue('a client') })).status).toBe(200);
    await expect(ask(server.url)).rejects.toThrow();
    await expect(ask(server.url, { pair: await authority.issue('a stranger') })).rejects.toThrow();
    await expect(ask(server.url, { pair: await (await clients).issue('late', [-2, -1]) })).rejects.toThrow();
  });

  it('may be optional; one from an unknown authority is rejected even then', async () => {
    const server = await startAsking('ZSCALER_MCP_TLS_CLIENT_CERTS=optional\n');
    expect((await ask(server.url)).status).toBe(200);
    expect((await ask(server.url, { pair: await (await clients).issue('a client') })).status).toBe(200);
    await expect(ask(server.url, { pair: await authority.issue('a stranger') })).rejects.toThrow();
  });
});

describe('a client whose authority is not trusted any more', () => {
  it('is refused from the reload on, also when it resumes a session of before', async () => {
    const [former, next] = [await makeAuthority('the former authority'), await makeAuthority('the next authority')];
    const folder = makeFolder();
    writeFileSync(join(folder, 'clients.pem'), former.certificate);
    const files = write(folder, await authority.issue('127.0.0.1'));
    const server = await startServer({ folder, dotenv: dotenv(files, `ZSCALER_MCP_TLS_CA_CERTS=${folder}/clients.pem\n`) });
    const pair = await former.issue('a client');
    const first = await greet(server.url, pair);
    expect([first.status, first.isResumed]).toEqual([200, false]);
    expect((await greet(server.url, pair, first.session)).isResumed).toBe(true);
    writeFileSync(join(folder, 'clients.pem'), next.certificate);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', changes: [{ setting: 'ZSCALER_MCP_TLS_CA_CERTS' }] });
    await expect(greet(server.url, pair, first.session)).rejects.toThrow();
    await expect(greet(server.url, pair)).rejects.toThrow();
    expect((await greet(server.url, await next.issue('another client'))).status).toBe(200);
  });

  it('loses what it has open, but not the answer that it waits for', async () => {
    const [former, next] = [await makeAuthority('the former authority'), await makeAuthority('the next authority')];
    const folder = makeFolder();
    writeFileSync(join(folder, 'clients.pem'), former.certificate);
    const files = write(folder, await authority.issue('127.0.0.1'));
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({
      folder,
      demo: false,
      dotenv: dotenv(files, `${cloud.dotenv()}ZSCALER_MCP_TLS_CA_CERTS=${folder}/clients.pem\n`),
    });
    const pair = await former.issue('a client');
    const agents = [new Agent({ keepAlive: true, maxSockets: 1 }), new Agent({ keepAlive: true, maxSockets: 1 })] as const;
    onTestFinished(() => agents.forEach((agent) => agent.destroy()));
    const [idle, busy] = agents;
    await ask(server.url, { pair, agent: idle });
    expect((await ask(server.url, { pair, agent: idle })).isReused).toBe(true);
    const calling = list(server.url, pair, busy);
    await waitFor(() => cloud.inFlight() > 0);
    writeFileSync(join(folder, 'clients.pem'), next.certificate);
    await server.ask('reload');
    release();
    expect(await calling).toContain('items');
    for (const agent of agents) await expect(ask(server.url, { pair, agent })).rejects.toThrow();
    expect((await ask(server.url, { pair: await next.issue('another client') })).status).toBe(200);
  });

  /** A call that takes a while. */
  async function list(url: string, { certificate, key }: Pair, agent: Agent): Promise<string> {
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
    const name = 'zia_list_rule_labels';
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
    };
    const asked = request(url, { method: 'POST', headers, ca: authority.certificate, cert: certificate, key, agent });
    asked.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {}, _meta: meta } }));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += String(part);
    return text;
  }

  /** One request over a new connection, optionally resuming a TLS session. */
  async function greet(
    url: string,
    { certificate, key }: Pair,
    session?: Buffer,
  ): Promise<{ status: number; session: Buffer; isResumed: boolean }> {
    const { port } = new URL(url);
    const socket = connect({
      host: '127.0.0.1',
      port: Number(port),
      ca: authority.certificate,
      cert: certificate,
      key,
      ...(session && { session }),
    });
    return new Promise((resolve, reject) => {
      let text = '';
      let latest: Buffer = Buffer.alloc(0);
      let isResumed = false;
      socket.on('session', (given: Buffer) => (latest = given));
      socket.setEncoding('utf8').on('data', (part: string) => (text += part));
      socket.once('error', reject).once('close', () => {
        const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
        if (status > 0) resolve({ status, session: latest, isResumed });
        else reject(new Error('closed without an answer'));
      });
      socket.once('secureConnect', () => {
        isResumed = socket.isSessionReused();
        socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
      });
    });
  }
});

describe('a restart', () => {
  it('tells clients that speak to reconnect, so that none sees an error', async () => {
    const { server } = await startTls(await authority.issue('127.0.0.1'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const failures: unknown[] = [];
    let answered = 0;
    const over = new AbortController();
    const speaking = (async () => {
      while (!over.signal.aborted) {
        await ask(server.url, { agent }).then(
          () => answered++,
          (error: unknown) => failures.push(error),
        );
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    })();
    for (let round = 0; round < 3; round++) expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    over.abort();
    await speaking;
    agent.destroy();
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(3);
    expect(server.record()).toMatchObject({ generation: 4, pid: server.pid });
  });

  it('serves a connection that has not spoken yet, and one whose handshake is under way', async () => {
    const { server } = await startTls(await authority.issue('127.0.0.1'), 'ZSCALER_MCP_DRAIN_TIMEOUT=60\n');
    const port = Number(new URL(server.url).port);
    const silent = connect({ host: '127.0.0.1', port, ca: authority.certificate });
    await once(silent, 'secureConnect');
    onTestFinished(() => void silent.destroy());
    const verdict = server.ask('restart', '--timeout', '100');
    await waitFor(() => server.record().state === 'draining');
    const shaking = netConnect(port, '127.0.0.1');
    onTestFinished(() => void shaking.destroy());
    await once(shaking, 'connect');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const late = connect({ socket: shaking, ca: authority.certificate, servername: '', checkServerIdentity: () => undefined });
    for (const socket of [silent, late]) {
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => (text += part));
      socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      await waitFor(() => text.includes('200 OK'));
      expect(text).toContain('Connection: close');
    }
    expect(await verdict).toMatchObject({ outcome: 'restarted' });
  });

  it('says goodbye to idle clients the way TLS wants it', async () => {
    const { server } = await startTls(await authority.issue('127.0.0.1'));
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port), ca: authority.certificate });
    const errors: unknown[] = [];
    socket.on('error', (error) => errors.push(error)).resume();
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    let isEnded = false;
    socket.once('end', () => (isEnded = true));
    await server.ask('restart');
    await waitFor(() => isEnded);
    expect(errors).toEqual([]);
  });

  it('switches HTTPS on, where a reload says that it waits', async () => {
    const server = await startServer({ dotenv: '\n' });
    const files = write(server.folder, await authority.issue('127.0.0.1'));
    server.writeDotenv(dotenv(files));
    expect(await server.ask('reload')).toMatchObject({
      outcome: 'applied-restart-pending',
      pendingRestart: ['ZSCALER_MCP_TLS_CERTFILE', 'ZSCALER_MCP_TLS_KEYFILE'],
    });
    expect((await fetch(new URL('/healthz', server.url))).status).toBe(200);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    const url = server.record().url ?? '';
    expect(url).toMatch(/^https:/);
    expect((await ask(url)).status).toBe(200);
  });
});
