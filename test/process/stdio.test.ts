import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCloud } from './cloud.ts';
import { cleanEnv, entry, makeFolder, runCommand, startServer, waitFor, type TestServer } from './harness.ts';

interface Answer {
  readonly id?: unknown;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** The messages that the server has written, one per line; any other line fails the test. */
const answers = (server: TestServer): Answer[] =>
  server
    .stdout()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Answer);

const send = (server: TestServer, message: object): void =>
  void server.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

async function open(server: TestServer): Promise<void> {
  send(server, {
    id: 'open',
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } },
  });
  await waitFor(() => answers(server).some(({ id }) => id === 'open'));
  send(server, { method: 'notifications/initialized' });
}

const call = (server: TestServer, id: number, padding = ''): void =>
  send(server, {
    id,
    method: 'tools/call',
    params: { name: 'zia_list_rule_labels', arguments: { search: `n-${id}` }, _meta: { padding } },
  });

describe('over stdio', () => {
  it('the four commands work, and the end of input ends the server', async () => {
    const server = await startServer({ transport: 'stdio' });
    expect(await server.ask('status')).toMatchObject({ running: true, transport: 'stdio', host: null, port: null, url: null });
    expect((await server.ask('reload')).exitCode).toBe(0);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
    server.child.stdin?.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect((await runCommand(['status', '--pid-file', server.pidFile])).code).toBe(3);
    const other = await startServer({ transport: 'stdio' });
    expect((await other.ask('stop')).outcome).toBe('stopped');
    expect(await other.ended).toEqual({ code: 0, signal: null });
  });

  it('a restart loses no byte: requests of 60 kB in a steady stream, each answered once, in the same session', async () => {
    const server = await startServer({ transport: 'stdio', args: ['--log-level', 'error'] });
    await open(server);
    let sent = 0;
    const timer = setInterval(() => call(server, sent++, 'x'.repeat(60_000)), 20);
    for (let round = 0; round < 6; round++)
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: round + 2 });
    clearInterval(timer);
    await waitFor(() => answers(server).filter(({ id }) => typeof id === 'number').length >= sent);
    const replies = answers(server).filter(({ id }) => typeof id === 'number');
    expect(replies.map(({ id }) => id as number).sort((one, other) => one - other)).toEqual(Array.from({ length: sent }, (_, n) => n));
    expect(replies.filter(({ error, result }) => error !== undefined || result?.['isError'] === true)).toEqual([]);
    expect(answers(server).filter(({ id }) => id === 'open').length, 'the handshake is repeated unheard').toBe(1);
    expect(answers(server).filter(({ id }) => id !== 'open' && typeof id !== 'number')).toEqual([]);
    expect(sent).toBeGreaterThan(50);
  });

  it('what arrives in the last moment before the exec is not lost', async () => {
    /** Stretches the turn of the event loop that is given to signals before the exec. */
    const slowTurn = `
      const timers = process.getBuiltinModule('node:timers/promises');
      const { setImmediate: turn } = timers;
      timers.setImmediate = async (...args) => (await timers.setTimeout(60), turn(...args));`;
    const execArgv = [`--import=data:text/javascript,${encodeURIComponent(slowTurn)}`];
    const server = await startServer({ transport: 'stdio', execArgv });
    await open(server);
    let sent = 0;
    const timer = setInterval(() => call(server, sent++, 'x'.repeat(6_000)), 5);
    onTestFinished(() => clearInterval(timer));
    for (let round = 0; round < 2; round++) expect(await server.ask('restart'), server.log()).toMatchObject({ outcome: 'restarted' });
    clearInterval(timer);
    await waitFor(() => answers(server).filter(({ id }) => typeof id === 'number').length >= sent);
    expect(answers(server).filter(({ error }) => error !== undefined)).toEqual([]);
  });

  it('half a message in the pipe is taken up by the next generation', async () => {
    const server = await startServer({ transport: 'stdio' });
    await open(server);
    const line = `${JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/list' })}\n`;
    server.child.stdin?.write(line.slice(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await server.ask('restart')).outcome).toBe('restarted');
    server.child.stdin?.write(line.slice(20));
    await waitFor(() => answers(server).some(({ id }) => id === 7));
    expect(answers(server).find(({ id }) => id === 7)?.error).toBeUndefined();
  });

  it('a call that outlives the drain timeout ends with "outcome unknown", and the session continues', async () => {
    const cloud = await startCloud();
    cloud.hold();
    const server = await startServer({ transport: 'stdio', demo: false, dotenv: `${cloud.dotenv()}ZSCALER_MCP_DRAIN_TIMEOUT=1\n` });
    await open(server);
    call(server, 1);
    await waitFor(() => cloud.inFlight() === 1);
    expect((await server.ask('restart')).outcome).toBe('restarted');
    await waitFor(() => answers(server).some(({ id }) => id === 1));
    expect(answers(server).find(({ id }) => id === 1)?.error?.message).toContain('Outcome unknown');
    send(server, { id: 2, method: 'tools/list' });
    await waitFor(() => answers(server).some(({ id }) => id === 2));
  });

  it('the client hears that the list of tools changed', async () => {
    const server = await startServer({ transport: 'stdio', dotenv: '' });
    await open(server);
    server.writeDotenv('ZSCALER_MCP_TOOLSETS=zia_rule_labels\n');
    expect((await server.ask('restart')).outcome).toBe('restarted');
    await waitFor(() => answers(server).some(({ method }) => method === 'notifications/tools/list_changed'));
  });

  it.each(['legacy', '2026-07-28'] as const)("the SDK's client, %s, does not notice restarts", async (era) => {
    const folder = makeFolder();
    const pidFile = join(folder, 'pid');
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: era } } });
    onTestFinished(() => client.close());
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [entry, '--demo', '--pid-file', pidFile],
        env: cleanEnv(),
        stderr: 'ignore',
      }),
    );
    expect((await client.listTools()).tools.length).toBeGreaterThan(5);
    for (let generation = 2; generation <= 4; generation++) {
      const { out } = await runCommand(['restart', '--json', '--pid-file', pidFile]);
      expect(JSON.parse(out)).toMatchObject({ outcome: 'restarted', generation });
      expect((await client.callTool({ name: 'zia_list_rule_labels', arguments: {} })).isError ?? false).toBe(false);
    }
  });
});
