/**
 * Determines where the `.env` of a server is now, from the server's own view: its recorded path, its default places, its
 * mount namespace. `status` loads this file without the table of settings.
 */
import { statSync } from 'node:fs';
import { readNamedFile } from '../common/named-file.ts';
import { CONTAINER_ENV_FILE, danglingPlaces, digestOf, kindOf, MAX_BYTES, obstacleOf, searchPlaces } from './env-file.ts';
import {
  adviseOnEnvironment,
  copyWarning,
  staleWarning,
  type EnvObstacle,
  type EnvOrigin,
  type EnvSituation,
  type EnvSource,
} from './env-line.ts';
import { findMount, isBindMounted, isContainer, type Mount } from './mounts.ts';
import { surroundingsOf, type Surroundings } from './place.ts';
import type { Problem } from './problem.ts';
import { resolveLinks, viewOf, type View } from './view.ts';

export { describeEnvironment, type EnvSituation, type EnvSource } from './env-line.ts';

/** What a server recorded about its `.env`, and about the other places it reads values from. */
export interface EnvSourceRecord {
  readonly dotenvPath: string | null;
  readonly envCandidates: readonly string[];
  readonly envFile: {
    readonly digest: string;
    readonly dev?: number;
    readonly ino?: number;
    readonly mountRoot: string | null;
    readonly loadedAt?: string;
    readonly discovered?: boolean;
    readonly isPipe?: boolean;
  } | null;
  readonly secretSources?: readonly { readonly kind: string; readonly place: string }[];
}

/** Where the `.env` of a server stands now, compared with what the server recorded. */
export interface EnvSourceReport {
  readonly envSource: EnvSource;
  /** The file that a restart would read; null if there is none. */
  readonly found: string | null;
  /** Whether the mount table proves that the file is mounted from elsewhere. */
  readonly envMounted: boolean;
  readonly envWarnings: readonly string[];
  /** How to change a setting, on one line. */
  readonly envAdvice: string;
  /** Whether the content differs from what was loaded; null if that cannot be seen. */
  readonly envChanged: boolean | null;
  /** For `describeEnvironment`. */
  readonly situation: EnvSituation;
}

/** Compares the record of a server with its files. @param pid the running server; without it, files are looked at from this process */
export function classifyEnvSource(record: EnvSourceRecord, { pid = null }: { readonly pid?: number | null } = {}): EnvSourceReport {
  const view = viewOf(pid);
  const report = judge(view, record, surroundingsOf(view, view.isBlind ? null : pid));
  if (!view.isBlind) return report;
  return { ...report, envWarnings: [...report.envWarnings, `process ${pid} cannot be inspected: this is what the current process sees`] };
}

/**
 * The secret files that were modified or removed since they were read, as the server sees them. Compares times, not content,
 * since the digest of a secret is not published.
 */
export function findNewerFiles(
  sources: readonly { readonly kind: string; readonly place: string; readonly readAt: string }[],
  pid: number | null,
): string[] {
  const view = viewOf(pid);
  return sources
    .filter(({ kind, place, readAt }) => kind === 'file' && isNewer(view.rootFolder + resolveLinks(view, place), Date.parse(readAt)))
    .map(({ place }) => place);
}

function isNewer(path: string, sinceMs: number): boolean {
  try {
    return statSync(path).mtimeMs > sinceMs;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

const actualPath = (view: View, path: string): string => view.rootFolder + resolveLinks(view, path);

function judge(view: View, record: EnvSourceRecord, surroundings: Surroundings): EnvSourceReport {
  const { dotenvPath } = record;
  if (dotenvPath !== null && record.envFile?.isPipe === true) return describePipe({ ...record, dotenvPath }, surroundings);
  return dotenvPath !== null && kindOf(actualPath(view, dotenvPath)) !== 'absent'
    ? describePresent(view, { ...record, dotenvPath }, surroundings)
    : describeAbsent(view, record, surroundings);
}

function describeAbsent(view: View, record: EnvSourceRecord, surroundings: Surroundings): EnvSourceReport {
  const { dotenvPath, envCandidates } = record;
  const others = envCandidates.filter((path) => path !== dotenvPath);
  const search = searchPlaces(others, (path) => actualPath(view, path), surroundings.kind);
  const { path: found, warnings } = search;
  const problem =
    search.problem ??
    (found === null ? null : obstacleOf(found, { actual: actualPath(view, found), discovered: true, kind: surroundings.kind }));
  const envSource = found !== null ? 'fresh-discovery' : dotenvPath !== null ? 'missing' : 'none';
  const [dangling] = danglingPlaces(dotenvPath === null ? others : [dotenvPath], view.rootFolder);
  const situation: EnvSituation = {
    ...shared(record, { ...surroundings, isFolderMount: true }),
    envSource,
    found,
    ...(dangling !== undefined && { dangling }),
    obstacle: problem === null ? null : asObstacle(problem),
    origin: originOfAbsent(view, record, surroundings),
  };
  if (situation.origin === 'stale') return { ...absent(situation, found), envWarnings: [staleWarning(dotenvPath ?? '', situation.place)] };
  return { ...absent(situation, found), envWarnings: [...(problem === null ? [] : [problem]), ...warnings].map(asWarning) };
}

const absent = (situation: EnvSituation, found: string | null): Omit<EnvSourceReport, 'envWarnings'> => ({
  envSource: situation.envSource,
  found,
  envMounted: false,
  envAdvice: adviseOnEnvironment(situation),
  envChanged: null,
  situation,
});

/** Gone with its first reading; no other file takes its place, since this one was named. */
function describePipe(record: EnvSourceRecord & { readonly dotenvPath: string }, surroundings: Surroundings): EnvSourceReport {
  const envSource = 'missing';
  const situation: EnvSituation = { ...shared(record, surroundings), envSource, found: null, obstacle: null, origin: 'pipe' };
  const envAdvice = adviseOnEnvironment(situation);
  return { envSource, found: null, envMounted: false, envWarnings: [], envAdvice, envChanged: null, situation };
}

/** How a file that is not there would come back. */
function originOfAbsent(view: View, { dotenvPath: path, envFile }: EnvSourceRecord, surroundings: Surroundings): EnvOrigin {
  if (path !== null && isReplaced(view, resolveLinks(view, path), envFile)) return 'stale';
  if (path !== null && isCredential(path, surroundings)) return 'credential';
  if (path !== null && isMounted(view, path)) return 'mounted-folder';
  return surroundings.kind === 'container' || surroundings.kind === 'pod' ? 'copy' : 'file';
}

function describePresent(
  view: View,
  record: EnvSourceRecord & { readonly dotenvPath: string },
  surroundings: Surroundings,
): EnvSourceReport {
  const { dotenvPath: path, envFile: loaded } = record;
  const actual = resolveLinks(view, path);
  const envMounted = isMounted(view, path);
  const envSource = envMounted || path === CONTAINER_ENV_FILE ? 'live (bind-mounted)' : 'live';
  const mount = findMount(view.mounts ?? [], actual);
  const isStale = isReplaced(view, actual, loaded);
  const isCopy = path === CONTAINER_ENV_FILE && !envMounted && view.mounts !== null;
  const problem = obstacleOf(path, { actual: view.rootFolder + actual, discovered: loaded?.discovered === true, kind: surroundings.kind });
  const content = problem === null && !isStale ? readContent(view.rootFolder + actual) : null;
  const before = record.envCandidates.slice(0, Math.max(0, record.envCandidates.indexOf(path)));
  const preferred = before.find((candidate) => kindOf(actualPath(view, candidate)) === 'file');
  const situation: EnvSituation = {
    ...shared(record, { ...surroundings, isFolderMount: mount?.point !== actual }),
    envSource,
    found: path,
    ...(preferred !== undefined && { preferred }),
    obstacle: problem === null ? null : asObstacle(problem),
    origin: isStale ? 'stale' : isCredential(path, surroundings) ? 'credential' : isCopy ? 'copy' : howMounted(envMounted, mount, actual),
  };
  return {
    envSource,
    found: path,
    envMounted,
    envWarnings: [
      ...(isCopy ? [copyWarning(path)] : []),
      ...(isStale ? [staleWarning(path, situation.place)] : []),
      ...(problem === null ? [] : [asWarning(problem)]),
      ...(preferred === undefined ? [] : [`${preferred} is there too and is not read: only a new start would read it instead`]),
    ],
    envAdvice: adviseOnEnvironment(situation),
    envChanged: loaded !== null && content !== null ? digestOf(content) !== loaded.digest : null,
    situation,
  };
}

function howMounted(envMounted: boolean, mount: Mount | null, actual: string): EnvOrigin {
  if (!envMounted) return 'file';
  return mount?.point === actual ? 'mounted-file' : 'mounted-folder';
}

const shared = (
  { dotenvPath, envCandidates, envFile, secretSources = [] }: EnvSourceRecord,
  { kind, unit, isReadOnly, isFolderMount = false }: Surroundings & { readonly isFolderMount?: boolean },
): Pick<EnvSituation, 'recorded' | 'candidates' | 'readAt' | 'place' | 'otherSources'> => ({
  recorded: dotenvPath,
  candidates: envCandidates,
  readAt: envFile?.loadedAt ?? null,
  place: { kind, unit, isReadOnly, isFolderMount },
  otherSources: [
    ...secretSources.filter((source) => source.kind !== 'file').map(({ place }) => place),
    ...(secretSources.some((source) => source.kind === 'file') ? ['the files that hold secrets'] : []),
  ],
});

const asObstacle = ({ file, message, hint }: Problem): EnvObstacle => ({ path: file ?? '', reason: message, remedy: hint });
const asWarning = ({ file, message }: Problem): string => `${file} ${message}`;

function isMounted(view: View, path: string): boolean {
  const mounts = view.mounts ?? [];
  return isBindMounted(mounts, resolveLinks(view, path), isContainer(mounts, view.rootFolder));
}

/** systemd.exec(5): credentials are in a folder of their own, which $CREDENTIALS_DIRECTORY names. */
const isCredential = (path: string, { credentials }: Surroundings): boolean =>
  (credentials !== null && path.startsWith(`${credentials}/`)) || /^\/run\/(?:user\/\d+\/)?credentials\//.test(path);

const DELETED = '//deleted';

/**
 * Whether the mounted file, or the mounted folder that it is in, was replaced by a rename: the old inode stays mounted, and the
 * kernel shows its present name in the root field, or marks it as deleted.
 */
function isReplaced(view: View, actual: string, loaded: EnvSourceRecord['envFile']): boolean {
  const mount = findMount(view.mounts ?? [], actual);
  if (mount === null || mount.point === '/') return false;
  if (mount.root.endsWith(DELETED)) return true;
  if (loaded === null || loaded.mountRoot === null || loaded.mountRoot === mount.root) return false;
  // Another folder may have been mounted there since: then the file is another one, which is read.
  return mount.point === actual || isSameFile(view.rootFolder + actual, loaded);
}

function isSameFile(path: string, { dev, ino }: { readonly dev?: number; readonly ino?: number }): boolean {
  try {
    const found = statSync(path);
    return found.dev === dev && found.ino === ino;
  } catch {
    return false;
  }
}

function readContent(path: string): Uint8Array | null {
  try {
    return readNamedFile(path, MAX_BYTES).bytes;
  } catch {
    // It changed after it was inspected.
    return null;
  }
}
