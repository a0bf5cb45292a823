/** What on the way to a path is closed to this user, or missing: whose it is, and what to do about it. */
import { lstatSync, readlinkSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A file or folder whose mode keeps this user out. */
export interface ClosedPlace {
  readonly place: string;
  readonly uid: number;
  /** What it is and to whom it is closed, to continue a sentence that begins with the place. */
  readonly reason: string;
  /** A sentence that follows. */
  readonly remedy: string;
}

/**
 * Finds what keeps this user from a path, after EACCES.
 * @returns null where the mode permits it: then something else forbids it, such as SELinux
 */
export function findClosedPlace(path: string): ClosedPlace | null {
  try {
    const place = closedOnWay(resolve(path), MAX_LINKS);
    return place === null ? null : describeClosed(place.path, place.stats);
  } catch {
    // It changed meanwhile.
    return null;
  }
}

/** A path that leads nowhere: the first part of it that is not there, or the link on it that leads nowhere. */
export interface AbsentPlace {
  readonly place: string;
  /** Continues a sentence that begins with the place. */
  readonly reason: string;
  /** A sentence that follows. */
  readonly remedy: string;
}

/** The first part of the way to a path that is not a folder; null when all are folders, or are not there. */
export function findNonFolder(path: string): string | null {
  let at = '/';
  for (const name of resolve(path).split('/').filter(Boolean).slice(0, -1)) {
    at = join(at, name);
    try {
      if (!statSync(at).isDirectory()) return at;
    } catch {
      return null;
    }
  }
  return null;
}

/** Finds what is missing on the way to a path, after ENOENT; null where it is there by now. */
export function findAbsentPlace(path: string): AbsentPlace | null {
  let above = '/';
  for (const name of resolve(path).split('/').filter(Boolean)) {
    const at = join(above, name);
    const target = danglingTarget(at);
    if (target !== null)
      return { place: at, reason: `is a link to ${target}, which is not there`, remedy: `Put ${target} back, or correct the link.` };
    if (isAbsent(at))
      return { place: at, reason: 'is not there', remedy: at === resolve(path) ? `Put ${at} back.` : `Make the folder ${at} again.` };
    above = at;
  }
  return null;
}

/** What a link leads to that is not there; null for what is no such link. @param root prefix for absolute paths, as in `/proc/<pid>/root` */
export function danglingTarget(path: string, root = ''): string | null {
  if (!isAbsent(path)) return null;
  let [at, target] = [path, linkAt(path)];
  if (target === null) return null;
  for (let links = 0; target !== null && links < MAX_LINKS; links += 1) {
    at = target.startsWith('/') ? join(root, target) : resolve(dirname(at), target);
    target = linkAt(at);
  }
  return root !== '' && at.startsWith(`${root}/`) ? at.slice(root.length) : at;
}

function isAbsent(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/** As the kernel does (MAXSYMLINKS in Linux). */
const MAX_LINKS = 40;

interface Place {
  readonly path: string;
  readonly stats: Stats;
}

function closedOnWay(path: string, links: number): Place | null {
  let above: Place = { path: '/', stats: statSync('/') };
  for (const name of path.split('/').filter(Boolean)) {
    const at = join(above.path, name);
    try {
      above = { path: at, stats: statSync(at) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') return isOpen(above.stats, WRITE | ENTER) ? null : above;
      const target = links > 0 ? linkAt(at) : null;
      return target === null ? above : closedOnWay(resolve(dirname(at), target), links - 1);
    }
  }
  if (!isOpen(above.stats, above.stats.isDirectory() ? READ | WRITE | ENTER : READ | WRITE)) return above;
  // The file is there and open: it could not be replaced or removed.
  const folder = dirname(path);
  const stats = statSync(folder);
  return isOpen(stats, WRITE | ENTER) ? null : { path: folder, stats };
}

function linkAt(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return null;
  }
}

const [READ, WRITE, ENTER] = [4, 2, 1];

/** By the mode alone; root is judged as another user, since it only gets here without its capabilities. */
function isOpen({ uid, gid, mode }: Stats, wanted: number): boolean {
  const isOwner = uid === process.geteuid?.();
  const isMember = gid === process.getegid?.() || process.getgroups?.().includes(gid) === true;
  const bits = isOwner ? mode >> 6 : isMember ? mode >> 3 : mode;
  return (bits & wanted) === wanted;
}

function describeClosed(place: string, stats: Stats): ClosedPlace {
  const { uid } = stats;
  const us = process.geteuid?.() ?? null;
  const rights = stats.isDirectory() ? 'rwx' : 'rw';
  const needed = stats.isDirectory() ? READ | WRITE | ENTER : READ | WRITE;
  const isClosedToOwner = ((stats.mode >> 6) & needed) !== needed;
  const mode = `mode ${(stats.mode & 0o7777).toString(8).padStart(4, '0')}`;
  const opening = `chmod u+${rights} ${place}`;
  const lack = isOpen(stats, stats.isDirectory() ? READ | ENTER : READ) ? 'cannot be written by' : 'is closed to';
  const lackOfOwner = lack === 'is closed to' ? 'is closed even to' : 'cannot be written even by';
  if (uid === us) return { place, uid, reason: `${lackOfOwner} its owner (uid ${uid}; ${mode})`, remedy: `Run ${opening}.` };
  const whom = `${lack} uid ${us ?? 'unknown'}`;
  const owner = uid === 0 ? 'root' : `uid ${uid}`;
  if (isClosedToOwner && uid !== 0)
    return {
      place,
      uid,
      reason: `${whom}, and even its owner (${owner}; ${mode})`,
      remedy: `As ${owner} or root run ${opening}, then run this as ${owner}.`,
    };
  return {
    place,
    uid,
    reason: `${whom} (it belongs to ${owner}; ${mode})`,
    remedy: `Run this as ${owner}${uid === 0 || us === 0 ? '' : ' or as root'}.`,
  };
}
