/** Tells a service manager what the server is doing: the protocol of sd_notify(3), over datagram sockets, which Node.js lacks. */
import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';
import type { Native } from './native.ts';

/** Where there is no service manager, these calls do nothing. None of them throws or waits. `status` is one line for people. */
export interface Notifier {
  /** Serving: after a start, and at the end of every reload and restart, whatever its outcome. */
  ready(status: string): void;
  /** Something is about to change. The manager holds back a reload of its own until `ready`. */
  reloading(status: string): void;
  stopping(status: string): void;
  /** Requests are being finished: asks for more time again and again, until the returned function is called. */
  draining(status: string): () => void;
  /** The program is about to be replaced: asks for the time that the next one needs to get ready. */
  leaving(): void;
}

export interface NotifierLog {
  debug(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

/** The notifier for the manager that `variables` (`Launch.manager`) name; also starts its watchdog pings. */
export function openNotifier(variables: Readonly<Record<string, string>>, native: () => Native | null, log: NotifierLog): Notifier {
  const socket = variables['NOTIFY_SOCKET'];
  if (!socket) return silent;
  if (!/^[/@]./.test(socket)) {
    log.debug(
      {},
      'the service manager is not told anything: NOTIFY_SOCKET is neither a path nor an abstract socket (vsock is not supported)',
    );
    return silent;
  }
  const mailbox = new Mailbox(socket, native, log);
  const beat = watchdogPeriodMs(variables);
  if (beat !== null) setInterval(() => mailbox.mention('WATCHDOG=1'), beat).unref();
  return speak(mailbox, beat !== null);
}

const silent: Notifier = {
  ready: () => undefined,
  reloading: () => undefined,
  stopping: () => undefined,
  draining: () => () => undefined,
  leaving: () => undefined,
};

function speak(mailbox: Mailbox, isWatched: boolean): Notifier {
  return {
    ready: (status) => mailbox.send('READY=1', say(status)),
    reloading: (status) => mailbox.send('RELOADING=1', `MONOTONIC_USEC=${monotonicMicroseconds()}`, say(status)),
    stopping: (status) => mailbox.send('STOPPING=1', say(status)),
    draining(status) {
      mailbox.send(moreTime(2 * ASK_EVERY_MS), say(status));
      const timer = setInterval(() => mailbox.mention(moreTime(2 * ASK_EVERY_MS)), ASK_EVERY_MS).unref();
      return () => clearInterval(timer);
    },
    leaving: () => mailbox.send(moreTime(TAKE_OVER_MS), ...(isWatched ? ['WATCHDOG=1'] : [])),
  };
}

const ASK_EVERY_MS = 2_500;
/** Enough for the next generation, and for the former one if that fails. */
const TAKE_OVER_MS = 45_000;

const moreTime = (ms: number): string => `EXTEND_TIMEOUT_USEC=${ms * 1_000}`;

/** One short line: `systemctl status` shows it. */
const say = (status: string): string => `STATUS=${status.replaceAll(/\s+/g, ' ').slice(0, 200)}`;

/** CLOCK_MONOTONIC, which `process.hrtime` reads on Linux. */
export const monotonicMicroseconds = (): bigint => process.hrtime.bigint() / 1_000n;

/** Half the period that the manager expects; null when this process is not watched. */
function watchdogPeriodMs({ WATCHDOG_USEC: period, WATCHDOG_PID: pid }: Readonly<Record<string, string>>): number | null {
  if (pid !== undefined && pid !== String(process.pid)) return null;
  const microseconds = Number(period);
  return Number.isSafeInteger(microseconds) && microseconds > 0 ? Math.max(1, Math.floor(microseconds / 2_000)) : null;
}

const RETRY_MS = 50;
const { EAGAIN, ENOBUFS } = constants.errno;

/** Sends in order. While the manager's socket is full, messages wait; when it is gone, they are dropped, with one warning. */
class Mailbox {
  readonly #socket: string;
  readonly #native: () => Native | null;
  readonly #log: NotifierLog;
  #waiting: string[] = [];
  #retry: NodeJS.Timeout | undefined;
  #hasWarned = false;

  constructor(socket: string, native: () => Native | null, log: NotifierLog) {
    this.#socket = socket;
    this.#native = native;
    this.#log = log;
  }

  send(...lines: readonly string[]): void {
    this.#waiting.push(lines.join('\n'));
    this.#deliver();
  }

  /** For messages that are repeated anyway: left out while another one waits. */
  mention(line: string): void {
    if (this.#waiting.length === 0) this.send(line);
  }

  #deliver(): void {
    clearTimeout(this.#retry);
    const native = this.#native();
    if (!native) return this.#giveUp('the FFI library (koffi) is not installed');
    for (let text = this.#waiting[0]; text !== undefined; text = this.#waiting[0]) {
      const errno = native.sendDatagram(this.#socket, text);
      if (errno === EAGAIN || errno === ENOBUFS) {
        this.#retry = setTimeout(() => this.#deliver(), RETRY_MS).unref();
        return;
      }
      if (errno !== 0) return this.#giveUp(getSystemErrorMessage(-errno));
      this.#waiting.shift();
    }
  }

  #giveUp(why: string): void {
    this.#waiting = [];
    this.#log[this.#hasWarned ? 'debug' : 'warn']({}, `the service manager cannot be told what the server does: ${why}`);
    this.#hasWarned = true;
  }
}
