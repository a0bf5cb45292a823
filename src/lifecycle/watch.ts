/**
 * Notices that the content of a file has changed, however that was done: written in place, replaced by a rename, deleted and
 * created again, or reached through a link that moved (Kubernetes swaps a link to a folder). Folders are watched, because a
 * watch on a file reports nothing more once the file has been replaced.
 */
import { createHash } from 'node:crypto';
import { readlinkSync, statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, isAbsolute, join, parse, resolve, sep } from 'node:path';
import { messageOf } from '../common/errors.ts';
import { withRemedy } from '../common/system-error.ts';
import { readNamedFile, UnreadableFile } from '../common/named-file.ts';
import { lstatOrNull } from './files.ts';

/** Watches one file until it is closed. */
export interface FileWatcher {
  readonly path: string;
  /** Content with this digest does not count as a change. */
  skip(digest: string | undefined): void;
  close(): void;
}

/** What to watch, and how. The last three are for tests. */
export interface WatchOptions {
  readonly path: string;
  /** Hexadecimal SHA-256 of the content that is already in use; null: what is there now. */
  readonly known: string | null;
  readonly onChange: () => void;
  /** Called once if folders cannot be watched; then changes are only found by polling. */
  readonly onBlind: (reason: string) => void;
  /** The content must stay the same for twice this time before it counts: the writer may not be finished. */
  readonly quietMs?: number;
  /** Polls this often in any case: network and host-shared file systems accept watches and report nothing. */
  readonly lookEveryMs?: number;
  readonly watchFolder?: typeof watch;
}

export const LOOK_EVERY_MS = 5_000;
const QUIET_MS = 250;
/** An empty file must stay empty for this long: many programs empty a file before they write it. */
const EMPTY_MS = 2_000;

export const watchFile = (options: WatchOptions): FileWatcher => new Watcher(options);

class Watcher implements FileWatcher {
  readonly path: string;
  readonly #options: WatchOptions;
  readonly #watched = new Map<string, FSWatcher>();
  readonly #looking: NodeJS.Timeout;
  #chain: Chain = new Map();
  #trace = '';
  #known: string;
  #lastReading: string | null = null;
  #quiet: NodeJS.Timeout | undefined;
  #isBlind = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.path = options.path;
    this.#arm();
    this.#trace = traceOf(this.path);
    this.#known = options.known ?? digestAt(this.path) ?? '';
    // It may have changed since it was read.
    if (options.known !== null) this.#wait();
    this.#looking = setInterval(() => this.#look(), options.lookEveryMs ?? LOOK_EVERY_MS).unref();
  }

  skip(digest: string | undefined): void {
    if (digest !== undefined) this.#known = digest;
  }

  close(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#quiet);
    for (const watcher of this.#watched.values()) watcher.close();
    this.#watched.clear();
  }

  #look(): void {
    this.#arm();
    const trace = traceOf(this.path);
    if (trace === this.#trace) return;
    this.#trace = trace;
    this.#wait();
  }

  #heard(folder: string, name: string | null): void {
    const isOurs = name === null || name === basename(folder) || this.#chain.get(folder)?.has(name);
    if (!isOurs) return;
    this.#arm();
    this.#wait();
  }

  #wait(ms = this.#options.quietMs ?? QUIET_MS): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#read(), ms).unref();
  }

  /** Content that reads the same twice in a row is complete. */
  #read(): void {
    this.#arm();
    const reading = digestAt(this.path);
    const isSettled = reading === this.#lastReading;
    this.#lastReading = reading;
    if (reading === null || reading === this.#known) return;
    if (!isSettled) return this.#wait(reading === EMPTY_DIGEST ? EMPTY_MS : undefined);
    this.#known = reading;
    this.#options.onChange();
  }

  /** Watches the folders that decide now where the path leads, and no others. A replaced folder counts as another one. */
  #arm(): void {
    this.#chain = chainOf(this.path);
    const wanted = new Map([...this.#chain.keys()].map((folder) => [`${idOf(folder)} ${folder}`, folder]));
    for (const [key, watcher] of this.#watched) {
      if (wanted.has(key)) continue;
      watcher.close();
      this.#watched.delete(key);
    }
    for (const [key, folder] of wanted) if (!this.#watched.has(key)) this.#watchFolder(key, folder);
  }

  #watchFolder(key: string, folder: string): void {
    const { watchFolder = watch } = this.#options;
    try {
      const watcher = watchFolder(folder, { persistent: false }, (_, name) => this.#heard(folder, name));
      this.#watched.set(key, watcher);
      watcher.on('error', () => {
        watcher.close();
        this.#watched.delete(key);
      });
    } catch (error) {
      if (!this.#isBlind) this.#options.onBlind(whyBlind(error));
      this.#isBlind = true;
    }
  }
}

/** The same names stand for a full disk and for open files elsewhere. See inotify(7). */
function whyBlind(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'the machine has no inotify watches left (ENOSPC). Raise fs.inotify.max_user_watches';
  if (code === 'EMFILE')
    return 'this user has no inotify instances left, or this process too many open files (EMFILE). Raise fs.inotify.max_user_instances';
  return withRemedy(error);
}

/** Folders, each with the names in it that decide where a path leads. */
type Chain = ReadonlyMap<string, ReadonlySet<string>>;

const MAX_LINKS = 40;

/** Ends at the first part of the path that does not exist: that is the name to wait for. */
function chainOf(path: string): Chain {
  const chain = new Map<string, Set<string>>();
  const { root } = parse(resolve(path));
  let pending = partsOf(resolve(path).slice(root.length));
  let folder = root;
  let links = 0;
  for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
    const next = join(folder, part);
    const target = links < MAX_LINKS ? linkAt(next) : null;
    const isEnd = target === null && (pending.length === 0 || idOf(next) === null);
    if (target !== null || isEnd) chain.set(folder, new Set([...(chain.get(folder) ?? []), part]));
    if (isEnd) break;
    if (target === null) {
      folder = part === '..' ? dirname(folder) : next;
      continue;
    }
    links += 1;
    if (isAbsolute(target)) folder = root;
    pending = [...partsOf(target), ...pending];
  }
  return chain;
}

const partsOf = (path: string): string[] => path.split(sep).filter((part) => part !== '' && part !== '.');

function linkAt(path: string): string | null {
  try {
    return lstatOrNull(path)?.isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return null;
  }
}

function idOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** Differs after nearly every change of the file: ctime cannot be set back. */
function traceOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } catch (error) {
    return messageOf(error);
  }
}

const SIZE_LIMIT = 1_048_576;
const EMPTY_DIGEST = createHash('sha256').digest('hex');

/**
 * Digest of what is there now. Null when nothing is there, which does not count as a change: the file may be about to be
 * replaced. What cannot be read, or is not a regular file, counts as content: a reload then reports what is wrong.
 */
function digestAt(path: string): string | null {
  try {
    return createHash('sha256').update(readNamedFile(path, SIZE_LIMIT).bytes).digest('hex');
  } catch (error) {
    if (!(error instanceof UnreadableFile)) return messageOf(error);
    if (error.stats !== null) return `${error.stats.ino} ${error.stats.size}`;
    return error.code === 'ENOENT' || error.code === 'ENOTDIR' ? null : error.code;
  }
}
