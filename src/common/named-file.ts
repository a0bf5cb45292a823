/** The one reader of files whose path somebody chose: a setting, a record, a watched source. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { describeFileError } from './system-error.ts';

/** A file that was read, and what it was then. */
export interface NamedFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/** Why it was not read. `cause` is the error of the system, where there was one. */
export class UnreadableFile extends Error {
  /** The name of the system's error, or one of ours. */
  readonly code: string;
  /** Of what is there; null where that could not be seen. */
  readonly stats: Stats | null;

  /** @param message continues a sentence that begins with the path */
  constructor(code: string, message: string, stats: Stats | null, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.stats = stats;
  }
}

/**
 * Reads a regular file through one descriptor, following links as mounts of secrets need it. A pipe, a device or a socket is
 * not even opened: that could wait for ever, or take from another reader what it holds.
 * @throws UnreadableFile with the code `NOT_REGULAR`, `TOO_LARGE` or that of the system
 */
export function readNamedFile(path: string, maxBytes: number): NamedFile {
  let descriptor: number;
  try {
    refuseOthers(statSync(path));
    descriptor = openSync(path, READ_ONLY);
  } catch (error) {
    throw asUnreadable(error, 'cannot be opened');
  }
  try {
    const stats = fstatSync(descriptor);
    refuseOthers(stats);
    const bytes = readAtMost(descriptor, maxBytes + 1);
    if (bytes.length > maxBytes) throw new UnreadableFile('TOO_LARGE', `is larger than ${spellSize(maxBytes)}`, stats);
    return { bytes, stats };
  } catch (error) {
    throw asUnreadable(error, 'cannot be read');
  } finally {
    closeSync(descriptor);
  }
}

/** Without blocking, should it have become a pipe in between. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** What is there instead of a regular file, in words. */
export function kindInWords(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  return stats.isFIFO() ? 'a named pipe' : stats.isSocket() ? 'a socket' : 'a device';
}

function refuseOthers(stats: Stats): void {
  if (!stats.isFile()) throw new UnreadableFile('NOT_REGULAR', `is ${kindInWords(stats)}, not a regular file`, stats);
}

function asUnreadable(error: unknown, what: string): UnreadableFile {
  if (error instanceof UnreadableFile) return error;
  const { code = 'unreadable' } = error as NodeJS.ErrnoException;
  return new UnreadableFile(code, `${what}: ${meaningOf(code) ?? describeFileError(error)}`, null, error);
}

/** By code, since messages of the system repeat the path. */
function meaningOf(code: string): string | undefined {
  const noPermission = `uid ${process.getuid?.() ?? 'unknown'}, which the server runs as, has no permission to read it`;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'there is no such folder',
    EACCES: noPermission,
    EPERM: noPermission,
    ELOOP: 'its symbolic links form a loop',
  };
  return Object.hasOwn(known, code) ? known[code] : undefined;
}

/** Grows with what is there, so that a small file takes little memory whatever the limit. */
function readAtMost(descriptor: number, limit: number): Buffer {
  const parts: Buffer[] = [];
  for (let length = 0; length < limit;) {
    const part = Buffer.alloc(Math.min(limit - length, CHUNK_BYTES));
    const count = readSync(descriptor, part, 0, part.length, null);
    if (count === 0) break;
    parts.push(part.subarray(0, count));
    length += count;
  }
  return Buffer.concat(parts);
}

const CHUNK_BYTES = 65_536;

const spellSize = (bytes: number): string => (bytes >= 1_048_576 ? `${bytes / 1_048_576} MiB` : `${bytes / 1_024} KiB`);
