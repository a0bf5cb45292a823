/** A file that lines are added to, whoever renames or empties it meanwhile. */
import { accessSync, appendFileSync, closeSync, constants, existsSync, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../common/errors.ts';

/** Without waiting for a reader, should it be a pipe: it is refused then. */
const FLAGS = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;

/** @throws when it cannot be opened or is no file */
function open(path: string): number {
  const descriptor = openSync(path, FLAGS, 0o600);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${path} is no file`);
}

/** What opening it would say, without making it. @throws the same */
export function checkAuditFile(path: string): void {
  if (existsSync(path)) closeSync(open(path));
  else accessSync(dirname(path), constants.W_OK | constants.X_OK);
}

export class AuditFile {
  readonly path: string;
  readonly #tell: (message: string, isWrong: boolean) => void;
  #descriptor: number;
  #isFailing = false;

  /** @throws when it cannot be opened */
  constructor(path: string, tell: (message: string, isWrong: boolean) => void) {
    this.path = path;
    this.#tell = tell;
    this.#descriptor = open(path);
  }

  /** A full disk stops nothing; it is told once, and once more when it is over. */
  write(line: string): void {
    try {
      // What failed may have left part of a line.
      appendFileSync(this.#descriptor, `${this.#isFailing ? '\n' : ''}${line}\n`);
    } catch (error) {
      this.#fail(`the audit log cannot be written, and calls go on without: ${messageOf(error)}`);
      return;
    }
    if (this.#isFailing) this.#tell(`the audit log is written again, with a gap: ${this.path}`, false);
    this.#isFailing = false;
  }

  /** After the file was renamed: goes on in a new one under the same name. */
  reopen(): void {
    try {
      const descriptor = open(this.path);
      closeSync(this.#descriptor);
      this.#descriptor = descriptor;
    } catch (error) {
      this.#tell(`the audit log could not be opened again, and goes on in the former file: ${messageOf(error)}`, true);
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
