import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { makeSite } from './failures.ts';
import { holdingsOf } from './generations.ts';
import { isSignalPending, makeFolder, missing, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool } from './mcp.ts';

const WATCHING = 'ZSCALER_MCP_WATCH_ENV=true\n';
const LEVELS = ['warn', 'info', 'debug', 'error'] as const;
/** Several times the delay of the watcher, after which no reload is expected any more. */
const LONG_ENOUGH_MS = 1_500;

const textFor = (level: string): string => `${WATCHING}ZSCALER_MCP_LOG_LEVEL=${level}\n`;

const untilOperations = (server: TestServer, count: number) =>
  waitFor(
    () => server.record().operations.length === count && server.record().state === 'ready',
    () => `there are not ${count} operations: ${JSON.stringify(server.record().operations, null, 2)}\n${server.log()}`,
  );

/** Writes the file and requests a reload while the server is stopped, so that it notices both at the same time. */
async function reloadAtOnce(server: TestServer, text: string): ReturnType<TestServer['ask']> {
  process.kill(server.pid, 'SIGSTOP');
  server.writeDotenv(text);
  const verdict = server.ask('reload');
  await waitFor(() => isSignalPending(server.pid, 'SIGHUP'));
  process.kill(server.pid, 'SIGCONT');
  return verdict;
}

/** Updates as the kubelet does: a new folder, and one rename that switches the link to it. */
function projectVolume(folder: string, version: string, text: string): void {
  mkdirSync(join(folder, `..${version}`));
  writeFileSync(join(folder, `..${version}`, '.env'), text);
  symlinkSync(`..${version}`, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
}

const styles: readonly {
  title: string;
  arrange?: (folder: string) => void;
  change: (folder: string, text: string, round: number) => void;
}[] = [
  { title: 'written in place', change: (folder, text) => writeFileSync(join(folder, '.env'), text) },
  {
    title: 'replaced by a rename, as editors do',
    change: (folder, text) => {
      writeFileSync(join(folder, '.env.swp'), text, { mode: 0o644 });
      renameSync(join(folder, '.env.swp'), join(folder, '.env'));
    },
  },
  {
    title: 'emptied and then written',
    change: (folder, text) => {
      truncateSync(join(folder, '.env'));
      writeFileSync(join(folder, '.env'), text);
    },
  },
  {
    title: 'deleted and made again',
    change: (folder, text) => {
      unlinkSync(join(folder, '.env'));
      writeFileSync(join(folder, '.env'), text);
    },
  },
  {
    title: 'swapped behind two links, as Kubernetes does with a ConfigMap',
    arrange: (folder) => {
      projectVolume(folder, 'round0', textFor('info'));
      symlinkSync(join('..data', '.env'), join(folder, '.env'));
    },
    change: (folder, text, round) => {
      projectVolume(folder, `round${round}`, text);
      rmSync(join(folder, `..round${round - 1}`), { recursive: true });
    },
  },
];

describe('with ZSCALER_MCP_WATCH_ENV', () => {
  it.each(styles)('a .env that is $title is reloaded, time after time', async ({ arrange, change }) => {
    const folder = makeFolder();
    if (arrange) arrange(folder);
    else writeFileSync(join(folder, '.env'), textFor('info'));
    const server = await startServer({ folder, args: ['--dotenv-path', join(folder, '.env')] });
    for (const [at, level] of LEVELS.entries()) {
      change(folder, textFor(level), at + 1);
      await untilOperations(server, at + 1);
    }
    expect(server.record().operations).toMatchObject(
      LEVELS.map(() => ({
        kind: 'reload',
        outcome: 'applied',
        changed: ['ZSCALER_MCP_LOG_LEVEL'],
        askedBy: { uid: null, pid: null, by: 'watch' },
      })),
    );
  });

  it('a bad .env is rejected with its reasons in the log, the server keeps running, and it is not tried again until it changes', async () => {
    const server = await startServer({ dotenv: textFor('info') });
    server.writeDotenv(textFor('loud'));
    await untilOperations(server, 1);
    expect(server.record()).toMatchObject({
      failedCount: 1,
      operations: [{ outcome: 'refused', errors: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', line: 2 }], askedBy: { by: 'watch' } }],
    });
    const line = server
      .log()
      .split('\n')
      .find((each) => each.includes('reload: refused'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ askedBy: { by: 'watch' }, errors: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', line: 2 }] });
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    server.writeDotenv(textFor('loud'));
    await sleep(LONG_ENOUGH_MS);
    expect(server.record().operations.length).toBe(1);
    server.writeDotenv(textFor('warn'));
    await untilOperations(server, 2);
    expect(server.record().operations[1]).toMatchObject({ outcome: 'applied' });
  });

  it('the same content, another file beside it, and a file that is gone are no reason to reload', async () => {
    const server = await startServer({ dotenv: textFor('info') });
    server.writeDotenv(textFor('info'));
    writeFileSync(join(server.folder, 'other'), 'x');
    unlinkSync(server.dotenvPath);
    await sleep(LONG_ENOUGH_MS);
    server.writeDotenv(textFor('info'));
    await sleep(LONG_ENOUGH_MS);
    expect(server.record().operations).toEqual([]);
  });

  it.skipIf(missing('linux'))(
    'a command that is faster than the watch is not repeated by it, whether it was applied or refused',
    async () => {
      const server = await startServer({ dotenv: textFor('info') });
      expect(await reloadAtOnce(server, textFor('warn'))).toMatchObject({ outcome: 'applied' });
      expect(await reloadAtOnce(server, textFor('loud'))).toMatchObject({ outcome: 'refused' });
      await sleep(LONG_ENOUGH_MS);
      expect(server.record().operations.map(({ askedBy }) => askedBy?.by)).toEqual([undefined, undefined]);
    },
  );

  it('a reload switches it on, and off again', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
    await sleep(LONG_ENOUGH_MS);
    expect(server.record().operations).toEqual([]);
    server.writeDotenv(textFor('info'));
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', pendingRestart: [] });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
    await untilOperations(server, 2);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=info\n');
    await sleep(LONG_ENOUGH_MS);
    expect(server.record().operations.length).toBe(2);
  });

  it('a change that comes while a restart drains is not lost', async () => {
    const cloud = await startCloud();
    const release = cloud.hold();
    const dotenv = (level: string) => cloud.dotenv({ ZSCALER_MCP_WATCH_ENV: 'true', ZSCALER_MCP_LOG_LEVEL: level });
    const server = await startServer({ demo: false, dotenv: dotenv('info') });
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    const verdict = server.ask('restart');
    await waitFor(() => server.record().state === 'draining');
    server.writeDotenv(dotenv('warn'));
    release();
    expect((await verdict).outcome).toBe('restarted');
    expect((await call).status).toBe(200);
    await untilOperations(server, 2);
    expect(server.record().operations[1]).toMatchObject({ outcome: 'applied', askedBy: { by: 'watch' } });
  });

  it('what a restart came back from is not brought in by the watch', async () => {
    const { key } = makeSite(() => undefined);
    const cloud = await startCloud();
    const release = cloud.hold();
    const dotenv = (change = {}) => cloud.dotenv({ ZSCALER_MCP_WATCH_ENV: 'true', ...change });
    const server = await startServer({ demo: false, dotenv: dotenv() });
    const call = callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => cloud.inFlight() === 1);
    server.writeDotenv(dotenv({ ZSCALER_PRIVATE_KEY: key, ZSCALER_CLIENT_SECRET: '' }));
    const verdict = server.ask('restart');
    await waitFor(() => server.record().state === 'draining');
    rmSync(key);
    release();
    expect((await verdict).outcome).toBe('rolled-back');
    expect((await call).status).toBe(200);
    await sleep(LONG_ENOUGH_MS);
    expect(server.record().operations.filter(({ askedBy }) => askedBy?.by === 'watch')).toEqual([]);
  });

  it.skipIf(missing('linux'))('holds no more watches after reloads and restarts than before', async () => {
    const server = await startServer({ dotenv: textFor('info') });
    const before = holdingsOf(server.pid);
    expect(before.watches).toBeGreaterThan(0);
    for (let round = 1; round <= 4; round++) {
      const text = textFor(LEVELS[round - 1] ?? '');
      writeFileSync(`${server.dotenvPath}.new`, text, { mode: 0o644 });
      renameSync(`${server.dotenvPath}.new`, server.dotenvPath);
      await untilOperations(server, 2 * round - 1);
      expect((await server.ask('restart')).outcome).toBe('restarted');
    }
    expect(holdingsOf(server.pid)).toMatchObject({ watches: before.watches, children: 0 });
  });
});

it('without any file there is nothing to watch, and the log says so', async () => {
  const server = await startServer({ env: { ZSCALER_MCP_WATCH_ENV: 'true' } });
  expect(server.log()).toContain('there is no file to watch');
});
