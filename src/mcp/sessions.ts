/**
 * The sessions of the revisions before 2026-07-28: who opens one, who is sent to which, and when they end.
 * A session ends when its client says so, after the idle time, or when room is needed and it is the one unused for longest.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Caller } from '../audit/index.ts';
import type { Log } from '../log.ts';
import { EventPool } from './events.ts';
import type { Runtime } from './runtime.ts';
import type { CreateServer } from './server.ts';
import { Session, type SavedSession } from './session.ts';
import { errorResponse } from './web.ts';

export interface SessionsOptions {
  readonly runtime: () => Runtime;
  readonly createServer: CreateServer;
  readonly log: Log;
  readonly generation: number;
}

/** What is done about one request; `session` is null when it reached none. */
export interface Served {
  readonly response: Response;
  readonly session: Session | null;
  /** For an event stream that does not end by itself: the event after which it begins. Null for every other response. */
  readonly standsAfter: string | null;
}

/** Below this, a session is never ended to make room for another one. */
const LEAST_IDLE_MS = 60_000;
const SWEEP_MS = 30_000;

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #events = new EventPool();
  /** Of the former generation; each is opened again when its client comes. */
  readonly #saved = new Map<string, SavedSession>();
  readonly #reopening = new Map<string, Promise<Session | undefined>>();
  #savedUntil = 0;
  readonly #untold = new WeakSet<Session>();
  #sweeper: NodeJS.Timeout | null = null;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sessions.size + this.#saved.size;
  }

  save(): SavedSession[] {
    return [
      ...this.#saved.values(),
      ...Array.from(this.#sessions.values(), (session) => ({ ...session.save(), untold: this.#untold.has(session) })),
    ];
  }

  /** @param toolsChanged the clients have been offered another list of tools than the one now in force */
  restore(saved: readonly SavedSession[], toolsChanged: boolean): void {
    for (const session of saved) this.#saved.set(session.id, { ...session, untold: toolsChanged || session.untold === true });
    this.#savedUntil = performance.now() + this.#options.runtime().sessionIdleMs;
    if (saved.length > 0) this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  async serve(request: Request, body: unknown, caller: Caller): Promise<Served> {
    const id = request.headers.get('mcp-session-id');
    const found = id === null || !this.#isOpenTo(caller, id) ? undefined : (this.#find(id) ?? (await this.#reopen(id)));
    // One that is being opened again is known only afterwards.
    const session = found?.principal === (caller.principal ?? null) ? found : undefined;
    if (session) return this.#forward(session, request, body);
    if (request.method === 'POST' && isInitialize(body)) return this.#open(request, body, caller);
    return { response: refuse(request, id), session: null, standsAfter: null };
  }

  /** Tells every session whose client is ready to hear it. */
  toolsChanged(): void {
    for (const session of this.#sessions.values()) if (session.handshake.initialized) this.#tellToolsChanged(session);
  }

  #tellToolsChanged({ server }: Session): void {
    server.server
      .sendToolListChanged()
      .catch((error: unknown) => this.#options.log.debug({ err: error }, 'a session could not be told that the tools changed'));
  }

  async abandon(why: string): Promise<void> {
    await Promise.all(Array.from(this.#sessions.values(), (session) => session.abandon(why)));
  }

  async close(): Promise<void> {
    if (this.#sweeper) clearInterval(this.#sweeper);
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
  }

  /** Whoever else knows the id is told the same as if there were no such session. */
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

  /** Two requests of one client at once share the reopening. */
  async #reopen(id: string): Promise<Session | undefined> {
    const saved = this.#saved.get(id);
    if (!saved) return this.#reopening.get(id);
    this.#saved.delete(id);
    const reopening = this.#goOnWith(saved);
    this.#reopening.set(id, reopening);
    return reopening.finally(() => this.#reopening.delete(id));
  }

  async #goOnWith(saved: SavedSession): Promise<Session | undefined> {
    const session = this.#create(saved.id, saved.handshake.initialize, saved);
    try {
      await session.start();
      await session.reopen(saved);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'a session of the former generation could not be opened again; its client starts anew');
      await session.close();
      return undefined;
    }
    this.#sessions.set(saved.id, session);
    // Told when its client opens a stream: before, nobody would hear it.
    if (saved.untold && session.handshake.initialized) this.#untold.add(session);
    return session;
  }

  #create(
    id: string,
    initialize: unknown,
    { address, principal }: { address?: string | undefined; principal?: string | null | undefined },
  ): Session {
    return new Session({
      id,
      server: this.#options.createServer({ session: id, address, principal }),
      initialize,
      address,
      principal: principal ?? null,
      events: this.#events.open(randomBytes(6).toString('hex')),
      generation: this.#options.generation,
      onClose: () => this.#sessions.delete(id),
    });
  }

  async #forward(session: Session, request: Request, body: unknown): Promise<Served> {
    const lastEventId = request.headers.get('last-event-id');
    const from = session.resumesFrom(request);
    if (request.method === 'GET' && lastEventId !== null && !from) return { response: refuseEvent(), session: null, standsAfter: null };
    if (request.method === 'GET') {
      const after = lastEventId ?? session.latestEvent();
      const response = await session.listen(request);
      if (response.ok && this.#untold.delete(session)) this.#tellToolsChanged(session);
      return { response, session, standsAfter: (from?.isStanding ?? true) ? after : null };
    }
    const response = request.method === 'POST' ? await session.receive(request, body) : await session.end(request);
    return { response, session, standsAfter: null };
  }

  async #open(request: Request, body: unknown, caller: Caller): Promise<Served> {
    if (!this.#makeRoom()) return { response: refuseForNow(this.#options.runtime().sessionLimit), session: null, standsAfter: null };
    const id = randomUUID();
    const session = this.#create(id, (body as { params?: unknown }).params, caller);
    await session.start();
    const response = await session.receive(request, body);
    if (!response.ok) {
      await session.close();
      return { response, session: null, standsAfter: null };
    }
    this.#sessions.set(id, session);
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
    return { response, session, standsAfter: null };
  }

  /** False when every session is in use. */
  #makeRoom(): boolean {
    const { sessionLimit } = this.#options.runtime();
    while (this.count >= sessionLimit && this.#sessions.size > 0) {
      const oldest = [...this.#sessions.values()].reduce((one, other) => (other.idleMs() > one.idleMs() ? other : one));
      if (oldest.idleMs() < LEAST_IDLE_MS) return false;
      this.#end(oldest, 'ended an idle session to make room for another');
    }
    return true;
  }

  #sweep(): void {
    const { sessionIdleMs } = this.#options.runtime();
    for (const session of this.#sessions.values()) if (session.idleMs() >= sessionIdleMs) this.#end(session, 'ended an idle session');
    if (performance.now() >= this.#savedUntil) this.#saved.clear();
    if (this.count > 0 || !this.#sweeper) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }

  #end(session: Session, why: string): void {
    this.#sessions.delete(session.id);
    this.#options.log.debug({ sessions: this.#sessions.size, idleMs: Math.round(session.idleMs()) }, why);
    session.close().catch((error: unknown) => this.#options.log.warn({ err: error }, 'a session did not close well'));
  }
}

const isInitialize = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && (body as { method?: unknown }).method === 'initialize';

function refuse({ method }: Request, id: string | null): Response {
  if (id !== null)
    return errorResponse(404, -32_001, 'Session not found: it has ended, or the server was restarted. Start anew with initialize.');
  return errorResponse(
    400,
    -32_000,
    `Bad Request: ${method} names no session. Send initialize first, then its Mcp-Session-Id with every request; or speak revision 2026-07-28, which has no sessions.`,
  );
}

const refuseEvent = (): Response =>
  errorResponse(400, -32_000, 'Bad Request: Last-Event-ID names no event of this session. Open the stream without it.');

const refuseForNow = (limit: number): Response =>
  errorResponse(
    503,
    -32_000,
    `All ${limit} sessions that this server may hold are in use. Try again later, or raise ZSCALER_MCP_SESSION_LIMIT.`,
    {
      'retry-after': '30',
    },
  );
