/** A state store that refuses a server is a problem of its configuration; one that is away is not. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeAuthority } from '../certificates.ts';
import { freePort, makeFolder, missing, runCommand, startServer, waitFor } from './harness.ts';
import { callTool } from './mcp.ts';
import { startRedis } from './redis.ts';

const STATE_KEY = randomBytes(32).toString('hex');
const dotenvFor = (url: string): string => `ZSCALER_MCP_STATE_URL=${url}\nZSCALER_MCP_REQUEST_STATE_KEYS=${STATE_KEY}\n`;

/** Runs a redis-server until the test ends. @returns its port */
async function start(...args: string[]): Promise<number> {
  const folder = makeFolder();
  const port = await freePort();
  const given = args.map((arg) => arg.replace('PORT', String(port)).replace('FOLDER', folder));
  if (args[0] === 'FOLDER/s.conf') writeFileSync(join(folder, 's.conf'), `port ${port}\nbind 127.0.0.1\n`);
  const common = args[0] === 'FOLDER/s.conf' ? [] : ['--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const child = spawn('redis-server', [...given, ...common], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
  onTestFinished(() => void child.kill('SIGKILL'));
  await waitFor(
    () => /Ready to accept|monitor mode|Sentinel ID|# \+monitor|Running mode=sentinel/.test(log),
    () => log,
  );
  return port;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A store over TLS with a certificate of an authority that nobody knows. */
async function startTls(): Promise<number> {
  const folder = makeFolder();
  const pair = await (await makeAuthority('nobody knows it')).issue('127.0.0.1');
  writeFileSync(join(folder, 'c.pem'), pair.certificate);
  writeFileSync(join(folder, 'k.pem'), pair.key);
  return start(
    '--port',
    '0',
    '--tls-port',
    'PORT',
    '--tls-cert-file',
    join(folder, 'c.pem'),
    '--tls-key-file',
    join(folder, 'k.pem'),
    '--tls-ca-cert-file',
    join(folder, 'c.pem'),
    '--tls-auth-clients',
    'no',
  );
}

/** A user with a password and these rights. */
async function startWithUser(...rights: string[]): Promise<string> {
  const redis = await startRedis();
  const client = createClient({ url: redis.url });
  await client.connect();
  await client.sendCommand(['ACL', 'SETUSER', 'limited', 'on', '>limited-secret', ...rights]);
  client.destroy();
  return redis.url.replace(/\/\/.*@/, '//limited:limited-secret@');
}

const refusals: Readonly<Record<string, readonly [url: () => Promise<string>, words: RegExp]>> = {
  'another password': [async () => (await startRedis()).url.replace(/:[^:@]*@/, ':SENTINEL-wrong@'), /rejects the user or the password/],
  'no password': [async () => (await startRedis()).url.replace(/\/\/.*@/, '//'), /requires a password/],
  'a password that it does not have': [
    async () => `redis://:SENTINEL-none@127.0.0.1:${await start('--port', 'PORT')}`,
    /takes no password|rejects the user/,
  ],
  'a user without rights': [
    async () => startWithUser('~*', '+@connection', '+ping'),
    /does not permit a command.*docs\/operations\/replicas\.md/s,
  ],
  'a user without channels': [async () => startWithUser('~*', '+@all', 'resetchannels'), /does not permit a command/],
  'a database that it does not have': [async () => `${(await startRedis()).url}/99`, /does not have that database/],
  'the port of Sentinel': [
    async () => `redis://127.0.0.1:${await start('FOLDER/s.conf', '--sentinel')}`,
    /does not know the commands.*Sentinel/s,
  ],
  'a certificate that is not trusted': [
    async () => `rediss://127.0.0.1:${await startTls()}`,
    /certificate that is not trusted.*NODE_EXTRA_CA_CERTS/s,
  ],
  'TLS that it does not have': [async () => (await startRedis()).url.replace('redis:', 'rediss:'), /without TLS only.*redis:\/\/ instead/s],
  'no TLS': [async () => `redis://127.0.0.1:${await startTls()}`, /over TLS only.*rediss:\/\/ instead/s],
  'the port of a web server': [
    async () => `redis://${await listening(createHttp((_, response) => void response.end('x')))}`,
    /does not speak the protocol of Redis/,
  ],
};

describe.skipIf(missing('redis-server'))('a state store that refuses', () => {
  for (const [what, [urlOf, words]] of Object.entries(refusals)) {
    it(`${what} ends a start with 4, and is found by check`, async () => {
      const folder = makeFolder();
      const path = join(folder, '.env');
      writeFileSync(path, dotenvFor(await urlOf()));
      const args = ['--transport', 'streamable-http', '--port', '0', '--demo', '--dotenv-path', path, '--pid-file', join(folder, 'pid')];
      for (const command of [[], ['check']]) {
        const { code, err, out } = await runCommand([...command, ...args], { cwd: folder });
        expect([code, err + out], command.join()).toEqual([4, expect.stringMatching(words)]);
        expect(err + out).not.toMatch(/SENTINEL|-secret/);
        expect(err + out).toContain('ZSCALER_MCP_STATE_URL');
      }
    });
  }

  it('is found by the rehearsal of a restart, and while the server runs it is a fault in status and in every verdict', async () => {
    const redis = await startRedis();
    const server = await startServer({ dotenv: dotenvFor(redis.url) });
    expect(server.record().faults).toEqual([]);
    server.writeDotenv(dotenvFor(redis.url.replace(/:[^:@]*@/, ':SENTINEL-wrong@')));
    const refused = await server.ask('restart');
    expect(refused).toMatchObject({ outcome: 'refused', exitCode: 4, generation: 1, warnings: [] });
    expect(JSON.stringify(refused)).toMatch(/rejects the user or the password/);
    server.writeDotenv(dotenvFor(redis.url));
    // The password is changed, and the connections are cut, as a rotation does.
    const client = createClient({ url: redis.url });
    await client.connect();
    await client.sendCommand(['CONFIG', 'SET', 'requirepass', 'SENTINEL-new']);
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal']).catch(() => undefined);
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes']).catch(() => undefined);
    client.destroy();
    const words = /the state store rejects the user or the password: .* Correct them in ZSCALER_MCP_STATE_URL/;
    await waitFor(
      () => words.test(server.record().faults.join()),
      () => server.log(),
    );
    expect(server.log()).toMatch(words);
    expect((await server.command('status')).err).toMatch(words);
    expect((await server.ask('reload')).warnings).toContainEqual(expect.stringMatching(words));
    expect((await fetch(new URL('/readyz', server.url))).status).toBe(200);
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    expect(server.log()).not.toContain('SENTINEL');
  });
});

const away: Readonly<Record<string, () => Promise<string>>> = {
  'refuses connections': async () => `redis://127.0.0.1:${await freePort()}`,
  'does not answer': async () => `redis://${await listening(createServer((socket) => socket.on('error', () => undefined)))}`,
  'hangs up': async () => `redis://${await listening(createServer((socket) => socket.on('error', () => undefined).destroy()))}`,
  'has no known name': async () => 'redis://store.invalid:6379',
};

describe('a state store that is away', () => {
  for (const [how, urlOf] of Object.entries(away)) {
    it(`because it ${how} keeps no server from starting or restarting`, async () => {
      const server = await startServer({ dotenv: dotenvFor(await urlOf()) });
      expect((await fetch(new URL('/readyz', server.url))).status).toBe(200);
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', exitCode: 0 });
      await waitFor(() => server.record().faults.some((fault) => fault.startsWith('the state store cannot be reached')));
    });

    it(`because it ${how} is valid for check, and named by check and by a dry run of the restart that would need it`, async () => {
      const warnings = expect.arrayContaining([
        expect.stringMatching(/^the state store cannot be reached: .*limits are counted per process\. At [\w.]+:\d+: .+$/),
      ]) as string[];
      const server = await startServer({ dotenv: '' });
      server.writeDotenv(dotenvFor(await urlOf()));
      expect(await server.ask('check')).toMatchObject({ outcome: 'valid', exitCode: 0, warnings });
      expect(await server.ask('restart', '--dry-run')).toMatchObject({ outcome: 'valid', exitCode: 0, warnings });
    });
  }
});
