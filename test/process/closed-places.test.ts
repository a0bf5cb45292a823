/** What is closed or missing on the way to the PID file: commands name the place, its owner and what opens it, and end with 77. */
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Operation } from '../../src/lifecycle/index.ts';
import { makeFolder, missing, runCommand, startServer, waitFor, type TestServer } from './harness.ts';

const OWNER = 4_711;
const OTHER = 4_712;
const as = (uid: number) => (uid === 0 ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']);

const ask = async (uid: number, words: readonly string[], pidFile: string) => {
  const { code, out, err } = await runCommand([...words, '--json', '--pid-file', pidFile], { through: as(uid), cwd: '/' });
  return { code, answer: JSON.parse(out) as Operation & Record<string, unknown>, err };
};

/** A server whose PID file is two folders below one that everybody may enter. */
async function startBelow(): Promise<{ server: TestServer; above: string; folder: string }> {
  const above = join(makeFolder(0o755), 'above');
  const folder = join(above, 'below');
  mkdirSync(folder, { recursive: true });
  for (const path of [above, folder]) chownSync(path, OWNER, OWNER);
  const server = await startServer({ folder, through: as(OWNER), cwd: '/' });
  onTestFinished(() => {
    for (const path of [above, folder, `${server.pidFile}.d`]) if (statSync(path, { throwIfNoEntry: false })) chmodSync(path, 0o700);
  });
  return { server, above, folder };
}

describe.skipIf(missing('root', 'linux', 'setpriv'))('a place that is closed', () => {
  it.each(['the folder of the PID file', 'the folder above it'])(
    '%s: 77 for everybody, with whose it is and what opens it',
    async (which) => {
      const { server, above, folder } = await startBelow();
      const place = which === 'the folder above it' ? above : folder;
      chmodSync(place, 0);
      for (const uid of [OWNER, OTHER, 0])
        for (const words of [['status'], ['reload'], ['restart', '--dry-run'], ['stop'], ['check']]) {
          const { code, answer, err } = await ask(uid, words, server.pidFile);
          expect(code, err).toBe(77);
          if (words[0] === 'status') expect(answer['running']).toBeNull();
          else expect(answer.outcome).toBe('not-permitted');
          expect(answer.message).toContain(`${place}, which is closed `);
          expect(answer.message).toContain(`its owner (uid ${OWNER}; mode 0000)`);
          expect(answer.message).toContain(`chmod u+rwx ${place}`);
          // Nobody is told to become who they are.
          expect(answer.message).not.toContain(`as uid ${uid} `);
        }
      expect(server.isAlive()).toBe(true);
      chmodSync(place, 0o700);
      expect((await ask(OWNER, ['reload'], server.pidFile)).code).toBe(0);
    },
  );

  it('to others alone: 77 with the user to be', async () => {
    const { server, folder } = await startBelow();
    chmodSync(folder, 0o700);
    const { code, answer } = await ask(OTHER, ['status'], server.pidFile);
    expect(code).toBe(77);
    expect(answer.message).toContain(`${folder}, which is closed to uid ${OTHER} (it belongs to uid ${OWNER}; mode 0700)`);
    expect(answer.message).toContain(`Run this as uid ${OWNER} or as root.`);
  });

  it.each([0, 0o500])('the folder beside the PID file, with mode %o: commands that ask end with 77, status warns', async (mode) => {
    const { server } = await startBelow();
    const folder = `${server.pidFile}.d`;
    chmodSync(folder, mode);
    const reason = `${folder} ${mode === 0 ? 'is closed even to' : 'cannot be written even by'} its owner (uid ${OWNER}; mode ${mode === 0 ? '0000' : '0500'})`;
    for (const uid of [OWNER, 0]) {
      for (const words of [['reload'], ['reload', '--dry-run'], ['restart']]) {
        const { code, answer } = await ask(uid, words, server.pidFile);
        expect([code, answer.outcome]).toEqual([77, 'not-permitted']);
        expect(answer.message).toContain(reason);
        expect(answer.message).toContain(`Run chmod u+rwx ${folder}.`);
      }
      const { code, answer } = await ask(uid, ['status'], server.pidFile);
      expect([code, answer['running']]).toEqual([0, true]);
      expect(answer['faults']).toEqual([expect.stringContaining(`cannot ask this server: ${reason}`)]);
    }
  });

  it('the folder of the PID file at the end: the file stays behind, which stop and the log say', async () => {
    const { server, folder } = await startBelow();
    chmodSync(folder, 0o500);
    const left = `the PID file ${server.pidFile} stays behind, since it cannot be removed: ${folder} cannot be written even by its owner`;
    for (const outcome of ['stopped', 'not-running']) {
      const { code, answer } = await ask(OWNER, ['stop'], server.pidFile);
      expect([code, answer.outcome]).toEqual([0, outcome]);
      expect(answer.warnings).toEqual([expect.stringContaining(left)]);
    }
    expect(server.log()).toContain('the PID file stays behind, since it cannot be removed');
    chmodSync(folder, 0o700);
    expect((await ask(OWNER, ['stop'], server.pidFile)).answer.message).toContain('removed the PID file');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('while a server runs: its log says what commands see, and what opens it', async () => {
    const { server, folder } = await startBelow();
    chmodSync(folder, 0);
    await waitFor(() => server.log().includes('so commands see an old state: '));
    expect(server.log()).toContain(`Run chmod u+rwx ${folder}.`);
    chmodSync(folder, 0o700);
    await waitFor(() => statSync(server.pidFile, { throwIfNoEntry: false }) !== undefined);
  });
});

describe('a path at which no PID file can be', () => {
  const plain = () => {
    const file = join(makeFolder(), 'plain');
    writeFileSync(file, '');
    return file;
  };

  it.skipIf(missing('linux')).each<[what: string, path: () => string, why: RegExp]>([
    ['in /proc', () => '/proc/x', /no file can be created in \/proc/],
    ['in /sys', () => '/sys/x', /no file can be created in \/sys|\/sys cannot be written by|read-only/],
    ['a folder', () => makeFolder(), /is a folder, not a regular file/],
    ['a device', () => '/dev/null', /is a device, not a regular file/],
    ['below a file', () => `${plain()}/x.pid`, /plain is not a directory/],
    ['in a folder that is not there', () => join(makeFolder(), 'none', 'x.pid'), /the folder \S+none does not exist/],
  ])('%s: 4 at a start, with what was wanted; nothing is touched', async (_, path, why) => {
    const pidFile = path();
    const start = await runCommand(['--transport', 'streamable-http', '--port', '0', '--demo', '--pid-file', pidFile], { cwd: '/' });
    expect(start.code, start.err).toBe(4);
    expect(start.err).toMatch(why);
    expect(start.err).toMatch(/Name a file|Name another place|name another place/);
    expect(start.err).not.toMatch(/[Rr]emove it|Run it as the user/);
    const check = await runCommand(['check', '--transport', 'streamable-http', '--pid-file', pidFile], { cwd: '/' });
    // A service manager may make the folder.
    expect(check.code, check.out).toBe(pidFile.includes('none') ? 0 : 4);
    expect(check.out + check.err).toMatch(why);
    for (const word of ['status', 'reload', 'stop']) {
      const { out, err } = await runCommand([word, '--pid-file', pidFile], { cwd: '/' });
      expect(out + err).not.toMatch(/or remove it|node:internal/);
    }
  });
});
