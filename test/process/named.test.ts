/** A restart finds the program, its directory and its interpreter by the names that the operator used, wherever they lead by then. */
import { chmodSync, copyFileSync, mkdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, missing, startServer, type ServerOptions, type TestServer } from './harness.ts';
import { install, pointLink } from './install.ts';

/** Releases in folders of their own, each with a `.env`, and a link to the first. */
function release(): { readonly folder: string; readonly current: string } {
  const folder = makeFolder();
  for (const [name, version] of [
    ['one', '1.1.1'],
    ['two', '2.2.2'],
    ['three', '3.3.3'],
  ] as const) {
    const place = join(folder, 'releases', name);
    install(place, version);
    mkdirSync(join(place, 'bin'));
    symlinkSync(process.execPath, join(place, 'bin/node'));
    writeFileSync(join(place, 'wrapper.mjs'), "import './dist/main.js';\n");
    writeFileSync(join(place, '.env'), `ZSCALER_MCP_SESSION_LIMIT=${version[0]}00\n`, { mode: 0o600 });
  }
  const current = join(folder, 'current');
  pointLink(current, 'releases/one');
  return { folder, current };
}

function copyInterpreter(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(process.execPath, path);
  chmodSync(path, 0o755);
}

/** Starts a program as a person does: the shell enters the folder, and knows it by this name. */
const inShell = (folder: string): Pick<ServerOptions, 'through'> => ({ through: ['/bin/sh', '-c', 'cd "$0" && exec "$@"', folder] });

const sessionLimit = (server: TestServer) =>
  server.record().settings?.find(({ setting }) => setting === 'ZSCALER_MCP_SESSION_LIMIT')?.value;

/** What is started; `dotenv` where the directory is the release, so that its `.env` is in force. */
const ways: Readonly<Record<string, (current: string) => { readonly options: ServerOptions; readonly dotenv: boolean }>> = {
  'a path relative to the link': (current) => ({ options: { ...inShell(current), program: 'dist/main.js' }, dotenv: true }),
  'a path without its ending': (current) => ({ options: { ...inShell(current), program: 'dist/main' }, dotenv: true }),
  'a path relative to a folder below the link': (current) => ({
    options: { ...inShell(join(current, 'dist')), program: './main.js' },
    dotenv: false,
  }),
  'a path that leads up': (current) => ({ options: { ...inShell(join(current, 'bin')), program: '../dist/main.js' }, dotenv: false }),
  'a path through the link': (current) => ({ options: { cwd: dirname(current), program: 'current/dist/main.js' }, dotenv: false }),
  'an absolute path through the link': (current) => ({
    options: { ...inShell(current), program: join(current, 'dist/main.js') },
    dotenv: true,
  }),
  'a wrapper beside it': (current) => ({ options: { ...inShell(current), program: 'wrapper.mjs' }, dotenv: true }),
  'a wrapper by an absolute path': (current) => ({ options: { program: join(current, 'wrapper.mjs') }, dotenv: false }),
  'a relative interpreter': (current) => ({
    options: { ...inShell(current), interpreter: 'bin/node', program: 'dist/main.js' },
    dotenv: true,
  }),
};

describe.skipIf(missing('linux'))('a server that was started by', () => {
  it.each(Object.entries(ways))(
    '%s restarts into the release that the link leads to, whether or not the former is there',
    async (_, way) => {
      const { folder, current } = release();
      const { options, dotenv } = way(current);
      const server = await startServer(options);
      const look = async () => (await server.ask('status'))['codeChanged'];
      expect(server.record().version).toBe('1.1.1');
      expect(await look()).toBe(false);
      pointLink(current, 'releases/two');
      expect(await look()).toBe(true);
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
      expect(server.record()).toMatchObject({ pid: server.pid, version: '2.2.2', generation: 2 });
      if (dotenv) expect([server.record().dotenvPath, sessionLimit(server)]).toEqual([join(current, '.env'), '200']);
      expect(await look()).toBe(false);
      rmSync(join(folder, 'releases/two'), { recursive: true });
      expect(await server.ask('status')).toMatchObject({ codeChanged: true, codeGone: true });
      pointLink(current, 'releases/three');
      expect(await server.ask('status')).toMatchObject({ codeChanged: true, codeGone: false });
      expect(await server.ask('restart', '--dry-run')).toMatchObject({ outcome: 'valid' });
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 3 });
      expect(server.record()).toMatchObject({ pid: server.pid, version: '3.3.3' });
      if (dotenv) expect(sessionLimit(server)).toBe('300');
      expect(await look()).toBe(false);
    },
  );

  it('a path without the link keeps its release', async () => {
    const { folder, current } = release();
    const server = await startServer({ ...inShell(current), program: join(folder, 'releases/one/dist/main.js') });
    pointLink(current, 'releases/two');
    expect((await server.ask('status'))['codeChanged']).toBe(false);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(server.record().version).toBe('1.1.1');
    expect(sessionLimit(server), 'its directory is the link').toBe('200');
  });

  it('a launcher that left another PWD behind is bound to the directory it is in', async () => {
    const { folder, current } = release();
    const real = realpathSync(current);
    const server = await startServer({ cwd: current, program: 'dist/main.js', env: { PWD: join(folder, 'releases/two') } });
    expect(server.record()).toMatchObject({ cwd: real, version: '1.1.1', program: join(real, 'dist/main.js') });
  });
});

describe.skipIf(missing('linux'))('an interpreter named by a word', () => {
  const isRunning = (server: TestServer, path: string) => statSync(`/proc/${server.pid}/exe`).ino === statSync(path).ino;

  it('is found on PATH again when an upgrade moved the link and removed the version', async () => {
    const folder = makeFolder();
    for (const version of ['1', '2']) copyInterpreter(join(folder, version, 'node'));
    mkdirSync(join(folder, 'bin'));
    symlinkSync('../1/node', join(folder, 'bin/node'));
    const server = await startServer({ interpreter: 'node', env: { PATH: join(folder, 'bin') } });
    expect([isRunning(server, join(folder, '1/node')), (await server.ask('status'))['codeChanged']]).toEqual([true, false]);
    pointLink(join(folder, 'bin/node'), '../2/node');
    expect((await server.ask('status'))['codeChanged']).toBe(true);
    rmSync(join(folder, '1'), { recursive: true });
    expect((await server.ask('status'))['codeChanged']).toBe(true);
    for (const generation of [2, 3]) {
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation });
      expect([isRunning(server, join(folder, '2/node')), (await server.ask('status'))['codeChanged']]).toEqual([true, false]);
    }
  });

  it('is found at the next place of PATH when its own is gone', async () => {
    const folder = makeFolder();
    for (const version of ['1', '2']) copyInterpreter(join(folder, version, 'bin/node'));
    const server = await startServer({ interpreter: 'node', env: { PATH: [1, 2].map((n) => join(folder, `${n}/bin`)).join(':') } });
    expect(isRunning(server, join(folder, '1/bin/node'))).toBe(true);
    rmSync(join(folder, '1'), { recursive: true });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(isRunning(server, join(folder, '2/bin/node'))).toBe(true);
  });

  it('that leads to another one on PATH is not believed', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'node'), '#!/bin/sh\nexit 9\n', { mode: 0o755 });
    const server = await startServer({
      through: ['/bin/bash', '-c', 'exec -a node "$@"', 'bash'],
      env: { PATH: folder },
    });
    expect(server.record()).toMatchObject({ interpreter: process.execPath, searchPath: null });
    expect((await server.ask('status'))['codeChanged']).toBe(false);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
  });
});
