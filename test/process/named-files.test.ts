/** What the operator's settings name may be anything: no reload hangs, the next one works, and `stop` always wins. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeAuthority } from '../certificates.ts';
import { makeFolder, missing, runCommand, startServer, waitFor } from './harness.ts';

const pem = (): string => generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

const pipe = (path: string): void => void execFileSync('mkfifo', [path]);

const kinds: Readonly<Record<string, readonly [put: (path: string) => unknown, reason: RegExp]>> = {
  'a named pipe': [pipe, /is a named pipe, not a regular file/],
  'a socket': [(path) => listen(path), /is a socket, not a regular file/],
  'a device without an end': [(path) => symlinkSync('/dev/zero', path), /is a device, not a regular file/],
  'a folder': [(path) => mkdirSync(path), /is a folder, not a regular file/],
  'a file that is too large': [(path) => writeFileSync(path, Buffer.alloc(2_097_152, 'x')), /is larger than/],
  'a link that leads to itself': [(path) => symlinkSync(path, path), /ELOOP|form a loop/],
  nothing: [() => undefined, /ENOENT|there is no such file/],
};

function listen(path: string): Promise<void> {
  const server = createServer().listen(path);
  onTestFinished(() => void server.close());
  return new Promise((resolve) => void server.once('listening', () => resolve()));
}

describe.skipIf(missing('linux'))('a file that a setting names', () => {
  it.each(['ZSCALER_PRIVATE_KEY', 'ZSCALER_CLIENT_SECRET_FILE'])(
    '%s: whatever is in its place is refused at once, and the corrected file is read',
    async (name) => {
      const key = join(makeFolder(), 'key');
      const good = () => writeFileSync(key, name === 'ZSCALER_PRIVATE_KEY' ? pem() : 'secret');
      const dotenv = (text: string) => `ZSCALER_CLIENT_ID=id\n${name}=${key}\n${text}`;
      good();
      const server = await startServer({ dotenv: dotenv('') });
      let round = 0;
      for (const [kind, [put, reason]] of Object.entries(kinds)) {
        rmSync(key, { recursive: true, force: true });
        await put(key);
        server.writeDotenv(dotenv(`# ${(round += 1)}\nZSCALER_MCP_LOG_LEVEL=${round % 2 ? 'warn' : 'info'}\n`));
        const refused = await server.ask('reload');
        expect(refused, kind).toMatchObject({ outcome: 'refused', exitCode: 4 });
        expect(refused.errors.map(({ message }) => message).join(), kind).toMatch(reason);
        rmSync(key, { recursive: true, force: true });
        good();
        expect(await server.ask('reload'), kind).toMatchObject({ exitCode: 0 });
      }
      rmSync(key);
      pipe(key);
      expect(await server.ask('reload')).toMatchObject({ exitCode: 4 });
      expect(await server.ask('stop')).toMatchObject({ outcome: 'stopped' });
    },
  );

  it('TLS files of no use are refused at a reload, also where turning HTTPS on would wait for a restart', async () => {
    const folder = makeFolder();
    const [one, other] = [await (await makeAuthority('one')).issue('localhost'), await (await makeAuthority('two')).issue('localhost')];
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const rubbish = write('rubbish', 'no certificate');
    const [cert, key, foreign] = [write('cert', one.certificate), write('key', one.key), write('foreign', other.key)];
    const server = await startServer({ dotenv: '' });
    const settings = (certificate: string, privateKey: string, authorities = '') =>
      `ZSCALER_MCP_TLS_CERTFILE=${certificate}\nZSCALER_MCP_TLS_KEYFILE=${privateKey}\n${authorities && `ZSCALER_MCP_TLS_CA_CERTS=${authorities}\n`}`;
    for (const bad of [settings(rubbish, key), settings(cert, rubbish), settings(cert, foreign), settings(cert, key, rubbish)]) {
      server.writeDotenv(bad);
      for (const words of [['reload', '--dry-run'], ['reload'], ['restart', '--dry-run']])
        expect(await server.ask(...words), `${words.join(' ')}: ${bad}`).toMatchObject({ outcome: 'refused', exitCode: 4 });
    }
    server.writeDotenv(settings(cert, key));
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied-restart-pending', exitCode: 3 });
  });
});

describe.skipIf(missing('linux'))('a .env from a pipe', () => {
  it('is read once: reload says that it cannot be read again, and a restart keeps what was read', async () => {
    const folder = makeFolder();
    const path = join(folder, 'pipe');
    pipe(path);
    const writer = spawn('sh', ['-c', `echo ZSCALER_MCP_TOOLSETS=zia_locations >${path}`], { stdio: 'ignore' });
    onTestFinished(() => void writer.kill());
    const server = await startServer({ folder, args: ['--dotenv-path', path] });
    const inForce = async () =>
      ((await server.ask('status', '--settings'))['settings'] as { setting: string; value: string }[]).find(
        ({ setting }) => setting === 'ZSCALER_MCP_TOOLSETS',
      )?.value;
    expect(await inForce()).toBe('zia_locations');
    for (const words of [['reload', '--dry-run'], ['reload'], ['restart'], ['reload']]) {
      const verdict = await server.ask(...words);
      expect(verdict, words.join(' ')).toMatchObject({
        exitCode: 0,
        envSource: 'missing',
        environment: expect.stringContaining('it was a pipe, which cannot be read again') as string,
      });
      expect(await inForce()).toBe('zia_locations');
    }
    expect(server.record()).toMatchObject({ generation: 2 });
    expect((await server.command('status')).out).toContain('was a pipe, which cannot be read again');
  });

  it.skipIf(spawnSync('bash', ['--version']).status !== 0)('may be what a shell makes of <(...)', async () => {
    const folder = makeFolder();
    const server = await startServer({
      folder,
      through: ['bash', '-c', 'exec "$@" --dotenv-path <(echo ZSCALER_MCP_LOG_LEVEL=debug)', 'bash'],
    });
    expect(server.record().envFile).toMatchObject({ isPipe: true });
    expect(await server.ask('reload')).toMatchObject({ exitCode: 0, envSource: 'missing' });
  });

  it('does not keep a server from being ended while it waits for the writer', async () => {
    const path = join(makeFolder(), 'pipe');
    pipe(path);
    const server = await startServer({ args: ['--dotenv-path', path], waitForReady: false });
    await waitFor(() => server.isAlive());
    // A writer that has opened the pipe proves that the server has.
    const writer = spawn('sh', ['-c', `exec sleep 60 >${path}`], { stdio: 'ignore' });
    onTestFinished(() => void writer.kill());
    await waitFor(() => server.log().includes('ended by SIGTERM') || (server.child.kill('SIGTERM'), !server.isAlive()));
    expect((await server.ended).signal ?? 'none').toMatch(/none|SIGTERM/);
  });
});

describe.skipIf(missing('linux'))('compiled code of earlier starts', () => {
  it('is not taken from a home that others may write, and the log says so once', async () => {
    const home = makeFolder(0o777);
    const server = await startServer({ env: { HOME: home, ZSCALER_MCP_LOG_LEVEL: 'debug' } });
    const lines = server
      .log()
      .split('\n')
      .filter((line) => line.includes('starts without compiled code of earlier starts'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('can be written by other users');
    const { code } = await runCommand(['version'], { env: { HOME: home } });
    expect(code).toBe(0);
    expect(spawnSync('find', [home, '-name', '.cache']).stdout.toString()).toBe('');
  });
});
