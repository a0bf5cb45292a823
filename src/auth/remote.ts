/** A public JSON document of an identity provider, cached and renewed. While it cannot be fetched, the last copy is used for a limited time. */
import { openDeadline } from '../common/deadline.ts';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { explainNetworkError } from '../common/network-error.ts';

/** Fetches without following redirects. */
export type FetchText = (url: string, signal: AbortSignal) => Promise<{ readonly status: number; text(): Promise<string> }>;

export interface RemoteOptions<Content> {
  /** Name for log lines: "the keys of the issuer". */
  readonly what: string;
  readonly url: string;
  readonly fetchText: FetchText;
  /** @throws when the document has an unexpected form */
  readonly read: (value: unknown) => Content | Promise<Content>;
  readonly log: Log;
}

const FRESH_MS = 600_000;
/** How long a copy is trusted while the issuer is unreachable, and so how long a withdrawn key may stay valid. */
const STALE_MS = 3_600_000;
const TIMEOUT_MS = 5_000;
/** After a failure, requests fail at once for this long. */
const PAUSE_MS = 2_000;
const RETRY_MS = 15_000;
/** Least time between fetches caused by unknown key ids, which any stranger can send. */
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

  /** The last copy; undefined before the first fetch. */
  get known(): Content | undefined {
    return this.#content?.value;
  }

  /** The document, from the cache while it is fresh. @throws when it cannot be fetched */
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

  /** Fetches again because the cached copy does not suffice; at most once per cooldown. */
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
    return this.#content ? 'the last copy is used for up to an hour' : 'clients get 503 until it can be fetched';
  }

  async #load(): Promise<Content> {
    const { url, fetchText, read } = this.#options;
    const { status, text } = await load(url, fetchText);
    if (status >= 300 && status < 400) throw new Error(`it was answered with ${status}, and redirects are not followed`);
    if (status !== 200) throw new Error(`it was answered with ${status}`);
    if (text.length > LONGEST) throw new Error(`it is longer than ${LONGEST} characters`);
    return read(parse(text));
  }

  #retryLater(): void {
    this.close();
    this.#retry = setTimeout(() => void this.#fetch().catch(() => undefined), RETRY_MS).unref();
  }
}

async function load(url: string, fetchText: FetchText): Promise<{ status: number; text: string }> {
  const limit = openDeadline(TIMEOUT_MS);
  try {
    const answer = await fetchText(url, limit.signal);
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    const why = limit.isOver() ? `no answer within ${TIMEOUT_MS / 1_000} s` : explainNetworkError(error, new URL(url).host).message;
    throw new Error(why, { cause: error });
  } finally {
    limit.close();
  }
}

/** Hides the message of the parser, which quotes the text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(/^\s*</.test(text) ? 'it is a web page, not JSON' : 'it is not JSON');
  }
}
