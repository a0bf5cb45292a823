/** Servers that share one Redis, and a client of the older revisions for them. */
import { randomBytes } from 'node:crypto';
import { startServer, type ServerOptions, type TestServer } from './harness.ts';
import type { TestRedis } from './redis.ts';

/** Starts identical servers with the same keys. */
export async function startReplicas(
  redis: TestRedis,
  count: number,
  dotenv: string,
  options: ServerOptions = {},
  argsOf: (at: number) => readonly string[] = () => [],
): Promise<TestServer[]> {
  const keys = randomBytes(32).toString('base64');
  const shared = `ZSCALER_MCP_STATE_URL=${redis.url}\nZSCALER_MCP_REQUEST_STATE_KEYS=${keys}\n${dotenv}`;
  return Promise.all(Array.from({ length: count }, (_, at) => startServer({ ...options, dotenv: shared, args: argsOf(at) })));
}

/** The first two. */
export const both = ([one, other]: readonly TestServer[]): [TestServer, TestServer] => {
  if (!one || !other) throw new Error('two replicas were wanted');
  return [one, other];
};

export interface SseEvent {
  readonly id: string | null;
  readonly message: {
    readonly id?: string | number;
    readonly method?: string;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly result?: Readonly<Record<string, unknown>>;
    readonly error?: { readonly code: number; readonly message: string };
  } | null;
}

export interface RawStream {
  readonly status: number;
  readonly events: SseEvent[];
  /** The event ID to resume from. */
  lastId(): string | null;
  readonly ended: Promise<void>;
  isOver(): boolean;
  close(): void;
}

/** A client of revision 2025-11-25 that can send each message to a different replica. */
export class RawClient {
  readonly session: string;
  readonly #headers: Record<string, string>;
  #nextId = 100;

  private constructor(session: string, headers: Record<string, string>) {
    this.session = session;
    this.#headers = { ...headers, 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  }

  static async open(url: string, capabilities: object = {}, headers: Record<string, string> = {}): Promise<RawClient> {
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'test', version: '1' } };
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, ...post },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    });
    await response.text();
    return new RawClient(response.headers.get('mcp-session-id') ?? '', headers);
  }

  /** Sends a message and returns only the status. */
  async notify(url: string, message: object): Promise<number> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...this.#headers, ...post },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
    await response.text();
    return response.status;
  }

  initialized(url: string): Promise<number> {
    return this.notify(url, { method: 'notifications/initialized' });
  }

  /** Opens the stream of a request. */
  request(url: string, method: string, params: object = {}, id: string | number = this.#nextId++): Promise<RawStream> {
    return openRaw(url, {
      method: 'POST',
      headers: { ...this.#headers, ...post },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
    });
  }

  /** The whole answer to a request. */
  async ask(url: string, method: string, params: object = {}): Promise<{ status: number; message: SseEvent['message'] }> {
    const stream = await this.request(url, method, params);
    await stream.ended;
    return { status: stream.status, message: stream.events.at(-1)?.message ?? null };
  }

  listen(url: string, lastEventId: string | null = null): Promise<RawStream> {
    const headers = { ...this.#headers, accept: 'text/event-stream', ...(lastEventId !== null && { 'last-event-id': lastEventId }) };
    return openRaw(url, { headers });
  }

  async end(url: string): Promise<number> {
    return (await fetch(url, { method: 'DELETE', headers: this.#headers })).status;
  }
}

const post = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

async function openRaw(url: string, init: RequestInit): Promise<RawStream> {
  const abort = new AbortController();
  const response = await fetch(url, { ...init, signal: abort.signal });
  const events: SseEvent[] = [];
  let lastId: string | null = null;
  let isOver = false;
  const read = async (): Promise<void> => {
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (!isStream) {
      const text = await response.text();
      if (text !== '') events.push({ id: null, message: JSON.parse(text) as SseEvent['message'] });
      return;
    }
    let rest = '';
    const decoder = new TextDecoder();
    for await (const part of response.body ?? []) {
      const blocks = (rest + decoder.decode(part, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) take(block);
    }
  };
  const take = (block: string): void => {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? '';
    const [id, data] = [field('id'), field('data')];
    if (id !== '') lastId = id;
    if (data !== '') events.push({ id: id === '' ? null : id, message: JSON.parse(data) as SseEvent['message'] });
  };
  const ended = read()
    .catch(() => undefined)
    .finally(() => (isOver = true));
  return { status: response.status, events, lastId: () => lastId, ended, isOver: () => isOver, close: () => abort.abort() };
}
