/** A cache by digest with an expiry for each entry and a maximum size; the least recently used entry is evicted first. */

export class ExpiringCache<Value> {
  readonly #most: number;
  readonly #held = new Map<string, { readonly value: Value; readonly until: number }>();

  constructor(most: number) {
    this.#most = most;
  }

  get(digest: Buffer): Value | undefined {
    const key = digest.toString('base64');
    const held = this.#held.get(key);
    if (!held) return undefined;
    this.#held.delete(key);
    if (held.until <= performance.now()) return undefined;
    this.#held.set(key, held);
    return held.value;
  }

  put(digest: Buffer, value: Value, lifeMs: number): void {
    const key = digest.toString('base64');
    this.#held.delete(key);
    this.#held.set(key, { value, until: performance.now() + lifeMs });
    const [oldest] = this.#held.keys();
    if (this.#held.size > this.#most && oldest !== undefined) this.#held.delete(oldest);
  }
}
