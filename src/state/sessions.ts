/** Sessions and their events as shared by all replicas, and messages between replicas. Everything is sealed. */
import { parseJson, stringifyJson } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import type { Lease } from './lease.ts';
import { Unavailable, type Link } from './link.ts';
import type { Names } from './names.ts';

/** Opens only what was sealed for the same purpose; here the purpose is the key's name. */
export interface Ring {
  seal(purpose: string, content: string): string;
  open(purpose: string, sealed: string): string | null;
}

/** Number of an event stream within its session; null for the first event of a stream. */
interface OfStream {
  readonly stream: number | null;
}

export interface SharedEvent<Event> {
  /** Increases over all events of a session: microseconds since 1970, or slightly more. */
  readonly sequence: number;
  readonly event: Event;
}

const MOST_EVENTS = 256;
const MOST_BYTES = 4 * 1_024 * 1_024;
/** Of the events of all sessions together; beyond it the oldest are dropped. */
const MOST_BYTES_IN_ALL = 64 * 1_024 * 1_024;
/** A Redis stream id is two numbers (milliseconds, counter); a sequence combines both. */
const PER_MS = 1_000;

/**
 * Appends after the newest event, and never before the current time. Every event is noted with its size in the order of arrival;
 * what its session dropped since, or what expired, counts until it is the oldest.
 */
const APPEND = `
local ms, n = tonumber(ARGV[2]), tonumber(ARGV[3])
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if #top > 0 then
  local topMs, topN = string.match(top[1][1], '(%d+)-(%d+)')
  topMs, topN = tonumber(topMs), tonumber(topN)
  if topMs > ms or (topMs == ms and topN >= n) then ms, n = topMs, topN + 1 end
  if n >= ${PER_MS} then ms, n = ms + 1, 0 end
end
local id = string.format('%.0f-%.0f', ms, n)
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[4], id, 'd', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PUBLISH', KEYS[1], ARGV[6])
redis.call('RPUSH', KEYS[2], string.len(ARGV[1]) .. ' ' .. id .. ' ' .. KEYS[1])
local total = redis.call('INCRBY', KEYS[3], string.len(ARGV[1]))
while total > tonumber(ARGV[7]) do
  local oldest = redis.call('LPOP', KEYS[2])
  if not oldest then redis.call('SET', KEYS[3], 0) break end
  local bytes, old, key = string.match(oldest, '^(%d+) (%S+) (.*)$')
  redis.call('XDEL', key, old)
  total = redis.call('DECRBY', KEYS[3], bytes)
end
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return id`;

export class SharedSessions<Record, Event extends OfStream, Message> {
  readonly #link: Link;
  readonly #names: Names;
  readonly #lease: Lease;
  readonly #ring: () => Ring;
  readonly #log: Log;
  #hasWarned = false;

  constructor({ link, names, lease, ring, log }: { link: Link; names: Names; lease: Lease; ring: () => Ring; log: Log }) {
    this.#log = log;
    this.#link = link;
    this.#names = names;
    this.#lease = lease;
    this.#ring = ring;
  }

  get replica(): string {
    return this.#lease.replica;
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  lives(replica: string): Promise<boolean> {
    return this.#lease.lives(replica);
  }

  /** The session; null if none is stored or it cannot be opened. @throws when the store cannot be asked, or does not know everything yet */
  async load(id: string, lifeMs: number): Promise<Record | null> {
    const [key, events] = [this.#key(id), this.#events(id)];
    const [sealed] = await this.#link.run((client) =>
      Promise.all([client.getEx(key, { type: 'PX', value: lifeMs }), client.pExpire(events, lifeMs)]),
    );
    if (sealed === null && this.#link.isCatchingUp) throw new Unavailable('the state store has just come back');
    const record = sealed === null ? null : (this.#open(key, sealed) as Record | null);
    if (sealed !== null && record === null) this.#warnOfKeys();
    return record;
  }

  /** @throws when it cannot be stored */
  async store(id: string, record: Record, lifeMs: number, how: { readonly onlyNew: boolean }): Promise<void> {
    const key = this.#key(id);
    const sealed = this.#ring().seal(key, stringifyJson(record));
    const expiration = { type: 'PX', value: lifeMs } as const;
    await this.#link.run((client) => client.set(key, sealed, { expiration, ...(how.onlyNew && { condition: 'NX' as const }) }));
  }

  /** Toolsets that a caller enabled; null if none are known. @throws when the store cannot be asked */
  async enabledBy(caller: string): Promise<readonly string[] | null> {
    const key = this.#names.ofGuessable('enabled', caller);
    const sealed = await this.#link.run((client) => client.get(key));
    return sealed === null ? null : (this.#open(key, sealed) as readonly string[] | null);
  }

  /** @throws when it cannot be stored */
  async noteEnabled(caller: string, toolsets: readonly string[], lifeMs: number): Promise<void> {
    const key = this.#names.ofGuessable('enabled', caller);
    const sealed = this.#ring().seal(key, JSON.stringify(toolsets));
    await this.#link.run((client) => client.set(key, sealed, { expiration: { type: 'PX', value: lifeMs } }));
  }

  /** @throws when the store cannot be asked */
  async forgetEvents(id: string): Promise<void> {
    await this.#link.run((client) => client.del(this.#events(id)));
  }

  /** Appends an event and returns its sequence: `least`, or the next after the newest event. @throws when it cannot be stored */
  async append(id: string, event: Event, least: number, lifeMs: number): Promise<number> {
    const key = this.#events(id);
    const sealed = this.#ring().seal(key, stringifyJson(event));
    const { ms, n } = split(least);
    const most = Math.max(1, Math.min(MOST_EVENTS, Math.floor(MOST_BYTES / sealed.length)));
    const keys = [key, this.#names.plain('events-noted'), this.#names.plain('events-bytes')];
    const args = [sealed, ms, n, most, Math.ceil(lifeMs), event.stream ?? '', MOST_BYTES_IN_ALL].map(String);
    return join((await this.#link.run((client) => client.eval(APPEND, { keys, arguments: args }))) as string);
  }

  /** Events after a sequence. @throws when the store cannot be asked */
  async read(id: string, after: number): Promise<readonly SharedEvent<Event>[]> {
    const key = this.#events(id);
    const { ms, n } = split(after);
    const entries = await this.#link.run((client) => client.xRange(key, `(${ms}-${n}`, '+'));
    return (entries ?? []).flatMap(({ id: name, message }) => {
      const event = this.#open(key, message['d'] ?? '');
      return event === null ? [] : [{ sequence: join(name), event: event as Event }];
    });
  }

  /** Sequence of the newest event; 0 without any. @throws when the store cannot be asked */
  async latest(id: string): Promise<number> {
    const [top] = (await this.#link.run((client) => client.xRevRange(this.#events(id), '+', '-', { COUNT: 1 }))) ?? [];
    return top ? join(top.id) : 0;
  }

  /** Calls `nudge` for each new event of a stream, except the first of a stream and those sent while the store was unreachable. */
  watch(id: string, nudge: (stream: number) => void): Promise<() => void> {
    return this.#link.listen(this.#events(id), (stream) => {
      if (stream !== '') nudge(Number(stream));
    });
  }

  /** Sends to one replica, or to all others with null. False if the addressed replica is not listening. @throws when it cannot be sent */
  async send(replica: string | null, message: Message): Promise<boolean> {
    const channel = this.#names.plain('messages', replica ?? '');
    const sealed = this.#ring().seal(channel, stringifyJson({ from: this.replica, message }));
    return (await this.#link.run((client) => client.publish(channel, sealed))) > 0;
  }

  receive(handle: (message: Message) => void): void {
    for (const channel of [this.#names.plain('messages', this.replica), this.#names.plain('messages')]) {
      void this.#link.listen(channel, (sealed) => {
        const opened = this.#open(channel, sealed) as { readonly from: string; readonly message: Message } | null;
        if (opened && opened.from !== this.replica) handle(opened.message);
      });
    }
  }

  onChange(observer: (isUp: boolean) => void): void {
    this.#link.onChange(observer);
  }

  /** Logged once: a stranger can cause it at will. */
  #warnOfKeys(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#log.warn({}, 'a session of another replica cannot be opened: give all replicas the same ZSCALER_MCP_REQUEST_STATE_KEYS');
  }

  #open(name: string, sealed: string): unknown {
    const opened = this.#ring().open(name, sealed);
    return opened === null ? null : parseJson(opened);
  }

  #key(id: string): string {
    return this.#names.ofRandom('session', id);
  }

  #events(id: string): string {
    return this.#names.ofRandom('events', id);
  }
}

const split = (sequence: number): { ms: number; n: number } => ({ ms: Math.floor(sequence / PER_MS), n: sequence % PER_MS });

const join = (id: string): number => {
  const [ms = 0, n = 0] = id.split('-').map(Number);
  return ms * PER_MS + n;
};
