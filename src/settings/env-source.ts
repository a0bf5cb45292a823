/**
 * Determines where the `.env` of a server is now, from the server's own view: its recorded path, its default places, its
 * mount namespace. `status` loads this file without the table of settings.
 */
import { readFileSync, statSync } from 'node:fs';
import { CONTAINER_ENV_FILE, digestOf, kindOf, MAX_BYTES } from './env-file.ts';
import { findMount, isBindMounted, isContainer, type Mount } from './mounts.ts';
import { resolveLinks, viewOf, type View } from './view.ts';

/** The label for where the `.env` is. */
export type EnvSource = 'live' | 'live (bind-mounted)' | 'fresh-discovery' | 'missing' | 'none';

/** What a server recorded about its `.env`. */
export interface EnvSourceRecord {
  readonly dotenvPath: string | null;
  readonly envCandidates: readonly string[];
  readonly envFile: { readonly digest: string; readonly mountRoot: string | null } | null;
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
  /** Whether the content differs from what was loaded; null if unknown. */
  readonly envChanged: boolean | null;
}

/** Compares the record of a server with its files. @param pid the running server; without it, files are looked at from this process */
export function classifyEnvSource(record: EnvSourceRecord, { pid = null }: { readonly pid?: number | null } = {}): EnvSourceReport {
  const view = viewOf(pid);
  const report = judge(view, record);
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

function judge(view: View, { dotenvPath, envCandidates, envFile }: EnvSourceRecord): EnvSourceReport {
  if (dotenvPath !== null && isThere(view, dotenvPath)) return describePresent(view, dotenvPath, envFile);
  const found = envCandidates.find((path) => path !== dotenvPath && isThere(view, path)) ?? null;
  const envSource = found !== null ? 'fresh-discovery' : dotenvPath !== null ? 'missing' : 'none';
  const envWarnings =
    dotenvPath !== null && kindOf(view.rootFolder + resolveLinks(view, dotenvPath)) === 'other'
      ? [`${dotenvPath} is no longer a regular file`]
      : [];
  return {
    envSource,
    found,
    envMounted: false,
    envWarnings,
    envAdvice: adviceFor(envSource, dotenvPath, found, envCandidates),
    envChanged: null,
  };
}

const isThere = (view: View, path: string): boolean => kindOf(view.rootFolder + resolveLinks(view, path)) === 'file';

function describePresent(view: View, path: string, loaded: EnvSourceRecord['envFile']): EnvSourceReport {
  const actual = resolveLinks(view, path);
  const mounts = view.mounts ?? [];
  const envMounted = isBindMounted(mounts, actual, isContainer(mounts, view.rootFolder));
  const content = readContent(view.rootFolder + actual);
  const envSource = envMounted || path === CONTAINER_ENV_FILE ? 'live (bind-mounted)' : 'live';
  const stale = staleness(findMount(mounts, actual), actual, path, loaded);
  const isCopy = path === CONTAINER_ENV_FILE && !envMounted && view.mounts !== null;
  return {
    envSource,
    found: path,
    envMounted,
    envWarnings: [
      ...(isCopy ? [`${path} is a copy, not a mount: edits on the host do not reach this copy`] : []),
      ...(stale === null ? [] : [stale]),
      ...(content instanceof Uint8Array ? [] : [`${path} ${content}`]),
    ],
    envAdvice: isCopy ? copyAdvice(path) : adviceFor(envSource, path, path, []),
    envChanged: loaded !== null && content instanceof Uint8Array ? digestOf(content) !== loaded.digest : null,
  };
}

const DELETED = '//deleted';

/** A warning if the mounted file was replaced by a rename: the old inode stays mounted, and the kernel marks it in the root field. */
function staleness(mount: Mount | null, actual: string, path: string, loaded: EnvSourceRecord['envFile']): string | null {
  if (mount?.point !== actual) return null;
  const isOther = loaded !== null && loaded.mountRoot !== null && loaded.mountRoot !== mount.root;
  if (!mount.root.endsWith(DELETED) && !isOther) return null;
  return `${path}: the file was replaced on the host; this container still sees the old one: mount the directory, or recreate`;
}

/** The bytes, or a phrase that says why they cannot be read. */
function readContent(path: string): Uint8Array | string {
  try {
    if (statSync(path).size > MAX_BYTES) return 'is larger than 1 MiB: a reload will reject it';
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? unreadable(path) : `cannot be read (${code ?? 'unknown reason'})`;
  }
}

function unreadable(path: string): string {
  const { uid, mode } = statSync(path);
  return `is owned by uid ${uid} with mode ${(mode & 0o7777).toString(8).padStart(4, '0')} and cannot be read as uid ${process.getuid?.() ?? 'unknown'}: change owner or mode before a reload`;
}

const copyAdvice = (path: string): string =>
  `To change settings: docker cp a new file to ${path}, then zscaler-mcp restart (or reload, if all changes apply live). To edit on the host, mount a directory such as /config.`;

function adviceFor(envSource: EnvSource, recorded: string | null, found: string | null, candidates: readonly string[]): string {
  switch (envSource) {
    case 'live':
      return `To change settings: edit ${found}, then zscaler-mcp reload; changes that it lists as waiting need zscaler-mcp restart.`;
    case 'live (bind-mounted)':
      return `To change settings: edit the mounted file on the host in place, then zscaler-mcp reload. If your editor replaces the file, mount its directory (such as /config) instead.`;
    case 'fresh-discovery':
      return `zscaler-mcp restart picks up ${found}; reload does not read it${recorded === null ? '' : `, because the server was started with ${recorded}`}.`;
    case 'missing':
      return `${recorded} does not exist any more; the values last read from it stay in force. Put it back (docker cp, or mount a directory such as /config), then zscaler-mcp restart.`;
    case 'none':
      return `No .env was found; settings come from the environment or a secrets manager. To change them, recreate the process or container, or create ${candidates.join(' or ')}, then zscaler-mcp restart.`;
  }
}
