import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCloud } from './cloud.ts';
import { startServer, waitFor } from './harness.ts';
import { openSession } from './mcp.ts';

describe('a restart', () => {
  it.each(['2025-03-26', '2025-06-18', '2025-11-25'])(
    'keeps a session of revision %s under its id, restart after restart',
    async (revision) => {
      const server = await startServer();
      const session = await openSession(server.url, revision);
      for (let generation = 2; generation <= 4; generation++) {
        expect(await server.ask('restart')).toMatchObject({
          outcome: 'restarted',
          generation,
          message: expect.stringContaining('1 MCP session continues') as string,
        });
        const reply = await session.send('tools/call', { name: 'zia_list_rule_labels', arguments: {} });
        expect([reply.status, reply.body?.error]).toEqual([200, undefined]);
      }
      expect((await session.send('ping')).body?.result).toEqual({});
    },
  );

  it('keeps an idle session through a generation that never used it', async () => {
    const server = await startServer();
    const session = await openSession(server.url);
    await server.ask('restart');
    await server.ask('restart');
    expect((await session.send('tools/list')).status).toBe(200);
  });

  it('goes unnoticed by clients of both SDKs, event streams included', async () => {
    const server = await startServer({ dotenv: '' });
    const old = new OldClient({ name: 'old', version: '1' });
    await old.connect(new OldTransport(new URL(server.url)));
    const current = new Client({ name: 'current', version: '1' }, { versionNegotiation: { mode: 'legacy' } });
    await current.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    onTestFinished(async () => {
      await old.close();
      await current.close();
    });
    let changes = 0;
    old.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++);
    for (let round = 0; round < 3; round++) {
      expect((await server.ask('restart')).outcome).toBe('restarted');
      for (const client of [old, current])
        expect((await client.callTool({ name: 'zia_list_rule_labels', arguments: {} })).isError ?? false).toBe(false);
    }
    server.writeDotenv('ZSCALER_MCP_TOOLSETS=zia_rule_labels\n');
    expect((await server.ask('restart')).outcome).toBe('restarted');
    const own = (await old.listTools()).tools.map(({ name }) => name).filter((name) => !name.startsWith('zscaler_'));
    expect(own).toEqual(['zia_list_rule_labels', 'zia_get_rule_label']);
    await waitFor(() => changes > 0);
  });

  it.each([
    { setting: '', words: [], kept: true },
    { setting: '', words: ['--keep-sessions'], kept: true },
    { setting: '', words: ['--end-sessions'], kept: false },
    { setting: 'true', words: [], kept: true },
    { setting: 'true', words: ['--end-sessions'], kept: false },
    { setting: 'false', words: [], kept: false },
    { setting: 'false', words: ['--keep-sessions'], kept: true },
    { setting: 'false', words: ['--end-sessions'], kept: false },
  ])('with the setting "$setting" and $words: sessions are kept: $kept', async ({ setting, words, kept }) => {
    const server = await startServer({ dotenv: setting === '' ? '\n' : `ZSCALER_MCP_RESTART_KEEP_SESSIONS=${setting}\n` });
    const session = await openSession(server.url);
    const { message } = await server.ask('restart', '--dry-run', ...words);
    expect(message.includes('1 MCP session would end')).toBe(!kept);
    expect(await server.ask('restart', ...words)).toMatchObject({
      outcome: 'restarted',
      message: `generation 2 serves; ${kept ? '1 MCP session continues' : '1 MCP session ended, its client must start over'}`,
    });
    expect((await session.send('tools/list')).status).toBe(kept ? 200 : 404);
    expect((await (await openSession(server.url)).send('tools/list')).status).toBe(200);
  });

  it.each([
    ['', 200],
    ['ZSCALER_MCP_RESTART_KEEP_SESSIONS=false\n', 404],
  ])('by a bare SIGUSR2 does what the setting says: %j, %d', async (dotenv, status) => {
    const server = await startServer({ dotenv });
    const session = await openSession(server.url);
    process.kill(server.pid, 'SIGUSR2');
    await waitFor(async () => {
      const { state, generation } = await server.ask('status');
      return state === 'ready' && generation === 2;
    });
    expect((await session.send('tools/list')).status).toBe(status);
  });

  it('refuses to both keep and end them', async () => {
    const server = await startServer();
    const verdict = await server.ask('restart', '--keep-sessions', '--end-sessions');
    expect(verdict).toMatchObject({ exitCode: 2, message: '--keep-sessions and --end-sessions exclude each other' });
    expect(await server.ask('status')).toMatchObject({ generation: 1 });
  });

  it('does not bring back a session that its client ended', async () => {
    const server = await startServer();
    const session = await openSession(server.url);
    await fetch(server.url, { method: 'DELETE', headers: { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25' } });
    await server.ask('restart');
    expect((await session.send('tools/list')).status).toBe(404);
  });

  it('ends a call that was cut off at the drain deadline with "outcome unknown" at once', async () => {
    const cloud = await startCloud();
    cloud.hold();
    const server = await startServer({ demo: false, dotenv: `${cloud.dotenv()}ZSCALER_MCP_DRAIN_TIMEOUT=1\n` });
    const client = new OldClient({ name: 'old', version: '1' });
    await client.connect(new OldTransport(new URL(server.url)));
    onTestFinished(() => client.close());
    const call = client.callTool({ name: 'zia_list_rule_labels', arguments: {} }).catch((error: Error) => error.message);
    await waitFor(() => cloud.inFlight() === 1);
    const verdict = await server.ask('restart');
    expect(verdict.message).toContain('1 request did not finish in time');
    expect(await call).toContain('Outcome unknown');
    expect((await client.listTools()).tools.length).toBeGreaterThan(5);
  });

  it('keeps sessions when the next generation could not get ready and this one came back', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const session = await openSession(server.url);
    server.writeDotenv('ZSCALER_MCP_PORT=x\n');
    expect(await server.ask('restart')).toMatchObject({ outcome: 'refused' });
    expect((await session.send('tools/list')).status).toBe(200);
  });
});
