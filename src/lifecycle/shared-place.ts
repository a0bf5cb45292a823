/**
 * The place of several stdio servers of one user: clients start one each, with the same configuration. One holds the PID file and
 * is asked by commands; the others wait beside it, where `status` lists them, and one of them takes the place when it becomes free.
 */
import { join } from 'node:path';
import { ZscalerMcpError } from '../common/errors.ts';
import { inWords } from '../common/system-error.ts';
import { inFolder, inFolderIfThere, lstatOrNull, removeIfThere, replaceFile } from './files.ts';
import { exists } from './identity.ts';
import type { LifecycleLog, RecordKeeper } from './options.ts';
import { isSame, KEEP_EVERY_MS, PidFile, removeIfEmpty, serialize, WAITING } from './pid-file.ts';
import { folderOf, readPidFile } from './reading.ts';
import type { LifecycleRecord } from './record.ts';

/** Holds the record of a stdio server that has no PID file of its own: in the shared one, or in a file beside it. */
export class SharedPlace implements RecordKeeper {
  readonly #place: string;
  readonly #log: LifecycleLog;
  #record: LifecycleRecord;
  /** While this server holds the place. */
  #file: PidFile | null = null;
  /** PID of the server that holds it meanwhile; null if that is not known. */
  #holder: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #onTrouble: (message: string) => void = () => undefined;
  #isClaiming = false;
  #isReleased = false;

  private constructor(place: string, record: LifecycleRecord, log: LifecycleLog) {
    this.#place = place;
    this.#record = record;
    this.#log = log;
  }

  /** Takes the place if it is free, else waits for it. Never throws. */
  static async open(place: string, record: LifecycleRecord, log: LifecycleLog): Promise<SharedPlace> {
    const shared = new SharedPlace(place, record, log);
    await shared.#claim();
    if (shared.#file === null) {
      shared.#showWaiting();
      const who = shared.#holder === null ? '' : ` (PID ${shared.#holder})`;
      log.info({ pidFile: place }, `runs without lifecycle: commands ask another server${who}; this one takes its place when it has ended`);
    }
    return shared;
  }

  /** Continues to hold the place, in the next generation of the same process. Never throws. */
  static adopt(place: string, record: LifecycleRecord, log: LifecycleLog): SharedPlace {
    const shared = new SharedPlace(place, record, log);
    shared.#file = PidFile.adopt(place, record);
    return shared;
  }

  get path(): string | null {
    return this.isOurs ? this.#place : null;
  }

  get record(): LifecycleRecord {
    return this.#record;
  }

  get isOurs(): boolean {
    return this.#file?.isOurs === true;
  }

  get isPublished(): boolean {
    return this.#file?.isPublished ?? true;
  }

  update(change: Partial<LifecycleRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#file?.update(change);
    if (!this.isOurs) this.#stepDown();
  }

  keep(onTrouble: (message: string) => void): void {
    this.#onTrouble = onTrouble;
    this.#file?.keep(onTrouble);
    this.#timer = setInterval(() => this.#look(), KEEP_EVERY_MS).unref();
  }

  stopKeeping(): void {
    clearInterval(this.#timer);
    this.#file?.stopKeeping();
  }

  release(onTrouble?: (message: string) => void): void {
    this.#isReleased = true;
    this.stopKeeping();
    this.#file?.release(onTrouble);
    this.#hideWaiting();
  }

  /** An HTTP server has taken the place. */
  #stepDown(): void {
    this.#file?.stopKeeping();
    this.#file = null;
    this.#showWaiting();
  }

  /** Cheap while another server holds the place: it exists, and has touched its file lately. */
  #look(): void {
    if (this.isOurs || this.#isClaiming) return;
    if (this.#file !== null) this.#stepDown();
    if (!this.#mayBeFree()) return this.#isShown() ? undefined : this.#showWaiting();
    void this.#takeOver();
  }

  async #takeOver(): Promise<void> {
    await this.#claim();
    if (this.#file !== null) this.#log.info({ pidFile: this.#place }, 'took the PID file that became free: commands ask this server now');
  }

  #mayBeFree(): boolean {
    try {
      const stats = lstatOrNull(this.#place);
      return stats === null || (this.#holder !== null && !exists(this.#holder)) || Date.now() - stats.mtimeMs > 5 * KEEP_EVERY_MS;
    } catch {
      return false;
    }
  }

  async #claim(): Promise<void> {
    this.#isClaiming = true;
    try {
      const file = await PidFile.claim(this.#place, this.#record, (other) => isSame(other, this.#record));
      // It may have changed while the lock was waited for.
      file.update(this.#record);
      this.#file = file;
      this.#hideWaiting();
      if (this.#isReleased) return file.release();
      if (this.#timer !== undefined) file.keep(this.#onTrouble);
    } catch (error) {
      if (!(error instanceof ZscalerMcpError)) this.#log.debug({ pidFile: this.#place }, `the PID file was not taken: ${inWords(error)}`);
      const reading = readPidFile(this.#place);
      this.#holder = reading.kind === 'record' ? reading.record.pid : null;
    } finally {
      this.#isClaiming = false;
    }
  }

  get #name(): string {
    return `${WAITING}${this.#record.pid}`;
  }

  #isShown(): boolean {
    return lstatOrNull(join(folderOf(this.#place), this.#name)) !== null;
  }

  /** Best effort: without it `status` does not list this server, which serves all the same. */
  #showWaiting(): void {
    if (this.#isReleased) return;
    try {
      inFolder(folderOf(this.#place), (at) => replaceFile(join(at, this.#name), serialize(this.#record)));
    } catch {
      // No folder yet, or one that is not ours: tried again.
    }
  }

  #hideWaiting(): void {
    try {
      inFolderIfThere(folderOf(this.#place), false, (at) => removeIfThere(join(at, this.#name)));
      if (lstatOrNull(this.#place) === null) removeIfEmpty(folderOf(this.#place));
    } catch {
      // A file that stays behind names a process that is gone, and is passed over.
    }
  }
}
