/**
 * Secrets in files of their own, as Docker, Kubernetes and systemd mount them: `NAME_FILE` is the path of the file that
 * holds the value of the secret setting `NAME`.
 */
import { createHash } from 'node:crypto';
import { existsSync, statSync, type Stats } from 'node:fs';
import { isAbsolute } from 'node:path';
import { readNamedFile, UnreadableFile, type NamedFile } from '../common/named-file.ts';
import { FOLDER_REASONS } from './env-file.ts';
import type { Layer } from './layers.ts';
import { ownPlaceKind } from './place-kind.ts';
import { hasControl } from './setting.ts';
import { rows } from './table.ts';

/** In bytes; the managers that write such files allow at most this size. */
const SIZE_LIMIT = 65_536;

/** How many times all files are read if some are replaced meanwhile. */
const ROUNDS = 5;

/** A secret file as it was read. Handed on to the next generation. Contains a secret. */
export interface SecretFile {
  readonly path: string;
  /** The trimmed content; null if and only if there is a complaint. */
  readonly text: string | null;
  /** Hexadecimal SHA-256 of the content; null if it could not be read. Must not be published: a short secret can be guessed from it. */
  readonly digest: string | null;
  /** ISO time. */
  readonly readAt: string;
  /** Why the file cannot be used. */
  readonly complaint: { readonly message: string; readonly hint: string } | null;
  /** Permission bits in octal, if every user can write the file and so replace the secret. */
  readonly openMode?: string;
}

/** Secret files by path. */
export type SecretFiles = ReadonlyMap<string, SecretFile>;

/** Every secret setting of the table, by the name of its file variable: `NAME_FILE` to `NAME`. */
export const secretFileNames: ReadonlyMap<string, string> = new Map(
  rows.flatMap(([, { env, secret }]) => (secret ? [[fileNameOf(env), env] as const] : [])),
);

/** The variable for the file of a secret setting: `NAME_FILE`. */
export function fileNameOf(env: string): string {
  return `${env}_FILE`;
}

/**
 * Reads all files that the layers name. If one is replaced meanwhile, all are read again, so that the values belong together:
 * Kubernetes replaces a volume as a whole by changing a symbolic link.
 */
export function readSecretFiles(layers: readonly Layer[]): SecretFiles {
  const paths = [...new Set(layers.flatMap((layer) => (mayName(layer) ? pathsIn(layer) : [])))];
  for (let round = 1; ; round++) {
    const readings = paths.map(readOnce);
    const moved = readings.filter(({ path, identity }) => identity !== null && identity !== identityAt(path));
    if (moved.length === 0 || round === ROUNDS)
      return new Map(readings.map((reading) => [reading.path, moved.includes(reading) ? keepsChanging(reading.path) : reading.file]));
  }
}

/** Whether a layer may name a file: secrets have no flags, and a secrets manager does not know the files of this machine. */
export const mayName = ({ kind }: Layer): boolean => kind === 'file' || kind === 'environment';

const pathsIn = (layer: Layer): string[] => [...secretFileNames.keys()].flatMap((name) => layer.get(name) || []);

/** Reads a single file. */
export const readSecretFile = (path: string): SecretFile => readOnce(path).file;

interface Reading {
  readonly path: string;
  readonly file: SecretFile;
  /** Identity of the opened file; null if it could not be used. */
  readonly identity: string | null;
}

function readOnce(path: string): Reading {
  if (/^file:/i.test(path))
    return unread(path, 'expected an absolute path, got a URL', 'Leave out file://. For example /run/secrets/client-secret.');
  if (!isAbsolute(path) || hasControl(path)) return unread(path, 'expected an absolute path', 'For example /run/secrets/client-secret.');
  try {
    return judge(path, readNamedFile(path, SIZE_LIMIT));
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const shown = error.stats === null ? showPath(path) : path;
    return unread(path, `${shown} ${error.message}`, hintFor(error));
  }
}

/** What to do about it, by the code of `UnreadableFile`. */
function hintFor({ code, stats }: UnreadableFile): string {
  if (code === 'TOO_LARGE') return 'It should contain the value of one setting only; check that this is the right file.';
  if (code !== 'NOT_REGULAR') return 'Mount the file, or correct its path, owner or mode.';
  return stats?.isDirectory() === true
    ? `Put the file in its place.${FOLDER_REASONS[ownPlaceKind()]}`
    : 'Put the file in its place, or name another one.';
}

function judge(path: string, { bytes, stats }: NamedFile): Reading {
  const text = decode(bytes);
  if (text === null)
    return unread(path, `${path} is not UTF-8 text`, 'It should contain the value as text; check that this is the right file.');
  if (text === '') return unread(path, `${path} is empty`, 'Write the value into it, or remove the setting that names it.');
  const digest = createHash('sha256').update(bytes).digest('hex');
  const file = { path, text, digest, readAt: new Date().toISOString(), complaint: null };
  const isOpen = process.getuid !== undefined && (stats.mode & 0o002) !== 0;
  return {
    path,
    identity: identityOf(stats),
    file: isOpen ? { ...file, openMode: (stats.mode & 0o7777).toString(8).padStart(4, '0') } : file,
  };
}

/** The path, if its first folder exists. Otherwise it may be the secret itself, given by mistake: some secrets start with a slash. */
const showPath = (path: string): string =>
  existsSync(`/${path.split('/')[1] ?? ''}`) ? path : 'the file (its path is not shown, because its first folder does not exist)';

const unread = (path: string, message: string, hint: string): Reading => ({
  path,
  identity: null,
  file: { path, text: null, digest: null, readAt: new Date().toISOString(), complaint: { message, hint } },
});

const keepsChanging = (path: string): SecretFile =>
  unread(path, `${path} was replaced each time while it was read`, 'Try again later.').file;

/** The trimmed text without a byte order mark; null if it is not UTF-8. Editors and `echo` add a line end. */
function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return null;
  }
}

const identityOf = ({ dev, ino, size, mtimeMs }: Stats): string => `${dev} ${ino} ${size} ${mtimeMs}`;

function identityAt(path: string): string | null {
  try {
    return identityOf(statSync(path));
  } catch {
    return null;
  }
}
