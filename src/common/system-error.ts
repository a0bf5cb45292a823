/** What an error of the operating system means to an operator, and what to do about it. */
import { getSystemErrorMessage } from 'node:util';
import { findAbsentPlace, findClosedPlace, findNonFolder } from './access.ts';
import { messageOf, sayError } from './errors.ts';

/** An error of the operating system, in words. */
export interface SystemErrorWords {
  /** Whether another user could do it. */
  readonly isPermission: boolean;
  /** What failed, where, and the name of the error. */
  readonly message: string;
  readonly remedy: string;
}

/** By the name of the error: what it means, and what helps. See errno(3). */
const MEANINGS: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  EPERM: ['this user may not do that', 'Run it as the user that the server runs as.'],
  EACCES: [
    'this user has no access',
    'The modes on the way permit it: look for what forbids it beside them, such as SELinux (ls -Z) or AppArmor.',
  ],
  ENOENT: ['it is not there', 'Put it back.'],
  EEXIST: ['something is there already', 'Move it away, then try again.'],
  EBUSY: ['it is in use', 'Find what uses it, such as a mount, then try again.'],
  ETXTBSY: ['the program is being written', 'Try again when it is complete.'],
  ENOEXEC: ['it is not a program that this machine can run', 'Put back one for this system and processor.'],
  ENXIO: ['the device is not there', 'Correct the path.'],
  ENODEV: ['the device does not support that', 'Correct the path.'],
  EROFS: ['the file system is read-only', 'Mount it writable again, or start the server with --pid-file in a place that can be written.'],
  ENOSPC: ['the disk is full', 'Free space or inodes on that file system, then try again.'],
  EDQUOT: ["the user's disk quota is used up", 'Free space of that user, then try again.'],
  EFBIG: ['a limit on the size of files is reached', 'Raise the limit: `ulimit -f`, or LimitFSIZE= in a unit.'],
  EMFILE: ['this process has too many open files', 'Raise the limit: `ulimit -n`, or LimitNOFILE= in a unit.'],
  ENFILE: ['the machine has too many open files', 'Raise fs.file-max, or find what holds so many open.'],
  ENOMEM: ['there is not enough memory', 'Free memory, or raise the limit of the container.'],
  EAGAIN: ['there are too many processes or threads', 'Raise the limit: `ulimit -u`, or TasksMax= in a unit.'],
  ENAMETOOLONG: ['the path is too long', 'Name a shorter one with --pid-file; its name needs 20 characters to spare of 255.'],
  ELOOP: ['links lead in a circle', 'Repair the links in that path.'],
  ENOTDIR: ['a part of the path is not a directory', 'Correct the path.'],
  EINVAL: ['the file system does not support that', 'Name a place on another file system.'],
  EISDIR: ['a folder is in the place of a file', 'Move that folder away.'],
  EIO: ['the disk or network file system reports an error', 'Look at the log of the kernel.'],
  ESTALE: ['the network file system has lost the file', 'Mount it again.'],
};

/** Null for anything that is not an error of the operating system, or one that has no meaning of its own. */
export function explainSystemError(error: unknown): SystemErrorWords | null {
  const { code = '', path, syscall } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (code === 'ENOENT' && syscall === 'uv_cwd')
    return {
      isPermission: false,
      message: 'the working directory has been deleted (ENOENT)',
      remedy: 'Change to another directory first.',
    };
  const known = Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
  if (!known) return null;
  const [meaning, remedy] = known;
  const place = path === undefined ? (syscall ?? '') : path;
  const cause = path === undefined ? null : causeOf(code, path);
  return {
    isPermission: code === 'EPERM' || code === 'EACCES',
    message: `${cause === null ? meaning : `${cause.place} ${cause.reason}`} (${code}${place === '' || place === cause?.place ? '' : `: ${place}`})`,
    remedy: cause?.remedy ?? remedy,
  };
}

/** What on the way to a path is the reason. */
const causeOf = (code: string, path: string): { readonly place: string; readonly reason: string; readonly remedy: string } | null =>
  code === 'EACCES' ? findClosedPlace(path) : code === 'ENOENT' ? findAbsentPlace(path) : code === 'ENOTDIR' ? notAFolder(path) : null;

function notAFolder(path: string): ReturnType<typeof causeOf> {
  const place = findNonFolder(path);
  return place === null ? null : { place, reason: 'is not a directory', remedy: 'Correct the path.' };
}

/** The meaning of an error of the operating system; the message of any other. */
export const inWords = (error: unknown): string => explainSystemError(error)?.message ?? plainly(error);

/** The same with what to do about it: `what failed. What to do.` */
export function withRemedy(error: unknown): string {
  const words = explainSystemError(error);
  return words === null ? plainly(error, sayError) : `${words.message}. ${words.remedy}`;
}

/** What to do about an error of the operating system; empty for any other. */
export const remedyFor = (error: unknown): string => explainSystemError(error)?.remedy ?? '';

/** Without the name of the call in it, for one that has no words here. */
function plainly(error: unknown, say: (error: unknown) => string = messageOf): string {
  const { errno, code, syscall, path } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (errno === undefined || errno >= 0 || code === undefined || syscall === undefined) return say(error);
  return `${getSystemErrorMessage(errno)} (${code}${path === undefined ? '' : `: ${path}`})`;
}

/** What failed with a file whose path the caller names: the meaning and the name of the error, without the path. */
export function describeFileError(error: unknown): string {
  const { code = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (code === 'ENOENT') return 'there is no such file (ENOENT)';
  const [meaning] = Object.hasOwn(MEANINGS, code) ? MEANINGS[code]! : [];
  return meaning === undefined ? `it failed with ${code || messageOf(error)}` : `${meaning} (${code})`;
}
