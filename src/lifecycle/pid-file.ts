/** The PID file on disk: checked before it is trusted, created exclusively, replaced by rename, removed only by its owner. */
import { accessSync, constants, lutimesSync, mkdirSync, readdirSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZscalerMcpError } from '../common/errors.ts';
import { findClosedPlace, findNonFolder } from '../common/access.ts';
import { explainSystemError, inWords, withRemedy } from '../common/system-error.ts';
import { createFile, createFolder, inFolder, lstatOrNull, removeIfThere, replaceFile } from './files.ts';
import { exists } from './identity.ts';
import { withLock } from './lock.ts';
import { folderOf, readPidFile, suspectFolder, suspectWay } from './reading.ts';
import type { LifecycleRecord } from './record.ts';
import { removeLeftovers } from './requests.ts';

/** A server's own PID file, from `claim` or `adopt` to `release`. */
export class PidFile {
  readonly path: string;
  #record: LifecycleRecord;
  #keeper: NodeJS.Timeout | undefined;
  #lost = false;
  /** Why the file does not hold the present record; null when it does. */
  #trouble: string | null = null;
  #hasTold = false;
  readonly #mayReplace: MayReplace;

  private constructor(path: string, record: LifecycleRecord, mayReplace: MayReplace) {
    this.path = path;
    this.#record = record;
    this.#mayReplace = mayReplace;
  }

  /**
   * Publishes the first record at `path`.
   * @param mayReplace tells whether a living server's record may be taken over (an HTTP server takes a default place from a stdio one)
   * @throws ZscalerMcpError ERR_RECORD_TAKEN, ERR_RECORD_UNUSABLE or ERR_NOT_PERMITTED
   */
  static async claim(path: string, record: LifecycleRecord, mayReplace: MayReplace = () => false): Promise<PidFile> {
    prepareFolder(path);
    try {
      if (createFile(path, serialize(record), true)) return PidFile.#begin(path, record, mayReplace);
    } catch (error) {
      throw unwritable(path, error);
    }
    return withLock(folderOf(path), 5_000, async () => {
      await refuseIfTaken(path, mayReplace);
      replaceFile(path, serialize(record));
      return PidFile.#begin(path, record, mayReplace);
    });
  }

  /** Commands send requests only to a server that is ready, so what is in the folder was meant for a former one. */
  static #begin(path: string, record: LifecycleRecord, mayReplace: MayReplace): PidFile {
    sweep(folderOf(path));
    return new PidFile(path, record, mayReplace);
  }

  /** Takes over the PID file of the former generation of this process. Never throws: a disk error does not keep the server from serving. */
  static adopt(path: string, record: LifecycleRecord, mayReplace: MayReplace = () => false): PidFile {
    const file = new PidFile(path, record, mayReplace);
    file.#attempt(() => {
      prepareFolder(path);
      replaceFile(path, serialize(record));
    });
    return file;
  }

  /** The record as of the last `update`, whether it could be written or not. */
  get record(): LifecycleRecord {
    return this.#record;
  }

  /** False once another server has taken this path; then nothing is written or removed any more. */
  get isOurs(): boolean {
    return !this.#lost;
  }

  /** Whether the file holds the present record; false while it cannot be written. */
  get isPublished(): boolean {
    return this.#trouble === null;
  }

  /** Changes the record and writes it. Never throws: what cannot be written now is tried again by `keep`. */
  update(change: Partial<LifecycleRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#attempt(() => {
      if (this.#stillOurs()) replaceFile(this.path, serialize(this.#record));
    });
  }

  /**
   * Once a second writes the file again if something deleted it or it could not be written, else touches it: servers in other
   * PID namespaces see by its time that this one lives.
   * @param onTrouble called when the file cannot be written, once until it can be again
   */
  keep(onTrouble: (message: string) => void): void {
    this.#keeper = setInterval(() => {
      const isBehind = !this.isPublished;
      this.#attempt(() => {
        if (!this.#stillOurs()) this.stopKeeping();
        else if (isBehind) replaceFile(this.path, serialize(this.#record));
        else showLife(this.path, serialize(this.#record));
      });
      if (this.#trouble !== null && !this.#hasTold) onTrouble(this.#trouble);
      this.#hasTold = this.#trouble !== null;
    }, KEEP_EVERY_MS).unref();
  }

  /** Ends what `keep` began. */
  stopKeeping(): void {
    clearInterval(this.#keeper);
  }

  /**
   * Removes folder and file, unless another server has taken the path. The file goes last: until then no other server takes the place,
   * whose folder would be removed. Never throws: a file that stays behind is stale, and seen to be.
   * @param onTrouble called when something stays behind
   */
  release(onTrouble: (message: string) => void = () => undefined): void {
    this.stopKeeping();
    this.#attempt(() => {
      if (!this.#stillOurs()) return;
      removeFolder(folderOf(this.path));
      removeIfThere(this.path);
    });
    if (this.#trouble !== null) onTrouble(this.#trouble);
  }

  #attempt(write: () => void): void {
    try {
      write();
      this.#trouble = null;
    } catch (error) {
      this.#trouble = withRemedy(error);
    }
  }

  #stillOurs(): boolean {
    if (this.#lost) return false;
    const reading = readPidFile(this.path);
    if (reading.kind === 'record' && !isSame(reading.record, this.#record) && !this.#mayReplace(reading.record)) this.#lost = true;
    return !this.#lost;
  }
}

/** Whether the place of another server, which lives, may be taken. */
type MayReplace = (other: LifecycleRecord) => boolean;

/** How often a server touches its PID file. */
export const KEEP_EVERY_MS = 1_000;

/** Begins the name of the file, in the folder beside a PID file, in which a server that waits for the place shows itself. */
export const WAITING = 'waiting-';

/** All but the files of living servers that wait for the place. */
function removeFolder(path: string): void {
  if (!lstatOrNull(path)) return;
  inFolder(path, (folder) => {
    for (const name of readdirSync(folder)) if (!isOfWaiting(name)) rmSync(join(folder, name), { recursive: true, force: true });
  });
  removeIfEmpty(path);
}

/** One that lives in another PID namespace shows itself again within a second. */
const isOfWaiting = (name: string): boolean => name.startsWith(WAITING) && exists(Number(name.slice(WAITING.length)));

/** What dead servers left in the folder. */
function sweep(path: string): void {
  inFolder(path, (folder) => {
    removeLeftovers(folder);
    for (const name of readdirSync(folder)) if (name.startsWith(WAITING) && !isOfWaiting(name)) removeIfThere(join(folder, name));
  });
}

/** Removes the PID file of a dead server, checked again under the lock. False if there is nothing to remove. @throws ZscalerMcpError ERR_LOCK_BUSY */
export async function removeStale(path: string): Promise<boolean> {
  const folder = folderOf(path);
  const removed = await withLock(folder, 5_000, () => {
    const reading = readPidFile(path);
    if (reading.kind !== 'record' || (reading.presence !== 'gone' && reading.presence !== 'reused')) return Promise.resolve(false);
    sweep(folder);
    return Promise.resolve(removeIfThere(path));
  });
  if (removed) removeIfEmpty(folder);
  return removed;
}

/** Removes the folder beside a PID file that is gone, unless it is in use. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not empty: a command is using it, and will remove it.
  }
}

const OF_ITS_OWN = 'Name a file that the server can create, such as /run/zscaler-mcp/server.pid.';
const TAKEN = 'Make sure that no server runs behind it, remove it, or name another one with --pid-file.';

async function refuseIfTaken(path: string, mayReplace: (other: LifecycleRecord) => boolean): Promise<void> {
  const reading = readPidFile(path);
  if (reading.kind === 'absent') return;
  if (reading.kind === 'unusable') {
    throw new ZscalerMcpError('ERR_RECORD_UNUSABLE', `the PID file ${path} ${reading.reason}`, {
      hint: reading.remedy === undefined ? TAKEN : OF_ITS_OWN,
    });
  }
  if (reading.kind === 'not-permitted') {
    throw new ZscalerMcpError('ERR_NOT_PERMITTED', `the PID file ${path} ${reading.reason}`, { hint: 'Name another one with --pid-file.' });
  }
  const { record, presence } = reading;
  if (presence === 'gone' || presence === 'reused') return;
  if (presence === 'elsewhere' && !(await isBeating(path))) return;
  if (mayReplace(record)) return;
  const where = presence === 'elsewhere' ? ' in another PID namespace (container)' : '';
  throw new ZscalerMcpError(
    'ERR_RECORD_TAKEN',
    `another server uses the PID file ${path}: PID ${record.pid}${where}, ${record.transport}${record.url ? ` at ${record.url}` : ''}`,
    {
      hint: 'Stop that server, or give this one its own place with --pid-file.',
    },
  );
}

/** Whether a server in another PID namespace lives: it touches its file once a second. Takes up to 2.5 s. */
export async function isBeating(path: string): Promise<boolean> {
  const before = lstatOrNull(path)?.mtimeMs ?? 0;
  if (Date.now() - before > 10 * KEEP_EVERY_MS) return false;
  await sleep(2.5 * KEEP_EVERY_MS);
  return (lstatOrNull(path)?.mtimeMs ?? before) !== before;
}

function showLife(path: string, text: string): void {
  if (!lstatOrNull(folderOf(path))) createFolder(folderOf(path));
  if (!lstatOrNull(path)) return replaceFile(path, text);
  const now = new Date();
  // Not what a link that was just put in its place leads to.
  lutimesSync(path, now, now);
}

function lookAtWay(path: string): string | null {
  try {
    return suspectWay(path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function prepareFolder(path: string): void {
  const stranger = lookAtWay(path);
  if (stranger !== null) {
    throw new ZscalerMcpError('ERR_RECORD_UNUSABLE', `the PID file ${path} ${stranger}`, {
      hint: 'Start the server as that user, or name a place with --pid-file that only root can change.',
    });
  }
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    createFolder(folderOf(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw unwritable(path, error);
    }
  }
  const suspicion = suspectFolder(path);
  if (suspicion !== null) {
    throw new ZscalerMcpError('ERR_RECORD_UNUSABLE', `the PID file ${path} cannot be used: ${suspicion}`, {
      hint: 'Remove that folder, or name another place with --pid-file.',
    });
  }
}

function unwritable(path: string, error: unknown): ZscalerMcpError {
  const [why, hint] = explainUnwritable(path, error as NodeJS.ErrnoException);
  return new ZscalerMcpError('ERR_RECORD_UNUSABLE', `the PID file ${path} cannot be written: ${why}`, { hint, cause: error });
}

function explainUnwritable(path: string, error: NodeJS.ErrnoException): readonly [why: string, hint: string] {
  const folder = dirname(path);
  const inTheWay = findNonFolder(path);
  if (inTheWay !== null) return [`${inTheWay} is not a directory`, ELSEWHERE];
  if (error.code === 'ENOENT' && lstatOrNull(folder) === null)
    return [`the folder ${folder} does not exist`, 'Create that folder, or name another place with --pid-file.'];
  if (error.code === 'ENOENT' || error.code === 'EPERM') return [`no file can be created in ${folder} (${error.code})`, ELSEWHERE];
  const closed = error.code === 'EACCES' ? findClosedPlace(path) : null;
  if (closed !== null) return [`${closed.place} ${closed.reason}`, 'Give this user access to it, or name another place with --pid-file.'];
  return [inWords(error), explainSystemError(error)?.remedy ?? ELSEWHERE];
}

const ELSEWHERE = 'Name a file in a folder that this user can write, such as /run/zscaler-mcp/server.pid, with --pid-file.';

/** File systems of the kernel, in which no program creates files: magic numbers of proc and sysfs, see statfs(2). */
const VIRTUAL: ReadonlySet<number> = new Set([0x9f_a0, 0x62_65_65_72]);

/** Why a server could not keep its PID file at a path. Not certain: a service manager may make the folder that is missing. */
export interface PlaceComplaint {
  readonly message: string;
  readonly hint: string;
  readonly isCertain: boolean;
}

/** For `check`; null when nothing that can be seen is in the way. Creates nothing. */
export function judgePidFilePlace(path: string): PlaceComplaint | null {
  const explain = (error: unknown, isCertain: boolean) => {
    const [why, hint] = explainUnwritable(path, error as NodeJS.ErrnoException);
    return { message: `no PID file can be written at ${path}: ${why}`, hint, isCertain };
  };
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    if (VIRTUAL.has(statfsSync(dirname(path)).type)) return explain({ code: 'ENOENT' }, true);
  } catch (error) {
    return explain(error, (error as NodeJS.ErrnoException).code !== 'ENOENT');
  }
  const reading = readPidFile(path);
  if (reading.kind !== 'unusable' && reading.kind !== 'not-permitted') return null;
  return { message: `the PID file ${path} ${reading.reason}`, hint: reading.remedy === undefined ? TAKEN : OF_ITS_OWN, isCertain: true };
}

/** Whether two records are of the same process. */
export const isSame = (one: LifecycleRecord, other: LifecycleRecord): boolean =>
  one.pid === other.pid && one.identity.startTime === other.identity.startTime && one.identity.pidNamespace === other.identity.pidNamespace;

/** The content of a PID file. */
export const serialize = (record: LifecycleRecord): string => `${JSON.stringify(record, null, 2)}\n`;

/** The default paths, in order; the second is in the runtime directory of a service, the last is for read-only root file systems. */
export function defaultPidFiles(home: string | undefined): string[] {
  const places = ['/var/run/zscaler-mcp.pid', '/run/zscaler-mcp/server.pid', '/tmp/zscaler-mcp.pid'];
  if (home) places.push(join(home, '.zscaler-mcp', 'server.pid'));
  return [...places, '/dev/shm/zscaler-mcp.pid'];
}

/**
 * The first default path that a server may use: directory writable, file and folder absent or ours. Null when there is none.
 * `warn` gets a message for each path that is passed over, unless its directory is merely not writable.
 */
export function chooseDefaultPidFile(home: string | undefined, warn: (message: string) => void): string | null {
  for (const path of defaultPidFiles(home)) {
    if (home && path.startsWith(join(home, '.zscaler-mcp'))) tryMakeDirectory(dirname(path));
    if (!isWritable(dirname(path))) continue;
    const reading = readPidFile(path);
    const reason = reading.kind === 'unusable' || reading.kind === 'not-permitted' ? reading.reason : suspectWay(path);
    if (reason === null) return path;
    warn(`passed over the PID file ${path}: it ${reason}`);
  }
  return null;
}

function tryMakeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch {
    // The next path is tried.
  }
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
