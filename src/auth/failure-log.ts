/** Logs failed authentications without letting an attacker fill the log: the first one at once, then a count per minute. */
import { count } from '../common/count.ts';
import type { Log } from '../common/log.ts';

const PERIOD_MS = 60_000;

export class FailureLog {
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  #unreported = 0;
  #latest: { readonly mode: string; readonly address: string } = { mode: '', address: '' };

  constructor(log: Log) {
    this.#log = log;
  }

  /** Counts one refused request. */
  count(mode: string, address: string): void {
    this.#unreported++;
    this.#latest = { mode, address };
    if (!this.#timer) this.#tell();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tell(): void {
    this.#timer = null;
    if (this.#unreported === 0) return;
    const { mode, address } = this.#latest;
    this.#log.warn(
      { mode, address, requests: this.#unreported },
      `${count(this.#unreported, 'request')} with invalid credentials ${this.#unreported === 1 ? 'was' : 'were'} refused, the latest from ${address || 'an unknown address'}${mode === 'jwt' || mode === 'oidc' ? '; with ZSCALER_MCP_LOG_LEVEL=debug each says why' : ''}`,
    );
    this.#unreported = 0;
    this.#timer = setTimeout(() => this.#tell(), PERIOD_MS).unref();
  }
}
