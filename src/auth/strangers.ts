/** Tells the log of wrong credentials: of the first at once, then once a minute how many more there were, so that guessing cannot fill it. */
import type { Log } from '../common/log.ts';

const PERIOD_MS = 60_000;

export class Strangers {
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  #untold = 0;
  #latest: { readonly mode: string; readonly address: string } = { mode: '', address: '' };

  constructor(log: Log) {
    this.#log = log;
  }

  /** One more request was refused. */
  count(mode: string, address: string): void {
    this.#untold++;
    this.#latest = { mode, address };
    if (!this.#timer) this.#tell();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tell(): void {
    this.#timer = null;
    if (this.#untold === 0) return;
    const { mode, address } = this.#latest;
    this.#log.warn(
      { mode, address, requests: this.#untold },
      'credentials that are not valid here were refused; the address is that of the latest',
    );
    this.#untold = 0;
    this.#timer = setTimeout(() => this.#tell(), PERIOD_MS).unref();
  }
}
