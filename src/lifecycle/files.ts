/** Small files that others must never see half-written, and cannot redirect by a link. */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
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
  chmodSync(path, 0o700);
}

/** Reads a regular file without following a link in its last component. */
export function readRegularFile(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | NOFOLLOW | (constants.O_NONBLOCK ?? 0));
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
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
