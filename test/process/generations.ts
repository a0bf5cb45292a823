/** Resources of a process as reported by the kernel, to find growth from generation to generation. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Holdings {
  readonly descriptors: number;
  readonly threads: number;
  /** Every child, since there should be none between restarts. */
  readonly children: number;
  readonly zombies: number;
  readonly watches: number;
  readonly rssMiB: number;
}

export function holdingsOf(pid: number): Holdings {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  const children = childrenOf(pid);
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    children: children.length,
    zombies: children.filter(isZombie).length,
    watches: watchesOf(pid),
    rssMiB: field('VmRSS') / 1_024,
  };
}

/** A child belongs to the thread that started it; when that thread ends, another one inherits the child. */
export const childrenOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => whileThere(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ')) ?? [])
    .filter((word) => word.trim() !== '');

const isZombie = (pid: string): boolean => whileThere(() => /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) ?? false;

function watchesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => whileThere(() => watchesBehind(pid, fd)) ?? 0)
    .reduce((sum, count) => sum + count, 0);
}

function watchesBehind(pid: number, fd: string): number {
  if (!readlinkSync(`/proc/${pid}/fd/${fd}`).includes('inotify')) return 0;
  return readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8').match(/^inotify wd:/gm)?.length ?? 0;
}

/** What `look` finds, or undefined for a descriptor, thread or child that ended since it was listed. */
function whileThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
