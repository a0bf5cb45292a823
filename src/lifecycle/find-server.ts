/** Finds a running server through its PID file, and tells why a command cannot use what it found. */
import { hasContainerMarker, isInPod } from '../common/surroundings.ts';
import type { Opened } from './files.ts';
import { defaultPidFiles } from './pid-file.ts';
import { explainUnopened, openPidFile, readOpened, readPidFile, type Reading } from './reading.ts';
import type { Operation, Outcome } from './record.ts';
import { describeStranger, holdersOfWay, type Owner } from './way.ts';

/** Where a command looks for a server: at the path that the operator named, or at the default paths in order. */
export interface Whereabouts {
  /** Null: the default paths. */
  readonly pidFile: string | null;
  /** Home directory, which one of the default paths is in. */
  readonly home: string | undefined;
}

/** What a command found. */
export interface Found {
  /** Of the PID file; null when there is none. */
  readonly path: string | null;
  readonly reading: Reading;
  /** For the operator: whose server it is, when root has become its user. */
  readonly note: string | null;
  /** Every place that was looked at; the first may be enough. */
  readonly places: readonly string[];
}

/**
 * The first path that names a living server; else the first where anything is.
 * As root, for another user's file, this process becomes that user, and stays that user: whoever owns the file that was opened
 * here, and not what may be at its path a moment later.
 */
export function findServer({ pidFile, home }: Whereabouts): Found {
  const places = pidFile === null ? defaultPidFiles(home) : [pidFile];
  let first: Place | null = null;
  for (const path of places) {
    const place = lookAt(path);
    if (place.reading.kind === 'record' && place.reading.presence === 'alive') return actAsOwner(place, places);
    if (place.reading.kind !== 'absent') first ??= place;
  }
  return first ? actAsOwner(first, places) : { path: null, reading: { kind: 'absent' }, places, note: null };
}

/** What is at one place. */
interface Place {
  readonly path: string;
  readonly reading: Reading;
  /** Whom root is to become; null: nobody else's, or not to be acted upon. */
  readonly owner: Owner | null;
}

/** Reads as the file's owner, so that root's rights are never used on what another user wrote. */
function lookAt(path: string): Place {
  if (process.getuid?.() !== 0) return { path, reading: readPidFile(path), owner: null };
  // Before the file is opened; see `holdersOfWay`.
  const holders = lookAtWay(path);
  if ('kind' in holders) return { path, reading: holders, owner: null };
  const opened = openPidFile(path);
  if ('kind' in opened) return { path, reading: opened, owner: null };
  try {
    const { uid, gid } = opened.stats;
    const stranger = describeStranger(holders, { uid });
    if (stranger !== null) return { path, reading: { kind: 'unusable', reason: stranger }, owner: null };
    if (uid === 0) return { path, reading: readOpened(path, opened, 0), owner: null };
    return readAs({ uid, gid }, path, opened);
  } finally {
    opened.close();
  }
}

function lookAtWay(path: string): ReturnType<typeof holdersOfWay> | Reading {
  try {
    return holdersOfWay(path);
  } catch (error) {
    return explainUnopened(path, error);
  }
}

function readAs(owner: Owner, path: string, opened: Opened): Place {
  try {
    process.seteuid?.(owner.uid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return { path, reading: mayNotBecome(owner.uid), owner: null };
    throw error;
  }
  try {
    return { path, reading: readOpened(path, opened, owner.uid), owner };
  } finally {
    process.seteuid?.(0);
  }
}

function actAsOwner({ path, reading, owner }: Place, places: readonly string[]): Found {
  if (owner === null) return { path, reading, places, note: null };
  try {
    process.setgroups?.([owner.gid]);
    process.setgid?.(owner.gid);
    process.setuid?.(owner.uid);
    return { path, reading, places, note: `acting as uid ${owner.uid}, whose server it is` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    return { path, reading: mayNotBecome(owner.uid), places, note: null };
  }
}

/** Root without the capability to become another user (CAP_SETUID, CAP_SETGID), as in a container that drops them. */
const mayNotBecome = (uid: number): Reading => ({
  kind: 'not-permitted',
  reason: `belongs to uid ${uid}, and root may not become that user here (its capabilities were dropped)`,
  uid,
  isRootUnable: true,
});

/** Why a command cannot use the server that was found, with the outcome to report; null when it can. */
export function troubleWith({ path, reading, places }: Found): { outcome: Outcome; message: string } | null {
  if (reading.kind === 'absent') return { outcome: 'not-running', message: `no server is running: ${nothingAt(places)}` };
  if (reading.kind === 'unusable')
    return {
      outcome: 'record-unusable',
      message: `the PID file ${path} ${reading.reason}; no process is signalled because of it. ${reading.remedy ?? NEXT}`,
    };
  if (reading.kind === 'not-permitted') {
    if (reading.remedy !== undefined)
      return { outcome: 'not-permitted', message: `the PID file ${path} ${reading.reason}. ${reading.remedy}` };
    return {
      outcome: 'not-permitted',
      message: `the PID file ${path} ${reading.reason}; run this command as uid ${reading.uid}${reading.isRootUnable ? inContainer(reading.uid) : ' or as root'}`,
    };
  }
  const { presence, record } = reading;
  if (presence === 'elsewhere') {
    return {
      outcome: 'record-unusable',
      message: `the PID file ${path} belongs to a server in another PID namespace (container); run this command inside it`,
    };
  }
  if (presence === 'alive') return null;
  const why = presence === 'gone' ? GONE : REUSED;
  const others = places.filter((place) => place !== path);
  return {
    outcome: 'not-running',
    message: `no server is running: the PID file ${path} names PID ${record.pid}, and ${why}${others.length === 0 ? '' : `; no other runs by ${others.join(', ')}`}`,
  };
}

/** How to become a user where root may not. */
function inContainer(uid: number): string {
  if (isInPod()) return `: kubectl exec runs as the user of the container, which runAsUser: ${uid} in its securityContext sets`;
  return hasContainerMarker() ? `: docker exec -u ${uid} CONTAINER zscaler-mcp ...` : '';
}

const GONE = 'that process is gone';
const REUSED = 'that number belongs to another process now';

/** Whether the verdict is about a server that has ended and left its PID file. */
export const hasEnded = ({ outcome, message }: Pick<Operation, 'outcome' | 'message'>): boolean =>
  outcome === 'not-running' && [GONE, REUSED].some((why) => message.includes(why));

/** Whatever is in its place. */
const NEXT = 'Correct or remove it: a running server writes it again within a second';

/** @param places in which there is no PID file */
const nothingAt = (places: readonly string[]): string => `there is no PID file at ${places.join(', ')}`;
