/** `status` asks the server, and says when it does not answer. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deafServers } from './deaf.ts';
import { missing, startServer } from './harness.ts';

describe.skipIf(missing('linux')).each(Object.entries(deafServers))('a server that %s', (_, start) => {
  it.each(['streamable-http', 'stdio'] as const)('is running and does not answer, over %s; later it does', async (transport) => {
    const { server, deafen, wake } = await start({ transport });
    expect(await server.ask('status')).toMatchObject({ running: true, responding: true, exitCode: 0 });
    await deafen();
    expect(await server.ask('status')).toMatchObject({
      running: true,
      responding: false,
      exitCode: 6,
      message: expect.stringMatching(/^running, but does not answer/) as string,
    });
    const { code, out, err } = await server.command('status');
    expect([code, out]).toEqual([6, expect.stringMatching(new RegExp(`PID +${server.pid}\n`))]);
    expect(err).toContain('does not answer');
    wake();
    expect(await server.ask('status')).toMatchObject({ running: true, responding: true, exitCode: 0 });
    expect(readdirSync(`${server.pidFile}.d`)).toEqual([]);
  });
});

it.skipIf(missing('linux'))('a stopped server is called one, with the way to let it go on', async () => {
  const { server, deafen } = await deafServers['is stopped']!();
  await deafen();
  expect((await server.command('status')).err).toContain(`its process is stopped (\`kill -CONT ${server.pid}\` lets it go on)`);
  expect((await server.ask('stop', '--timeout', '0.5', '--force')).exitCode).toBe(0);
});

it('a server that reloads, rehearses, drains and executes is never taken for one that does not answer', async () => {
  const server = await startServer({ dotenv: '\n' });
  const codes = new Set<unknown>();
  const watching = new AbortController();
  const watched = (async () => {
    while (!watching.signal.aborted) codes.add((await server.ask('status')).exitCode);
  })();
  expect(await server.ask('reload')).toMatchObject({ exitCode: 0 });
  expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
  watching.abort();
  await watched;
  expect([...codes]).toEqual([0]);
});
