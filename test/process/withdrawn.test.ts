/** A request that its command gave up is never carried out, whatever the server did meanwhile, and never without its conditions. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deafServers, type DeafServer } from './deaf.ts';
import { cleanEnv, entry, missing, waitFor, type TestServer } from './harness.ts';

const kinds = [
  ['reload', 'SIGHUP'],
  ['restart', 'SIGUSR2'],
] as const;

/** Asks by a command that ends by a signal, once its request is there. */
async function interrupt(server: TestServer, signal: NodeJS.Signals, ...words: string[]): Promise<void> {
  const child = spawn(process.execPath, [entry, ...words, '--timeout', '100', '--pid-file', server.pidFile], {
    env: cleanEnv(),
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await waitFor(() => readdirSync(`${server.pidFile}.d`).some((name) => name.startsWith('request-')));
  child.kill(signal);
  await ended;
}

/** Of requests that were not dealt with yet. */
const files = ({ pidFile }: TestServer): string[] => readdirSync(`${pidFile}.d`).filter((name) => /^(?:request|withdrawn)-/.test(name));

/** Everything that waited is dealt with, and the server is ready for more. */
async function settle({ server, wake }: DeafServer): Promise<void> {
  wake();
  await waitFor(() => files(server).length === 0);
  // Answered after all that came before.
  expect(await server.ask('reload', '--dry-run')).toMatchObject({ kind: 'reload', dryRun: true });
}

describe.skipIf(missing('linux')).each(Object.entries(deafServers))('while the server %s', (_, start) => {
  it.each(kinds)('a %s that timed out is not done afterwards, with or without conditions', async (kind) => {
    const deaf = await start({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const { server } = deaf;
    await deaf.deafen();
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
    for (const words of [[], ['--dry-run'], ['--expect-generation', '1']])
      expect(await server.ask(kind, '--timeout', '0.3', ...words)).toMatchObject({
        outcome: 'timed-out',
        exitCode: 6,
        message: expect.stringContaining(`this ${kind} will not be carried out`) as string,
      });
    await settle(deaf);
    expect(server.record()).toMatchObject({ generation: 1, operations: [] });
    expect(server.log()).toContain(`nothing was done: the ${kind} that it was sent for was withdrawn`);
  });

  it.each(kinds)('a %s whose command was interrupted is not done afterwards', async (kind) => {
    const deaf = await start({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    await deaf.deafen();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) await interrupt(deaf.server, signal, kind);
    await settle(deaf);
    expect(deaf.server.record()).toMatchObject({ generation: 1, operations: [] });
  });

  it.each(kinds)('a dry run of %s that nobody waits for stays one afterwards', async (kind) => {
    const deaf = await start({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const { server } = deaf;
    await deaf.deafen();
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
    for (const _ of [1, 2]) expect(await server.ask(kind, '--no-wait', '--dry-run')).toMatchObject({ outcome: 'requested', exitCode: 0 });
    deaf.wake();
    await waitFor(() => server.log().match(new RegExp(`${kind} \\(dry run\\): valid`, 'g'))?.length === 2);
    await waitFor(() => server.record().state === 'ready');
    expect(server.record()).toMatchObject({ generation: 1, operations: [] });
  });

  it.each(kinds)('a %s by a bare signal is done afterwards, once', async (kind, signal) => {
    const deaf = await start({ dotenv: '\n' });
    await deaf.deafen();
    process.kill(deaf.server.pid, signal);
    deaf.wake();
    await waitFor(() => deaf.server.record().operations.length === 1);
    expect(deaf.server.record().operations).toMatchObject([{ kind, askedBy: null }]);
  });

  it('what is asked for after a request was withdrawn is done', async () => {
    const deaf = await start({ dotenv: '\n' });
    const { server } = deaf;
    await deaf.deafen();
    for (const [kind] of kinds) expect(await server.ask(kind, '--timeout', '0.3')).toMatchObject({ exitCode: 6 });
    await settle(deaf);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged' });
    process.kill(server.pid, 'SIGHUP');
    await waitFor(() => server.record().operations.length === 2);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
    process.kill(server.pid, 'SIGUSR2');
    await waitFor(() => server.record().generation === 3 && server.record().state === 'ready');
  });
});
