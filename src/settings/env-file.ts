/** Which `.env` is used, and reading it with suspicion. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../common/errors.ts';
import { findMount } from './mounts.ts';
import { fileProblem, type Problem } from './problem.ts';
import { resolveLinks, viewOf } from './view.ts';

/** Where containers have theirs. */
export const CONTAINER_ENV_FILE = '/app/.env';

export const MAX_BYTES = 1024 * 1024;

export interface SearchPlace {
  /** What flag or variable names, if anything; relative to the working directory. */
  readonly explicit: string | null;
  readonly cwd: string;
  readonly home: string | null | undefined;
  /** As flag and first environment say, before any file is read; stdio when they say nothing. */
  readonly transport: string;
}

/**
 * The named file, then the default places, in order. An editor starts a stdio server inside whatever repository is open,
 * and that repository must not choose where credentials are sent: the working directory counts for HTTP only.
 */
export function envCandidates({ explicit, cwd, home, transport }: SearchPlace): string[] {
  const places = [
    ...(explicit === null ? [] : [resolve(cwd, explicit)]),
    ...(isHttp(transport) ? [resolve(cwd, '.env')] : []),
    CONTAINER_ENV_FILE,
    ...(home ? [join(home, '.zscaler-mcp', '.env')] : []),
  ];
  return [...new Set(places)];
}

/** An empty or unknown word will turn out to be stdio or be refused. */
const isHttp = (transport: string): boolean => ['streamable-http', 'sse'].includes(transport.trim().toLowerCase());

export interface FoundEnvFile {
  readonly path: string | null;
  /** Whether it was found at a default place, and not named. */
  readonly discovered: boolean;
  readonly problem: Problem | null;
  readonly warnings: readonly Problem[];
}

/**
 * For a first start: a named file must be there; without one, the first default place that has a file.
 * @param candidates what `envCandidates` made, with the same `explicit`
 */
export function findEnvFile(candidates: readonly string[], explicit: string | null): FoundEnvFile {
  if (explicit !== null) {
    const path = candidates[0] ?? explicit;
    return { path, discovered: false, problem: kindOf(path) === 'absent' ? notThere(path) : null, warnings: [] };
  }
  const path = candidates.find((candidate) => kindOf(candidate) === 'file') ?? null;
  const passedOver = candidates
    .slice(0, path === null ? undefined : candidates.indexOf(path))
    .filter((candidate) => kindOf(candidate) === 'other');
  return { path, discovered: path !== null, problem: null, warnings: passedOver.map(notRegular) };
}

const notThere = (path: string): Problem =>
  fileProblem(
    path,
    'there is no such file',
    'Correct --dotenv-path or ZSCALER_MCP_DOTENV_PATH, or leave it out to search the default places.',
  );

/** The working directory's `.env` that the rule for stdio passes over, for a word about it in the log; null if there is none. */
export function passedOverEnvFile({ cwd, transport }: Pick<SearchPlace, 'cwd' | 'transport'>): string | null {
  const path = resolve(cwd, '.env');
  return !isHttp(transport) && path !== CONTAINER_ENV_FILE && kindOf(path) === 'file' ? path : null;
}

/** What cannot be looked at (a folder that is closed to us) counts as absent. */
export function kindOf(path: string): 'file' | 'other' | 'absent' {
  try {
    return statSync(path).isFile() ? 'file' : 'other';
  } catch {
    return 'absent';
  }
}

/** What was read, to tell later whether it is still the same. */
export interface EnvFileIdentity {
  /** SHA-256 of the content, hexadecimal. */
  readonly digest: string;
  readonly dev: number;
  readonly ino: number;
  /** Root field of the mount that the file lies on; null where the system does not tell. */
  readonly mountRoot: string | null;
  readonly mode: number;
  readonly uid: number;
  /** ISO time. */
  readonly loadedAt: string;
}

export interface EnvFileReading {
  /** Null exactly when there are problems. */
  readonly bytes: Uint8Array | null;
  readonly identity: EnvFileIdentity | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The problem is that there is no such file. */
  readonly missing: boolean;
}

/** Opens once, and judges what was opened: regular, at most 1 MiB, and if it was not named, not open to others' writing. */
export function readEnvFile(path: string, { discovered }: { readonly discovered: boolean }): EnvFileReading {
  let descriptor: number;
  try {
    // Without blocking: nobody may ever write into a named pipe.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
  } catch (error) {
    return refuse(describeOpenError(path, error as NodeJS.ErrnoException), isMissing(error as NodeJS.ErrnoException));
  }
  try {
    return readOpened(path, descriptor, discovered);
  } catch (error) {
    return refuse(fileProblem(path, `cannot be read: ${messageOf(error)}`, 'Correct the file or name another one.'));
  } finally {
    closeSync(descriptor);
  }
}

const refuse = (problem: Problem, missing = false): EnvFileReading => ({
  bytes: null,
  identity: null,
  problems: [problem],
  warnings: [],
  missing,
});

function readOpened(path: string, descriptor: number, discovered: boolean): EnvFileReading {
  const stats = fstatSync(descriptor);
  if (!stats.isFile()) return refuse(notRegular(path));
  const suspicion = suspect(path, stats);
  if (suspicion && discovered) return refuse(suspicion);
  const bytes = readAtMost(descriptor, MAX_BYTES + 1);
  if (bytes.length > MAX_BYTES)
    return refuse(fileProblem(path, 'is larger than 1 MiB', 'A .env holds settings only; is it the right file?'));
  return { bytes, identity: identify(path, stats, bytes), problems: [], warnings: suspicion ? [suspicion] : [], missing: false };
}

const notRegular = (path: string): Problem =>
  fileProblem(path, 'is not a regular file', 'Docker makes a folder where the file to mount is missing on the host.');

const isMissing = ({ code }: NodeJS.ErrnoException): boolean => code === 'ENOENT' || code === 'ENOTDIR';

function describeOpenError(path: string, error: NodeJS.ErrnoException): Problem {
  if (isMissing(error)) return notThere(path);
  if (error.code === 'EACCES' || error.code === 'EPERM') return notPermitted(path);
  return fileProblem(path, `cannot be opened: ${messageOf(error)}`, 'Correct the file or name another one.');
}

/** `docker cp` keeps the host's owner and mode, which is how most files come to be unreadable. */
function notPermitted(path: string): Problem {
  const us = process.getuid?.() ?? 'unknown';
  const stats = statOrNull(path);
  if (!stats)
    return fileProblem(
      path,
      `cannot be reached: the server runs as uid ${us} and may not look into a folder above it`,
      'Open that folder to this user, or name another file.',
    );
  return fileProblem(
    path,
    `is owned by uid ${stats.uid} with mode ${modeOf(stats)}: the server runs as uid ${us} and cannot read it`,
    `Run as root: chown ${us} ${path}; in a container, docker exec -u root <container> chown ${us} ${path}.`,
  );
}

function statOrNull(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

const modeOf = ({ mode }: Stats): string => (mode & 0o7777).toString(8).padStart(4, '0');

/** Who writes this file chooses where credentials go. */
function suspect(path: string, stats: Stats): Problem | null {
  const us = process.getuid?.();
  if (us === undefined) return null;
  if (isWritableByOthers(stats)) {
    return fileProblem(path, `others may write it (mode ${modeOf(stats)}, uid ${stats.uid}, gid ${stats.gid})`, `Run chmod go-w ${path}.`);
  }
  // A copied or mounted file keeps the host's owner, and /app is the image's own folder.
  if (stats.uid === us || stats.uid === 0 || path === CONTAINER_ENV_FILE) return null;
  return fileProblem(
    path,
    `belongs to another user (uid ${stats.uid}; the server runs as uid ${us})`,
    `Run chown ${us} ${path}, or name the file with --dotenv-path if that user is trusted.`,
  );
}

/** A group of its owner alone (same number) and root's group are no others. */
const isWritableByOthers = ({ mode, uid, gid }: Stats): boolean =>
  (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0 && gid !== uid);

function readAtMost(descriptor: number, limit: number): Uint8Array {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  for (let count = -1; count !== 0 && length < limit; length += count) count = readSync(descriptor, buffer, length, limit - length, null);
  return buffer.subarray(0, length);
}

function identify(path: string, { dev, ino, mode, uid }: Stats, bytes: Uint8Array): EnvFileIdentity {
  return { digest: digestOf(bytes), dev, ino, mountRoot: mountRootOf(path), mode: mode & 0o7777, uid, loadedAt: new Date().toISOString() };
}

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function mountRootOf(path: string): string | null {
  const view = viewOf(null);
  return view.mounts ? (findMount(view.mounts, resolveLinks(view, path))?.root ?? null) : null;
}
