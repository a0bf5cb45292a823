/** Watches the files that the configuration was read from, and reports when the content of one has changed. */
import type { LifecycleLog } from './options.ts';
import type { SourceFile } from './service.ts';
import { LOOK_EVERY_MS, watchFile, type FileWatcher } from './watch.ts';

/** The watchers, one a file. `onChange` is called for each file with new content. */
export class Sources {
  readonly #log: LifecycleLog;
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FileWatcher>();
  #isClosed = false;

  constructor(log: LifecycleLog, onChange: () => void) {
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Watches these files and no others; none at all once closed. */
  follow(files: readonly SourceFile[]): void {
    if (this.#isClosed) return;
    const wanted = new Map(files.map(({ path, digest }) => [path, digest]));
    const before = [...this.#watchers.keys()];
    for (const [path, watcher] of this.#watchers) {
      if (wanted.has(path)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
    for (const [path, digest] of wanted) if (!this.#watchers.has(path)) this.#watchers.set(path, this.#open(path, digest));
    const paths = [...this.#watchers.keys()];
    if (paths.join('\n') === before.join('\n')) return;
    this.#log.info({ paths }, paths.length === 0 ? 'no file is watched any more' : `watched, a change is a reload: ${paths.join(', ')}`);
  }

  /** Tells the watchers which content has just been read, so that it does not count as a change. */
  read(files: readonly SourceFile[]): void {
    for (const { path, digest } of files) this.#watchers.get(path)?.skip(digest ?? undefined);
  }

  close(): void {
    this.#isClosed = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #open(path: string, known: string | null): FileWatcher {
    const onBlind = (reason: string) =>
      this.#log.warn({ path }, `changes are only noticed by looking every ${LOOK_EVERY_MS / 1_000} s: ${reason}`);
    return watchFile({ path, known, onChange: this.#onChange, onBlind });
  }
}
