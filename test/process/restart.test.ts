import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder, missing, root, startServer, waitFor } from './harness.ts';
import { callTool, textOf } from './mcp.ts';
import { startCloud } from './cloud.ts';

describe('restart', () => {
  it('keeps PID and address, raises the generation, and applies what waited', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_TOOLSETS=zia_rule_labels\n');
    expect((await server.ask('reload')).exitCode).toBe(3);
    const verdict = await server.ask('restart');
    expect(verdict).toMatchObject({ kind: 'restart', outcome: 'restarted', exitCode: 0, generation: 2, pendingRestart: [] });
    expect(verdict.changes.map(({ setting }) => setting).sort()).toEqual(
      ['ZSCALER_MCP_LOG_LEVEL', 'ZSCALER_MCP_TOOLSETS'].filter((name) => name !== 'ZSCALER_MCP_LOG_LEVEL'),
    );
    expect(server.record()).toMatchObject({
      pid: server.pid,
      generation: 2,
      state: 'ready',
      url: server.url,
      config: { pendingRestart: [] },
    });
    expect(textOf(await callTool(server.url, 'zid_list_users'))).toContain('zid_list_users');
    expect((await callTool(server.url, 'zia_list_rule_labels')).body?.result?.['isError']).not.toBe(true);
  });

  it('lets a deleted variable fall back, and keeps the boot environment unchanged', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_TOOL_CALLS=true\n', env: { ZSCALER_MCP_LOG_TOOL_CALLS: 'false' } });
    server.writeDotenv('# nothing\n');
    expect((await server.ask('restart')).exitCode).toBe(0);
    await callTool(server.url, 'zia_list_rule_labels');
    expect(server.log()).not.toContain('[TOOL CALL]');
    expect((await server.ask('restart')).exitCode).toBe(0);
    const environ = readFileSync(`/proc/${server.pid}/environ`, 'utf8');
    expect(environ).toContain('ZSCALER_MCP_LOG_TOOL_CALLS=false');
  });

  it('keeps what a client created in the demo tenant', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_WRITE_ENABLED=true\nZSCALER_MCP_WRITE_TOOLS=zia_create_rule_label\n' });
    const created = await callTool(server.url, 'zia_create_rule_label', { name: 'Of a newcomer' });
    expect(created.body?.result?.['isError'] ?? false, textOf(created)).toBe(false);
    for (let round = 0; round < 2; round++) {
      expect((await server.ask('restart')).outcome).toBe('restarted');
      expect(textOf(await callTool(server.url, 'zia_list_rule_labels'))).toContain('Of a newcomer');
    }
  });

  it('into a bad configuration is refused; the server answers before, meanwhile and after', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_PORT=99999999\nZSCALER_MCP_TRANSPORT=carrier-pigeon\n');
    const [verdict, meanwhile] = await Promise.all([server.ask('restart'), callTool(server.url, 'zia_list_rule_labels')]);
    expect(meanwhile.status).toBe(200);
    expect(verdict).toMatchObject({ outcome: 'refused', exitCode: 4, errors: [{ line: 1 }, { line: 2 }] });
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    expect(server.record()).toMatchObject({ generation: 1, state: 'ready', failedCount: 1 });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\n');
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
  });

  it('to an address in use, or not of this machine, is refused before anything is given up', async () => {
    const other = await startServer();
    const server = await startServer({ anyPort: false, dotenv: 'ZSCALER_MCP_PORT=0\n' });
    server.writeDotenv(`ZSCALER_MCP_PORT=${other.record().port}\n`);
    expect(await server.ask('restart')).toMatchObject({
      outcome: 'refused',
      exitCode: 4,
      message: expect.stringContaining('in use') as string,
    });
    server.writeDotenv('ZSCALER_MCP_PORT=0\nZSCALER_MCP_HOST=192.0.2.77\n');
    expect(await server.ask('restart')).toMatchObject({ outcome: 'refused', exitCode: 4 });
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    expect(server.record()).toMatchObject({ generation: 1, failedCount: 2 });
  });

  it('moves to another loopback address when the configuration says so', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_HOST=127.0.0.1\n' });
    server.writeDotenv('ZSCALER_MCP_HOST=127.0.0.2\n');
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    const { url } = server.record();
    expect(url).toContain('http://127.0.0.2:');
    expect((await callTool(url ?? '', 'zia_list_rule_labels')).status).toBe(200);
  });

  it('waits for the calls in flight', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    const verdict = server.ask('restart');
    await waitFor(() => server.record().state === 'draining');
    release();
    expect((await verdict).exitCode).toBe(0);
    const reply = await call;
    expect([reply.status, reply.body?.result?.['isError'] ?? false], textOf(reply)).toEqual([200, false]);
  });

  it('cuts off what outlives the drain timeout with a proper error, and says how many', async () => {
    const cloud = await startCloud();
    cloud.hold();
    const server = await startServer({ demo: false, dotenv: `${cloud.dotenv()}ZSCALER_MCP_DRAIN_TIMEOUT=1\n` });
    const call = callTool(server.url, 'zia_list_rule_labels').catch((error: unknown) => ({ status: 0, error }));
    await waitFor(() => cloud.inFlight() === 1);
    const verdict = await server.ask('restart');
    expect(verdict.message).toContain('1 request did not finish in time');
    expect((await call).status).not.toBe(200);
  });

  it('is refused when the interpreter is gone', async () => {
    const interpreter = join(makeFolder(), 'node');
    copyFileSync(process.execPath, interpreter);
    chmodSync(interpreter, 0o755);
    const server = await startServer({ interpreter });
    rmSync(interpreter);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'refused', exitCode: 4 });
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    copyFileSync(process.execPath, interpreter);
    chmodSync(interpreter, 0o755);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
  });

  it('whose exec fails is rolled back: 5, and this generation keeps serving, idle connections included', async () => {
    const interpreter = join(makeFolder(), 'node');
    copyFileSync(process.execPath, interpreter);
    chmodSync(interpreter, 0o755);
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ interpreter, demo: false, dotenv: cloud.dotenv() });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const before = await portUsed(server.url, agent);
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    const verdict = server.ask('restart');
    await waitFor(() => server.record().state === 'draining');
    chmodSync(interpreter, 0o644);
    release();
    expect(await verdict).toMatchObject({ outcome: 'rolled-back', exitCode: 5, generation: 1 });
    expect((await call).status).toBe(200);
    expect(await portUsed(server.url, agent), 'the same connection continues').toBe(before);
    expect(server.record()).toMatchObject({ state: 'ready', generation: 1, failedCount: 1 });
    chmodSync(interpreter, 0o755);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
  });

  it('into a generation that refuses its configuration after all comes back to the one before it, on the same sockets: 5, once', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const before = await portUsed(server.url, agent);
    const key = join(server.folder, 'key.pem');
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2_048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    writeFileSync(key, privateKey);
    server.writeDotenv(`${cloud.dotenv()}ZSCALER_PRIVATE_KEY=${key}\n`);
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    const verdict = server.ask('restart', '--timeout', '100');
    await waitFor(() => server.record().state === 'draining');
    rmSync(key);
    release();
    expect((await call).status).toBe(200);
    expect(await verdict).toMatchObject({
      outcome: 'rolled-back',
      exitCode: 5,
      generation: 1,
      message: expect.stringContaining('generation 2 could not get ready') as string,
    });
    expect(server.record()).toMatchObject({ pid: server.pid, state: 'ready', generation: 1, failedCount: 1 });
    expect(await portUsed(server.url, agent), 'the same connection continues').toBe(before);
    const reply = await callTool(server.url, 'zia_list_rule_labels');
    expect(reply.body?.result?.['isError'] ?? false, textOf(reply)).toBe(false);
    rmSync(key, { force: true });
    server.writeDotenv(cloud.dotenv());
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
  });

  it('keeps an idle connection: the client speaks to the next generation over the same one', async () => {
    const server = await startServer();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const before = await portUsed(server.url, agent);
    for (let round = 0; round < 3; round++) {
      expect((await server.ask('restart')).outcome).toBe('restarted');
      expect(await portUsed(server.url, agent)).toBe(before);
    }
  });

  it.skipIf(missing('linux'))('lets as many clients wait in the kernel as the first generation did', async () => {
    const server = await startServer();
    expect((await server.ask('restart')).outcome).toBe('restarted');
    const clients = 800;
    server.child.kill('SIGSTOP');
    const { port } = new URL(server.url);
    const sockets = Array.from({ length: clients }, () => connect(Number(port), '127.0.0.1'));
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    await waitFor(
      () => queuedAt(Number(port)) === clients,
      () => `the kernel queues ${queuedAt(Number(port))} of ${clients} clients`,
    );
    server.child.kill('SIGCONT');
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
  });

  it('is refused when the program is gone or broken, and works again when it is back', async () => {
    const folder = makeFolder();
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"type":"module","version":"0.0.1"}');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const program = join(folder, 'dist/main.js');
    const server = await startServer({ program });
    const good = readFileSync(program, 'utf8');
    renameSync(join(folder, 'dist'), join(folder, 'away'));
    expect(await server.ask('restart')).toMatchObject({ outcome: 'refused', exitCode: 4 });
    renameSync(join(folder, 'away'), join(folder, 'dist'));
    writeFileSync(program, 'throw new Error("broken build")\n');
    const verdict = await server.ask('restart');
    expect(verdict).toMatchObject({ outcome: 'refused', message: expect.stringContaining('broken build') as string });
    expect((await server.ask('status'))['codeChanged']).toBe(true);
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    writeFileSync(program, good);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect((await server.ask('status'))['codeChanged']).toBe(false);
  });

  it('is refused when the working directory is gone, and the server runs on', async () => {
    const cwd = makeFolder();
    const server = await startServer({ cwd });
    rmSync(cwd, { recursive: true });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'refused', exitCode: 4 });
    mkdirSync(cwd);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(existsSync(cwd)).toBe(true);
  });

  it('with --dry-run rehearses and changes nothing', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_TOOLSETS=zia_rule_labels\n');
    expect(await server.ask('restart', '--dry-run')).toMatchObject({
      outcome: 'valid',
      exitCode: 0,
      changes: [{ setting: 'ZSCALER_MCP_TOOLSETS' }],
      dryRun: true,
    });
    expect((await server.command('restart', '--dry-run')).out).toMatch(
      /ZSCALER_MCP_TOOLSETS +none -> zia_rule_labels +would be in force\n/,
    );
    expect(server.record()).toMatchObject({ generation: 1, state: 'ready', operations: [] });
  });

  it('answers two at once, both, one after the other', async () => {
    const server = await startServer();
    const verdicts = await Promise.all([server.ask('restart'), server.ask('restart'), server.ask('reload')]);
    expect(verdicts.map(({ outcome }) => outcome).sort()).toEqual(['restarted', 'restarted', 'unchanged']);
    expect(server.record()).toMatchObject({ generation: 3, pid: server.pid });
  });

  it('of a bare SIGUSR2 works without anybody who asked', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGUSR2');
    await waitFor(() => server.record().generation === 2 && server.record().state === 'ready');
    expect(server.record().operations).toMatchObject([{ kind: 'restart', outcome: 'restarted', askedBy: null }]);
  });

  it('leaves no descriptor, zombie or file behind, generation after generation', async () => {
    // The entitlement filter may request a token at any time, over the same or another connection.
    const server = await startServer({ args: ['--no-entitlement-filter'] });
    const { readdirSync } = await import('node:fs');
    const facts = () => ({
      descriptors: readdirSync(`/proc/${server.pid}/fd`).length,
      children: readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim(),
      left: readdirSync(`${server.pidFile}.d`),
    });
    await server.ask('restart');
    await callTool(server.url, 'zia_list_rule_labels');
    const before = facts();
    for (let round = 0; round < 5; round++) expect((await server.ask('restart')).outcome).toBe('restarted');
    await callTool(server.url, 'zia_list_rule_labels');
    expect(facts()).toEqual({ ...before, children: '', left: [] });
  });

  it.skipIf(missing('linux'))('without the FFI binds the address again, and says so', async () => {
    const server = await startServer({ env: { ZSCALER_MCP_DISABLE_FFI: '1' } });
    expect((await server.ask('status'))['handover']).toBe('rebind');
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', message: expect.stringContaining('bound again') as string });
    expect(server.record()).toMatchObject({ pid: server.pid, generation: 2, url: server.url });
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
  });
});

/** The client port of the agent's connection. */
const portUsed = (url: string, agent: Agent): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url.replace('/mcp', '/healthz'), { agent }, (incoming) => {
      const { localPort = 0 } = incoming.socket;
      incoming.resume().once('end', () => resolve(localPort));
    }).once('error', reject);
  });

/** Connections to a listening port that wait to be accepted. Source: proc_pid_net(5), `/proc/net/tcp`, state 0A. */
function queuedAt(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const [, queued = ''] =
    new RegExp(`^ *\\d+: [\\dA-F]+:${hex} [\\dA-F:]+ 0A [\\dA-F]+:([\\dA-F]+)`, 'm').exec(readFileSync('/proc/net/tcp', 'utf8')) ?? [];
  return parseInt(queued, 16);
}
