/** Says that this process lives, for as long as it does: what it runs is lost when it no longer says so. */
import type { Client, Link } from './link.ts';
import type { Names } from './names.ts';
import { noteBirth } from './used.ts';

/** A replica that was killed is taken for dead after this time; one that is merely slow has three tries. */
export const LEASE_MS = 8_000;
const BEAT_MS = 2_500;

export class Lease {
  /** Of this process; no other one, before or after, has the same. */
  readonly replica: string;
  readonly #link: Link;
  readonly #names: Names;
  #beat: NodeJS.Timeout | null = null;

  constructor(replica: string, link: Link, names: Names) {
    this.replica = replica;
    this.#link = link;
    this.#names = names;
  }

  begin(): void {
    // A failure is the link's to tell; the next beat tries again.
    this.#beat ??= setInterval(() => void this.#link.run((client) => this.renew(client)).catch(() => undefined), BEAT_MS).unref();
  }

  async renew(client: Client): Promise<void> {
    await Promise.all([
      client.set(this.#name(this.replica), '1', { expiration: { type: 'PX', value: LEASE_MS } }),
      noteBirth(client, this.#names),
    ]);
  }

  /** @throws when it cannot be told */
  async lives(replica: string): Promise<boolean> {
    return (await this.#link.run((client) => client.exists(this.#name(replica)))) === 1;
  }

  /** Part of an orderly end: nobody has to wait for the lease to run out. */
  async end(client: Client): Promise<void> {
    await client.del(this.#name(this.replica));
  }

  stop(): void {
    if (this.#beat) clearInterval(this.#beat);
    this.#beat = null;
  }

  #name(replica: string): string {
    return this.#names.plain('replica', replica);
  }
}
