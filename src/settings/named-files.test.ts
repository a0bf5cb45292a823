/** Every setting that names a file, with everything that may be in the place of the file. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { fileNameOf } from './secret-files.ts';
import { loadSettings, readEnvPipe, rows } from './index.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'named-files-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TOO_LARGE = 2 * 1_048_576;

const kinds: Readonly<Record<string, readonly [put: (path: string) => unknown, reason: RegExp]>> = {
  'a named pipe': [(path) => execFileSync('mkfifo', [path]), /is a named pipe, not a regular file/],
  'a socket': [(path) => listen(path), /is a socket, not a regular file/],
  'a device without an end': [(path) => symlinkSync('/dev/zero', path), /is a device, not a regular file/],
  'a folder': [(path) => mkdirSync(path), /is a folder, not a regular file/],
  'a file that is too large': [(path) => writeFileSync(path, Buffer.alloc(TOO_LARGE, 'x')), /is larger than (?:1 MiB|64 KiB)/],
  'a link that leads to itself': [(path) => symlinkSync(path, path), /links form a loop|links lead in a circle/],
  nothing: [() => undefined, /there is no such file/],
};

async function listen(path: string): Promise<void> {
  const server = createServer().listen(path);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
}

const complaintOn = (name: string, path: string): string =>
  loadSettings({ flags: {}, envFile: null, boot: { [name]: path } }).problems.find(({ setting }) => setting === name)?.message ?? '';

/** Found by what they say of a file that is not there. */
const settings = rows
  .flatMap(([, { env, secret }]) => (secret ? [env, fileNameOf(env)] : [env]))
  .filter((name) => complaintOn(name, '/nowhere/SENTINEL').includes('there is no such file'));

describe.skipIf(process.platform === 'win32')('a setting that names a file', () => {
  it('is each of these', () => {
    expect(settings.filter((name) => !name.endsWith('_FILE'))).toEqual([
      'ZSCALER_MCP_TLS_CERTFILE',
      'ZSCALER_MCP_TLS_KEYFILE',
      'ZSCALER_MCP_TLS_CA_CERTS',
    ]);
    expect(settings.length).toBeGreaterThan(10);
  });

  it.each(Object.keys(kinds))('says what is wrong, at once, when there is %s', async (kind) => {
    const [put, reason] = kinds[kind] ?? [];
    const path = join(folder, 'file');
    await put?.(path);
    for (const name of settings) expect(complaintOn(name, path), name).toMatch(reason ?? /^$/);
  });

  it.skipIf(process.getuid?.() === 0)('says so when it may not read the file', () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'x');
    chmodSync(path, 0);
    for (const name of settings) expect(complaintOn(name, path), name).toMatch(/has no permission to read it|has no access/);
  });
});

describe.skipIf(process.platform === 'win32')('a .env from a pipe', () => {
  const pipe = (): string => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    return path;
  };

  it('is read to its end, whenever the writer comes and however slowly it writes', async () => {
    const path = pipe();
    const writer = spawn('sh', ['-c', `exec >${path}; printf 'A='; sleep 0.2; printf 'b\\n'`]);
    onTestFinished(() => void writer.kill());
    const { bytes, problems } = await readEnvPipe(path);
    expect([Buffer.from(bytes ?? []).toString(), problems]).toEqual(['A=b\n', []]);
  });

  it('is not waited for longer than the limit: without a writer, and with one that does not end', async () => {
    const path = pipe();
    const late = /^is a named pipe, .* nobody wrote it to its end within 0\.1 s$/;
    expect((await readEnvPipe(path, 100)).problems).toMatchObject([{ message: expect.stringMatching(late) as string }]);
    const both = openSync(path, constants.O_RDWR);
    writeSync(both, 'A=b\n');
    expect((await readEnvPipe(path, 100)).problems).toMatchObject([{ message: expect.stringMatching(late) as string }]);
    closeSync(both);
  });

  it('is not larger than a file may be', async () => {
    const path = pipe();
    const writer = spawn('sh', ['-c', `exec cat /dev/zero >${path}`]);
    onTestFinished(() => void writer.kill());
    expect((await readEnvPipe(path)).problems).toMatchObject([{ message: 'is larger than 1 MiB' }]);
  });
});
