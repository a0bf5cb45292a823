/** Whether a SIGHUP may be the hang-up of the terminal that the server was started in. */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';

const LOOK_EVERY_MS = 250;

/** Follows the controlling terminal of this process: a signal long after it went away is no hang-up. */
export class Terminal {
  /** Number of looks in a row that found none. */
  #missed = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param env of the first start: tells whether `nohup` started the server, which is to outlive its terminal then
   * @param onGone called when the terminal went away and no signal came with it
   */
  constructor(env: Readonly<Record<string, string>>, onGone: () => void) {
    if (!isThere() || isNohup(env)) return;
    this.#timer = setInterval(() => {
      this.#missed = isThere() ? 0 : this.#missed + 1;
      // Not after the first: that look may come before the signal which has been sent already.
      if (this.#missed < 2) return;
      this.close();
      onGone();
    }, LOOK_EVERY_MS).unref();
  }

  /** Whether there was a terminal a moment ago, and is none now. */
  hasJustGone(): boolean {
    return this.#timer !== undefined && !isThere();
  }

  /** Ends the watch. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Whether this process has a controlling terminal: opening /dev/tty fails once the terminal has hung up. */
function isThere(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch (error) {
    // Lack of descriptors or memory says nothing about the terminal, and a wrong "no" would end the server.
    return ['EMFILE', 'ENFILE', 'ENOMEM', 'EINTR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/**
 * Node.js undoes what `nohup` does, which is to ignore SIGHUP. Its traces: the variable with which bash and zsh name the
 * program they start, a standard input that can only be written, a parent that still ignores SIGHUP.
 */
const isNohup = (env: Readonly<Record<string, string>>): boolean =>
  basename(env['_'] ?? '') === 'nohup' || hasClosedInput() || ignoresHangUp(process.ppid);

/** GNU nohup opens /dev/null for writing in the place of a terminal. */
function hasClosedInput(): boolean {
  try {
    const flags = Number.parseInt(/^flags:\s+(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '', 8);
    return (flags & 0o3) === WRITE_ONLY && fstatSync(0).rdev === statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

const WRITE_ONLY = 1;

/** From the mask of ignored signals in proc_pid_status(5); SIGHUP is the first. */
function ignoresHangUp(pid: number): boolean {
  try {
    const mask = /^SigIgn:\s+([\da-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
