/** The way to a file: who could exchange a folder or link on it, so that the same path leads elsewhere a moment later. */
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { append } from '../common/lists.ts';

/** The user and the group that a file belongs to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** A user, not root, who owns a folder or link on the way: they can exchange what is in the one, and make the other again. */
interface Holder {
  readonly place: string;
  readonly uid: number;
}

/** As the kernel does (MAXSYMLINKS in Linux). */
const MAX_LINKS = 40;

/**
 * Every user, root aside, who owns a part of the way to a file. Look at the way before the file is opened: what only root and the
 * file's owner own then leads to what was looked at, or to something else of theirs.
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
    append(holders, holdersOf(place, stats));
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
export function describeStranger(holders: readonly Holder[], { uid }: Pick<Owner, 'uid'>): string | null {
  const stranger = holders.find((holder) => holder.uid !== uid);
  return stranger === undefined ? null : `is behind ${stranger.place}, where uid ${stranger.uid} could put another file in its place`;
}

const partsOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');

const holdersOf = (place: string, { uid }: Stats): Holder[] => (uid === 0 ? [] : [{ place, uid }]);
