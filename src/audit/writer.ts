/** Writes audit events to the configured target in the configured format; a reload may change both. */
import { formatEvent, type AuditEvent, type AuditFormat } from './event.ts';
import { AuditFile, type ClaimOn } from './file.ts';

export interface AuditTarget {
  readonly format: AuditFormat;
  /** Path of the audit file; undefined: the server's log. */
  readonly path: string | undefined;
}

export interface AuditOptions {
  /** Writes one line to the server's log. */
  readonly line: (text: string) => void;
  /** What a file is already: such a file is never written to. */
  readonly claimOn: ClaimOn;
  /** Masks the values of secret settings. */
  readonly mask: (text: string) => string;
  readonly tell: (message: string, isWrong: boolean) => void;
  /** Called when `AuditLog.problem` has changed. */
  readonly onProblem: () => void;
}

/** What the end of a call repeats of its beginning. */
type Running = Pick<AuditEvent, 'call' | 'request' | 'tool' | 'caller'> & {
  /** As of `performance.now`. */
  readonly startedAt: number;
};

/** The audit log of a server: formats, masks and writes events. */
export class AuditLog {
  readonly #options: AuditOptions;
  /** Calls without an end yet, by id. */
  readonly #running = new Map<string, Running>();
  #format: AuditFormat;
  #file: AuditFile | null;

  /** @throws when the audit file cannot be opened */
  constructor({ format, path }: AuditTarget, options: AuditOptions) {
    this.#options = options;
    this.#format = format;
    this.#file = path === undefined ? null : new AuditFile(path, options);
  }

  /** Every call gets one end; what comes after it is dropped. */
  readonly write = (event: AuditEvent): void => {
    const { call, request, tool, caller } = event;
    if (event.event === 'call') this.#running.set(call, { call, request, tool, caller, startedAt: performance.now() });
    else if (event.event !== 'query' && !this.#running.delete(call)) return;
    this.#put(event);
  };

  /** Ends every running call with "outcome unknown": the process ends, or nobody waits for them any more. */
  cut(why: string): void {
    for (const { startedAt, ...common } of this.#running.values())
      this.write({ ...common, event: 'failed', ms: performance.now() - startedAt, type: 'outcome unknown', message: why });
  }

  #put(event: AuditEvent): void {
    const text = this.#options.mask(formatEvent(event, this.#format, new Date().toISOString()));
    if (!this.#file?.write(text)) this.#options.line(text);
  }

  /** Opens the audit file again if its path no longer leads to it; it does so by itself within seconds, and at each line. */
  follow(): void {
    this.#file?.follow();
  }

  /** What an operator must know: lines do not go where they should. Null while they do. */
  get problem(): string | null {
    return this.#file?.problem ?? null;
  }

  /** Prepares another target. @throws when its file cannot be opened; nothing has changed then */
  prepare({ format, path }: AuditTarget): { commit: () => void; discard: () => void } {
    const former = this.#file;
    const isSame = former?.path === path;
    const next = isSame ? former : path === undefined ? null : new AuditFile(path, this.#options);
    return {
      commit: () => {
        this.#format = format;
        this.#file = next;
        if (!isSame) former?.close();
        if (!isSame) this.#options.onProblem();
      },
      discard: () => {
        if (!isSame) next?.close();
      },
    };
  }
}
