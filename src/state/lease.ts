/** A lease in the store, renewed while this process lives: once it lapses, others treat this replica's running calls as lost. */
import type { Eviction } from './eviction.ts';
import type { Client, Link } from './link.ts';
import type { Names } from './names.ts';
import { noteBirth } from './single-use.ts';

/** A lease outlives three missed renewals, so that a slow replica is not taken for a dead one. */
export const LEASE_MS = 8_000;
const BEAT_MS = 2_500;

export class Lease {
  /** Random id of this process. */
  readonly replica: string;
  readonly #link: Link;
  readonly #names: Names;
  readonly #eviction: Eviction;
  #beat: NodeJS.Timeout | null = null;

  constructor(replica: string, link: Link, names: Names, eviction: Eviction) {
    this.#eviction = eviction;
    this.replica = replica;
    this.#link = link;
    this.#names = names;
  }

  begin(): void {
    // The link reports failures; the next renewal tries again.
    this.#beat ??= setInterval(() => void this.#link.run((client) => this.renew(client)).catch(() => undefined), BEAT_MS).unref();
  }

  async renew(client: Client): Promise<void> {
    await Promise.all([
      client.set(this.#name(this.replica), '1', { expiration: { type: 'PX', value: LEASE_MS } }),
      noteBirth(client, this.#names),
      this.#eviction.ask(client),
    ]);
  }

  /** @throws when the store cannot be asked */
  async lives(replica: string): Promise<boolean> {
    return (await this.#link.run((client) => client.exists(this.#name(replica)))) === 1;
  }

  /** Releases the lease on a clean shutdown, so that nobody waits for it to lapse. */
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
