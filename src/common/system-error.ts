/** What an error of the operating system means to an operator, and what to do about it. */
import { messageOf } from './errors.ts';

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
    'Run it as the user that the server runs as, or name a place with --pid-file that this user may use.',
  ],
  EROFS: ['the file system is read-only', 'Name a writable place with --pid-file, for the server and its commands.'],
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
  return {
    isPermission: code === 'EPERM' || code === 'EACCES',
    message: `${meaning} (${code}${place === '' ? '' : `: ${place}`})`,
    remedy,
  };
}

/** The meaning of an error of the operating system; the message of any other. */
export const inWords = (error: unknown): string => explainSystemError(error)?.message ?? messageOf(error);

/** What failed with a file whose path the caller names: the meaning and the name of the error, without the path. */
export function describeFileError(error: unknown): string {
  const { code = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (code === 'ENOENT') return 'there is no such file (ENOENT)';
  const [meaning] = Object.hasOwn(MEANINGS, code) ? MEANINGS[code]! : [];
  return meaning === undefined ? `it failed with ${code || messageOf(error)}` : `${meaning} (${code})`;
}
