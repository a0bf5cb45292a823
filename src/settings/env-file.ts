/** Finds the `.env` to use and reads it, after checks of its type, size, owner and mode. */
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { danglingTarget } from '../common/access.ts';
import { kindInWords, readNamedFile, type NamedFile, type UnreadableFile } from '../common/named-file.ts';
import { describeFileError } from '../common/system-error.ts';
import { findMount } from './mounts.ts';
import { ownPlaceKind, type PlaceKind } from './place-kind.ts';
import { fileProblem, type Problem } from './problem.ts';
import { resolveLinks, viewOf } from './view.ts';

/** The default place in a container. */
export const CONTAINER_ENV_FILE = '/app/.env';

/** In the home directory. */
const OWN_FOLDER = '.zscaler-mcp';

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
    ...(home ? [join(home, OWN_FOLDER, '.env')] : []),
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
  /** Why no file may be used: the named one is not there, or one is there that cannot be read. */
  readonly problem: Problem | null;
  readonly warnings: readonly Problem[];
}

/**
 * Finds the `.env` for a first start: the named file, which must exist, or else the first default place that has a file.
 * A file that is there but cannot be read is a problem: another one in its stead may lead to another tenant.
 * @param candidates the result of `envCandidates` for the same `explicit`
 */
export function findEnvFile(candidates: readonly string[], explicit: string | null): FoundEnvFile {
  if (explicit === null) return withDangling(searchPlaces(candidates), candidates);
  const path = candidates[0] ?? explicit;
  const problem = kindOf(path) === 'absent' ? notThere(path) : isNamedPipe(path) ? null : obstacleOf(path);
  return { path, discovered: false, problem, warnings: [] };
}

/** A link that leads nowhere is passed over, as a file that is gone is, and named. */
function withDangling(found: FoundEnvFile, places: readonly string[]): FoundEnvFile {
  const before = found.path === null ? places : places.slice(0, places.indexOf(found.path));
  const passedOver = danglingPlaces(before).map(({ path, target, reason }) =>
    fileProblem(path, `${reason}: it is passed over`, `Put ${target} back, or remove the link.`),
  );
  return { ...found, warnings: [...found.warnings, ...passedOver] };
}

/**
 * The first default place that has a file. A place of which it cannot be told whether a file is there, since a folder above it
 * is closed, is passed over with a warning where no other place has a file.
 * @param actual where a place is, if not in this process's own view
 * @param kind where the server runs, if not where this process does
 */
export function searchPlaces(places: readonly string[], actual: (path: string) => string = (path) => path, kind?: PlaceKind): FoundEnvFile {
  const path = places.find((place) => kindOf(actual(place)) === 'file') ?? null;
  const before = path === null ? places : places.slice(0, places.indexOf(path));
  const inTheWay = before
    .filter((place) => kindOf(actual(place)) !== 'absent')
    .map((place) => ({ problem: obstacleOf(place, { actual: actual(place), kind }), isThere: !isBehindClosedFolder(actual(place)) }))
    .flatMap(({ problem, isThere }) => (problem === null ? [] : [{ problem, isThere }]));
  const blocking = inTheWay.find(({ isThere }) => isThere || path !== null)?.problem ?? null;
  const warnings = blocking === null ? inTheWay.map(({ problem }) => problem) : [];
  return { path: blocking?.file ?? path, discovered: blocking !== null || path !== null, problem: blocking, warnings };
}

/**
 * Whether a closed folder hides if a file is there, as when a server starts in a folder, or with a home, of another user.
 * Our own folder in the home is made to hold a file.
 */
function isBehindClosedFolder(path: string): boolean {
  const folder = dirname(path);
  const isHidden = ['EACCES', 'EPERM'].includes(codeOf(() => statSync(path)) ?? '');
  return isHidden && !(basename(folder) === OWN_FOLDER && codeOf(() => statSync(folder)) === null);
}

/** The code of the error that a call throws; null if it throws none. */
function codeOf(call: () => unknown): string | null {
  try {
    call();
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

/** A person may name one: it is read once, see `env-pipe.ts`. */
export function isNamedPipe(path: string): boolean {
  try {
    return statSync(path).isFIFO();
  } catch {
    return false;
  }
}

function notThere(path: string): Problem {
  const target = danglingTarget(path);
  if (target !== null) return fileProblem(path, leadsNowhere(target), `Put ${target} back, or correct the link.`);
  return noSuchFile(path);
}

const leadsNowhere = (target: string): string => `is a link to ${target}, which is not there`;

/** The default places where a link leads nowhere: somebody meant a file to be there. @param root see `View.rootFolder` */
export const danglingPlaces = (places: readonly string[], root = ''): DanglingPlace[] =>
  places.flatMap((path) => {
    const target = danglingTarget(root + path, root);
    return target === null ? [] : [{ path, target, reason: leadsNowhere(target) }];
  });

/** A link that leads nowhere. */
export interface DanglingPlace {
  readonly path: string;
  readonly target: string;
  /** Continues a sentence that begins with the path. */
  readonly reason: string;
}

const noSuchFile = (path: string): Problem =>
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

/** What is at a path. Only ENOENT and ENOTDIR mean that nothing is there; `other` is something that cannot be reached or read. */
export function kindOf(path: string): 'file' | 'other' | 'absent' {
  try {
    return statSync(path).isFile() ? 'file' : 'other';
  } catch (error) {
    return isMissing(error as NodeJS.ErrnoException) ? 'absent' : 'other';
  }
}

/** How to look at a file that is not read now. */
export interface Look {
  /** Where it is, if not in this process's own view. */
  readonly actual?: string;
  /** Whether it was found at a default place: then only its owner may be able to write it. */
  readonly discovered?: boolean;
  /** Where the server runs, if not where this process does. */
  readonly kind?: PlaceKind | undefined;
}

/** Why a file that is there cannot be read, or is refused; null if it can be read, or is not there. Judges by opening it. */
export function obstacleOf(path: string, { actual = path, discovered = false, kind }: Look = {}): Problem | null {
  try {
    const stats = statSync(actual);
    if (!stats.isFile()) return notRegular(path, stats, kind);
    if (stats.size > MAX_BYTES) return tooLarge(path);
    closeSync(openSync(actual, READ_ONLY));
    return discovered ? suspect(path, stats) : null;
  } catch (error) {
    return isMissing(error as NodeJS.ErrnoException) ? null : describeOpenError({ path, actual, kind }, error as NodeJS.ErrnoException);
  }
}

/** Without blocking, so that a named pipe without a writer does not hang. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

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
  let file: NamedFile;
  try {
    file = readNamedFile(path, MAX_BYTES);
  } catch (error) {
    const { code, stats, cause = error } = error as UnreadableFile;
    if (code === 'NOT_REGULAR' && stats !== null) return refuse(notRegular(path, stats));
    if (code === 'TOO_LARGE') return refuse(tooLarge(path));
    return refuse(describeOpenError({ path, actual: path }, cause as NodeJS.ErrnoException), isMissing(cause as NodeJS.ErrnoException));
  }
  return judgeEnvFile(path, file, discovered);
}

/** Whether what was read may be used. */
export function judgeEnvFile(path: string, { stats, bytes }: NamedFile, discovered: boolean): EnvFileReading {
  const suspicion = suspect(path, stats);
  if (suspicion && discovered) return refuse(suspicion);
  return { bytes, identity: identify(path, stats, bytes), problems: [], warnings: suspicion ? [suspicion] : [], missing: false };
}

/** A reading that came to nothing. */
export const refuse = (problem: Problem, missing = false): EnvFileReading => ({
  bytes: null,
  identity: null,
  problems: [problem],
  warnings: [],
  missing,
});

const tooLarge = (path: string): Problem =>
  fileProblem(path, 'is larger than 1 MiB', 'A .env contains settings only; check that this is the right file.');

function notRegular(path: string, stats: Stats, kind: PlaceKind = ownPlaceKind()): Problem {
  if (stats.isDirectory()) return fileProblem(path, 'is a folder, not a regular file', `Put the file in its place.${FOLDER_REASONS[kind]}`);
  return fileProblem(path, `is ${kindInWords(stats)}, not a regular file`, 'Put the file in its place, or name another one.');
}

/** How a folder comes to be in the place of a file. */
export const FOLDER_REASONS: Readonly<Record<PlaceKind, string>> = {
  host: '',
  windows: '',
  container: ' Docker makes such a folder if the file to mount does not exist on the host.',
  pod: ' A subPath that is not a key of its volume is mounted as a folder: compare both in `kubectl describe pod`.',
};

const isMissing = ({ code }: NodeJS.ErrnoException): boolean => code === 'ENOENT' || code === 'ENOTDIR';

/** A file that could not be opened: what it is called, and where it is. */
interface Unopened {
  readonly path: string;
  readonly actual: string;
  readonly kind?: PlaceKind | undefined;
}

function describeOpenError({ path, actual, kind }: Unopened, error: NodeJS.ErrnoException): Problem {
  if (isMissing(error)) return notThere(path);
  if (error.code === 'EACCES' || error.code === 'EPERM') return notPermitted({ path, actual, kind });
  if (error.code === 'ELOOP')
    return fileProblem(path, 'cannot be reached: its symbolic links lead in a circle (ELOOP)', 'Put the file in place of the link.');
  return unreadable(path, error);
}

const unreadable = (path: string, error: unknown): Problem =>
  fileProblem(path, `cannot be read: ${describeFileError(error)}`, 'Fix the file, or name another one.');

/** Says who may read the file. Most unreadable files come from `docker cp`, which keeps the host's owner and mode. */
function notPermitted({ path, actual, kind = ownPlaceKind() }: Unopened): Problem {
  const us = process.getuid?.() ?? 'unknown';
  const stats = statOrNull(actual);
  if (!stats)
    return fileProblem(
      path,
      `cannot be reached: the server runs as uid ${us} and has no access to the folder ${closedFolder(path, actual)}`,
      'Give this user access to that folder, or name another file.',
    );
  return fileProblem(
    path,
    `is owned by uid ${stats.uid} with mode ${modeOf(stats)}: the server runs as uid ${us} and cannot read it`,
    remedyForMode(path, stats, { us, kind }),
  );
}

/** @param us the user that the server runs as */
export function remedyForMode(
  path: string,
  { uid, mode }: Pick<Stats, 'uid' | 'mode'>,
  { us, kind }: { readonly us: number | 'unknown'; readonly kind: PlaceKind },
): string {
  if ((mode & (uid === us ? 0o400 : 0o004)) !== 0)
    return `Its mode lets this user read it: look for what forbids it beside the mode, such as SELinux (ls -Z${kind === 'container' ? '; mount it with :z' : ''}) or AppArmor.`;
  if (kind === 'pod')
    return `Let uid ${us} read it: set defaultMode of the volume or fsGroup of the pod, then kubectl apply. A copy: kubectl cp FILE POD:${path}.`;
  if (uid === us) return `Run chmod u+r ${path}.`;
  return kind === 'container' ? `Run docker exec -u root CONTAINER chown ${us} ${path}.` : `Run as root: chown ${us} ${path}.`;
}

/** The lowest folder above the file that can still be seen, as the server calls it. The file may be behind links. */
function closedFolder(path: string, actual: string): string {
  let folder = dirname(actual === path ? resolveLinks({ rootFolder: '' }, path) : actual);
  while (folder !== '/' && !statOrNull(folder)) folder = dirname(folder);
  return folder.replace(/^\/proc\/\d+\/root(?=\/)/, '');
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

function identify(path: string, { dev, ino, mode, uid }: Stats, bytes: Uint8Array): EnvFileIdentity {
  return { digest: digestOf(bytes), dev, ino, mountRoot: mountRootOf(path), mode: mode & 0o7777, uid, loadedAt: new Date().toISOString() };
}

/** Hexadecimal SHA-256. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function mountRootOf(path: string): string | null {
  const view = viewOf(null);
  return view.mounts ? (findMount(view.mounts, resolveLinks(view, path))?.root ?? null) : null;
}
