/** Files as a process sees them, which may live in another mount namespace than ours. */
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readMounts, type Mount } from './mounts.ts';

export interface View {
  /** Stands before every absolute path: empty, or `/proc/<pid>/root`. */
  readonly rootFolder: string;
  /** Null where the system tells nothing. */
  readonly mounts: readonly Mount[] | null;
  /** The process may not be looked into, so this is our own view. */
  readonly isBlind: boolean;
}

/** @param pid the process whose view is wanted; null for our own */
export function viewOf(pid: number | null): View {
  const own: View = { rootFolder: '', mounts: readMounts('self'), isBlind: false };
  if (pid === null || pid === process.pid || own.mounts === null) return own;
  const links = ['ns/mnt', 'root'].map((link) => [linkOf(`/proc/${pid}/${link}`), linkOf(`/proc/self/${link}`)] as const);
  if (links.some(([theirs]) => theirs === null)) return { ...own, isBlind: true };
  const isElsewhere = links.some(([theirs, ours]) => theirs !== ours);
  return { rootFolder: isElsewhere ? `/proc/${pid}/root` : '', mounts: readMounts(pid), isBlind: false };
}

/** Null for what is no link, is not there, or may not be read. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

const MAX_LINKS = 40;

/**
 * The path without links, as seen in the view: absolute links lead to the view's root, where the kernel would take ours.
 * A part that is not there ends the search; the rest is kept as it is.
 */
export function resolveLinks({ rootFolder }: View, path: string): string {
  let done = '/';
  let links = 0;
  const pending = resolve('/', path).split('/').filter(Boolean);
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
    pending.unshift(...target.split('/').filter((piece) => piece !== '' && piece !== '.'));
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
