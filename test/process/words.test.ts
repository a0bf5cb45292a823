/** What the commands say when there is no server, another command, or a server that is about to end. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { makeFolder, missing, runCommand, startServer, waitFor } from './harness.ts';
import { callTool } from './mcp.ts';

const commands = ['reload', 'restart', 'status', 'stop'] as const;

describe('no server', () => {
  it.each(commands)('%s names the place that it was told to look at', async (word) => {
    const pidFile = join(makeFolder(), 'none.pid');
    const { out, err } = await runCommand([word, '--pid-file', pidFile]);
    expect(out + err).toContain(`no server is running: there is no PID file at ${pidFile}`);
  });
});

it.skipIf(missing('linux'))('busy names the command that holds the lock, since when, and that it is stopped', async () => {
  const server = await startServer({ dotenv: '' });
  process.kill(server.pid, 'SIGSTOP');
  const first = server.ask('reload', '--timeout', '100');
  await waitFor(() => existsSync(`${server.pidFile}.d/lock`));
  const { pid } = JSON.parse(execFileSync('cat', [`${server.pidFile}.d/lock`], { encoding: 'utf8' })) as { pid: number };
  expect((await server.ask('restart', '--timeout', '0.3')).message).toMatch(
    new RegExp(
      `^another command is working on this server: \`zscaler-mcp reload\` \\(PID ${pid}\\), since \\d\\d:\\d\\d:\\d\\d UTC, \\d+ s ago; nothing`,
    ),
  );
  process.kill(pid, 'SIGSTOP');
  expect((await server.ask('restart', '--timeout', '0.3')).message).toContain(
    `its process is stopped (\`kill -CONT ${pid}\` lets it go on)`,
  );
  process.kill(pid, 'SIGCONT');
  process.kill(server.pid, 'SIGCONT');
  expect((await first).exitCode).toBe(0);
});

describe('stop', () => {
  it('counts the requests that it cut', async () => {
    const cloud = await startCloud();
    cloud.hold();
    const server = await startServer({ demo: false, dotenv: `${cloud.dotenv()}\nZSCALER_MCP_DRAIN_TIMEOUT=1\n` });
    const calls = [1, 2].map(() => callTool(server.url, 'zia_list_rule_labels').catch(() => null));
    await waitFor(() => cloud.inFlight() === 2);
    expect(await server.ask('stop')).toMatchObject({
      outcome: 'stopped',
      interrupted: 2,
      message: `the server (PID ${server.pid}) has ended; 2 requests did not finish in time and got an error`,
    });
    await Promise.all(calls);
    const idle = await startServer();
    expect(await idle.ask('stop')).toMatchObject({ interrupted: 0, message: expect.stringContaining('no request was cut') as string });
  });

  it.each([
    [{ NOTIFY_SOCKET: '/nowhere' }, 'systemctl stop'],
    [{ INVOCATION_ID: 'a1' }, 'systemctl stop'],
    [{ pm_id: '0' }, 'pm2 stop'],
  ])('says what may start the server again: %o', async (env, advice) => {
    const server = await startServer({ env });
    expect((await server.ask('restart')).exitCode).toBe(0);
    expect((await server.ask('stop')).warnings).toEqual([expect.stringContaining(advice)]);
  });

  it('says nothing of the kind of a server in a shell', async () => {
    const server = await startServer();
    expect((await server.ask('stop')).warnings).toEqual([]);
  });

  it.skipIf(missing('linux'))('that times out says that the server will still end, and it does', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGSTOP');
    const { message, exitCode } = await server.ask('stop', '--timeout', '0.5');
    expect(exitCode).toBe(6);
    expect(message).toContain('its process is stopped');
    expect(message).toContain('will still end when it can');
    process.kill(server.pid, 'SIGCONT');
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });

  it('removes the PID file of a dead one, and says so', async () => {
    const server = await startServer();
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    const { message } = await server.ask('stop');
    expect(message).toMatch(/^no server is running: the PID file .* names PID \d+, and that process is gone; removed the PID file$/);
    expect(existsSync(server.pidFile)).toBe(false);
    writeFileSync(server.pidFile, 'x');
    expect((await server.ask('stop')).exitCode).toBe(4);
  });
});
