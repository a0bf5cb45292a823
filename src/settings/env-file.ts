/** Finds the `.env` to use and reads it, after checks of its type, size, owner and mode. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../common/errors.ts';
import { findMount } from './mounts.ts';
import { fileProblem, type Problem } from './problem.ts';
import { resolveLinks, viewOf } from './view.ts';

/** The default place in a container. */
export const CONTAINER_ENV_FILE = '/app/.env';

/** Maximum size of a `.env`. */
export const MAX_BYTES = 1024 * 1024;

/** What the search for a `.env` depends on. */
export interface SearchPlace {
  /** The path given by flag or variable, relative to the working directory; null if none is. */
  readonly explicit: string | null;
  readonly cwd: string;
  readonly home: string | null | undefined;
  /** The transport set by flag or first environment, before any file is read; stdio if neither sets it. */
  readonly transport: string;
}

/**
 * The paths to look at, in order: the named file, then the default places. The working directory is one of them over HTTP
 * only: an editor starts a stdio server in the open repository, which must not choose where credentials are sent.
 */
export function envCandidates({ explicit, cwd, home, transport }: SearchPlace): string[] {
  const places = [
    ...(explicit === null ? [] : [resolve(cwd, explicit)]),
    ...(namesHttp(transport) ? [resolve(cwd, '.env')] : []),
    CONTAINER_ENV_FILE,
    ...(home ? [join(home, '.zscaler-mcp', '.env')] : []),
  ];
  return [...new Set(places)];
}

/** Whether the raw text names an HTTP transport. Empty text means stdio, and unknown text is rejected later. */
const namesHttp = (transport: string): boolean => ['streamable-http', 'sse'].includes(transport.trim().toLowerCase());

/** The outcome of the search for a `.env`. */
export interface FoundEnvFile {
  /** Null if there is none. */
  readonly path: string | null;
  /** Whether it was found at a default place rather than named. */
  readonly discovered: boolean;
  readonly problem: Problem | null;
  readonly warnings: readonly Problem[];
}

/**
 * Finds the `.env` for a first start: the named file, which must exist, or else the first default place that has a file.
 * @param candidates the result of `envCandidates` for the same `explicit`
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

/** The `.env` of the working directory that is ignored over stdio, to be mentioned in the log; null if there is none. */
export function passedOverEnvFile({ cwd, transport }: Pick<SearchPlace, 'cwd' | 'transport'>): string | null {
  const path = resolve(cwd, '.env');
  return !namesHttp(transport) && path !== CONTAINER_ENV_FILE && kindOf(path) === 'file' ? path : null;
}

/** The type of a file. One that cannot be inspected, such as in a folder without access, counts as absent. */
export function kindOf(path: string): 'file' | 'other' | 'absent' {
  try {
    return statSync(path).isFile() ? 'file' : 'other';
  } catch {
    return 'absent';
  }
}

/** Identifies the file that was read, so that a later change is noticed. */
export interface EnvFileIdentity {
  /** SHA-256 of the content, hexadecimal. */
  readonly digest: string;
  readonly dev: number;
  readonly ino: number;
  /** Root field of the mount that the file is on; null if the system provides no mount table. */
  readonly mountRoot: string | null;
  readonly mode: number;
  readonly uid: number;
  /** ISO time. */
  readonly loadedAt: string;
}

/** The outcome of reading a `.env`. */
export interface EnvFileReading {
  /** Null if and only if there are problems. */
  readonly bytes: Uint8Array | null;
  readonly identity: EnvFileIdentity | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Whether the problem is that the file does not exist. */
  readonly missing: boolean;
}

/**
 * Opens a `.env` once and checks the opened file: it must be regular and at most 1 MiB. A discovered one must also belong to
 * this user or root and not be writable by others; for a named one that is a warning.
 */
export function readEnvFile(path: string, { discovered }: { readonly discovered: boolean }): EnvFileReading {
  let descriptor: number;
  try {
    // Without blocking, so that a named pipe without a writer does not hang.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
  } catch (error) {
    return refuse(describeOpenError(path, error as NodeJS.ErrnoException), isMissing(error as NodeJS.ErrnoException));
  }
  try {
    return readOpened(path, descriptor, discovered);
  } catch (error) {
    return refuse(fileProblem(path, `cannot be read: ${messageOf(error)}`, 'Fix the file, or name another one.'));
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
    return refuse(fileProblem(path, 'is larger than 1 MiB', 'A .env contains settings only; check that this is the right file.'));
  return { bytes, identity: identify(path, stats, bytes), problems: [], warnings: suspicion ? [suspicion] : [], missing: false };
}

const notRegular = (path: string): Problem =>
  fileProblem(path, 'is not a regular file', 'If it is a folder: Docker creates one if the file to mount does not exist on the host.');

const isMissing = ({ code }: NodeJS.ErrnoException): boolean => code === 'ENOENT' || code === 'ENOTDIR';

function describeOpenError(path: string, error: NodeJS.ErrnoException): Problem {
  if (isMissing(error)) return notThere(path);
  if (error.code === 'EACCES' || error.code === 'EPERM') return notPermitted(path);
  return fileProblem(path, `cannot be opened: ${messageOf(error)}`, 'Fix the file, or name another one.');
}

/** Says who may read the file. Most unreadable files come from `docker cp`, which keeps the host's owner and mode. */
function notPermitted(path: string): Problem {
  const us = process.getuid?.() ?? 'unknown';
  const stats = statOrNull(path);
  if (!stats)
    return fileProblem(
      path,
      `cannot be reached: the server runs as uid ${us} and has no access to a folder above it`,
      'Give this user access to that folder, or name another file.',
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

/** A problem if another user can write the file and thereby choose where credentials are sent. */
function suspect(path: string, stats: Stats): Problem | null {
  const us = process.getuid?.();
  if (us === undefined) return null;
  if (isWritableByOthers(stats)) {
    return fileProblem(
      path,
      `is writable by others (mode ${modeOf(stats)}, uid ${stats.uid}, gid ${stats.gid})`,
      `Run chmod go-w ${path}.`,
    );
  }
  // A copied or mounted file keeps the host's owner, and /app belongs to the image.
  if (stats.uid === us || stats.uid === 0 || path === CONTAINER_ENV_FILE) return null;
  return fileProblem(
    path,
    `belongs to another user (uid ${stats.uid}; the server runs as uid ${us})`,
    `Run chown ${us} ${path}, or name the file with --dotenv-path if that user is trusted.`,
  );
}

/** The owner's private group (same number as the user) and root's group do not count as others. */
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

/** Hexadecimal SHA-256. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function mountRootOf(path: string): string | null {
  const view = viewOf(null);
  return view.mounts ? (findMount(view.mounts, resolveLinks(view, path))?.root ?? null) : null;
}
