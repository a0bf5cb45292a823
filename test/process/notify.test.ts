import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { monotonicMicroseconds } from '../../src/lifecycle/notify.ts';
import { startCloud } from './cloud.ts';
import { failures, makeSite } from './failures.ts';
import { childrenOf } from './generations.ts';
import { makeFolder, missing, startServer, waitFor, type ServerOptions } from './harness.ts';
import { readMonotonicClock, startManager, type TestManager } from './manager.ts';
import { callTool } from './mcp.ts';

const startNotifying = (manager: TestManager, options: ServerOptions = {}) =>
  startServer({ ...options, env: { NOTIFY_SOCKET: manager.socket, ...options.env } });

/** The messages without values that vary: times and extensions of the timeout. */
const words = (messages: readonly (readonly string[])[]): string[] =>
  messages.map((lines) => lines.map((line) => line.replace(/=(\d{5,})$/, '=N').replace(/http:[^\s;]+/, 'URL')).join(' | '));

const variablesOf = (pid: number | string): string[] => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');

describe.skipIf(missing('linux'))('a service manager', () => {
  it('is notified when requests are served, over a path and over an abstract socket', async () => {
    for (const socket of [join(makeFolder(), 'notify'), `@zscaler-mcp-test-${process.pid}`]) {
      const manager = startManager({ socket });
      await startNotifying(manager);
      expect(words(await manager.until('READY=1'))).toEqual(['READY=1 | STATUS=generation 1 serves at URL']);
    }
  });

  it('is notified of the start and the end of a reload, with the time of its clock', async () => {
    const manager = startManager();
    const server = await startNotifying(manager, { dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    await manager.until('READY=1');
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\n');
    const before = readMonotonicClock();
    process.kill(server.pid, 'SIGHUP');
    const [, reloading, ...rest] = await manager.until('READY=1', 1);
    expect(words([reloading ?? [], ...rest])).toEqual([
      'RELOADING=1 | MONOTONIC_USEC=N | STATUS=reloading',
      'READY=1 | STATUS=generation 1 serves at URL; reload: applied',
    ]);
    const said = BigInt(/\d+/.exec(reloading?.[1] ?? '')?.[0] ?? 0);
    expect(said).toBeGreaterThanOrEqual(before);
    expect(said).toBeLessThanOrEqual(readMonotonicClock());
  });

  it('is notified of a rejected reload, before the command ends and without content of the file', async () => {
    const manager = startManager();
    const server = await startNotifying(manager, { dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=hush-hush\n');
    expect((await server.command('reload')).code).toBe(4);
    expect(words(manager.messages()).slice(1)).toEqual([
      'RELOADING=1 | MONOTONIC_USEC=N | STATUS=reloading',
      'READY=1 | STATUS=generation 1 serves at URL; reload: refused, see the log',
    ]);
    expect(JSON.stringify(manager.messages())).not.toContain('hush-hush');
  });

  it('is not notified of a dry run', async () => {
    const manager = startManager();
    const server = await startNotifying(manager, { dotenv: '' });
    expect((await server.command('restart', '--dry-run')).code).toBe(0);
    expect((await server.command('reload', '--dry-run')).code).toBe(0);
    expect(words(manager.messages())).toEqual(['READY=1 | STATUS=generation 1 serves at URL']);
  });

  it('hears of a restart from the old image, and that it is over from the new one, generation after generation', async () => {
    const manager = startManager();
    const server = await startNotifying(manager);
    for (const generation of [2, 3]) {
      const from = manager.messages().length;
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation });
      const said = words((await manager.until('READY=1', from)).slice(from));
      expect(said).toEqual([
        'RELOADING=1 | MONOTONIC_USEC=N | STATUS=restarting',
        'EXTEND_TIMEOUT_USEC=N | STATUS=finishing requests before the restart',
        'EXTEND_TIMEOUT_USEC=N',
        `READY=1 | STATUS=generation ${generation} serves at URL; restart: restarted`,
      ]);
      expect(server.record().pid).toBe(server.child.pid);
      expect(variablesOf(server.pid).filter((line) => line.startsWith('NOTIFY_SOCKET'))).toEqual([]);
    }
  });

  it('is notified that the server is ready after a rejected restart, and after one that was rolled back', async () => {
    const manager = startManager();
    const site = makeSite(() => undefined);
    const { program, interpreter, cwd } = site;
    const cloud = await startCloud();
    const server = await startNotifying(manager, { program, interpreter, cwd, demo: false, dotenv: cloud.dotenv() });
    for (const title of ['a program that crashes while it is loaded', 'a Node.js that may not be executed any more']) {
      const failure = failures.find((each) => each.title === title);
      const from = manager.messages().length;
      if (failure?.when === 'before') await failure.spoil({ ...site, server });
      const release = cloud.hold();
      const call = callTool(server.url, 'zia_list_rule_labels');
      await waitFor(() => cloud.inFlight() === 1);
      const verdict = server.ask('restart');
      if (failure?.when === 'draining') {
        await manager.until('STATUS=finishing requests before the restart', from);
        await failure.spoil({ ...site, server });
      }
      release();
      expect((await verdict).outcome).toBe(failure?.outcome);
      const said = words((await manager.until('READY=1', from)).slice(from));
      expect(said[0]).toBe('RELOADING=1 | MONOTONIC_USEC=N | STATUS=restarting');
      expect(said.at(-1)).toBe(`READY=1 | STATUS=generation 1 serves at URL; restart: ${failure?.outcome}, see the log`);
      expect((await call).status).toBe(200);
      failure?.mend({ ...site, server });
    }
  });

  it('hears from the generation that came back when the next one could not get ready', async () => {
    const manager = startManager();
    const folder = makeFolder();
    const key = join(folder, 'key.pem');
    writeFileSync(key, readFileSync(makeSite(() => undefined).key));
    const cloud = await startCloud();
    const release = cloud.hold();
    const server = await startNotifying(manager, { demo: false, dotenv: cloud.dotenv() });
    server.writeDotenv(cloud.dotenv({ ZSCALER_PRIVATE_KEY: key, ZSCALER_CLIENT_SECRET: '' }));
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    const verdict = server.ask('restart');
    await manager.until('STATUS=finishing requests before the restart');
    rmSync(key);
    release();
    expect(await verdict).toMatchObject({ outcome: 'rolled-back', exitCode: 5 });
    expect((await call).status).toBe(200);
    expect(words(manager.messages()).slice(-2)).toEqual([
      'EXTEND_TIMEOUT_USEC=N',
      'READY=1 | STATUS=generation 1 serves at URL; restart: rolled-back, see the log',
    ]);
  });

  it('is notified that the server stops', async () => {
    const manager = startManager();
    const server = await startNotifying(manager);
    expect(await server.ask('stop')).toMatchObject({ outcome: 'stopped' });
    expect(words(manager.messages()).slice(1)).toEqual([
      'STOPPING=1 | STATUS=stopping',
      'EXTEND_TIMEOUT_USEC=N | STATUS=finishing requests before the end',
    ]);
  });

  it('is asked for more time again and again while a slow call is finished, by a restart and by a stop', async () => {
    const manager = startManager();
    const cloud = await startCloud();
    const server = await startNotifying(manager, { demo: false, dotenv: cloud.dotenv() });
    for (const command of ['restart', 'stop']) {
      const from = manager.messages().length;
      const release = cloud.hold();
      const call = callTool(server.url, 'zia_list_rule_labels');
      await waitFor(() => cloud.inFlight() === 1);
      const ending = server.command(command, '--timeout', '100');
      const asked = () =>
        manager
          .messages()
          .slice(from)
          .filter(([line]) => line === 'EXTEND_TIMEOUT_USEC=5000000').length;
      await waitFor(
        () => asked() > 1,
        () => `${command}: ${JSON.stringify(manager.messages().slice(from))}`,
      );
      release();
      expect((await ending).code).toBe(0);
      expect((await call).status).toBe(200);
    }
  });

  it('that watches sees a sign of life in every generation, but not one of a process it does not mean', async () => {
    const manager = startManager();
    const server = await startNotifying(manager, { env: { WATCHDOG_USEC: '400000' } });
    await manager.until('WATCHDOG=1');
    expect((await server.ask('restart')).outcome).toBe('restarted');
    await manager.until('WATCHDOG=1', manager.messages().length);

    const other = startManager();
    const stranger = await startNotifying(other, { env: { WATCHDOG_USEC: '20000', WATCHDOG_PID: String(process.pid) } });
    expect((await stranger.ask('restart')).outcome).toBe('restarted');
    expect(other.messages().flat()).not.toContain('WATCHDOG=1');
  });

  it('is unknown to children, and its sockets are not inherited', async () => {
    const manager = startManager();
    const given = { LISTEN_FDS: '1', LISTEN_PID: '1', LISTEN_FDNAMES: 'http', WATCHDOG_USEC: '60000000', KEPT_FOR_CHILDREN: 'yes' };
    // The rehearsal asks a store that never answers, and so can be looked at.
    const store = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void store.close());
    await once(store, 'listening');
    const { port } = store.address() as AddressInfo;
    const server = await startNotifying(manager, { dotenv: '', env: given });
    server.writeDotenv(
      `ZSCALER_MCP_STATE_URL=redis://127.0.0.1:${port}\nZSCALER_MCP_REQUEST_STATE_KEYS=${randomBytes(32).toString('hex')}\n`,
    );
    const verdict = server.ask('restart');
    let inherited: readonly string[] = [];
    await waitFor(() => {
      inherited = childrenOf(server.pid).flatMap(variablesOf);
      return inherited.some((line) => line.startsWith('ZSCALER_MCP_REHEARSAL='));
    });
    expect(inherited).toContain('KEPT_FOR_CHILDREN=yes');
    expect(inherited.filter((line) => /^(NOTIFY|LISTEN|WATCHDOG)_/.test(line))).toEqual([]);
    expect((await verdict).outcome).toBe('restarted');
    expect(variablesOf(server.pid).filter((line) => /^(NOTIFY|LISTEN|WATCHDOG)_/.test(line))).toEqual([]);
    expect(manager.messages().filter((lines) => lines.includes('READY=1')).length).toBe(2);
  });

  it('that is too busy to listen gets everything later, in order', async () => {
    const manager = startManager({ isDeaf: true });
    expect(manager.fill()).toBeGreaterThan(0);
    const server = await startNotifying(manager, { dotenv: '' });
    expect((await server.command('reload')).code).toBe(0);
    const messages = await manager.until('READY=1');
    expect(words(messages).filter((each) => each !== 'full')).toEqual(['READY=1 | STATUS=generation 1 serves at URL']);
    const all = await manager.until('READY=1', messages.length);
    expect(words(all).filter((each) => each !== 'full')[1]).toMatch(/^RELOADING=1/);
  });

  it('that is not there, cannot be spoken to or is of another kind does no harm, and is complained about once', async () => {
    for (const socket of [join(makeFolder(), 'nobody'), `/${'long'.repeat(40)}`, 'vsock:2:1234']) {
      const server = await startServer({ env: { NOTIFY_SOCKET: socket }, dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
      expect((await server.command('reload')).code).toBe(0);
      expect((await server.command('restart')).code).toBe(0);
      const complaints = server.log().split('the service manager cannot be told').length - 1;
      // Logged once per image; an unsupported kind of socket only at level debug.
      expect(complaints, socket).toBe(socket.startsWith('vsock') ? 0 : 2);
      expect((await server.command('stop')).code).toBe(0);
      await server.ended;
    }
  });

  it('that cannot be notified without the FFI is logged', async () => {
    const manager = startManager();
    const server = await startNotifying(manager, { env: { ZSCALER_MCP_DISABLE_FFI: '1' } });
    await waitFor(() => server.log().includes('the service manager cannot be told what the server does: the FFI'));
    expect(manager.messages()).toEqual([]);
  });
});

it.skipIf(missing('linux'))("Node.js's high-resolution time is the clock that service managers go by", () => {
  const before = readMonotonicClock();
  const said = monotonicMicroseconds();
  expect(said).toBeGreaterThanOrEqual(before);
  expect(said).toBeLessThanOrEqual(readMonotonicClock());
});
