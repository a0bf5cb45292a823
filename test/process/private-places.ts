/** The default places of PID files, for one test alone. */
import { spawn } from 'node:child_process';
import { expect } from 'vitest';
import { cleanEnv, entry, makeFolder, root } from './harness.ts';

/** Runs a script in a mount namespace with its own /var/run, /tmp and home. */
export async function inPrivatePlaces(script: string, env: Record<string, string> = {}): Promise<string> {
  // Not below /tmp, which will be mounted over.
  const home = makeFolder(0o755, '/var/tmp');
  // The repository itself may be below /tmp.
  const repository = makeFolder(0o755, '/var/tmp');
  const inside = (path: string) => path.replace(root, repository);
  const prologue = `set -eu; mount --rbind ${root} ${repository}; cd ${repository}; mount -t tmpfs t /run; [ -L /var/run ] || mount -t tmpfs t /var/run; mount -t tmpfs t /tmp; export HOME=${home}; N=${inside(process.execPath)}; S=${inside(entry)}; `;
  const finished = await new Promise<{ code: number | null; text: string }>((resolve) => {
    const child = spawn('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', prologue + script], {
      cwd: root,
      env: cleanEnv(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.once('close', (code) => resolve({ code, text }));
  });
  expect(finished.code, finished.text).toBe(0);
  return finished.text;
}
