/** Secrets in separate files: real servers, with files as Docker, Kubernetes and systemd provide them. */
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LifecycleRecord } from '../../src/lifecycle/index.ts';
import { startCloud } from './cloud.ts';
import { makeFolder, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool } from './mcp.ts';

/** Longer than the watcher's settling time. */
const LONG_ENOUGH_MS = 1_500;

/** A cloud whose secret is in a file, and everything else in the environment. */
async function openSite() {
  const cloud = await startCloud();
  const folder = makeFolder();
  const path = join(folder, 'client-secret');
  const { clientSecret } = cloud.tenant.credentials;
  const pairs = cloud
    .dotenv()
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  const { ZSCALER_CLIENT_SECRET: _, ...others } = Object.fromEntries(pairs) as Record<string, string>;
  return {
    folder,
    path,
    clientSecret,
    write: (text: string) => writeFileSync(path, text),
    env: { ...others, ZSCALER_CLIENT_SECRET_FILE: path, ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER: 'true' },
  };
}

const calls = async ({ url }: TestServer): Promise<boolean> => {
  const answer = JSON.stringify(await callTool(url, 'zia_list_rule_labels'));
  return !answer.includes('ERR_CLOUD') && !answer.includes('"isError":true');
};

const untilOperations = (server: TestServer, count: number) =>
  waitFor(
    () => server.record().operations.length >= count && server.record().state === 'ready',
    () => `there are not ${count} operations: ${JSON.stringify(server.record().operations, null, 2)}\n${server.log()}`,
  );

describe('a secret in a file', () => {
  it('is read at start and on reload, without any .env', async () => {
    const { env, write, clientSecret, path } = await openSite();
    write('SENTINEL-old\n');
    const server = await startServer({ demo: false, env });
    expect(await calls(server)).toBe(false);
    write(`${clientSecret}\n`);
    expect(await server.ask('reload')).toMatchObject({
      outcome: 'applied',
      exitCode: 0,
      envSource: 'none',
      changes: [{ setting: 'ZSCALER_CLIENT_SECRET', from: 'changed', to: 'changed' }],
    });
    expect(await calls(server)).toBe(true);
    expect((await server.ask('status')) as unknown as LifecycleRecord).toMatchObject({
      secretSources: [{ kind: 'file', place: path, settings: ['ZSCALER_CLIENT_SECRET'] }],
    });
    expect((await server.command('status')).out).toContain(`${path}: ZSCALER_CLIENT_SECRET`);
  });

  it('that cannot be read makes reload and restart fail with setting and path, and the server keeps running', async () => {
    const { env, write, clientSecret, path } = await openSite();
    write(clientSecret);
    const server = await startServer({ demo: false, env });
    const spoil: readonly (() => void)[] = [
      () => unlinkSync(path),
      () => mkdirSync(path),
      () => (rmSync(path, { recursive: true }), write('x'.repeat(70_000))),
      () => writeFileSync(path, Uint8Array.of(0xff, 0xfe)),
      () => write('\n'),
      () => write('SENTINEL\nSENTINEL'),
    ];
    for (const step of spoil) {
      step();
      for (const command of ['reload', 'restart'])
        expect(await server.ask(command)).toMatchObject({
          outcome: 'refused',
          exitCode: 4,
          errors: [{ setting: 'ZSCALER_CLIENT_SECRET_FILE', message: expect.stringContaining(path) }],
        });
    }
    expect(await calls(server)).toBe(true);
    expect(server.record().generation).toBe(1);
    write(clientSecret);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(await calls(server)).toBe(true);
    expect(server.log()).not.toContain('SENTINEL');
  });

  it('is handed over as it was rehearsed, though the file is gone when the next generation begins', async () => {
    const { env, write, clientSecret, path } = await openSite();
    write(clientSecret);
    const server = await startServer({ demo: false, env });
    const restart = server.ask('restart');
    await waitFor(() => ['draining', 'executing'].includes(server.record().state) || server.record().generation === 2);
    unlinkSync(path);
    expect(await restart).toMatchObject({ outcome: 'restarted' });
    expect(await calls(server)).toBe(true);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'refused' });
    expect(await calls(server)).toBe(true);
  });

  it('is kept apart, which `status` says; a .env with secrets that everybody may read is a risk', async () => {
    const { path, write } = await openSite();
    write('in-the-file');
    const server = await startServer({ dotenv: 'ZSCALER_CLIENT_SECRET=in-the-env\n' });
    const posture = async () => ((await server.ask('status')) as unknown as LifecycleRecord).posture;
    const risksOf = async () => (await posture())?.risks.map(({ id }) => id);
    expect((await posture())?.off).toContain('secrets kept apart (1 in the .env or the environment)');
    expect(await risksOf()).toEqual(['no-authentication', 'readable-secrets', 'demo']);
    chmodSync(server.dotenvPath, 0o600);
    await server.ask('reload');
    expect(await risksOf()).toEqual(['no-authentication', 'demo']);
    chmodSync(server.dotenvPath, 0o644);
    server.writeDotenv(`ZSCALER_CLIENT_SECRET_FILE=${path}\n`);
    await server.ask('reload');
    expect((await posture())?.on).toContain('secrets kept apart (1 file)');
    expect(await risksOf()).toEqual(['no-authentication', 'demo']);
    await server.ask('restart');
    expect((await posture())?.on).toContain('secrets kept apart (1 file)');
  });

  it('that was changed or removed is reported by `status` until it is read again', async () => {
    const { env, write, path } = await openSite();
    write('one');
    const server = await startServer({ demo: false, env });
    const differs = async () => [
      (await server.ask('status'))['secretFilesChanged'],
      (await server.command('status')).out.includes(`${path} was written`),
    ];
    expect(await differs()).toEqual([[], false]);
    write('two');
    expect(await differs()).toEqual([[path], true]);
    await server.ask('reload');
    expect(await differs()).toEqual([[], false]);
    unlinkSync(path);
    expect(await differs()).toEqual([[path], true]);
  });

  it('refuses a start by setting and path, without what it holds', async () => {
    const { env, write, path } = await openSite();
    write('SENTINEL\nSENTINEL');
    const server = await startServer({ demo: false, env, waitForReady: false });
    expect((await server.ended).code).toBe(4);
    expect(server.log()).toContain('ZSCALER_CLIENT_SECRET_FILE');
    expect(server.log()).toContain(path);
    expect(server.log()).not.toContain('SENTINEL');
  });
});

describe('with ZSCALER_MCP_WATCH_ENV', () => {
  it('a rotated secret file is reloaded by itself, also without any .env', async () => {
    const { env, write, clientSecret } = await openSite();
    write('old');
    const server = await startServer({ demo: false, env: { ...env, ZSCALER_MCP_WATCH_ENV: 'true' } });
    write(clientSecret);
    await untilOperations(server, 1);
    expect(server.record().operations).toMatchObject([
      { kind: 'reload', outcome: 'applied', changed: ['ZSCALER_CLIENT_SECRET'], askedBy: { by: 'watch' } },
    ]);
    expect(await calls(server)).toBe(true);
    await sleep(LONG_ENOUGH_MS);
    expect(server.record().operations.length).toBe(1);
  });

  it('a volume that Kubernetes replaces as a whole is one reload, with all of its files', async () => {
    const folder = makeFolder();
    const swap = (version: string) => {
      mkdirSync(join(folder, `..${version}`));
      writeFileSync(join(folder, `..${version}`, 'secret'), `secret-${version}`);
      writeFileSync(join(folder, `..${version}`, 'key'), `key-${version}-0123456789abcdef0123456789abcdef`);
      symlinkSync(`..${version}`, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    swap('one');
    for (const name of ['secret', 'key']) symlinkSync(join('..data', name), join(folder, name));
    const env = {
      ZSCALER_MCP_WATCH_ENV: 'true',
      ZSCALER_CLIENT_SECRET_FILE: join(folder, 'secret'),
      ZSCALER_MCP_REQUEST_STATE_KEYS_FILE: join(folder, 'key'),
    };
    const server = await startServer({ env });
    for (const [at, version] of ['two', 'three'].entries()) {
      swap(version);
      await untilOperations(server, at + 1);
      await sleep(LONG_ENOUGH_MS);
    }
    expect(server.record().operations).toMatchObject(
      ['two', 'three'].map(() => ({ outcome: 'applied', changed: ['ZSCALER_MCP_REQUEST_STATE_KEYS', 'ZSCALER_CLIENT_SECRET'] })),
    );
    expect(server.record().operations.length).toBe(2);
  });

  it('a file that a reload names is watched from then on, and one that is not named any more is not', async () => {
    const folder = makeFolder();
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    for (const path of [one, two]) writeFileSync(path, 'x');
    const dotenv = (path: string) => `ZSCALER_MCP_WATCH_ENV=true\nZSCALER_CLIENT_SECRET_FILE=${path}\n`;
    const server = await startServer({ dotenv: dotenv(one) });
    server.writeDotenv(dotenv(two));
    await untilOperations(server, 1);
    writeFileSync(two, 'y');
    await untilOperations(server, 2);
    writeFileSync(one, 'z');
    await sleep(LONG_ENOUGH_MS);
    expect(server.record().operations.map(({ changed }) => changed)).toEqual([[], ['ZSCALER_CLIENT_SECRET']]);
  });
});
