/** Small files that others must never see half-written, and cannot redirect by a link. */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { ZscalerMcpError } from '../common/errors.ts';

const NOFOLLOW = constants.O_NOFOLLOW ?? 0;

/** Writes beside `path` and renames over it; mode 0600. */
export function replaceFile(path: string, text: string): void {
  const temporary = writeTemporary(path, text);
  try {
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

/** Creates `path` with its whole content or not at all; with `durable`, after fsync. False when something is there already. */
export function createFile(path: string, text: string, durable = false): boolean {
  const temporary = writeTemporary(path, text, durable);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // The file system has no hard links; exclusive creation is the next best.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'ENOSYS') return createDirectly(path, text);
    throw error;
  } finally {
    removeIfThere(temporary);
  }
}

/** Makes a folder that is closed to others, and open to us whatever the umask says. @throws EEXIST when it is there */
export function createFolder(path: string): void {
  mkdirSync(path, { mode: 0o700 });
  if (process.platform === 'win32') return;
  const isHandle = hasDescriptorPaths();
  // The umask may have taken away our own right to read it.
  const descriptor = openSync(path, (isHandle ? O_PATH : constants.O_RDONLY) | constants.O_DIRECTORY | NOFOLLOW);
  try {
    if (isHandle) chmodSync(`/proc/self/fd/${descriptor}`, 0o700);
    else fchmodSync(descriptor, 0o700);
  } finally {
    closeSync(descriptor);
  }
}

/** What is at a path, opened once: judged by `stats`, then read through the same descriptor. */
export interface Opened {
  /** Of a link the link's own, where the platform can open one. */
  readonly stats: Stats;
  /** @throws when it is not a regular file, or larger than any file that a server or a command writes */
  text(): string;
  close(): void;
}

/** Opens what is at a path without following a link and, on Linux, without reading it: a device or a pipe notices nothing. */
export function openOnce(path: string): Opened {
  const isHandle = hasDescriptorPaths();
  const descriptor = openSync(path, isHandle ? O_PATH | NOFOLLOW : READ_ONLY);
  const stats = fstatSync(descriptor);
  const text = () => (isHandle ? readThrough(`/proc/self/fd/${descriptor}`, READ_ONLY & ~NOFOLLOW, path) : readAll(path, descriptor));
  return { stats, text, close: () => closeSync(descriptor) };
}

/** Reads a regular file without following a link in its last component. */
export const readRegularFile = (path: string): string => readThrough(path, READ_ONLY, path);

function readThrough(path: string, flags: number, name: string): string {
  const descriptor = openSync(path, flags);
  try {
    return readAll(name, descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The same, and the user that the file belongs to. */
export function readOwned(path: string): { readonly text: string; readonly uid: number } {
  const descriptor = openSync(path, READ_ONLY);
  try {
    return { text: readAll(path, descriptor), uid: fstatSync(descriptor).uid };
  } finally {
    closeSync(descriptor);
  }
}

const READ_ONLY = constants.O_RDONLY | NOFOLLOW | (constants.O_NONBLOCK ?? 0);

/** Node.js does not name it; see open(2). */
const O_PATH = 0o10_000_000;

/** Whether a path leads through an open descriptor: Linux with /proc. */
const hasDescriptorPaths = (): boolean => process.platform === 'linux' && existsSync('/proc/self/fd');

/** What the programs of this project write beside a PID file is far smaller. */
const MAX_BYTES = 8 * 1024 * 1024;

function readAll(path: string, descriptor: number): string {
  const stats = fstatSync(descriptor);
  if (!stats.isFile()) throw new ZscalerMcpError('ERR_RECORD_UNUSABLE', `${path} is not a regular file`);
  if (stats.size > MAX_BYTES) throw new ZscalerMcpError('ERR_RECORD_UNUSABLE', `${path} is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
  return readFileSync(descriptor, 'utf8');
}

/**
 * Works in a folder of this user, closed to others, that is opened once: on Linux a folder or link that is put in its place
 * meanwhile is not touched.
 * @param work gets a path of the folder that leads through the descriptor
 * @throws ENOENT, or ERR_RECORD_UNUSABLE when the folder is not to be trusted
 */
export function inFolder<T>(path: string, work: (folder: string) => T): T {
  const descriptor = openFolder(path);
  const folder = hasDescriptorPaths() ? `/proc/self/fd/${descriptor}` : path;
  try {
    const suspicion = suspectStats(path, fstatSync(descriptor), process.geteuid?.() ?? null);
    if (suspicion !== null) throw new ZscalerMcpError('ERR_RECORD_UNUSABLE', suspicion);
    return work(folder);
  } catch (error) {
    throw folder === path ? error : renamed(error, folder, path);
  } finally {
    closeSync(descriptor);
  }
}

/** The same where the folder may have gone with its server: then `absent`. */
export function inFolderIfThere<T>(path: string, absent: T, work: (folder: string) => T): T {
  try {
    return inFolder(path, work);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return absent;
  }
}

function openFolder(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
    throw new ZscalerMcpError('ERR_RECORD_UNUSABLE', `${notAFolder(path)} (${code})`, { cause: error });
  }
}

const notAFolder = (path: string): string => `${path} is not a directory (remove it: a running server makes the folder again)`;

/** An error of the system with the path that an operator knows. */
function renamed(error: unknown, folder: string, path: string): unknown {
  const system = error as NodeJS.ErrnoException;
  if (error instanceof Error && typeof system.path === 'string') {
    system.path = system.path.replace(folder, path);
    error.message = error.message.replaceAll(folder, path);
  }
  return error;
}

/** Why no file in this folder can be trusted; null when it is this user's own and closed to others. */
export function suspectStats(folder: string, stats: Stats, uid: number | null): string | null {
  if (!stats.isDirectory()) return notAFolder(folder);
  // Windows has no owners and modes that could be judged.
  if (process.platform === 'win32') return null;
  if (stats.uid !== uid) return `${folder} belongs to uid ${stats.uid}`;
  if ((stats.mode & 0o077) !== 0) return `${folder} is open to other users (close it: chmod 700 ${folder})`;
  return null;
}

/** Removes a file. False when it was not there: of several processes that remove it, only one gets true. */
export function removeIfThere(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}

export const lstatOrNull = (path: string): Stats | null => lstatSync(path, { throwIfNoEntry: false }) ?? null;

function writeTemporary(path: string, text: string, durable = false): string {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  writeNew(temporary, text, durable);
  return temporary;
}

function createDirectly(path: string, text: string): boolean {
  try {
    writeNew(path, text);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function writeNew(path: string, text: string, durable = false): void {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NOFOLLOW, 0o600);
  try {
    // The umask may have taken away our own rights.
    fchmodSync(descriptor, 0o600);
    // Unlike `writeSync` it continues until all is written, or throws when the disk is full.
    writeFileSync(descriptor, text);
    if (durable) fsyncSync(descriptor);
  } catch (error) {
    removeIfThere(path);
    // An error of a descriptor does not say where, and the temporary name says nothing to anybody.
    throw Object.assign(error as NodeJS.ErrnoException, { path: dirname(path) });
  } finally {
    closeSync(descriptor);
  }
}
