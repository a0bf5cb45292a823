/** A server whose program was removed from disk, as an upgrade or an uninstall does: it serves and reloads as before. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder, missing, startServer, waitFor, type ServerOptions, type TestServer } from './harness.ts';
import { install } from './install.ts';
import { modern, openSession, textOf } from './mcp.ts';

const key = 'a-key-that-is-long-enough-for-a-test-0123456789';
const bearer = { authorization: `Bearer ${key}` };
const WITH_KEY = `ZSCALER_MCP_LOG_LEVEL=debug\nZSCALER_MCP_AUTH_API_KEY=${key}\n`;
const query = { query: '[0].name' };

/** Starts an installed server, waits until it has loaded what it may need later, and removes it from disk. */
async function startUninstalled(options: ServerOptions): Promise<TestServer & { readonly putBack: () => void }> {
  const folder = makeFolder();
  install(join(folder, 'app'), '1.1.1');
  const server = await startServer({ dotenv: WITH_KEY, program: join(folder, 'app/dist/main.js'), ...options });
  await waitFor(
    () => server.log().includes('all that later requests may need is loaded'),
    () => server.log(),
  );
  renameSync(join(folder, 'app'), join(folder, 'gone'));
  return Object.assign(server, { putBack: () => renameSync(join(folder, 'gone'), join(folder, 'app')) });
}

/** Lists rule labels with a query, in each way that a client can. */
const listing: Readonly<Record<'streamable-http' | 'sse' | 'stdio', (server: TestServer) => Promise<string>>> = {
  'streamable-http': async ({ url }) => textOf(await modern(url, 'tools/call', { name: 'zia_list_rule_labels', arguments: query }, bearer)),
  async sse({ url }) {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new SSEClientTransport(new URL(url), { requestInit: { headers: bearer } }));
    onTestFinished(() => client.close());
    const { content } = await client.callTool({ name: 'zia_list_rule_labels', arguments: query });
    return (content as { text: string }[])[0]?.text ?? '';
  },
  async stdio(server) {
    const say = (message: object) => server.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const id = Date.now();
    const answer = () =>
      server
        .stdout()
        .split('\n')
        .find((line) => line.includes(`"id":${id}`));
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    say({ id: 'open', method: 'initialize', params });
    say({ method: 'notifications/initialized' });
    say({ id, method: 'tools/call', params: { name: 'zia_list_rule_labels', arguments: query } });
    await waitFor(() => answer() !== undefined);
    return (JSON.parse(answer() ?? '') as { result: { content: { text: string }[] } }).result.content[0]?.text ?? '';
  },
};

describe.skipIf(missing('linux'))('a server whose program is gone from disk', () => {
  it.each(['streamable-http', 'sse', 'stdio'] as const)(
    'answers a list with a query over %s, reloads, and refuses to restart',
    async (transport) => {
      const server = await startUninstalled({ transport });
      expect(await listing[transport](server)).toContain('"');
      server.writeDotenv(`${WITH_KEY}ZSCALER_MCP_LOG_TOOL_CALLS=true\nZSCALER_MCP_RATE_LIMIT=1000\nZSCALER_MCP_METRICS=true\n`);
      expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', errors: [] });
      expect(await server.ask('restart')).toMatchObject({ outcome: 'refused', exitCode: 4 });
      expect(await listing[transport](server), 'after a restart that was refused').toContain('"');
      expect(await server.ask('stop')).toMatchObject({ outcome: 'stopped' });
      expect(server.log()).not.toMatch(/ERR_MODULE_NOT_FOUND|a fault in this server/);
    },
  );

  it('judges keys, limits, counts and audits requests, keeps sessions, and restarts when it is back', async () => {
    const server = await startUninstalled({});
    const base = new URL(server.url).origin;
    const statusOf = async (headers: Record<string, string>) => (await modern(server.url, 'tools/list', {}, headers)).status;
    const session = await openSession(server.url, '2025-11-25', bearer);
    expect(await statusOf({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await statusOf({})).toBe(401);
    expect(await statusOf(bearer)).toBe(200);
    const audit = join(server.folder, 'audit.jsonl');
    server.writeDotenv(`${WITH_KEY}ZSCALER_MCP_METRICS=true\nZSCALER_MCP_AUDIT_FILE=${audit}\nZSCALER_MCP_RATE_LIMIT=3\n`);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', errors: [] });
    expect((await session.send('tools/call', { name: 'zia_list_rule_labels', arguments: query })).status).toBe(200);
    expect(existsSync(audit)).toBe(true);
    const metrics = await fetch(`${base}/metrics`, { headers: bearer });
    expect([metrics.status, await metrics.text()]).toEqual([200, expect.stringContaining('zscaler_mcp_')]);
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push(await statusOf(bearer));
    expect(statuses).toContain(429);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'refused', exitCode: 4 });
    server.writeDotenv(WITH_KEY);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', errors: [] });
    expect((await session.send('tools/list')).status).toBe(200);
    server.putBack();
    expect(await server.ask('restart', '--keep-sessions')).toMatchObject({ outcome: 'restarted', generation: 2 });
    expect((await session.send('tools/list')).status).toBe(200);
  });
});

describe.skipIf(missing('linux'))('the FFI removed under a running server', () => {
  it('leaves the next restart what it was promised to be, and is said of the one after it', async () => {
    const folder = makeFolder();
    install(join(folder, 'app'), '1.1.1');
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=debug\n', program: join(folder, 'app/dist/main.js') });
    const isLoaded = () => server.log().split('all that later requests may need is loaded').length - 1;
    await waitFor(() => isLoaded() === 1);
    rmSync(join(folder, 'app/node_modules'));
    expect((await server.ask('status'))['handover']).toBe('descriptor');
    expect(await server.ask('restart', '--dry-run')).toMatchObject({
      message: expect.stringContaining('a restart keeps the listening socket and idle connections') as string,
      warnings: [expect.stringContaining('the one after it opens it again')],
    });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', message: 'generation 2 serves' });
    await waitFor(() => isLoaded() === 2);
    expect((await server.ask('restart', '--dry-run')).message).toContain('a restart opens the socket again: connections are refused');
    expect((await server.command('status')).out).toContain('opens the socket again');
    expect((await server.ask('restart')).message).toMatch(/^generation 3 serves; .*bound again/);
  });

  it('that is there and cannot be loaded is not promised', async () => {
    const folder = makeFolder();
    install(join(folder, 'app'), '1.1.1');
    const modules = join(folder, 'app/node_modules');
    rmSync(modules);
    mkdirSync(join(modules, 'koffi'), { recursive: true });
    writeFileSync(join(modules, 'koffi/index.js'), "throw new Error('no build for this platform');\n");
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=debug\n', program: join(folder, 'app/dist/main.js') });
    await waitFor(() => server.log().includes('all that later requests may need is loaded'));
    expect((await server.ask('status'))['handover']).toBe('rebind');
    expect((await server.ask('restart', '--dry-run')).message).toContain('opens the socket again');
  });
});
