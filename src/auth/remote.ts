/** A public document of an identity provider, kept and renewed. What was read last serves on for a while when it cannot be had. */
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';

/** Fetches without following redirects. */
export type FetchText = (url: string, signal: AbortSignal) => Promise<{ readonly status: number; text(): Promise<string> }>;

export interface RemoteOptions<Content> {
  /** For the log: "the keys of the issuer". */
  readonly what: string;
  readonly url: string;
  readonly fetchText: FetchText;
  /** @throws when the document is not what it should be */
  readonly read: (value: unknown) => Content | Promise<Content>;
  readonly log: Log;
}

const FRESH_MS = 600_000;
/** A key that was withdrawn while its issuer is out of reach is believed no longer than this. */
const STALE_MS = 3_600_000;
const TIMEOUT_MS = 5_000;
/** Pause after a failure; requests in between fail at once. */
const PAUSE_MS = 2_000;
const RETRY_MS = 15_000;
/** How often a stranger's key id can make us ask again. */
const COOLDOWN_MS = 30_000;
const LONGEST = 1_048_576;

export class RemoteDocument<Content> {
  readonly #options: RemoteOptions<Content>;
  #content: { readonly value: Content; readonly at: number } | null = null;
  #failedAt = -Infinity;
  #renewedAt = -Infinity;
  #isDown = false;
  #pending: Promise<Content> | null = null;
  #retry: NodeJS.Timeout | null = null;

  constructor(options: RemoteOptions<Content>) {
    this.#options = options;
  }

  /** As last read; undefined before the first time. */
  get known(): Content | undefined {
    return this.#content?.value;
  }

  /** @throws when it cannot be had */
  async get(): Promise<Content> {
    const age = this.#content ? performance.now() - this.#content.at : Infinity;
    if (this.#content && age < FRESH_MS) return this.#content.value;
    const isPaused = performance.now() - this.#failedAt < PAUSE_MS;
    if (this.#content && age < STALE_MS) {
      if (!isPaused) this.#fetch().catch(() => undefined);
      return this.#content.value;
    }
    if (isPaused) throw new Error(`${this.#options.what} could not be fetched a moment ago`);
    return this.#fetch();
  }

  /** Asks again, because what is known does not suffice; not more often than the cooldown allows. */
  async renew(): Promise<Content> {
    if (performance.now() - this.#renewedAt < COOLDOWN_MS) return this.get();
    this.#renewedAt = performance.now();
    return this.#fetch().catch(() => this.get());
  }

  close(): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #fetch(): Promise<Content> {
    this.#pending ??= this.#fetchOnce().finally(() => (this.#pending = null));
    return this.#pending;
  }

  async #fetchOnce(): Promise<Content> {
    const { what, url, log } = this.#options;
    try {
      const value = await this.#load();
      if (this.#isDown) log.info({ url }, `${what} can be fetched again`);
      this.#content = { value, at: performance.now() };
      this.#isDown = false;
      this.close();
      return value;
    } catch (error) {
      this.#failedAt = performance.now();
      if (!this.#isDown) log.warn({ url, reason: messageOf(error) }, `${what} cannot be fetched; ${this.#consequence()}`);
      this.#isDown = true;
      this.#retryLater();
      throw error;
    }
  }

  #consequence(): string {
    return this.#content ? 'what was read last serves on for a while' : 'clients are told to come again until it can';
  }

  async #load(): Promise<Content> {
    const { url, fetchText, read } = this.#options;
    const answer = await fetchText(url, AbortSignal.timeout(TIMEOUT_MS));
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`it was answered with status ${answer.status}`);
    if (text.length > LONGEST) throw new Error(`it is longer than ${LONGEST} characters`);
    return read(JSON.parse(text));
  }

  #retryLater(): void {
    this.close();
    this.#retry = setTimeout(() => void this.#fetch().catch(() => undefined), RETRY_MS).unref();
  }
}
