/** Commands of root on a place where another user may put what they like, and does so while the commands look. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identify } from '../../src/lifecycle/index.ts';
import { makeFolder, missing, runCommand, sized, startServer, waitFor } from './harness.ts';

const asUser = (uid: number) => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];
const ATTACKER = 64_003;
const THIRD = 64_004;
/** Every one with an exit code of its contract; none hangs. */
const COMMANDS = [
  ['stop', '--force', '--timeout', '0.2'],
  ['stop', '--timeout', '0.2'],
  ['reload', '--timeout', '0.2'],
  ['restart', '--timeout', '0.2'],
  ['status'],
] as const;
const CODES = [0, 1, 3, 4, 6, 7, 75, 77];

/** A process that any signal of a command would end. */
async function startDecoy(uid: number): Promise<ChildProcess> {
  const decoy = spawn('setpriv', [...asUser(uid).slice(1), 'sleep', '600'], { stdio: 'ignore' });
  onTestFinished(() => void decoy.kill('SIGKILL'));
  await waitFor(() => identify(decoy.pid ?? 0).uid === uid && readFileSync(`/proc/${decoy.pid}/comm`, 'utf8') === 'sleep\n');
  return decoy;
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

/** The record of a ready server that would be this process. */
const recordOf = (pid: number, more: object = {}): string =>
  JSON.stringify({ schema: 1, pid, generation: 1, state: 'ready', generationStartedAt: 'now', identity: identify(pid), ...more });

/** Runs a script of the attacker in a loop until the test ends. */
async function attack(folder: string, script: string): Promise<void> {
  const loop = `const { renameSync, linkSync, symlinkSync, unlinkSync, writeFileSync, mkdirSync, rmdirSync } = require('node:fs');
    process.chdir(${JSON.stringify(folder)});
    const attempt = (work) => { try { work(); } catch {} };
    console.log('begun');
    for (;;) { ${script} }`;
  const attacker = spawn('setpriv', [...asUser(ATTACKER).slice(1), process.execPath, '-e', loop], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void attacker.kill('SIGKILL'));
  await once(attacker.stdout, 'data');
}

interface Scene {
  /** Owned by the attacker, who may do anything in it. */
  readonly folder: string;
  readonly pidFile: string;
  /** Writes a file of the attacker. */
  readonly write: (name: string, text: string) => void;
}

function makeScene(): Scene {
  const folder = makeFolder();
  chownSync(folder, ATTACKER, ATTACKER);
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    chownSync(join(folder, name), ATTACKER, ATTACKER);
  };
  return { folder, pidFile: join(folder, 'server.pid'), write };
}

/** A folder of root with a file that a command would take for a stale lock, and others that it might sweep. */
function makePrecious(): { readonly folder: string; isWhole(): boolean } {
  const folder = makeFolder(0o700);
  const names = ['lock', 'stop.lock', 'lock.break', 'answer-x.json', 'request-x.json', 'stop.sent', 'handover-x', 'waiting-999999'];
  for (const name of names) {
    writeFileSync(join(folder, name), 'precious');
    utimesSync(join(folder, name), 1, 1);
  }
  return { folder, isWhole: () => readdirSync(folder).toSorted().join() === names.toSorted().join() };
}

async function runAll(pidFile: string): Promise<void> {
  for (let round = 0; round < sized(2, 30); round += 1) {
    for (const command of COMMANDS) {
      const { code, out, err } = await runCommand([...command, '--pid-file', pidFile]);
      expect(CODES, `${command.join(' ')}: ${out}${err}`).toContain(code);
    }
  }
}

describe.skipIf(missing('root', 'linux', 'setpriv'))('root, at a place of another user', () => {
  it('signals no process of anybody else, while the PID file comes and goes', async () => {
    const decoys = await Promise.all([startDecoy(THIRD), startDecoy(0)]);
    const { folder, pidFile, write } = makeScene();
    for (const [at, decoy] of decoys.entries()) write(`planted-${at}`, recordOf(decoy.pid ?? 0));
    await attack(
      folder,
      `for (const name of ['planted-0', 'planted-1']) attempt(() => { renameSync(name, 'server.pid'); renameSync('server.pid', name); });`,
    );
    for (let round = 0; round < sized(4, 30); round += 1) await runCommand(['stop', '--force', '--timeout', '0.1', '--pid-file', pidFile]);
    await runAll(pidFile);
    expect(decoys.map(isAlive)).toEqual([true, true]);
  });

  it("signals no server of root, while the attacker's PID file is exchanged for a link to it", async () => {
    const server = await startServer();
    const { folder, pidFile, write } = makeScene();
    write('planted', recordOf(server.pid));
    await attack(
      folder,
      `attempt(() => renameSync('planted', 'server.pid'));
       attempt(() => symlinkSync(${JSON.stringify(server.pidFile)}, 'link'));
       attempt(() => renameSync('server.pid', 'planted'));
       attempt(() => renameSync('link', 'server.pid'));
       attempt(() => unlinkSync('server.pid'));`,
    );
    await runAll(pidFile);
    expect(server.record()).toMatchObject({ state: 'ready', generation: 1, operations: [] });
  });

  it.each([
    ['root', 0],
    ['a third user', THIRD],
  ])('does not reach a server of %s through a folder that the attacker exchanges for a link', async (_, uid) => {
    const own = makeFolder();
    chownSync(own, uid, uid);
    const server = await startServer({ folder: own, through: asUser(uid) });
    const { folder, write } = makeScene();
    write('planted', recordOf((await startDecoy(ATTACKER)).pid ?? 0));
    mkdirSync(join(folder, 'real'));
    chownSync(join(folder, 'real'), ATTACKER, ATTACKER);
    renameSync(join(folder, 'planted'), join(folder, 'real/server.pid'));
    symlinkSync(own, join(folder, 'link'));
    await attack(
      folder,
      `attempt(() => { renameSync('link', 'run'); renameSync('run', 'link'); });
       attempt(() => { renameSync('real', 'run'); renameSync('run', 'real'); });`,
    );
    await runAll(join(folder, 'run/server.pid'));
    expect(server.record()).toMatchObject({ state: 'ready', generation: 1, operations: [] });
  });

  it('removes and makes no file of anybody else, while the folder beside the PID file is exchanged for a link', async () => {
    const precious = makePrecious();
    const { folder, pidFile, write } = makeScene();
    write('planted', recordOf(2 ** 22 + 1));
    symlinkSync(precious.folder, join(folder, 'link'));
    await attack(
      folder,
      `attempt(() => { renameSync('planted', 'server.pid'); renameSync('server.pid', 'planted'); });
       attempt(() => { renameSync('link', 'server.pid.d'); renameSync('server.pid.d', 'link'); });
       attempt(() => mkdirSync('server.pid.d', 0o700));
       attempt(() => rmdirSync('server.pid.d'));`,
    );
    await runAll(pidFile);
    expect(precious.isWhole()).toBe(true);
  });

  it('does not start a server where another user could exchange its PID file, and says whose place it is', async () => {
    const { pidFile } = makeScene();
    const { code, err } = await runCommand(['--transport', 'streamable-http', '--port', '0', '--demo', '--pid-file', pidFile]);
    expect(code, err).toBe(4);
    expect(err).toContain(`uid ${ATTACKER}`);
  });

  it('keeps a server of root, and its commands, in their own files in a folder that everybody may write', async () => {
    const precious = makePrecious();
    const { folder, pidFile, write } = makeScene();
    chownSync(folder, 0, 0);
    chmodSync(folder, 0o777);
    const server = await startServer({ folder });
    write('planted', recordOf((await startDecoy(THIRD)).pid ?? 0));
    symlinkSync(precious.folder, join(folder, 'link'));
    await attack(
      folder,
      `attempt(() => { renameSync('server.pid.d', 'kept'); renameSync('link', 'server.pid.d'); });
       attempt(() => { renameSync('server.pid.d', 'link'); renameSync('kept', 'server.pid.d'); });
       attempt(() => { renameSync('planted', 'server.pid'); renameSync('server.pid', 'planted'); });`,
    );
    await runAll(pidFile);
    expect(precious.isWhole()).toBe(true);
    server.child.kill('SIGTERM');
    await server.ended;
    expect(precious.isWhole()).toBe(true);
  });
});
