/** Sessions of the former generation that their clients have not used in this one yet. */
import type { SavedSession } from './session.ts';

interface Waiting {
  readonly session: SavedSession;
  /** As of `performance.now`; before the start of this process for one that was idle already. */
  readonly usedAt: number;
}

export class WaitingSessions {
  readonly #waiting = new Map<string, Waiting>();

  get size(): number {
    return this.#waiting.size;
  }

  get(id: string): SavedSession | undefined {
    return this.#waiting.get(id)?.session;
  }

  add(session: SavedSession): void {
    this.#waiting.set(session.id, { session, usedAt: performance.now() - (session.idleMs ?? 0) });
  }

  /** Removes a session and returns it. */
  take(id: string): SavedSession | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting && { ...waiting.session, idleMs: idleMsOf(waiting) };
  }

  delete(id: string): void {
    this.#waiting.delete(id);
  }

  /** Each session's ID, and how long it has been idle. */
  idle(): (readonly [id: string, idleMs: number])[] {
    return Array.from(this.#waiting, ([id, waiting]) => [id, idleMsOf(waiting)] as const);
  }

  save(): SavedSession[] {
    return Array.from(this.#waiting.values(), (waiting) => ({ ...waiting.session, idleMs: idleMsOf(waiting) }));
  }
}

const idleMsOf = ({ usedAt }: Waiting): number => performance.now() - usedAt;
