/**
 * As PID 1 of a container the server becomes the parent of every orphan, for example of the children of a `docker exec` shell
 * that ends before them. Node.js waits for its own children only, so the others would stay as zombies for ever.
 */
import { readFileSync } from 'node:fs';
import { isZombie } from './identity.ts';
import type { Native } from './native.ts';

const SWEEP_EVERY_MS = 5_000;

/** Starts collecting orphans, until the process ends. Does nothing unless this process is PID 1 on Linux. */
export function reapOrphans(native: () => Native | null): void {
  if (process.platform !== 'linux' || process.pid !== 1) return;
  let before: ReadonlySet<number> = new Set();
  setInterval(() => {
    // Only what is still there at the second look: Node.js collects its own children at once.
    const zombies = childrenOf(process.pid).filter(isZombie);
    for (const pid of zombies) if (before.has(pid)) native()?.reap(pid);
    before = new Set(zombies);
  }, SWEEP_EVERY_MS).unref();
}

/** See proc_pid_task(5). Empty where the kernel does not have that file. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
