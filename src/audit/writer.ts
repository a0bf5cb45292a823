/** Writes audit events to the configured target in the configured format; a reload may change both. */
import { formatEvent, type AuditEvent, type AuditFormat } from './event.ts';
import { AuditFile } from './file.ts';

export interface AuditTarget {
  readonly format: AuditFormat;
  /** Path of the audit file; undefined: the server's log. */
  readonly path: string | undefined;
}

export interface AuditOptions {
  /** Writes one line to the server's log. */
  readonly line: (text: string) => void;
  /** Masks the values of secret settings. */
  readonly mask: (text: string) => string;
  readonly tell: (message: string, isWrong: boolean) => void;
}

/** The audit log of a server: formats, masks and writes events. */
export class AuditLog {
  readonly #options: AuditOptions;
  #format: AuditFormat;
  #file: AuditFile | null;

  /** @throws when the audit file cannot be opened */
  constructor({ format, path }: AuditTarget, options: AuditOptions) {
    this.#options = options;
    this.#format = format;
    this.#file = path === undefined ? null : new AuditFile(path, options.tell);
  }

  readonly write = (event: AuditEvent): void => {
    const text = this.#options.mask(formatEvent(event, this.#format, new Date().toISOString()));
    if (this.#file) this.#file.write(text);
    else this.#options.line(text);
  };

  /** Opens the audit file again, after log rotation renamed it. */
  reopen(): void {
    this.#file?.reopen();
  }

  /** Prepares another target. @throws when its file cannot be opened; nothing has changed then */
  prepare({ format, path }: AuditTarget): { commit: () => void; discard: () => void } {
    const former = this.#file;
    const isSame = former?.path === path;
    const next = isSame ? former : path === undefined ? null : new AuditFile(path, this.#options.tell);
    return {
      commit: () => {
        this.#format = format;
        this.#file = next;
        if (!isSame) former?.close();
      },
      discard: () => {
        if (!isSame) next?.close();
      },
    };
  }
}
