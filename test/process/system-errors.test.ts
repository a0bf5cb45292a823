/** Errors of the operating system reach the operator with their meaning, a remedy and an exit code of their own. */
import { chownSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, missing, runCommand, startServer, untilInShell } from './harness.ts';
import { inPrivatePlaces } from './private-places.ts';

const USER = 4_711;
const asUser = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'];
const RAW = /node:internal|uv_cwd'|^\s+at /m;

describe.skipIf(missing('root', 'linux', 'setpriv'))('root without capabilities', () => {
  it.each(['status', 'reload', 'restart', 'stop'])('%s names the user to be: 77', async (word) => {
    const folder = makeFolder(0o777);
    chownSync(folder, USER, USER);
    const server = await startServer({ folder, through: asUser });
    const through = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
    const { code, out, err } = await runCommand([word, '--pid-file', server.pidFile], { through });
    expect(code, out + err).toBe(77);
    expect(out + err).toContain(`run this command as uid ${USER}`);
    expect(out + err).not.toMatch(RAW);
    const inPod = await runCommand([word, '--pid-file', server.pidFile], { through, env: { KUBERNETES_SERVICE_HOST: '192.0.2.1' } });
    expect(inPod.out + inPod.err).toContain(`kubectl exec runs as the user of the container, which runAsUser: ${USER}`);
    expect(inPod.out + inPod.err).not.toContain('docker');
    expect(server.isAlive()).toBe(true);
  });
});

describe.skipIf(missing('root', 'linux', 'setpriv'))('a user', () => {
  it('whose home cannot be entered, and who has no entry in passwd, gets words', async () => {
    const closed = makeFolder(0o700);
    const env = { HOME: join(closed, 'home') };
    const pidFile = join(makeFolder(0o777), 'pid');
    for (const [words, expected] of [
      [['status', '--pid-file', pidFile], 3],
      [['reload', '--pid-file', pidFile], 7],
      [['status', '--pid-file', join(closed, 'home', 'pid')], 77],
    ] as const) {
      const { code, out, err } = await runCommand(words, { through: asUser, env, cwd: '/' });
      expect(code, out + err).toBe(expected);
      expect(out + err).not.toMatch(RAW);
    }
  });

  it('with a umask that takes away its own rights runs a server as any other', async () => {
    const folder = makeFolder(0o777);
    chownSync(folder, USER, USER);
    const through = [...asUser, 'sh', '-c', 'umask 0777; exec "$@"', 'sh'];
    const server = await startServer({ folder, through });
    expect(statSync(`${server.pidFile}.d`).mode & 0o777).toBe(0o700);
    for (const word of ['status', 'reload', 'stop']) {
      const { code, out, err } = await runCommand(
        [word, '--timeout', '90'].slice(0, word === 'status' ? 1 : 3).concat('--pid-file', server.pidFile),
        {
          through,
        },
      );
      expect(code, out + err).toBe(0);
    }
  });
});

describe('a place that cannot be used', () => {
  it.skipIf(missing('linux', 'prlimit'))('for lack of space: 4, nothing was asked, and why', async () => {
    const server = await startServer({ dotenv: '' });
    for (const word of ['reload', 'restart']) {
      const { code, out, err } = await runCommand([word, '--pid-file', server.pidFile], { through: ['prlimit', '--fsize=10'] });
      expect(code, out + err).toBe(4);
      expect(err).toContain('a limit on the size of files is reached (EFBIG');
    }
    expect(server.record().operations).toEqual([]);
  });

  it.skipIf(missing('root', 'linux', 'unshare'))('since its disk is full: 4, nothing was asked, and where', async () => {
    const text = await inPrivatePlaces(
      `mkdir $HOME/full; mount -t tmpfs -o size=64k t $HOME/full; F=$HOME/full/pid; ` +
        `$N $S --transport streamable-http --port 0 --demo --pid-file $F >/dev/null 2>$HOME/log & ` +
        untilInShell('grep -q \'"ready"\' $HOME/full/pid 2>/dev/null') +
        `cat /dev/zero >$HOME/full/x 2>/dev/null || true; ` +
        `for W in reload restart; do C=0; $N $S $W --pid-file $F || C=$?; echo "$W [$C]"; done; ` +
        `$N $S status --pid-file $F | head -1; $N $S stop --pid-file $F; wait`,
    );
    expect(text.match(/the disk is full \(ENOSPC: \S+\/full\/pid\.d\)\. Free space or inodes on that file system/g), text).toHaveLength(2);
    for (const line of ['reload [4]', 'restart [4]', 'ready, generation 1', 'stop: stopped']) expect(text).toContain(line);
  });

  it('since a folder is in the place of a file: 4, nothing was asked, and where', async () => {
    const server = await startServer({ dotenv: '' });
    const lock = join(`${server.pidFile}.d`, 'lock');
    mkdirSync(lock);
    // One that names no holder is passed over when it is old.
    utimesSync(lock, 0, 0);
    for (const word of ['reload', 'restart']) {
      const { code, out, err } = await runCommand([word, '--pid-file', server.pidFile]);
      expect(code, out + err).toBe(4);
      expect(err).toContain(`a folder is in the place of a file (EISDIR: ${lock})`);
    }
    expect(server.record().operations).toEqual([]);
  });

  it('because its name is too long, or a file is in the way: 4 at a start, with the meaning', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'file'), '');
    for (const [path, meaning] of [
      [join(folder, 'x'.repeat(300)), 'the path is too long'],
      [join(folder, 'x'.repeat(250)), 'the path is too long'],
      [join(folder, 'file', 'sub', 'pid'), 'is not a directory'],
    ] as const) {
      const { code, err } = await runCommand(['--transport', 'streamable-http', '--port', '0', '--demo', '--pid-file', path]);
      expect(code, err).toBe(4);
      expect(err).toContain(meaning);
    }
  });
});
