/** The way to a file: who could exchange a folder or link on it, so that the same path leads elsewhere a moment later. */
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The user and the group that a file belongs to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Somebody, root aside, who can exchange what is in a folder, or exchanged for which a link can be. */
interface Holder {
  readonly place: string;
  readonly who: 'user' | 'group' | 'everybody';
  readonly id: number;
}

/** As the kernel does (MAXSYMLINKS in Linux). */
const MAX_LINKS = 40;

/**
 * Everybody, root aside, who can make the path lead elsewhere. Look at the way before the file is opened: what root and the file's
 * owner alone can change then leads to what was looked at.
 */
export function holdersOfWay(path: string): readonly Holder[] {
  const holders = holdersOf('/', lstatSync('/'));
  let names = partsOf(dirname(resolve(path)));
  let links = 0;
  for (let at = '/'; names.length > 0;) {
    const [name = '', ...rest] = names;
    names = rest;
    if (name === '..') {
      at = dirname(at);
      continue;
    }
    const place = join(at, name);
    const stats = lstatSync(place);
    holders.push(...holdersOf(place, stats));
    if (!stats.isSymbolicLink()) {
      at = place;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw Object.assign(new Error('too many links'), { code: 'ELOOP', path });
    const target = readlinkSync(place);
    if (target.startsWith('/')) at = '/';
    names = [...partsOf(target), ...names];
  }
  return holders;
}

/** Who, other than root and the owner, could exchange the file, to continue a sentence that begins with its path; null when nobody. */
export function describeStranger(holders: readonly Holder[], { uid, gid }: Owner): string | null {
  const stranger = holders.find(({ who, id }) => who === 'everybody' || id !== (who === 'user' ? uid : gid));
  if (stranger === undefined) return null;
  const { place, who, id } = stranger;
  const name = who === 'everybody' ? 'every user' : who === 'group' ? `group ${id}` : `uid ${id}`;
  return `is behind ${place}, where ${name} could put another file in its place`;
}

const partsOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');

/** In a folder with the sticky bit only the owners of a file and of the folder can exchange that file. */
function holdersOf(place: string, stats: Stats): Holder[] {
  const holders: Holder[] = stats.uid === 0 ? [] : [{ place, who: 'user', id: stats.uid }];
  if (stats.isSymbolicLink() || (stats.mode & 0o1000) !== 0) return holders;
  if ((stats.mode & 0o020) !== 0 && stats.gid !== 0) holders.push({ place, who: 'group', id: stats.gid });
  if ((stats.mode & 0o002) !== 0) holders.push({ place, who: 'everybody', id: -1 });
  return holders;
}
