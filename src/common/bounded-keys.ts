/** Bounds how many callers are counted on their own in a window of time: the others are counted as one. */

const MOST = 50_000;

/** The key under which all callers beyond the limit are counted. */
export const OTHERS = 'others';

/** The keys that are in use in the current window. */
export class BoundedKeys {
  readonly #windowMs: number;
  readonly #most: number;
  #keys = new Set<string>();
  #since = performance.now();

  constructor(windowMs: number, most = MOST) {
    this.#windowMs = windowMs;
    this.#most = most;
  }

  /** The key to count a caller under. */
  of(caller: string): string {
    const now = performance.now();
    if (now - this.#since > this.#windowMs) {
      this.#keys = new Set();
      this.#since = now;
    }
    if (this.#keys.size >= this.#most && !this.#keys.has(caller)) return OTHERS;
    this.#keys.add(caller);
    return caller;
  }
}
