/** An append-only file that may be renamed or truncated by log rotation while it is open. */
import { accessSync, appendFileSync, closeSync, constants, existsSync, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../common/errors.ts';

/** O_NONBLOCK: opening a pipe without a reader must fail, not wait. Pipes are refused anyway. */
const FLAGS = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;

/** @throws when the path cannot be opened or is not a regular file */
function open(path: string): number {
  const descriptor = openSync(path, FLAGS, 0o600);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${path} is not a regular file`);
}

/** Checks that the file could be opened, without creating it. @throws as opening would */
export function checkAuditFile(path: string): void {
  if (existsSync(path)) closeSync(open(path));
  else accessSync(dirname(path), constants.W_OK | constants.X_OK);
}

export class AuditFile {
  readonly path: string;
  readonly #tell: (message: string, isWrong: boolean) => void;
  #descriptor: number;
  #isFailing = false;

  /** @throws when the path cannot be opened or is not a regular file */
  constructor(path: string, tell: (message: string, isWrong: boolean) => void) {
    this.path = path;
    this.#tell = tell;
    this.#descriptor = open(path);
  }

  /** Never throws: a full disk must not stop calls. The first failure and the recovery are each reported once. */
  write(line: string): void {
    try {
      // A failed write may have left part of a line.
      appendFileSync(this.#descriptor, `${this.#isFailing ? '\n' : ''}${line}\n`);
    } catch (error) {
      this.#fail(`the audit log cannot be written; calls continue without it: ${messageOf(error)}`);
      return;
    }
    if (this.#isFailing) this.#tell(`the audit log can be written again; lines are missing: ${this.path}`, false);
    this.#isFailing = false;
  }

  /** Opens the path again after the file was renamed. On failure the former file stays in use. */
  reopen(): void {
    try {
      const descriptor = open(this.path);
      closeSync(this.#descriptor);
      this.#descriptor = descriptor;
    } catch (error) {
      this.#tell(`the audit log could not be opened again; lines still go to the former file: ${messageOf(error)}`, true);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #fail(message: string): void {
    if (!this.#isFailing) this.#tell(message, true);
    this.#isFailing = true;
  }
}
