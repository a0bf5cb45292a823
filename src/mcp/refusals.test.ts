/** A request that is refused leaves nothing behind: no session, no running request, no timer, and it prolongs nothing. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openSession, post, readEvents, until, type RawSession } from '../../test/conformance/raw.ts';
import { startStack, type Stack } from '../../test/conformance/stack.ts';
import type { SharedStore } from './shared.ts';

const IDLE_MS = 120_000;

/** Moves the clock that idle times are counted by. */
const now = performance.now.bind(performance);
let ahead = 0;
function advance(ms: number): void {
  ahead += ms;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
  onTestFinished(() => {
    ahead = 0;
    vi.restoreAllMocks();
  });
}

/** The intervals that were started from now on and still run. */
function watchIntervals(): ReadonlySet<unknown> {
  const live = new Set<unknown>();
  const [start, stop] = [globalThis.setInterval, globalThis.clearInterval];
  vi.spyOn(globalThis, 'setInterval').mockImplementation(((...args: Parameters<typeof setInterval>) => {
    const timer = start(...args);
    live.add(timer);
    return timer;
  }) as typeof setInterval);
  vi.spyOn(globalThis, 'clearInterval').mockImplementation((timer) => {
    live.delete(timer);
    stop(timer);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return live;
}

const echo = { jsonrpc: '2.0', id: 'refused', method: 'tools/call', params: { name: 'echo', arguments: { text: 'a' } } };
const handshake = {
  jsonrpc: '2.0',
  id: 'refused',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
};

interface Kind {
  readonly status: number;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** Sent as it is when it is text. */
  readonly body?: unknown;
}

/** Of requests in a session and of those that would open one; `body` is the request otherwise. */
const ofAnyPost: Readonly<Record<string, Kind>> = {
  'Accept that leaves out both': { status: 406, headers: { accept: 'application/json;q=0' } },
  'Accept of a page': { status: 406, headers: { accept: 'text/html' } },
  'a body of another type': { status: 415, headers: { 'content-type': 'text/plain' } },
  'a compressed body': { status: 415, headers: { 'content-encoding': 'gzip' } },
  'a body that is too large': { status: 413, body: { ...echo, params: { pad: 'x'.repeat(20_000) } } },
  'an empty body': { status: 400, body: '' },
  'half a body of JSON': { status: 400, body: '{"jsonrpc":"2.0","id":"refused","method":' },
  'a number of too many digits': { status: 400, body: `{"jsonrpc":"2.0","id":${'9'.repeat(2_000)},"method":"ping"}` },
  'JSON that is no message': { status: 400, body: { id: 'refused', method: 'ping' } },
  'another version of JSON-RPC': { status: 400, body: { ...echo, jsonrpc: '1.0' } },
  'an ID that is none': { status: 400, body: { ...echo, id: { deep: ['refused'] } } },
  'a method that is no text': { status: 400, body: { ...echo, method: 1 } },
  'a batch with a message that is none': { status: 400, body: [echo, { id: 'refused-too', method: 'ping' }] },
  'a batch with null': { status: 400, body: [echo, null] },
  'a batch that is too long': { status: 400, body: Array.from({ length: 101 }, (_, at) => ({ jsonrpc: '2.0', id: at, method: 'ping' })) },
  'a batch with initialize': { status: 400, body: [handshake, echo] },
  'another Host': { status: 421, headers: { host: 'evil.example' } },
  'another Origin': { status: 403, headers: { origin: 'https://evil.example' } },
};

const inSession: Readonly<Record<string, Kind>> = {
  ...ofAnyPost,
  'a revision that nobody knows': { status: 400, headers: { 'mcp-protocol-version': '1999-01-01' } },
  'a revision of enormous length': { status: 400, headers: { 'mcp-protocol-version': '1'.repeat(4_000) } },
  'a second initialize': { status: 400, body: handshake },
  'a GET without Accept of events': { status: 406, method: 'GET', headers: { accept: 'application/json' } },
  'a GET of a revision that nobody knows': {
    status: 400,
    method: 'GET',
    headers: { accept: 'text/event-stream', 'mcp-protocol-version': '1999-01-01' },
  },
  'a GET after an event of nobody': { status: 400, method: 'GET', headers: { accept: 'text/event-stream', 'last-event-id': 'a-1-1' } },
  'a DELETE of a revision that nobody knows': { status: 400, method: 'DELETE', headers: { 'mcp-protocol-version': '1999-01-01' } },
  'another method': { status: 405, method: 'PUT' },
};

const limits = {
  body: 10_000,
  bodies: 1_000_000,
  isAllowedSource: () => true,
  isTrustedProxy: () => false,
  rate: { perMinute: 0, take: () => Promise.resolve(null) } as never,
};

/** Sends a refused request in a session; node:http, since fetch sets the Host itself. */
async function send(url: string, session: string | null, kind: Kind, usual: unknown): Promise<number> {
  const { request } = await import('node:http');
  const { method = 'POST', body = usual, headers = {} } = kind;
  const all = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(session !== null && { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
    ...headers,
  };
  const text = method === 'GET' || method === 'DELETE' ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    request(url, { method, headers: all, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    })
      .once('error', reject)
      .end(text);
  });
}

/** Everything that a test can see of what is kept. */
const kept = ({ mcp, running }: Stack) => ({
  sessions: mcp.sessions(),
  calls: mcp.running().length,
  tools: [...running],
  events: mcp.saveSessions().map(({ events }) => [events.streams.length, events.events.length]),
});

/** Whether a session answers, which is also a use of it. */
const lives = async (session: RawSession): Promise<boolean> => (await session.fetch('POST', echo)).status === 200;

describe('in a session', () => {
  it.each(Object.entries(inSession))('%s leaves nothing behind, and the session expires', async (_what, kind) => {
    const stack = await startStack({ limits, with: { sessionIdleMs: IDLE_MS, sessionLimit: 1 } });
    const session = await openSession(stack.url);
    expect(await lives(session)).toBe(true);
    const before = kept(stack);
    advance(IDLE_MS - 1_000);
    for (let times = 0; times < 3; times++) expect(await send(stack.url, session.id, kind, echo)).toBe(kind.status);
    expect(kept(stack)).toEqual(before);
    advance(2_000);
    // Room for a newcomer, although the limit is reached.
    const newcomer = await openSession(stack.url);
    expect([await lives(newcomer), await lives(session), stack.mcp.sessions()]).toEqual([true, false, 1]);
  });

  it.each(Object.entries(inSession))('%s disturbs neither a running call of the same ID nor an open stream', async (_what, kind) => {
    const { promise: over, resolve: end } = Promise.withResolvers<object>();
    const stack = await startStack({ limits, with: { run: () => over } });
    const session = await openSession(stack.url);
    const stream = await session.fetch('GET', undefined, { accept: 'text/event-stream' });
    const running = await session.fetch('POST', { ...echo, params: { name: 'wait' } });
    await until(() => stack.mcp.running().length === 1);
    expect(await send(stack.url, session.id, kind, echo)).toBe(kind.status);
    expect(stack.mcp.running()).toHaveLength(1);
    end({ waited: 100 });
    const answers = [];
    for await (const { message } of readEvents(running)) answers.push(message);
    expect(answers).toMatchObject([{ id: 'refused', result: { structuredContent: { waited: 100 } } }]);
    stack.mcp.toolsChanged();
    for await (const { message } of readEvents(stream)) {
      expect(message).toMatchObject({ method: 'notifications/tools/list_changed' });
      break;
    }
  });
});

describe('without a session', () => {
  it.each(Object.entries({ ...ofAnyPost, 'parameters that are none': { status: 400, body: { ...handshake, params: {} } } }))(
    '%s opens none, starts no timer and costs nobody their session',
    async (_what, kind) => {
      const stack = await startStack({ limits, with: { sessionLimit: 1, sessionIdleMs: IDLE_MS } });
      const intervals = watchIntervals();
      for (let times = 0; times < 3; times++) expect(await send(stack.url, null, kind, handshake)).toBe(kind.status);
      expect([stack.mcp.sessions(), intervals.size]).toEqual([0, 0]);
      const session = await openSession(stack.url);
      // Idle for so long that it would make room for an initialize that is accepted.
      advance(IDLE_MS - 1_000);
      expect(await send(stack.url, null, kind, handshake)).toBe(kind.status);
      expect([await lives(session), stack.mcp.sessions()]).toEqual([true, 1]);
    },
  );
});

it('a restart does not prolong a session, nor does it keep a newcomer out', async () => {
  const before = await startStack({ with: { sessionIdleMs: IDLE_MS } });
  const [idle, used] = [await openSession(before.url), await openSession(before.url)];
  advance(IDLE_MS - 10_000);
  expect(await lives(used)).toBe(true);
  const stack = await startStack({ with: { sessionIdleMs: IDLE_MS, sessionLimit: 2 } });
  stack.mcp.restoreSessions(before.mcp.saveSessions(), false);
  const again = await startStack({ with: { sessionIdleMs: IDLE_MS, sessionLimit: 2 } });
  again.mcp.restoreSessions(stack.mcp.saveSessions(), false);
  advance(11_000);
  const status = async ({ id }: RawSession): Promise<number> =>
    (await post(again.url, echo, { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' })).status;
  expect([await status(idle), await status(used)]).toEqual([404, 200]);
  const full = await startStack({ with: { sessionIdleMs: IDLE_MS, sessionLimit: 2 } });
  full.mcp.restoreSessions(before.mcp.saveSessions(), false);
  expect(await lives(await openSession(full.url))).toBe(true);
  expect(full.mcp.sessions()).toBe(2);
});

it('asks the store of the replicas nothing for a request that is refused for what it is', async () => {
  const asked: string[] = [];
  const note = (name: string) => () => {
    asked.push(name);
    return Promise.resolve(null as never);
  };
  const store: SharedStore = {
    replica: 'a',
    isUp: true,
    load: note('load'),
    store: note('store'),
    forgetEvents: note('forgetEvents'),
    append: () => Promise.resolve(1),
    read: () => Promise.resolve([]),
    latest: () => Promise.resolve(0),
    enabledBy: note('enabledBy'),
    noteEnabled: note('noteEnabled'),
    lives: note('lives'),
    watch: () => Promise.resolve(() => undefined),
    send: note('send'),
    receive: () => undefined,
    onChange: () => undefined,
  };
  const stack = await startStack({ limits, store });
  const session = await openSession(stack.url);
  asked.length = 0;
  const answer = { jsonrpc: '2.0', id: 'other.1', result: {} };
  const isForStore = ([what]: readonly [string, Kind]) => !/second initialize|event of nobody/.test(what);
  for (const [, kind] of Object.entries(inSession).filter(isForStore))
    expect(await send(stack.url, session.id, kind, answer)).toBe(kind.status);
  expect(asked).toEqual([]);
});

describe('over HTTP+SSE', () => {
  it.each([
    ['no message', { id: 'refused', method: 'ping' }],
    ['a batch', [echo]],
    ['an ID that is none', { ...echo, id: ['refused'] }],
    ['null', 'null'],
  ])('%s is refused, and a running call of the same ID still gets its answer before the stream ends', async (_what, body) => {
    const { promise: over, resolve: end } = Promise.withResolvers<object>();
    const stack = await startStack({ transport: 'sse', with: { run: () => over } });
    const stream = await fetch(stack.url);
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    const read = async (): Promise<string | null> => {
      const { done, value } = await reader.read();
      return done ? null : decoder.decode(value, { stream: true });
    };
    const first = (await read()) ?? '';
    const messages = new URL(/data: (\S+)/.exec(first)?.[1] ?? '', stack.url).href;
    await (await post(messages, handshake)).text();
    await until(async () => ((await read()) ?? '').includes('"refused"'));
    const wait = { ...echo, params: { name: 'wait' } };
    expect((await post(messages, wait)).status).toBe(202);
    expect((await post(messages, body)).status).toBe(400);
    expect((await post(messages, { ...echo, jsonrpc: '0' })).status).toBe(400);
    // As a restart does: ends the stream once the answers have been sent.
    for (const standing of stack.standing) standing.end();
    end({ waited: 150 });
    let rest = '';
    for (let part = await read(); part !== null; part = await read()) rest += part;
    expect(rest).toContain('"waited":150');
    await until(() => stack.mcp.sessions() === 0);
  });

  it('a client that is gone before its stream opened leaves none', async () => {
    const stack = await startStack({ transport: 'sse' });
    const intervals = watchIntervals();
    const given = { destroyed: true, once: () => undefined, headersSent: false } as never;
    const standing = vi.fn();
    await stack.mcp.handleSse({ method: 'GET', url: '/sse', headers: {} } as never, given, { principal: null, standing }, undefined);
    expect([stack.mcp.sessions(), intervals.size, standing.mock.calls.length]).toEqual([0, 0, 0]);
  });
});
