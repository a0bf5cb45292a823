/** Where the audit log goes, and in which words; both may change while the server runs. */
import { formatEvent, type AuditEvent, type AuditFormat } from './event.ts';
import { AuditFile } from './file.ts';

export interface AuditTarget {
  readonly format: AuditFormat;
  /** Undefined for the log of the server. */
  readonly path: string | undefined;
}

export interface AuditOptions {
  /** The log of the server. */
  readonly line: (text: string) => void;
  /** Takes known secrets out. */
  readonly mask: (text: string) => string;
  readonly tell: (message: string, isWrong: boolean) => void;
}

export class AuditLog {
  readonly #options: AuditOptions;
  #format: AuditFormat;
  #file: AuditFile | null;

  /** @throws when the file cannot be opened */
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

  /** For whoever rotates logs. */
  reopen(): void {
    this.#file?.reopen();
  }

  /** @throws when the file cannot be opened; nothing has changed then */
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
