/**
 * Secrets that stand in files of their own, as Docker, Kubernetes and systemd mount them: `NAME_FILE` says where the value
 * of the secret setting `NAME` is.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, existsSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { isAbsolute } from 'node:path';
import { messageOf } from '../common/errors.ts';
import type { Layer } from './layers.ts';
import { hasControl } from './setting.ts';
import { rows } from './table.ts';

/** In bytes; the managers that write such files allow no more. */
const SIZE_LIMIT = 65_536;

/** How often files are read again that were replaced while they were read. */
const ROUNDS = 5;

/** A secret file as it was read once. Goes along to the next generation. Holds a secret. */
export interface SecretFile {
  readonly path: string;
  /** Without the blanks and line ends around it; null exactly when there is a complaint. */
  readonly text: string | null;
  /** Hexadecimal SHA-256 of the content; null when it could not be read. Not to be published: a short secret can be guessed from it. */
  readonly digest: string | null;
  /** ISO time. */
  readonly readAt: string;
  readonly complaint: { readonly message: string; readonly hint: string } | null;
  /** Permission bits, octal, when everybody may write the file, and so replace the secret. */
  readonly openMode?: string;
}

/** By path. */
export type SecretFiles = ReadonlyMap<string, SecretFile>;

/** The settings that have one, by the name that says where: every secret of the table. */
export const secretFileNames: ReadonlyMap<string, string> = new Map(
  rows.flatMap(([, { env, secret }]) => (secret ? [[fileNameOf(env), env] as const] : [])),
);

/** The variable that names the file of a secret setting: `NAME_FILE`. */
export function fileNameOf(env: string): string {
  return `${env}_FILE`;
}

/**
 * Reads all files that the layers name. A volume of Kubernetes is replaced as a whole, by a link that moves: what was
 * replaced meanwhile is read again, so that all values are of one time.
 */
export function readSecretFiles(layers: readonly Layer[]): SecretFiles {
  const paths = [...new Set(layers.flatMap((layer) => (mayName(layer) ? pathsIn(layer) : [])))];
  for (let round = 1; ; round++) {
    const readings = paths.map(readOnce);
    const moved = readings.filter(({ path, identity }) => identity !== null && identity !== identityAt(path));
    if (moved.length === 0 || round === ROUNDS)
      return new Map(readings.map((reading) => [reading.path, moved.includes(reading) ? restless(reading.path) : reading.file]));
  }
}

/** A flag carries no secret, and a secrets manager does not know the files of this machine. */
export const mayName = ({ kind }: Layer): boolean => kind === 'file' || kind === 'environment';

const pathsIn = (layer: Layer): string[] => [...secretFileNames.keys()].flatMap((name) => layer.get(name) || []);

/** Reads one file, outside the round that reads all of them. */
export const readSecretFile = (path: string): SecretFile => readOnce(path).file;

interface Reading {
  readonly path: string;
  readonly file: SecretFile;
  /** Of what was opened; null when nothing was. */
  readonly identity: string | null;
}

function readOnce(path: string): Reading {
  if (!isAbsolute(path) || hasControl(path))
    return unread(path, 'expected an absolute path', 'Give the path from the root directory, such as /run/secrets/client-secret.');
  let descriptor: number;
  try {
    // Without waiting for a writer of a pipe.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
  } catch (error) {
    return unread(
      path,
      `${showPath(path)} cannot be opened: ${describeFailure(error)}`,
      'Mount the file, or correct its path, owner or mode.',
    );
  }
  try {
    return judge(path, descriptor);
  } catch (error) {
    return unread(path, `${path} cannot be read: ${describeFailure(error)}`, 'Mount the file, or correct its path.');
  } finally {
    closeSync(descriptor);
  }
}

function judge(path: string, descriptor: number): Reading {
  const stats = fstatSync(descriptor);
  if (!stats.isFile())
    return unread(path, `${path} is not a regular file`, 'Docker makes a folder where the file to mount is missing on the host.');
  const bytes = readAtMost(descriptor, SIZE_LIMIT + 1);
  if (bytes.length > SIZE_LIMIT)
    return unread(path, `${path} is larger than 64 KiB`, 'It holds the value of one setting, and nothing else; is it the right file?');
  const text = decode(bytes);
  if (text === null) return unread(path, `${path} is not UTF-8 text`, 'It holds the value as text; is it the right file?');
  if (text === '') return unread(path, `${path} is empty`, `Write the value into it, or remove the name that leads to it.`);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const file = { path, text, digest, readAt: new Date().toISOString(), complaint: null };
  const isOpen = process.getuid !== undefined && (stats.mode & 0o002) !== 0;
  return {
    path,
    identity: identityOf(stats),
    file: isOpen ? { ...file, openMode: (stats.mode & 0o7777).toString(8).padStart(4, '0') } : file,
  };
}

/** The secret itself may have been given in place of its path, and some secrets begin with a slash. */
const showPath = (path: string): string =>
  existsSync(`/${path.split('/')[1] ?? ''}`) ? path : 'the file (its path is not shown, since not even its first folder exists)';

const unread = (path: string, message: string, hint: string): Reading => ({
  path,
  identity: null,
  file: { path, text: null, digest: null, readAt: new Date().toISOString(), complaint: { message, hint } },
});

const restless = (path: string): SecretFile =>
  unread(path, `${path} was replaced again and again while it was read`, 'Try again when it rests.').file;

function readAtMost(descriptor: number, limit: number): Buffer {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  for (let count = -1; count !== 0 && length < limit; length += count) count = readSync(descriptor, buffer, length, limit - length, null);
  return buffer.subarray(0, length);
}

/** Blanks around a value count nowhere; editors and `echo` end a file with a line end, some begin it with a mark of the encoding. */
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

/** The system's own words repeat the path. */
function describeFailure(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'there is no such folder',
    EACCES: `uid ${process.getuid?.() ?? 'unknown'}, which the server runs as, may not read it`,
    EPERM: `uid ${process.getuid?.() ?? 'unknown'}, which the server runs as, may not read it`,
    ELOOP: 'its links lead in a circle',
  };
  return (code === undefined ? undefined : known[code]) ?? code ?? messageOf(error);
}
