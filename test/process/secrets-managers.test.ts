/** Settings from secrets managers: real servers, the real SDKs, and stand-ins for the services. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LifecycleRecord } from '../../src/lifecycle/index.ts';
import { openAws, openGcp, openVault, VAULT_TOKEN, type Manager, type Trouble } from '../secrets-managers.ts';
import { openStandIn } from '../stand-in.ts';
import { startCloud, type Cloud } from './cloud.ts';
import { makeFolder, root, runCommand, startServer, waitFor, type ServerOptions, type TestServer } from './harness.ts';
import { callTool } from './mcp.ts';

const kinds = { vault: openVault, aws: openAws, gcp: openGcp } as const;
const gates = { vault: 'ZSCALER_MCP_VAULT_PATH', aws: 'ZSCALER_SECRET_NAME', gcp: 'ZSCALER_MCP_GCP_SECRET_MANAGER' } as const;

interface Site {
  readonly manager: Manager;
  readonly cloud: Cloud;
  /** The environment for the stand-in and the cloud, without the cloud's secret. */
  readonly env: Record<string, string>;
  start(options?: ServerOptions): Promise<TestServer>;
}

/** A cloud whose secret is in the manager. */
async function openSite(kind: keyof typeof kinds): Promise<Site> {
  const [manager, cloud] = await Promise.all([kinds[kind](), startCloud()]);
  onTestFinished(() => manager.close());
  manager.keep({ ZSCALER_CLIENT_SECRET: cloud.tenant.credentials.clientSecret });
  const lines = cloud.dotenv().trim().split('\n');
  const pairs = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  const { ZSCALER_CLIENT_SECRET: _, ...others } = Object.fromEntries(pairs) as Record<string, string>;
  const env = { ...others, ...manager.env, ZSCALER_MCP_SECRETS_TIMEOUT: '30', ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER: 'true' };
  return { manager, cloud, env, start: (options = {}) => startServer({ demo: false, env, ...options }) };
}

const calls = async ({ url }: TestServer): Promise<boolean> => {
  const answer = JSON.stringify(await callTool(url, 'zia_list_rule_labels'));
  return !answer.includes('ERR_CLOUD') && !answer.includes('"isError":true');
};

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('a server that keeps its secrets with %s', (kind) => {
  it('starts with them, and says where they came from', async () => {
    const site = await openSite(kind);
    const server = await site.start();
    expect(await calls(server)).toBe(true);
    const { secretSources, envSource } = (await server.ask('status')) as unknown as LifecycleRecord;
    expect(secretSources).toMatchObject([{ kind, settings: ['ZSCALER_CLIENT_SECRET'] }]);
    expect(envSource).toBe('none');
    const { out } = await server.command('status');
    expect(out).toContain(secretSources[0]?.place);
    // It reports nothing about values it cannot read.
    expect(out).toMatch(/differs +nothing that can be seen from here/);
    // In another environment than the server's.
    const check = await server.ask('check');
    expect(check.exitCode).toBe(0);
    const settings = check['settings'] as { setting: string; value: string; origin: string }[];
    expect(settings.find(({ setting }) => setting === 'ZSCALER_CLIENT_SECRET')).toMatchObject({ value: 'set', origin: 'secrets' });
  });

  it('takes a rotated one on reload, and tells no value', async () => {
    const site = await openSite(kind);
    const { clientSecret } = site.cloud.tenant.credentials;
    site.manager.keep({ ZSCALER_CLIENT_SECRET: 'SENTINEL-before' });
    const server = await site.start();
    expect(await calls(server)).toBe(false);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    site.manager.keep({ ZSCALER_CLIENT_SECRET: clientSecret });
    expect(await server.ask('reload')).toMatchObject({
      outcome: 'applied',
      exitCode: 0,
      changes: [{ setting: 'ZSCALER_CLIENT_SECRET', from: 'changed', to: 'changed', applies: 'reload' }],
    });
    expect(await calls(server)).toBe(true);
  });

  it('that is away is no invalid configuration: a reload says what it could not read', async () => {
    const site = await openSite(kind);
    const server = await site.start();
    site.manager.trouble('broken');
    for (const words of [['reload'], ['reload', '--dry-run'], ['restart']])
      expect(await server.ask(...words)).toMatchObject({
        outcome: 'refused',
        exitCode: 4,
        message: 'the secrets manager was not read; nothing was changed, the server keeps running',
      });
    site.manager.trouble({ status: 403, body: '{}' });
    expect(await server.ask('reload')).toMatchObject({
      message: expect.stringContaining('the configuration is invalid (1 problem)') as string,
    });
    expect(await calls(server)).toBe(true);
  });

  const troubles: readonly (readonly [string, Trouble])[] = [
    ['does not answer', 'hang'],
    ['hangs up', 'broken'],
    ['refuses', { status: 403, body: '{"errors":["SENTINEL"],"error":{"code":403,"status":"PERMISSION_DENIED","message":"SENTINEL"}}' }],
    ['fails', { status: 500, body: 'SENTINEL' }],
    ['talks nonsense', { status: 200, body: '{"SecretString":"SENTINEL{","data":"SENTINEL"' }],
    ['has nothing', { status: 404, body: '{"errors":[],"SENTINEL":1}' }],
  ];

  it(
    'keeps serving with the present values when the service does not answer, disconnects, refuses, fails, sends garbage or has no secret',
    { timeout: 120_000 },
    async () => {
      const site = await openSite(kind);
      const server = await site.start({ dotenv: '' });
      const { generation, pid } = server.record();
      for (const [what, trouble] of troubles) {
        site.manager.trouble(trouble);
        server.writeDotenv(trouble === 'hang' ? 'ZSCALER_MCP_SECRETS_TIMEOUT=1\n' : '');
        for (const command of ['reload', 'restart']) {
          const verdict = await server.ask(command);
          expect([what, verdict], what).toMatchObject([what, { outcome: 'refused', exitCode: 4, errors: [{ setting: gates[kind] }] }]);
          expect(verdict.errors[0]?.message, what).toMatch(
            /cannot|does not exist|did not|is not in the format|is not a JSON|contains none/,
          );
        }
        expect(await calls(server), what).toBe(true);
        expect(server.record()).toMatchObject({ generation, pid, state: 'ready' });
      }
      site.manager.trouble(null);
      expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged' });
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
      expect(await calls(server)).toBe(true);
      const status = await server.command('status', '--json');
      expect([server.log(), status.out, status.err].join('')).not.toContain('SENTINEL');
    },
  );

  it('asks once for a restart: what was rehearsed is what the next generation gets', async () => {
    const site = await openSite(kind);
    const server = await site.start();
    const atStart = site.manager.asked();
    expect(atStart).toBeGreaterThan(0);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(site.manager.asked()).toBe(2 * atStart);
    expect(await calls(server)).toBe(true);
    expect(server.record()).toMatchObject({ generation: 2, secretSources: [{ kind, settings: ['ZSCALER_CLIENT_SECRET'] }] });
    site.manager.keep({ ZSCALER_CLIENT_SECRET: 'another' });
    expect(await server.ask('restart', '--dry-run')).toMatchObject({ outcome: 'valid', changes: [{ setting: 'ZSCALER_CLIENT_SECRET' }] });
    expect(site.manager.asked()).toBe(3 * atStart);
  });

  it('does not start without them: the code says whether another try may help', async () => {
    const site = await openSite(kind);
    const start = (env: Record<string, string> = {}) =>
      runCommand(['--transport', 'streamable-http', '--port', '0', '--pid-file', join(makeFolder(), 'pid')], {
        env: { ...site.env, ...env },
      });
    site.manager.trouble('hang');
    const late = await start({ ZSCALER_MCP_SECRETS_TIMEOUT: '1' });
    expect([late.code, late.err]).toEqual([1, expect.stringMatching(/cannot read its secrets".*\n.*did not answer within 1 s/)]);
    site.manager.trouble({ status: 403, body: '{"error":{"code":403,"status":"PERMISSION_DENIED"}}' });
    const refused = await start();
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining(gates[kind])]);
    site.manager.trouble(null);
    site.manager.keep({ ZSCALER_CLIENT_SECRET: 'x', ZSCALER_CUSTOMER_ID: 'no good/SENTINEL' });
    const invalid = await start();
    expect([invalid.code, invalid.err]).toEqual([4, expect.stringContaining('ZSCALER_CUSTOMER_ID')]);
  });
});

/** A proxy that tunnels and forwards requests, and counts both by target address. */
async function openProxy(): Promise<{ url: string; wanted: string[] }> {
  const wanted: string[] = [];
  const proxy = createServer((request, response) => {
    const { host, pathname, port, hostname } = new URL(request.url ?? '');
    wanted.push(host);
    const { method, headers } = request;
    const onward = forward({ host: hostname, port, path: pathname, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  proxy.on('connect', ({ url = '' }, client) => {
    wanted.push(url);
    const [host, port] = url.split(':');
    const onward = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(client);
      client.pipe(onward);
    });
    for (const socket of [client, onward]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, wanted };
}

describe('a secrets manager', () => {
  it.each(Object.keys(kinds) as (keyof typeof kinds)[])('is reached through the proxy of the settings: %s', async (kind) => {
    const [site, proxy] = await Promise.all([openSite(kind), openProxy()]);
    const path = join(makeFolder(), '.env');
    const checkWith = async (lines: string) => {
      writeFileSync(path, lines, { mode: 0o600 });
      return runCommand(['check', '--dotenv-path', path], { env: site.env });
    };
    expect((await checkWith(`HTTPS_PROXY=${proxy.url}\nHTTP_PROXY=${proxy.url}\n`)).code).toBe(0);
    const address = Object.values(site.manager.env).find((value) => value.startsWith('http://127.0.0.1'));
    expect(new Set(proxy.wanted)).toEqual(new Set([address?.replace('http://', '')]));
    const before = proxy.wanted.length;
    expect((await checkWith(`HTTPS_PROXY=${proxy.url}\nHTTP_PROXY=${proxy.url}\nNO_PROXY=127.0.0.1\n`)).code).toBe(0);
    expect(proxy.wanted.length).toBe(before);
  });

  it('is asked by no command but check and tools, and none of the others waits for it', async () => {
    const site = await openSite('vault');
    const server = await site.start({ env: { ...site.env, ZSCALER_MCP_SECRETS_TIMEOUT: '60' } });
    const before = site.manager.asked();
    const command = (...words: string[]) => runCommand([...words, '--pid-file', server.pidFile], { env: site.env });
    expect((await command('status')).code).toBe(0);
    expect((await command('reload', '--timeout', '20')).code).toBe(0);
    expect(site.manager.asked()).toBe(before + 1);
    site.manager.trouble('hang');
    const reload = command('reload', '--no-wait');
    await waitFor(() => site.manager.asked() === before + 2);
    expect((await reload).code).toBe(0);
    expect(server.record().state).toBe('reloading');
    expect((await command('status')).code).toBe(0);
    expect(await calls(server)).toBe(true);
    expect((await command('stop', '--timeout', '20')).code).toBe(0);
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(site.manager.asked()).toBe(before + 2);
  });

  it('has precedence below the .env and above the environment, and a reload may change its address', async () => {
    const site = await openSite('vault');
    const level = (value: string) => `ZSCALER_MCP_LOG_LEVEL=${value}\n`;
    site.manager.keep({
      ZSCALER_CLIENT_SECRET: 's',
      ZSCALER_MCP_LOG_LEVEL: 'warn',
      ZSCALER_CLINT_ID: 'SENTINEL',
      ZSCALER_MCP_SESSION_LIMIT: 12,
    });
    const server = await site.start({ env: { ...site.env, ZSCALER_MCP_LOG_LEVEL: 'error' }, dotenv: level('debug') });
    expect(server.log()).toContain('ZSCALER_CLINT_ID');
    server.writeDotenv('');
    expect(await server.ask('reload')).toMatchObject({ changes: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', from: 'debug', to: 'warn' }] });
    site.manager.keep({ ZSCALER_CLIENT_SECRET: 's', ZSCALER_MCP_SESSION_LIMIT: 12 });
    expect(await server.ask('reload')).toMatchObject({ changes: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', from: 'warn', to: 'error' }] });
    server.writeDotenv('ZSCALER_MCP_VAULT_PATH=zscaler/other\n');
    expect(await server.ask('reload')).toMatchObject({ outcome: 'refused', errors: [{ setting: 'ZSCALER_MCP_VAULT_PATH' }] });
    server.writeDotenv('ZSCALER_MCP_VAULT_PATH=\n');
    expect(await server.ask('reload')).toMatchObject({
      outcome: 'applied',
      changes: [
        { setting: 'ZSCALER_MCP_SESSION_LIMIT', to: '10000' },
        { setting: 'ZSCALER_CLIENT_SECRET', to: 'unset' },
        { setting: 'ZSCALER_MCP_VAULT_PATH', to: 'unset' },
      ],
    });
    expect(server.record().secretSources).toEqual([]);
    expect(server.log()).not.toContain('SENTINEL');
  });

  it('is not asked with a wrong token twice: the new one from its file is', async () => {
    const site = await openSite('vault');
    const { VAULT_TOKEN: _, ...env } = site.env;
    const folder = makeFolder();
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${VAULT_TOKEN}\n`);
    const server = await site.start({ env: { ...env, VAULT_TOKEN_FILE: tokenFile } });
    writeFileSync(tokenFile, 'hvs.SENTINEL\n');
    expect(await server.ask('reload')).toMatchObject({ outcome: 'refused', errors: [{ hint: expect.stringContaining('token') }] });
    expect(await calls(server)).toBe(true);
    writeFileSync(tokenFile, `${VAULT_TOKEN}\n`);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged' });
    expect(server.log()).not.toContain('SENTINEL');
  });

  it('does not keep a server that is to end before it serves; a reload that is asked for meanwhile is not lost', async () => {
    const site = await openSite('vault');
    const env = { ...site.env, ZSCALER_MCP_SECRETS_TIMEOUT: '60' };
    site.manager.trouble('hang');
    const ending = await site.start({ env, waitForReady: false });
    await waitFor(() => site.manager.asked() === 1);
    ending.child.kill('SIGTERM');
    expect(await ending.ended).toEqual({ code: 0, signal: null });
    expect(ending.log()).toContain('ended by SIGTERM before it was ready');
    expect(existsSync(ending.pidFile)).toBe(false);
    site.manager.trouble({
      status: 200,
      delayMs: 1_500,
      body: JSON.stringify({ data: { data: { ZSCALER_CLIENT_SECRET: 'x' }, metadata: {} } }),
    });
    const asked = site.manager.asked();
    const serving = await site.start({ env, waitForReady: false });
    await waitFor(() => site.manager.asked() === asked + 1);
    serving.child.kill('SIGHUP');
    await waitFor(() => existsSync(serving.pidFile) && serving.record().operations.length === 1 && serving.record().state === 'ready');
    expect(serving.record().operations).toMatchObject([{ kind: 'reload', outcome: 'unchanged', askedBy: null }]);
  });

  it('is given up in time also where the platform does not hand out credentials, and the command ends', async () => {
    const site = await openSite('gcp');
    const silent = await openStandIn(() => undefined);
    onTestFinished(() => silent.close());
    const env = { ...site.env, GCE_METADATA_HOST: silent.url.replace('http://', ''), ZSCALER_MCP_SECRETS_TIMEOUT: '1' };
    const { code, out, err } = await runCommand(['check', '--transport', 'stdio'], { env });
    expect([code, out + err]).toEqual([4, expect.stringContaining('did not answer within 1 s')]);
    expect(silent.asked.length).toBeGreaterThan(0);
  });

  it.each(['aws', 'gcp'] as const)('whose SDK is not installed (%s) is reported with the name of the package', async (kind) => {
    const site = await openSite(kind);
    const folder = makeFolder();
    mkdirSync(join(folder, 'app'));
    cpSync(join(root, 'dist'), join(folder, 'app/dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(folder, 'app/package.json'));
    const program = join(folder, 'app/dist/main.js');
    const { code, err } = await runCommand(['check', '--transport', 'stdio'], { env: site.env, program, cwd: folder });
    const name = kind === 'aws' ? '@aws-sdk/client-secrets-manager' : '@google-cloud/secret-manager';
    expect([code, err]).toEqual([4, expect.stringContaining(`npm install ${name}`)]);
    expect(site.manager.asked()).toBe(0);
  });
});
