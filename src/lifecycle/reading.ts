/** Reads a PID file: opened once, without following a link, then judged and read through that descriptor. */
import { accessSync, constants, type Stats } from 'node:fs';
import { findClosedPlace } from '../common/access.ts';
import { kindInWords } from '../common/named-file.ts';
import { explainSystemError, inWords, withRemedy } from '../common/system-error.ts';
import { lstatOrNull, openOnce, suspectStats, type Opened } from './files.ts';
import { isProven, presenceOf, type Presence } from './identity.ts';
import { parseRecord } from './parse.ts';
import type { LifecycleRecord } from './record.ts';
import { describeStranger, holdersOfWay } from './way.ts';

/** What was found at the path of a PID file; `reason` continues a sentence that begins with the path, `remedy` is one of its own. */
export type Reading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable'; readonly reason: string; readonly remedy?: string }
  | {
      readonly kind: 'not-permitted';
      readonly reason: string;
      readonly uid: number;
      readonly remedy?: string;
      readonly isRootUnable?: true;
    }
  | { readonly kind: 'record'; readonly record: LifecycleRecord; readonly presence: Presence };

/** The folder beside a PID file, for lock, requests and answers. */
export const folderOf = (path: string): string => `${path}.d`;

/** Reads a PID file if it is safe to trust: our own regular file, no link, not writable by others. */
export function readPidFile(path: string): Reading {
  const opened = openPidFile(path);
  if ('kind' in opened) return opened;
  try {
    return readOpened(path, opened, process.geteuid?.() ?? null);
  } finally {
    opened.close();
  }
}

/** Opens without reading: what is there may belong to another user. */
export function openPidFile(path: string): Opened | Reading {
  try {
    return openOnce(path);
  } catch (error) {
    return explainUnopened(path, error);
  }
}

/** What is to be said of a file that cannot be opened, or whose way cannot be looked at. */
export function explainUnopened(path: string, error: unknown): Reading {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return { kind: 'absent' };
  const closed = code === 'EACCES' ? findClosedPlace(path) : null;
  if (closed !== null)
    return { kind: 'not-permitted', reason: `is behind ${closed.place}, which ${closed.reason}`, uid: closed.uid, remedy: closed.remedy };
  if (code === 'EACCES' || code === 'EPERM')
    return {
      kind: 'not-permitted',
      reason: `cannot be examined: ${inWords(error)}`,
      uid: 0,
      remedy: explainSystemError(error)?.remedy ?? '',
    };
  const wrongPath = code === 'ENOTDIR' || code === 'ENAMETOOLONG' ? { remedy: 'Correct the path of the PID file.' } : {};
  return { kind: 'unusable', reason: `cannot be examined: ${inWords(error)}`, ...wrongPath };
}

/** @param uid of the only user whose file is believed; null where owners are not judged */
export function readOpened(path: string, opened: Opened, uid: number | null): Reading {
  let suspicion: Reading | null;
  try {
    suspicion = suspect(path, opened.stats, uid);
  } catch (error) {
    // Root opened it; its owner, who this process has become, may not look at the folder beside it.
    return explainUnopened(folderOf(path), error);
  }
  if (suspicion) return suspicion;
  let text: string;
  try {
    text = opened.text();
  } catch (error) {
    return { kind: 'unusable', reason: `cannot be read: ${inWords(error)}` };
  }
  const parsed = parseRecord(text);
  if ('misfit' in parsed)
    return { kind: 'unusable', reason: `does not hold the record of a server (cut off, or written by something else): ${parsed.misfit}` };
  const { record } = parsed;
  const presence = presenceOf(record.pid, record.identity);
  if (presence === 'alive' && !isProven(record.identity, uid))
    return { kind: 'unusable', reason: `does not hold what proves that PID ${record.pid} is the server that wrote it` };
  return { kind: 'record', record, presence };
}

/** Why the folder beside the PID file cannot be trusted; null when it is absent, or ours and closed to others. */
export const suspectFolder = (path: string, uid: number | null = process.geteuid?.() ?? null): string | null => {
  const folder = lstatOrNull(folderOf(path));
  return folder === null ? null : suspectStats(folderOf(path), folder, uid);
};

/** For a server of root: who else could exchange its PID file, see `describeStranger`. @throws when the way cannot be looked at */
export const suspectWay = (path: string): string | null =>
  process.geteuid?.() === 0 ? describeStranger(holdersOfWay(path), { uid: 0 }) : null;

/** Windows has no owners and modes that could be judged. */
const judgesOwners = process.platform !== 'win32';

function suspect(path: string, stats: Stats, uid: number | null): Reading | null {
  if (stats.isSymbolicLink()) return { kind: 'unusable', reason: 'is a symbolic link' };
  if (!stats.isFile())
    return { kind: 'unusable', reason: `is ${kindInWords(stats)}, not a regular file`, remedy: 'Name the PID file of the server.' };
  if (!judgesOwners) return null;
  if (stats.uid !== uid) return { kind: 'not-permitted', reason: `belongs to uid ${stats.uid}`, uid: stats.uid };
  if ((stats.mode & 0o022) !== 0) return { kind: 'unusable', reason: 'is writable by other users' };
  const folder = suspectFolder(path, uid);
  return folder === null ? null : { kind: 'unusable', reason: `cannot be used: ${folder}` };
}

/** Why no command can ask the server whose PID file this is, in a sentence, with what to do about it; null when they can. */
export function explainClosedFolder(path: string): string | null {
  const folder = folderOf(path);
  try {
    if (lstatOrNull(folder) !== null) accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `reload, restart and their dry runs cannot ask this server: ${withRemedy(error)}`;
  }
}
