/** Gives out session IDs, and judges those that this process does not know: whether they may be continued. */
import { createHash } from 'node:crypto';
import { openId, sealId, type Ring, type SessionFacts } from './sealed-id.ts';

/** Which sessions must not be continued. Handed to the next generation. */
export interface SavedIds {
  /** Sessions that were opened by then have ended, in milliseconds since 1970; 0: none. */
  readonly endedBefore: number;
  /** Sessions that were ended one by one: a digest of the ID, and when that ID grows too old. */
  readonly ended: readonly (readonly [digest: string, until: number])[];
}

/** What `SessionIds` needs. */
export interface SessionIdsOptions {
  /** The keys in force. */
  readonly ring: () => Ring;
  /** Of the former generation; null in the first. */
  readonly saved?: SavedIds | null;
  readonly now?: () => number;
}

/** How long an ID can be continued by a server that does not know it. */
export const LIFE_MS = 7 * 24 * 3_600_000;
/** Clients can open and end any number; those that ended first are forgotten first. */
const MOST_ENDED = 10_000;

/** The IDs of the sessions of this process. */
export class SessionIds {
  readonly #ring: () => Ring;
  readonly #now: () => number;
  readonly #endedBefore: number;
  readonly #ended: Map<string, number>;

  constructor({ ring, saved = null, now = Date.now }: SessionIdsOptions) {
    this.#ring = ring;
    this.#now = now;
    this.#endedBefore = saved?.endedBefore ?? 0;
    this.#ended = new Map(saved?.ended);
  }

  /** A new ID. @param initialize the parameters of `initialize` */
  issue(initialize: unknown, principal: string | null): string {
    return sealId(this.#ring(), { initialize, principal, openedAt: this.#now() });
  }

  /** The session of an ID that this process does not know; null when there is none, it has ended, or it is another caller's. */
  open(id: string, principal: string | null): SessionFacts | null {
    const facts = openId(this.#ring(), id, principal);
    if (!facts || this.hasEnded(id)) return null;
    return facts.openedAt > this.#endedBefore && this.#now() - facts.openedAt < LIFE_MS ? facts : null;
  }

  /** Notes that a session was ended, so that its ID is not continued. */
  end(id: string): void {
    const now = this.#now();
    this.#ended.set(digestOf(id), now + LIFE_MS);
    for (const [digest, until] of this.#ended) {
      if (until > now && this.#ended.size <= MOST_ENDED) return;
      this.#ended.delete(digest);
    }
  }

  hasEnded(id: string): boolean {
    return this.#ended.has(digestOf(id));
  }

  /** @param isEnding whether every session that is open now ends */
  save(isEnding: boolean): SavedIds {
    return isEnding ? { endedBefore: this.#now(), ended: [] } : { endedBefore: this.#endedBefore, ended: [...this.#ended] };
  }
}

const digestOf = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 22);
