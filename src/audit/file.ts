/** An append-only file that may be renamed, replaced, deleted or truncated while it is open, as log rotation does. */
import { accessSync, appendFileSync, closeSync, constants, existsSync, fstatSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../common/errors.ts';
import { describeFileError, explainSystemError } from '../common/system-error.ts';

/** O_NONBLOCK: opening a pipe without a reader must fail, not wait. Pipes are refused anyway. */
const FLAGS = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;

/** How often an idle server looks where its path leads. */
const LOOK_EVERY_MS = 2_000;
/** Log rotation renames the file and then creates the next one, as root, before it gives it away: until then nothing is wrong. */
const ROTATION_MS = 2_000;

/** What the file at a path is already, which continues "it is"; null when it is free to be a log. */
export type ClaimOn = (path: string) => string | null;

/** @throws when the path cannot be opened, is not a regular file, or is a file that is used for something else */
function open(path: string, claimOn: ClaimOn): number {
  const claim = claimOn(path);
  if (claim !== null) throw new Error(`it is ${claim}`);
  const descriptor = openSync(path, FLAGS, 0o600);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error('it is not a regular file');
}

/** Why a file cannot be opened or written, and what helps. */
interface Complaint {
  readonly message: string;
  readonly hint: string;
}

/** Why the audit file could not be opened; null when it could. Does not create it. */
export function complaintOn(path: string, claimOn: ClaimOn): Complaint | null {
  try {
    const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
    if (isThere || claimOn(path) !== null) closeSync(open(path, claimOn));
    else accessSync(dirname(path), constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const { reason, remedy } = explain(path, error);
    return { message: `${path} cannot be opened: ${reason}`, hint: `${remedy[0]?.toUpperCase()}${remedy.slice(1)}.` };
  }
}

/** `remedy` continues a sentence. */
function explain(path: string, error: unknown): { readonly reason: string; readonly remedy: string } {
  const { code = '' } = error as NodeJS.ErrnoException;
  const words = explainSystemError(error);
  const reason = words === null ? messageOf(error) : describeFileError(error);
  if (code === 'ENOENT')
    return existsSync(dirname(path))
      ? { reason: 'it is a link that leads nowhere', remedy: 'repair the link or remove it' }
      : { reason: `there is no folder ${dirname(path)}`, remedy: 'make the folder, and give it to the user of the server' };
  if (code === 'EISDIR') return { reason: 'it is a folder', remedy: 'move the folder away, or name another file' };
  if (code === 'EACCES' || code === 'EPERM') {
    const what = existsSync(path) ? 'the file' : 'the folder';
    return { reason, remedy: `give ${what} to the user of the server` };
  }
  // The remedies for a full disk and the like; those of a path speak of the PID file.
  if (words && !words.remedy.includes('--pid-file')) return { reason, remedy: asPartOfSentence(words.remedy) };
  return { reason, remedy: 'name another file' };
}

const asPartOfSentence = (text: string): string => `${text[0]?.toLowerCase()}${text.slice(1)}`.replace(/\.$/, '');

/** What an audit file tells its owner. */
export interface FileObserver {
  readonly claimOn: ClaimOn;
  /** For the log. */
  readonly tell: (message: string, isWrong: boolean) => void;
  /** Called when `problem` has changed. */
  readonly onProblem: () => void;
}

export class AuditFile {
  readonly path: string;
  readonly #observer: FileObserver;
  readonly #looking: NodeJS.Timeout;
  #descriptor: number;
  /** Since when the path has not led to the open file, as of `performance.now`; null while it does. */
  #astraySince: number | null = null;
  /** Why lines are being lost; null while they are written. */
  #failure: string | null = null;
  #problem: string | null = null;

  /** @throws when the path cannot be opened or is not a regular file */
  constructor(path: string, observer: FileObserver) {
    this.path = path;
    this.#observer = observer;
    this.#descriptor = open(path, observer.claimOn);
    this.#looking = setInterval(() => this.follow(), LOOK_EVERY_MS).unref();
  }

  /** Why lines do not go to the file that the path leads to, or are lost; null while all is well. */
  get problem(): string | null {
    return this.#failure ?? this.#problem;
  }

  /**
   * Never throws: a full disk must not stop calls. The first failure and the recovery are each reported once.
   * @returns false when the line went to a file that has been deleted, where nobody can read it
   */
  write(line: string): boolean {
    this.follow();
    try {
      // A failed write may have left part of a line.
      appendFileSync(this.#descriptor, `${this.#failure === null ? '' : '\n'}${line}\n`);
    } catch (error) {
      if (this.#failure === null) this.#fail(error);
      return true;
    }
    if (this.#failure !== null) this.#recover();
    return this.#astraySince === null || !this.#isDeleted();
  }

  /** Opens the path again if it no longer leads to the open file. Until that succeeds the former file stays in use. */
  follow(): void {
    try {
      const there = statSync(this.path, { throwIfNoEntry: false });
      const here = fstatSync(this.#descriptor);
      if (there?.dev === here.dev && there.ino === here.ino) return this.#arrive();
      this.#astraySince ??= performance.now();
      if (!there && here.nlink > 0 && this.#isRotating()) return;
      const descriptor = open(this.path, this.#observer.claimOn);
      closeSync(this.#descriptor);
      this.#descriptor = descriptor;
      this.#observer.tell(`the audit log was rotated: lines go to the new ${this.path}`, false);
      this.#arrive();
    } catch (error) {
      this.#astraySince ??= performance.now();
      if (!this.#isRotating()) this.#report(error);
    }
  }

  close(): void {
    clearInterval(this.#looking);
    closeSync(this.#descriptor);
  }

  #isRotating(): boolean {
    return this.#astraySince !== null && performance.now() - this.#astraySince < ROTATION_MS;
  }

  #isDeleted(): boolean {
    return fstatSync(this.#descriptor).nlink === 0;
  }

  #arrive(): void {
    this.#astraySince = null;
    if (this.#problem === null) return;
    this.#problem = null;
    this.#observer.onProblem();
  }

  #fail(error: unknown): void {
    const { reason, remedy } = explain(this.path, error);
    this.#failure = `the audit log cannot be written; calls continue without it: ${this.path}: ${reason}; ${remedy}`;
    this.#observer.tell(this.#failure, true);
    this.#observer.onProblem();
  }

  #recover(): void {
    this.#failure = null;
    this.#observer.tell(`the audit log can be written again; lines are missing: ${this.path}`, false);
    this.#observer.onProblem();
  }

  #report(error: unknown): void {
    const { reason, remedy } = explain(this.path, error);
    const where = this.#isDeleted() ? 'to the log of the server, for its file was deleted' : 'to the former file';
    const problem = `the audit log goes ${where}: ${this.path} cannot be opened: ${reason}; ${remedy}`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#observer.tell(problem, true);
    this.#observer.onProblem();
  }
}
