/**
 * The sessions of the revisions before 2026-07-28: opens them, finds the session of each request, and ends them. A session ends
 * at the request of its client, after the idle time, or to make room for another when it was unused for longest.
 */
import { randomBytes } from 'node:crypto';
import type { Caller } from '../audit/index.ts';
import { stringifyJson } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import { EventPool, GET_STREAM, type SavedEvents } from './events.ts';
import { outline } from './handshake.ts';
import { isInitialize, judge } from './judge.ts';
import type { Runtime } from './runtime.ts';
import { keyOf, notifyToolsChanged, type CreateServer } from './server.ts';
import { refuseEvent, refuseForNow, refuseUnknown, refuseWhileAway } from './session-refusals.ts';
import { Session, type SavedSession } from './session.ts';
import { LONGEST_ID } from './sealed-id.ts';
import { SessionIds, type SavedIds, type SessionIdsOptions } from './session-ids.ts';
import { SharedEvents } from './shared-events.ts';
import type { Sharing } from './sharing.ts';
import type { Note, SharedSession } from './shared.ts';
import { WaitingSessions } from './waiting-sessions.ts';

/** What `Sessions` needs. */
export interface SessionsOptions {
  readonly runtime: () => Runtime;
  readonly createServer: CreateServer;
  readonly log: Log;
  readonly ids: SessionIdsOptions;
  /** Null without other replicas. */
  readonly sharing?: Sharing | null;
  /** Called when a caller without a session enabled a toolset at another replica. */
  readonly onEnabled?: () => void;
}

/** The answer to a request; `session` is null when it belongs to none. */
export interface Served {
  readonly response: Response;
  readonly session: Session | null;
  /** The event after which a stream begins that does not end by itself; null for any other response. */
  readonly standsAfter: string | null;
}

/** A session is not ended to make room for another before it was idle for this long. */
const LEAST_IDLE_MS = 60_000;
const SWEEP_MS = 30_000;

/** The sessions that are open in this process, or can be reopened. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #events = new EventPool();
  /** Sessions of the former generation; each is reopened with the next request of its client. */
  readonly #saved = new WaitingSessions();
  readonly #ids: SessionIds;
  /** Of this process: an answer to a question of one that crashed must not be taken for an answer to this one. */
  readonly #mark = randomBytes(6).toString('hex');
  readonly #reopening = new Map<string, Promise<Session | undefined>>();
  /** Sessions whose clients are still to be notified that the tools changed. */
  readonly #toolsChangedPending = new WeakSet<Session>();
  /** Null without other replicas. */
  readonly #sharing: Sharing | null;
  #sweeper: NodeJS.Timeout | null = null;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#ids = new SessionIds(options.ids);
    this.#sharing = options.sharing ?? null;
    this.#sharing?.store.receive((note) => this.#hear(note));
    this.#sharing?.store.onChange((isUp) => isUp && void this.#sharing?.catchUp(this.#sessions.values()));
  }

  get count(): number {
    return this.#sessions.size + this.#saved.size;
  }

  save(): SavedSession[] {
    return [
      ...this.#saved.save(),
      ...Array.from(this.#sessions.values(), (session) => ({
        ...session.save(),
        toolsChangedPending: this.#toolsChangedPending.has(session),
      })),
    ];
  }

  /** Which sessions the next generation must not continue. @param isEnding whether all end */
  saveIds(isEnding: boolean): SavedIds {
    return this.#ids.save(isEnding);
  }

  /** Continues saved sessions. @param toolsChanged their clients were offered other tools than this process offers */
  restore(saved: readonly SavedSession[], toolsChanged: boolean): void {
    for (const session of saved) this.#saved.add({ ...session, toolsChangedPending: toolsChanged || session.toolsChangedPending === true });
    if (saved.length > 0) this.#watchIdle();
  }

  async serve(request: Request, body: unknown, caller: Caller): Promise<Served> {
    const refusal = judge(request, body);
    if (refusal) return nowhere(refusal);
    const id = request.headers.get('mcp-session-id');
    const found = id === null ? undefined : await this.#reach(id, caller);
    if (found === 'away') return nowhere(refuseWhileAway());
    if (found === 'full') return nowhere(refuseForNow(this.#options.runtime().sessionLimit));
    // Checked here too: the caller of a session that had to be reopened is known only now.
    const session = found?.principal === (caller.principal ?? null) ? found : undefined;
    if (session) return this.#forward(session, request, body);
    if (request.method === 'POST' && isInitialize(body)) return this.#open(request, body, caller);
    return nowhere(refuseUnknown(request, id));
  }

  /** Notifies every session whose client is initialized. */
  toolsChanged(): void {
    for (const session of this.#sessions.values()) {
      if (session.handshake.initialized) this.#tellToolsChanged(session);
      session.isChanged = this.#sharing !== null;
    }
  }

  /** Notes that one session's list of tools changed. */
  listChanged(id: string): void {
    const session = this.#sessions.get(id);
    if (session) session.isChanged = this.#sharing !== null;
  }

  #tellToolsChanged({ server }: Session): void {
    notifyToolsChanged(server, this.#options.log);
  }

  async abandon(why: string): Promise<void> {
    await Promise.all(Array.from(this.#sessions.values(), (session) => session.abandon(why)));
  }

  async close(): Promise<void> {
    if (this.#sweeper) clearInterval(this.#sweeper);
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
  }

  /** The session with an ID, at whichever replica it was opened; undefined when there is none, or it belongs to another caller. */
  async #reach(id: string, caller: Caller): Promise<Session | undefined | 'away' | 'full'> {
    if (id.length > LONGEST_ID || !this.#isOpenTo(caller, id)) return undefined;
    if (!this.#sharing) return this.#find(id) ?? (await this.#reopen(id)) ?? this.#revive(id, caller);
    const known = await this.#sharing.load(id);
    if (known === 'away') return (this.#find(id) ?? (await this.#reopen(id))) || 'away';
    if (known === 'ended') this.#forget(id);
    if (known === 'ended') return undefined;
    if (known === null) return this.#bringBack(id, caller);
    if ((known.principal ?? null) !== (caller.principal ?? null)) return undefined;
    const here = this.#sessions.get(id);
    if (!here) return this.#take(known);
    this.#options.runtime().enable(keyOf({ session: id }), known.enabled);
    await here.catchUp(known.handshake);
    return here;
  }

  /** Shares a session that the store lost, or never got because it was away. */
  async #bringBack(id: string, caller: Caller): Promise<Session | undefined | 'full'> {
    const session = this.#find(id) ?? (await this.#reopen(id)) ?? (await this.#revive(id, caller));
    if (session && session !== 'full') await this.#sharing?.share(session, true);
    return session;
  }

  /** Continues a session that only its ID tells of: its process crashed, it was idle for long, or it is another server's. */
  #revive(id: string, { address, principal = null }: Caller): Promise<Session | undefined> | undefined | 'full' {
    const running = this.#reopening.get(id);
    if (running) return running;
    const facts = this.#ids.open(id, principal);
    if (!facts) return undefined;
    if (!this.#makeRoom()) return 'full';
    const { initialize } = facts;
    const handshake = { initialize, initialized: true, logLevel: null };
    const events: SavedEvents = { ...NO_EVENTS, tag: newTag(), streams: [[GET_STREAM, 0]] };
    // Which tools its client knows is not known.
    return this.#opening(id, { id, handshake, address, principal, toolsChangedPending: true, events, isRevived: true });
  }

  /** Continues a session of another replica. Concurrent requests share the opening. */
  #take(known: SharedSession): Promise<Session | undefined | 'full'> | 'full' {
    const { id, tag, handshake, address, principal } = known;
    const running = this.#reopening.get(id);
    if (running) return running;
    const saved = this.#saved.take(id);
    if (!saved && !this.#makeRoom()) return 'full';
    this.#options.runtime().enable(keyOf({ session: id }), known.enabled);
    const toolsChangedPending = known.tools !== this.#sharing?.tools();
    const events = { ...(saved?.events ?? { ...NO_EVENTS, sequence: 0 }), tag };
    return this.#opening(id, { id, handshake, address, principal, toolsChangedPending, events });
  }

  /** Keeps a session alive while its client only listens. */
  async #touch(sharing: Sharing, session: Session): Promise<void> {
    const known = await sharing.load(session.id);
    if (known === 'ended') this.#forget(session.id);
    if (known === null && this.#sessions.get(session.id) === session) await sharing.share(session, true);
  }

  #forget(id: string): void {
    this.#ids.end(id);
    this.#saved.delete(id);
    const session = this.#sessions.get(id);
    if (session) this.#end(session, 'a session was ended at another replica');
  }

  #hear(note: Note): void {
    if (note.kind === 'enabled') return this.#options.onEnabled?.();
    if (note.kind === 'ended') return this.#forget(note.session);
    const session = this.#sessions.get(note.session);
    if (!session) return;
    if (note.kind === 'moved') return session.leaveStream();
    session.deliver(note.message);
  }

  /** False for another caller than the one that opened the session; it gets the answer for an unknown ID. */
  #isOpenTo({ principal }: Caller, id: string): boolean {
    const session = this.#sessions.get(id) ?? this.#saved.get(id);
    return session === undefined || (session.principal ?? null) === (principal ?? null);
  }

  #find(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (!session || session.idleMs() < this.#options.runtime().sessionIdleMs) return session;
    this.#end(session, 'ended an idle session');
    return undefined;
  }

  /** Concurrent requests share the reopening. */
  async #reopen(id: string): Promise<Session | undefined> {
    const saved = this.#saved.take(id);
    if (!saved) return this.#reopening.get(id);
    return (saved.idleMs ?? 0) < this.#options.runtime().sessionIdleMs ? this.#opening(id, saved) : undefined;
  }

  #opening(id: string, saved: SavedSession): Promise<Session | undefined> {
    const opening = this.#continue(saved).finally(() => this.#reopening.delete(id));
    this.#reopening.set(id, opening);
    return opening;
  }

  async #continue(saved: SavedSession): Promise<Session | undefined> {
    const session = this.#create(saved.id, saved.handshake.initialize, saved, saved.events.tag);
    try {
      await session.start();
      await session.reopen(saved);
    } catch (error) {
      this.#options.log.warn(
        { err: error },
        'a session of the former generation could not be reopened; its client has to initialize again',
      );
      await session.close();
      return undefined;
    }
    this.#sessions.set(saved.id, session);
    this.#watchIdle();
    // Notified when its client opens a stream; before that, there is no way to reach it.
    if (saved.toolsChangedPending && session.handshake.initialized) this.#toolsChangedPending.add(session);
    session.isChanged = this.#sharing !== null && saved.toolsChangedPending === true;
    return session;
  }

  #create(
    id: string,
    initialize: unknown,
    { address, principal }: { address?: string | undefined; principal?: string | null | undefined },
    tag = newTag(),
  ): Session {
    const sharing = this.#sharing;
    const account = this.#events.account.bind(this.#events);
    const touch = async (): Promise<void> => {
      if (sharing) await this.#touch(sharing, session);
    };
    const session: Session = new Session({
      id,
      server: this.#options.createServer({ session: id, address, principal }),
      initialize,
      address,
      principal: principal ?? null,
      events: sharing
        ? new SharedEvents({ session: id, tag, store: sharing.store, account, touch, lifeMs: () => sharing.lifeMs() })
        : this.#events.open(tag),
      mark: sharing?.store.replica ?? this.#mark,
      keep: async () => sharing?.share(session, false),
      onClose: () => this.#sessions.get(id) === session && this.#sessions.delete(id),
    });
    return session;
  }

  async #forward(session: Session, request: Request, body: unknown): Promise<Served> {
    if (request.method === 'GET') return this.#listen(session, request);
    if (request.method !== 'POST') return { response: await this.#endFor(session), session, standsAfter: null };
    const before = stringifyJson(session.handshake);
    if (this.#sharing && !(await this.#sharing.passOn(session, body))) return nowhere(refuseWhileAway());
    const response = await session.receive(request, body);
    if (this.#sharing && stringifyJson(session.handshake) !== before) await this.#sharing.share(session, false);
    if (this.#sharing && this.#toolsChangedPending.delete(session)) this.#tellToolsChanged(session);
    return { response, session: response.ok ? session : null, standsAfter: null };
  }

  async #listen(session: Session, request: Request): Promise<Served> {
    try {
      const opened = await session.listen(request);
      if (!opened) return nowhere(refuseEvent());
      if (!opened.response.ok) return nowhere(opened.response);
      if (this.#toolsChangedPending.delete(session)) this.#tellToolsChanged(session);
      if (opened.isStanding) await this.#sharing?.moved(session.id);
      return { response: opened.response, session, standsAfter: opened.standsAfter };
    } catch {
      // Only the store, which cannot be reached, knows whether the event is one of this session.
      return nowhere(refuseWhileAway());
    }
  }

  async #endFor(session: Session): Promise<Response> {
    const response = await session.end();
    if (response.ok) this.#ids.end(session.id);
    // After a failure, `catchUp` repeats it when the store is back.
    if (response.ok) await this.#sharing?.ended(session.id).catch(() => undefined);
    return response;
  }

  async #open(request: Request, body: unknown, caller: Caller): Promise<Served> {
    if (!this.#hasRoom()) return nowhere(refuseForNow(this.#options.runtime().sessionLimit));
    // The SDK keeps what it is given for as long as the session lives.
    const params = outline((body as { params?: unknown }).params);
    const id = this.#ids.issue(params, caller.principal ?? null);
    const session = this.#create(id, params, caller);
    await session.start();
    const response = await session.receive(request, { ...(body as object), params });
    if (!response.ok || !this.#makeRoom()) {
      await session.close();
      return nowhere(response.ok ? refuseForNow(this.#options.runtime().sessionLimit) : response);
    }
    this.#sessions.set(id, session);
    this.#watchIdle();
    await this.#sharing?.share(session, true);
    return { response, session, standsAfter: null };
  }

  /** Whether there is room for another session, or can be made. */
  #hasRoom(): boolean {
    return this.count < this.#options.runtime().sessionLimit || this.#oldest() !== null;
  }

  /** Ends the sessions that were unused for longest until there is room for another. False when every session is in use. */
  #makeRoom(): boolean {
    while (this.count >= this.#options.runtime().sessionLimit) {
      const oldest = this.#oldest();
      if (oldest === null) return false;
      this.#saved.delete(oldest);
      const session = this.#sessions.get(oldest);
      if (session) this.#end(session, 'ended an idle session to make room for another');
    }
    return true;
  }

  /** The session that was unused for longest; null when none was for long enough to be ended. */
  #oldest(): string | null {
    let most = Math.min(LEAST_IDLE_MS, this.#options.runtime().sessionIdleMs);
    let oldest: string | null = null;
    const look = (id: string, idleMs: number): void => {
      if (idleMs < most) return;
      most = idleMs;
      oldest = id;
    };
    for (const [id, session] of this.#sessions) look(id, session.idleMs());
    for (const [id, idleMs] of this.#saved.idle()) look(id, idleMs);
    return oldest;
  }

  #watchIdle(): void {
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  #sweep(): void {
    const { sessionIdleMs } = this.#options.runtime();
    for (const session of this.#sessions.values()) if (session.idleMs() >= sessionIdleMs) this.#end(session, 'ended an idle session');
    for (const [id, idleMs] of this.#saved.idle()) if (idleMs >= sessionIdleMs) this.#saved.delete(id);
    if (this.count > 0 || !this.#sweeper) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }

  #end(session: Session, why: string): void {
    this.#sessions.delete(session.id);
    this.#options.log.debug({ sessions: this.#sessions.size, idleMs: Math.round(session.idleMs()) }, why);
    session.close().catch((error: unknown) => this.#options.log.warn({ err: error }, 'closing a session failed'));
  }
}

const NO_EVENTS: SavedEvents = { tag: '', sequence: 0, streams: [], events: [] };
const newTag = (): string => randomBytes(6).toString('hex');
const nowhere = (response: Response): Served => ({ response, session: null, standsAfter: null });
