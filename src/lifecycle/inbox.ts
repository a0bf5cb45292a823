/** What has arrived at a running server: tells the signals of commands, and of commands that gave up, from bare ones. */
import { inWords, remedyFor } from '../common/system-error.ts';
import { removeIfThere } from './files.ts';
import type { LifecycleLog } from './options.ts';
import { takeRequests, unattendedRequest, unwantedFiles, type OperationRequest } from './requests.ts';

type Kind = OperationRequest['kind'];

const KINDS: readonly Kind[] = ['reload', 'restart'];
const signalOf = { reload: 'SIGHUP', restart: 'SIGUSR2' } as const;
const RETRY_MS = 500;
const SWEEP_MS = 1_000;

/** What one signal asks for. */
export interface Delivery {
  /** Empty when the command that sent the signal has withdrawn its request. */
  readonly requests: readonly OperationRequest[];
  /** No command sent it. */
  readonly isBare: boolean;
}

/**
 * Each signal of a command comes with a request, or with the mark of a withdrawn one. While a process is stopped, equal signals
 * become one; while it is busy, they are delivered in a row, and the first delivery takes all files. So the files found pay for
 * the deliveries of that row, and only one that is not paid for is a bare signal.
 */
export class Inbox {
  readonly #folderNow: () => string | null;
  readonly #log: LifecycleLog;
  readonly #onLate: (requests: readonly OperationRequest[]) => void;
  readonly #paid: Record<Kind, number> = { reload: 0, restart: 0 };
  /** Why the folder cannot be read, as it was last logged; null when it can. */
  #trouble: string | null = null;
  /** Kinds of the signals whose files could not be read. */
  readonly #unread = new Set<Kind>();

  /**
   * @param folderNow null while the server has no PID file: then every signal is a bare one
   * @param onLate gets requests that could not be read when their signal came
   */
  constructor(folderNow: () => string | null, log: LifecycleLog, onLate: (requests: readonly OperationRequest[]) => void) {
    this.#folderNow = folderNow;
    this.#log = log;
    this.#onLate = onLate;
  }

  /** Null when it cannot be told now: to act without the conditions of a request would be worse than to act later. */
  deliver(kind: Kind): Delivery | null {
    const requests = this.#take([kind]);
    if (requests === null) {
      this.#readLater(kind);
      return null;
    }
    if (this.#paid[kind] === 0) return { requests: [], isBare: true };
    this.#paid[kind] -= 1;
    if (requests.length === 0)
      this.#log.info(
        { signal: signalOf[kind] },
        `${signalOf[kind]}: nothing was done: the ${kind} that it was sent for was withdrawn; send it again if you sent it by hand`,
      );
    return { requests, isBare: false };
  }

  /** Takes what has arrived, before its signals have been delivered. */
  collect(): readonly OperationRequest[] {
    return this.#take(KINDS) ?? [];
  }

  /**
   * Call once, when the signals are connected. Files whose signal will not come any more would be set against a bare one: what
   * the former generation left, since a signal does not outlive an exec, and what a command left that was ended before it sent one.
   */
  begin(): void {
    const unwantedNow = () => {
      const folder = this.#folderNow();
      return folder === null ? [] : unwantedFiles(folder);
    };
    let seen = this.#remove(unwantedNow());
    setInterval(() => {
      const unwanted = unwantedNow();
      // Signals that had been sent at the last look have been delivered by now.
      this.#remove(unwanted.filter((path) => seen.includes(path)));
      seen = unwanted;
    }, SWEEP_MS).unref();
  }

  #remove(paths: readonly string[]): readonly string[] {
    try {
      for (const path of paths) removeIfThere(path);
    } catch {
      // Tried again.
    }
    return paths;
  }

  #take(kinds: readonly Kind[]): readonly OperationRequest[] | null {
    const folder = this.#folderNow();
    if (folder === null) return [];
    try {
      const taken = kinds.flatMap((kind) => {
        const { requests, withdrawn } = takeRequests(folder, [kind]);
        this.#pay(kind, requests.length + withdrawn);
        return requests;
      });
      this.#trouble = null;
      return taken;
    } catch (error) {
      const why = inWords(error);
      if (why !== this.#trouble)
        this.#log.error(
          { folder },
          `requests of commands cannot be read: ${why}; what a signal asks for waits. ${remedyFor(error)}`.trimEnd(),
        );
      this.#trouble = why;
      return null;
    }
  }

  /** Signals that have been caught are delivered before the callbacks of `setImmediate`: what comes later is not of this row. */
  #pay(kind: Kind, signals: number): void {
    if (signals === 0) return;
    this.#paid[kind] += signals;
    setImmediate(() => (this.#paid[kind] = 0));
  }

  #readLater(kind: Kind): void {
    if (this.#unread.size === 0) setTimeout(() => this.#retry(), RETRY_MS).unref();
    this.#unread.add(kind);
  }

  #retry(): void {
    const kinds = [...this.#unread];
    this.#unread.clear();
    for (const kind of kinds) {
      const delivery = this.deliver(kind);
      if (delivery) this.#onLate(delivery.isBare ? [unattendedRequest(kind, null)] : delivery.requests);
    }
  }
}
