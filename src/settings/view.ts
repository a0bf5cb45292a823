/** Files as another process sees them, which may be in a different mount namespace. */
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readMounts, type Mount } from './mounts.ts';

/** How to look at files from the position of a process. */
export interface View {
  /** Prefix for every absolute path: empty, or `/proc/<pid>/root`. */
  readonly rootFolder: string;
  /** Null if the system does not provide a mount table. */
  readonly mounts: readonly Mount[] | null;
  /** True if the process may not be inspected, so that this is our own view. */
  readonly isBlind: boolean;
}

/** The view of a process. @param pid null for this process */
export function viewOf(pid: number | null): View {
  const own: View = { rootFolder: '', mounts: readMounts('self'), isBlind: false };
  if (pid === null || pid === process.pid || own.mounts === null) return own;
  const links = ['ns/mnt', 'root'].map((link) => [linkOf(`/proc/${pid}/${link}`), linkOf(`/proc/self/${link}`)] as const);
  if (links.some(([theirs]) => theirs === null)) return { ...own, isBlind: true };
  const isElsewhere = links.some(([theirs, ours]) => theirs !== ours);
  return { rootFolder: isElsewhere ? `/proc/${pid}/root` : '', mounts: readMounts(pid), isBlind: false };
}

/** The target of a symbolic link; null if it is not a link, does not exist, or cannot be read. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

const MAX_LINKS = 40;

/**
 * Resolves the symbolic links of an absolute path within the view: absolute links start at the view's root, while the kernel
 * would start at ours. A part that does not exist is kept as it is.
 */
export function resolveLinks({ rootFolder }: Pick<View, 'rootFolder'>, path: string): string {
  let done = '/';
  let links = 0;
  let pending = resolve('/', path).split('/').filter(Boolean);
  for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
    if (part === '..') {
      done = dirname(done);
      continue;
    }
    const next = join(done, part);
    const target = isLink(rootFolder + next) && links < MAX_LINKS ? linkOf(rootFolder + next) : null;
    if (target === null) {
      done = next;
      continue;
    }
    links += 1;
    if (target.startsWith('/')) done = '/';
    pending = [...target.split('/').filter((piece) => piece !== '' && piece !== '.'), ...pending];
  }
  return done;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
