/** Keeps sessions in step with other replicas through the shared store. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestId } from '@modelcontextprotocol/server';
import type { Log } from '../common/log.ts';
import { foreignAnswers } from './generation.ts';
import type { Runtime } from './runtime.ts';
import { keyOf } from './server.ts';
import type { Session } from './session.ts';
import { LIFE_MS } from './session-ids.ts';
import type { SharedSession, SharedStore } from './shared.ts';

/** A replica that is reconnecting receives nothing for a moment, so messages are sent several times. */
const HEARING_TRIES = 10;
const HEARING_MS = 300;
/** Sessions that ended while the store was away: clients can open and end any number. */
const MOST_UNHEARD = 10_000;

/** Reads and writes the shared store for the sessions of this process. */
export class Sharing {
  readonly store: SharedStore;
  readonly #runtime: () => Runtime;
  readonly #log: Log;
  /** Sessions that their clients ended while the store was away. */
  readonly #endedUnheard = new Set<string>();

  constructor(store: SharedStore, runtime: () => Runtime, log: Log) {
    this.store = store;
    this.#runtime = runtime;
    this.#log = log;
  }

  /** A session as all replicas know it; `away` while the store cannot be reached. */
  async load(id: string): Promise<SharedSession | 'ended' | 'away' | null> {
    if (this.#endedUnheard.has(id)) return 'ended';
    try {
      const record = await this.store.load(id, this.lifeMs());
      if (record === null) return null;
      return 'hasEnded' in record || record.id !== id ? 'ended' : record;
    } catch {
      return 'away';
    }
  }

  /** Stores a session for other replicas; `catchUp` repeats it if the store is away. @param onlyNew does not overwrite */
  async share(session: Session, onlyNew: boolean): Promise<void> {
    const { id, handshake, address, principal } = session;
    const enabled = [...(this.#runtime().enabledBy(keyOf({ session: id })) ?? [])];
    session.isChanged = false;
    const record = { id, handshake, address, principal, tag: session.save().events.tag, tools: this.tools(), enabled };
    await this.store.store(id, record, this.lifeMs(), { onlyNew }).catch(() => {
      session.isChanged = true;
    });
  }

  /** Enables what a caller without a session enabled at other replicas. */
  async recall(callerKey: string): Promise<void> {
    const runtime = this.#runtime();
    if (runtime.enabledBy(callerKey) === null) return;
    const toolsets = await this.store.enabledBy(callerKey).catch(() => null);
    if (toolsets) runtime.enable(callerKey, toolsets);
  }

  /** Tells other replicas what such a caller enabled here. A failure is only logged. */
  async tellEnabled(callerKey: string): Promise<void> {
    const toolsets = [...(this.#runtime().enabledBy(callerKey) ?? [])];
    try {
      await this.store.noteEnabled(callerKey, toolsets, this.lifeMs());
      await this.store.send(null, { kind: 'enabled' });
    } catch (error) {
      this.#log.debug({ err: error }, 'other replicas could not be told which toolsets a caller enabled');
    }
  }

  /** A digest of what clients are offered. */
  tools(): string {
    return createHash('sha256')
      .update([...this.#runtime().tools.keys()].join())
      .digest('base64url')
      .slice(0, 16);
  }

  /** How long an unused session lives. */
  lifeMs(): number {
    return this.#runtime().sessionIdleMs;
  }

  /** Stores what changed while the store was away. */
  async catchUp(sessions: Iterable<Session>): Promise<void> {
    try {
      await Promise.all(Array.from(this.#endedUnheard, (id) => this.ended(id)));
      await Promise.all(
        Array.from(sessions, async (session) => {
          await this.share(session, !session.isChanged);
          await session.flush();
        }),
      );
    } catch (error) {
      this.#log.debug({ err: error }, 'the state store went away again');
    }
  }

  /** Notes that a client ended its session. @throws Error when the store is away; `catchUp` repeats it then */
  async ended(id: string): Promise<void> {
    this.#endedUnheard.add(id);
    // One that is forgotten expires in the store by itself.
    const [oldest] = this.#endedUnheard;
    if (this.#endedUnheard.size > MOST_UNHEARD && oldest !== undefined) this.#endedUnheard.delete(oldest);
    // For as long as the ID could be continued without the store.
    await this.store.store(id, { hasEnded: true }, Math.max(this.lifeMs(), LIFE_MS), { onlyNew: false });
    await this.store.forgetEvents(id);
    this.#endedUnheard.delete(id);
    await this.store.send(null, { kind: 'ended', session: id });
  }

  /** Ends sessions at every replica: at once, or when the store is back. */
  endAll(ids: readonly string[]): void {
    for (const id of ids)
      this.ended(id).catch((error: unknown) => this.#log.debug({ err: error }, 'a session is ended when the state store is back'));
  }

  /** Tells other replicas that the stream of a GET is now open here. */
  async moved(id: string): Promise<void> {
    await this.store.send(null, { kind: 'moved', session: id }).catch(() => false);
  }

  /** Passes answers and cancellations to the replicas they concern. False when one that is running did not receive them. */
  async passOn(session: Session, body: unknown): Promise<boolean> {
    const { store } = this;
    try {
      const answers = foreignAnswers(body, store.replica).map(({ mark, message }) => this.#answer(mark, session.id, message));
      if ((await Promise.all(answers)).includes(false)) return false;
      for (const message of cancellations(body)) {
        if (!session.runs(message.params.requestId)) await store.send(null, { kind: 'cancel', session: session.id, message });
      }
      return true;
    } catch {
      return false;
    }
  }

  async #answer(replica: string, session: string, message: unknown): Promise<boolean> {
    for (let attempt = 0; attempt < HEARING_TRIES; attempt++) {
      if (await this.store.send(replica, { kind: 'answer', session, message })) return true;
      if (!(await this.store.lives(replica))) return true;
      await sleep(HEARING_MS);
    }
    return false;
  }
}

interface Cancellation {
  readonly method: 'notifications/cancelled';
  readonly params: { readonly requestId: RequestId };
}

function cancellations(body: unknown): readonly Cancellation[] {
  const messages = (Array.isArray(body) ? body : [body]) as readonly Partial<Cancellation>[];
  return messages.filter(
    (message): message is Cancellation => message?.method === 'notifications/cancelled' && message.params?.requestId !== undefined,
  );
}
