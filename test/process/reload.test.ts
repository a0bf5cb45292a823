import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, runCommand, startServer, waitFor } from './harness.ts';
import { callTool, openSession, textOf } from './mcp.ts';
import { startCloud } from './cloud.ts';

describe('reload', () => {
  it('applies what applies live and says so by name, with old and new value', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_TOOL_CALLS=false\n' });
    await callTool(server.url, 'zia_list_rule_labels');
    expect(server.log()).not.toContain('[TOOL CALL]');
    server.writeDotenv('ZSCALER_MCP_LOG_TOOL_CALLS=true\n');
    const verdict = await server.ask('reload');
    expect(verdict).toMatchObject({
      kind: 'reload',
      outcome: 'applied',
      exitCode: 0,
      changes: [{ setting: 'ZSCALER_MCP_LOG_TOOL_CALLS', applies: 'reload', from: 'false', to: 'true' }],
      pendingRestart: [],
      errors: [],
      envSource: 'live',
      generation: 1,
    });
    await callTool(server.url, 'zia_list_rule_labels', { search: 'x' });
    expect(server.log()).toMatch(/\[TOOL CALL\] zia_list_rule_labels \| args: \{"search": ?"x"\}/);
    expect(server.record().operations).toMatchObject([
      { kind: 'reload', outcome: 'applied', changed: ['ZSCALER_MCP_LOG_TOOL_CALLS'], askedBy: { uid: process.getuid?.() } },
    ]);
  });

  it('changes nothing when the file is the same', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged', exitCode: 0, changes: [] });
  });

  it('says 3 and names what waits for a restart, again at the next reload, and forgets it when it is taken back', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\nZSCALER_MCP_TOOLSETS=zia_rule_labels\nZSCALER_VANITY_DOMAIN=acme\n');
    const verdict = await server.ask('reload');
    expect(verdict).toMatchObject({ outcome: 'applied-restart-pending', exitCode: 3 });
    expect([...verdict.pendingRestart].sort()).toEqual(['ZSCALER_MCP_TOOLSETS', 'ZSCALER_VANITY_DOMAIN']);
    expect(verdict.message).toContain('ZSCALER_MCP_LOG_LEVEL');
    expect(verdict.message).toContain('ZSCALER_MCP_TOOLSETS');
    expect((await server.ask('status'))['config']).toMatchObject({ pendingRestart: verdict.pendingRestart });
    expect(await server.ask('reload')).toMatchObject({ exitCode: 3, pendingRestart: verdict.pendingRestart });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
    expect(await server.ask('reload')).toMatchObject({ exitCode: 0, pendingRestart: [] });
  });

  it('lets a deleted variable fall back to the layer below', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_TOOL_CALLS=true\n', env: { ZSCALER_MCP_LOG_TOOL_CALLS: 'false' } });
    server.writeDotenv('# nothing\n');
    expect(await server.ask('reload')).toMatchObject({ changes: [{ setting: 'ZSCALER_MCP_LOG_TOOL_CALLS', from: 'true', to: 'false' }] });
    await callTool(server.url, 'zia_list_rule_labels');
    expect(server.log()).not.toContain('[TOOL CALL]');
  });

  it('of a bad file is refused with every problem, file and line; the server answers before, meanwhile and after', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    server.writeDotenv(
      'ZSCALER_MCP_LOG_LEVEL=loud\n\nZSCALER_MCP_PORT=http\nZSCALER_VANITY_DOMAIN=evil.example/x?\nNODE_OPTIONS=--inspect\n"broken\n',
    );
    const [verdict, meanwhile] = await Promise.all([server.ask('reload'), callTool(server.url, 'zia_list_rule_labels')]);
    expect(meanwhile.status).toBe(200);
    expect(verdict).toMatchObject({ outcome: 'refused', exitCode: 4 });
    const places = verdict.errors.map(({ setting, line }) => `${setting}:${line}`);
    expect(places).toEqual(
      expect.arrayContaining([
        'ZSCALER_MCP_LOG_LEVEL:1',
        'ZSCALER_MCP_PORT:3',
        'ZSCALER_VANITY_DOMAIN:4',
        expect.stringMatching(/NODE_OPTIONS:5|null:5/) as string,
        expect.stringMatching(/:6$/) as string,
      ]),
    );
    expect(verdict.errors.every(({ file }) => file === server.dotenvPath)).toBe(true);
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    expect(server.record()).toMatchObject({ failedCount: 1, state: 'ready', generation: 1 });
    expect(server.record().operations[0]?.errors, 'the last failed attempt can be looked up').toEqual(verdict.errors);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\n');
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
  });

  it('refuses a file that is not UTF-8 or too large, and says which', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    writeFileSync(server.dotenvPath, Buffer.from([0x41, 0x3d, 0xff, 0xfe, 0x0a]));
    expect(await server.ask('reload')).toMatchObject({ exitCode: 4, errors: [{ file: server.dotenvPath }] });
    writeFileSync(server.dotenvPath, `# ${'x'.repeat(1_100_000)}\n`);
    expect(await server.ask('reload')).toMatchObject({ exitCode: 4 });
  });

  it('keeps sessions: the same ID stays valid, with the state of the previous call', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const session = await openSession(server.url);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\n');
    expect((await server.ask('reload')).exitCode).toBe(0);
    const reply = await session.send('tools/call', { name: 'zia_list_rule_labels', arguments: {} });
    expect([reply.status, reply.body?.error]).toEqual([200, undefined]);
  });

  it('lets a slow call end under the configuration it began with', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    server.writeDotenv(`${cloud.dotenv()}ZSCALER_MCP_LOG_TOOL_CALLS=true\n`);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
    release();
    const reply = await call;
    expect(reply.status, textOf(reply)).toBe(200);
    expect(reply.body?.result?.['isError']).not.toBe(true);
    expect(server.log()).not.toContain('[TOOL OK]');
  });

  it('serves calls with new credentials from then on, without a restart', async () => {
    const cloud = await startCloud();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    expect((await callTool(server.url, 'zia_list_rule_labels')).body?.result?.['isError']).not.toBe(true);
    server.writeDotenv(cloud.dotenv({ ZSCALER_CLIENT_SECRET: 'wrong-one' }));
    expect(await server.ask('reload')).toMatchObject({
      outcome: 'applied-restart-pending',
      changes: [{ setting: 'ZSCALER_CLIENT_SECRET', from: 'changed', to: 'changed', applies: 'reload' }],
      pendingRestart: ['entitlement-filter'],
    });
    expect((await callTool(server.url, 'zia_list_rule_labels')).body?.result?.['isError']).toBe(true);
    server.writeDotenv(cloud.dotenv());
    await server.ask('reload');
    expect((await callTool(server.url, 'zia_list_rule_labels')).body?.result?.['isError']).not.toBe(true);
  });

  it('answers two at once, both, in order', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\n');
    const verdicts = await Promise.all([server.ask('reload'), server.ask('reload'), server.ask('reload')]);
    expect(verdicts.map(({ outcome }) => outcome).sort()).toEqual(['applied', 'unchanged', 'unchanged']);
    expect(server.record().operations.length).toBe(3);
  });

  it('of a bare SIGHUP works without anybody who asked', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\n');
    process.kill(server.pid, 'SIGHUP');
    await waitFor(() => server.record().operations.length === 1);
    expect(server.record().operations[0]).toMatchObject({ outcome: 'applied', askedBy: null });
  });

  it('with --dry-run says what would change and changes nothing', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_TOOL_CALLS=false\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_TOOL_CALLS=true\n');
    expect(await server.ask('reload', '--dry-run')).toMatchObject({
      outcome: 'valid',
      exitCode: 0,
      changes: [{ setting: 'ZSCALER_MCP_LOG_TOOL_CALLS' }],
      dryRun: true,
    });
    expect((await server.command('reload', '--dry-run')).out).toMatch(/ZSCALER_MCP_LOG_TOOL_CALLS +false -> true +would be in force\n/);
    await callTool(server.url, 'zia_list_rule_labels');
    expect(server.log()).not.toContain('[TOOL CALL]');
    server.writeDotenv('ZSCALER_MCP_TOOLSETS=zia_locations\n');
    expect(await server.ask('reload', '--dry-run')).toMatchObject({
      outcome: 'valid',
      exitCode: 3,
      pendingRestart: ['ZSCALER_MCP_TOOLSETS'],
    });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=loud\n');
    expect(await server.ask('reload', '--dry-run')).toMatchObject({ outcome: 'refused', exitCode: 4 });
    expect(server.record()).toMatchObject({ operations: [], failedCount: 0, config: { pendingRestart: [] } });
  });

  it('and its dry run refuse alike what only a part of the server can judge, in words', async () => {
    const server = await startServer({ dotenv: '\n' });
    const unusable = {
      'ZSCALER_MCP_AUDIT_FILE=/nowhere/audit.log': /^\/nowhere\/audit.log cannot be opened: there is no folder \/nowhere$/,
      [`ZSCALER_MCP_AUDIT_FILE=${server.folder}`]: /cannot be opened: it is a folder$/,
      'ZSCALER_MCP_AUDIT_FILE=/dev/null': /cannot be opened: it is not a regular file$/,
    };
    for (const [line, message] of Object.entries(unusable)) {
      server.writeDotenv(`${line}\n`);
      const refusal = {
        outcome: 'refused',
        exitCode: 4,
        errors: [{ setting: 'ZSCALER_MCP_AUDIT_FILE', message: expect.stringMatching(message) as string }],
      };
      expect(await server.ask('reload', '--dry-run'), line).toMatchObject(refusal);
      expect(await server.ask('reload'), line).toMatchObject(refusal);
    }
  });

  it('with --no-wait says that it was not confirmed', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const { code, out } = await server.command('reload', '--no-wait');
    expect([code, out]).toEqual([0, expect.stringContaining('not confirmed')]);
    await waitFor(() => server.record().operations.length === 1);
  });

  it('with --expect-generation refuses when another generation runs', async () => {
    const server = await startServer({ dotenv: '' });
    expect(await server.ask('reload', '--expect-generation', '2')).toMatchObject({ outcome: 'refused', exitCode: 4 });
    expect(await server.ask('reload', '--expect-generation', '1')).toMatchObject({ exitCode: 0 });
  });

  it('works from any directory, and from one that is gone', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    expect((await runCommand(['reload', '--pid-file', server.pidFile], { cwd: '/' })).code).toBe(0);
    const gone = makeFolder();
    for (const word of ['reload', 'restart', 'status', 'stop']) {
      const through = ['sh', '-c', `mkdir ${gone}/${word}; cd ${gone}/${word}; rmdir ${gone}/${word}; exec "$@"`, 'sh'];
      expect((await runCommand([word, '--pid-file', server.pidFile], { through })).code, word).toBe(0);
    }
  });

  it('refuses a part that cannot prepare, and keeps everything as it was', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv(`ZSCALER_MCP_LOG_LEVEL=debug\nZSCALER_CLIENT_ID=x\nZSCALER_PRIVATE_KEY=${join(server.folder, 'no-such-key.pem')}\n`);
    const verdict = await server.ask('reload');
    expect(verdict).toMatchObject({ outcome: 'refused', exitCode: 4 });
    rmSync(join(server.folder, 'none'), { force: true });
    expect(server.record().config.pendingRestart).toEqual([]);
  });
});
