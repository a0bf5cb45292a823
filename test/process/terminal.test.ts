/** Servers that were started in a terminal, in every way that a shell offers, and what becomes of them when it closes. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LifecycleRecord, Operation } from '../../src/lifecycle/index.ts';
import { cleanEnv, entry, makeFolder, missing, runCommand, waitFor } from './harness.ts';

interface Way {
  /** What is typed; `SERVER` stands for the server's own command line. */
  readonly line: string;
  /** How the terminal closes: its window does, or its shell ends by `exit`. */
  readonly closing: 'window' | 'exit';
  readonly survives: boolean;
}

const ways: Readonly<Record<string, Way>> = {
  'in the foreground, whose window closes': { line: 'SERVER', closing: 'window', survives: false },
  'in the background, whose window closes': { line: 'SERVER &', closing: 'window', survives: false },
  'in the background, whose shell ends': { line: 'SERVER &', closing: 'exit', survives: true },
  'in the background without its output, whose shell ends': {
    line: 'SERVER </dev/null >/dev/null 2>&1 &',
    closing: 'exit',
    survives: true,
  },
  'with nohup in the foreground': { line: 'nohup SERVER', closing: 'window', survives: true },
  'with nohup in the background': { line: 'nohup SERVER &', closing: 'window', survives: true },
  'with nohup in a script': { line: "nohup sh -c 'SERVER; true' &", closing: 'window', survives: true },
  'with setsid': { line: 'setsid SERVER &', closing: 'window', survives: true },
  'with disown': { line: 'SERVER & disown', closing: 'window', survives: true },
  'in a subshell': { line: '(SERVER &)', closing: 'window', survives: true },
  'in a terminal of its own, as in tmux': {
    line: "setsid script -qfc 'SERVER' /dev/null </dev/null >/dev/null 2>&1 &",
    closing: 'window',
    survives: true,
  },
};

function isRunning(pid: number): boolean {
  try {
    // A zombie in a container without an init has ended, too.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Types one line into an interactive shell in a terminal, and waits for the server. */
async function startIn(line: string) {
  const folder = makeFolder();
  const [pidFile, log] = [join(folder, 'server.pid'), join(folder, 'log')];
  const words = `--transport streamable-http --port 0 --demo --pid-file ${pidFile}`;
  const shell = spawn('script', ['-qfc', 'exec bash --norc --noprofile -i', '/dev/null'], {
    cwd: folder,
    env: cleanEnv({ HOME: folder, TERM: 'dumb' }),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let screen = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
  onTestFinished(() => void shell.kill('SIGKILL'));
  shell.stdin.write(`${line.replace('SERVER', `${process.execPath} ${entry} ${words}`)}\n`);
  const record = () => JSON.parse(readFileSync(pidFile, 'utf8')) as LifecycleRecord;
  await waitFor(
    () => record().state === 'ready',
    () => `the server did not get ready: ${screen}`,
  );
  const { pid } = record();
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  const ask = async (...rest: string[]) =>
    JSON.parse((await runCommand([...rest, '--json', '--timeout', '90', '--pid-file', pidFile])).out) as Operation;
  const close = (closing: Way['closing']) => (closing === 'window' ? void shell.kill('SIGKILL') : void shell.stdin.write('exit\n'));
  return { shell, pid, pidFile, log, record, ask, close };
}

const hasTerminal = (pid: number): boolean => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[4]) !== 0;

describe.skipIf(missing('linux', 'script'))('a server that was started in a terminal', () => {
  it.each(Object.entries(ways).filter(([, { survives }]) => !survives))('%s, ends', async (_, { line, closing }) => {
    const { pid, pidFile, close } = await startIn(line);
    close(closing);
    await waitFor(() => !isRunning(pid));
    expect(existsSync(pidFile)).toBe(false);
  });

  it.each(Object.entries(ways).filter(([, { survives }]) => survives))(
    '%s, outlives it, and is reloaded as any other',
    async (name, { line, closing }) => {
      const { shell, pid, record, ask, close } = await startIn(line);
      const closed = new Promise((resolve) => shell.once('exit', resolve));
      close(closing);
      await closed;
      if (!name.includes('tmux')) await waitFor(() => !hasTerminal(pid));
      expect(await ask('reload', '--dry-run')).toMatchObject({ exitCode: 0 });
      expect(await ask('reload')).toMatchObject({ exitCode: 0 });
      expect(await ask('restart')).toMatchObject({ outcome: 'restarted' });
      // A generation that began without a terminal has none to lose.
      const { operations } = record();
      process.kill(pid, 'SIGHUP');
      await waitFor(() => record().operations.length > operations.length || !isRunning(pid));
      expect(record()).toMatchObject({ pid, generation: 2 });
      expect(record().operations.at(-1)).toMatchObject({ kind: 'reload', askedBy: null });
    },
  );

  it('and has lost it, reloads by a bare signal, too', async () => {
    const { shell, pid, record, close } = await startIn('SERVER 2>log &');
    const log = () => readFileSync(`/proc/${pid}/cwd/log`, 'utf8');
    close('exit');
    await new Promise((resolve) => shell.once('exit', resolve));
    await waitFor(() => log().includes('the terminal that the server was started in is gone'));
    process.kill(pid, 'SIGHUP');
    await waitFor(() => record().operations.length === 1 || !isRunning(pid));
    expect(record()).toMatchObject({ pid, operations: [{ kind: 'reload', askedBy: null }] });
  });
});
