/**
 * As PID 1 of a container the server inherits whatever others leave behind there: a shell of `docker exec` that ends before
 * its children does. Node.js waits for its own children only, so the rest would stay as zombies for ever.
 */
import { readFileSync } from 'node:fs';
import { isZombie } from './identity.ts';
import type { Native } from './native.ts';

const SWEEP_EVERY_MS = 5_000;

/** For the rest of the process's life. Does nothing in a process that has an init above it. */
export function reapOrphans(native: () => Native | null): void {
  if (process.platform !== 'linux' || process.pid !== 1) return;
  let before: ReadonlySet<number> = new Set();
  setInterval(() => {
    // A child of Node's own is gone before the second look: its end is handled as soon as it is told.
    const zombies = childrenOf(process.pid).filter(isZombie);
    for (const pid of zombies) if (before.has(pid)) native()?.reap(pid);
    before = new Set(zombies);
  }, SWEEP_EVERY_MS).unref();
}

/** See proc_pid_task(5). Empty where the kernel does not tell. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
