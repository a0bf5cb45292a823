/** Reads the mount table of a process: /proc/<pid>/mountinfo, see proc_pid_mountinfo(5). */
import { readFileSync } from 'node:fs';
import { largest } from '../common/lists.ts';
import { hasContainerMarker } from '../common/surroundings.ts';

/** One line of the mount table. */
export interface Mount {
  readonly id: number;
  readonly parent: number;
  /** The folder or file of the file system that is mounted; ends in `//deleted` once it is unlinked. */
  readonly root: string;
  /** The mount point. */
  readonly point: string;
  readonly type: string;
  /** Options of the file system itself, comma-separated. */
  readonly superOptions: string;
}

/** Parses a mount table; lines in another format are ignored. */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [own = '', rest = ''] = line.split(' - ', 2);
    const [id, parent, , root, point] = own.split(' ');
    const [type = '', , superOptions = ''] = rest.split(' ');
    if (root === undefined || point === undefined || !/^\d+$/.test(id ?? '') || type === '') return [];
    return [{ id: Number(id), parent: Number(parent), root: unescapeOctal(root), point: unescapeOctal(point), type, superOptions }];
  });
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
const unescapeOctal = (field: string): string =>
  field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** The mount that a path without symbolic links is on. Walks down from the root mount, since a later mount may hide an earlier one below it. */
export function findMount(mounts: readonly Mount[], path: string): Mount | null {
  const ids = new Set(mounts.map(({ id }) => id));
  let current = mounts.find(({ point, parent, id }) => point === '/' && (parent === id || !ids.has(parent)));
  const seen = new Set<Mount>();
  while (current && !seen.has(current)) {
    seen.add(current);
    const { id } = current;
    const crossings = mounts.filter((mount) => mount.parent === id && mount.id !== id && isAbove(mount.point, path));
    const nearest = -largest(crossings.map(({ point }) => -point.length));
    const next = crossings.find(({ point }) => point.length === nearest);
    if (!next) return current;
    current = next;
  }
  return current ?? null;
}

const isAbove = (point: string, path: string): boolean => point === '/' || path === point || path.startsWith(`${point}/`);

/**
 * Whether the mount table proves that a path without symbolic links is mounted from elsewhere: it is a mount point itself,
 * or its mount shows only part of a file system, or, in a container, it is on any mount but the root.
 */
export function isBindMounted(mounts: readonly Mount[], path: string, inContainer: boolean): boolean {
  const mount = findMount(mounts, path);
  if (!mount || mount.point === '/') return false;
  return mount.point === path || (mount.root !== '/' && !isSubvolume(mount)) || inContainer;
}

/** A btrfs subvolume has a root of its own but is not a bind mount. */
const isSubvolume = ({ type, root, superOptions }: Mount): boolean =>
  type === 'btrfs' && superOptions.split(',').includes(`subvol=${root}`);

/** Files that container engines mount over the image's own in every container. */
const MOUNTED_BY_ENGINES = ['/etc/hostname', '/etc/hosts', '/etc/resolv.conf', '/dev/termination-log'];

/** Whether this is a container: Docker and Podman leave a marker file, Kubernetes and others show in the mount table. */
export function isContainer(mounts: readonly Mount[], rootFolder: string): boolean {
  return hasContainerMarker(rootFolder) || mounts.some(({ point }) => MOUNTED_BY_ENGINES.includes(point));
}

/** The mount table of a process; null if it cannot be read. */
export function readMounts(pid: number | 'self'): Mount[] | null {
  try {
    return parseMountInfo(readFileSync(`/proc/${pid}/mountinfo`, 'utf8'));
  } catch {
    // No /proc (macOS, Windows), or the process has ended or belongs to another user.
    return null;
  }
}
