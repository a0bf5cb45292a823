import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { initialize, openSession, readEvents, until, type RawEvent, type RawSession } from '../../test/conformance/raw.ts';
import { startStack, type Stack } from '../../test/conformance/stack.ts';

const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const ACCEPTS = {
  both: 'application/json, text/event-stream',
  JSON: 'application/json',
  events: 'text/event-stream',
  anything: '*/*',
};
const listen = { accept: ACCEPTS.events };
const revisionsAndAccepts = REVISIONS.flatMap((revision) =>
  Object.entries(ACCEPTS).map(([name, accept]) => [revision, name, accept] as const),
);

const call = (name: string, args: object = {}, more: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args, ...more },
});

async function messagesOf(response: Response): Promise<Record<string, unknown>[]> {
  const messages: Record<string, unknown>[] = [];
  for await (const { message } of readEvents(response)) messages.push(message);
  return messages;
}

const answerOf = async (response: Promise<Response>): Promise<Record<string, unknown> | undefined> =>
  (await messagesOf(await response)).at(-1);

/** Calls with the same ID, of tools that answer in another order than they are called. */
const overlap = (session: RawSession, headers: Record<string, string> = {}) =>
  Array.from({ length: 24 }, (_, at) =>
    at % 2 === 0
      ? { sent: session.fetch('POST', call('echo', { text: `${at}` }), headers), expected: { text: `${at}` } }
      : { sent: session.fetch('POST', call('wait', { ms: 300 - at }), headers), expected: { waited: 300 - at } },
  );

describe('requests that overlap with one ID in one session', () => {
  it.each(revisionsAndAccepts)('each get their own answer in %s, when the client accepts %s', async (revision, _name, accept) => {
    const session = await openSession((await startStack()).url, revision);
    const calls = overlap(session, { accept });
    const answers = await Promise.all(calls.map(({ sent }) => answerOf(sent)));
    expect(answers).toMatchObject(calls.map(({ expected }) => ({ id: 1, result: { structuredContent: expected } })));
  });

  it.each(REVISIONS)('each go on, on streams that broke and are resumed, in %s', async (revision) => {
    const session = await openSession((await startStack()).url, revision);
    const progress = { _meta: { progressToken: 1 } };
    const calls = await Promise.all(
      Array.from({ length: 6 }, async (_, at) => {
        const abort = new AbortController();
        const response = await session.fetch('POST', call('count', { to: 12 + at }, progress), listen, abort.signal);
        const events = readEvents(response);
        const first = (await events.next()).value as RawEvent;
        abort.abort();
        return { first, to: 12 + at };
      }),
    );
    for (const { first, to } of calls) {
      expect(first.message).toMatchObject({ params: { progressToken: 1, total: to } });
      const rest = await messagesOf(await session.fetch('GET', undefined, { ...listen, 'last-event-id': first.id ?? '' }));
      expect(rest.slice(0, -1).map(({ params }) => (params as { progress: number }).progress)).toEqual(
        Array.from({ length: to - 1 }, (_, step) => step + 2),
      );
      expect(rest.at(-1)).toMatchObject({ id: 1, result: { structuredContent: { counted: to } } });
    }
  });

  it('each tell their own progress under the token that the client chose', async () => {
    const session = await openSession((await startStack()).url);
    const told = await Promise.all(
      [5, 7].map(async (to) => messagesOf(await session.fetch('POST', call('count', { to }, { _meta: { progressToken: 1 } })))),
    );
    for (const [at, to] of [5, 7].entries()) {
      const steps = told[at]?.slice(0, -1).map(({ params }) => params);
      expect(steps).toMatchObject(Array.from({ length: to }, (_, step) => ({ progressToken: 1, progress: step + 1, total: to })));
    }
  });

  it('are not cancelled by that ID, and the client is told so; one alone is', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const cancel = () => session.fetch('POST', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    const [short, long] = [session.fetch('POST', call('wait', { ms: 400 })), session.fetch('POST', call('wait', { ms: 60_000 }))];
    await until(() => stack.mcp.running().length === 2);
    const refused = await cancel();
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('2 running requests of this session have the id 1'),
    ]);
    expect(await answerOf(short)).toMatchObject({ id: 1, result: { structuredContent: { waited: 400 } } });
    expect((await cancel()).status).toBe(202);
    expect(await messagesOf(await long)).toEqual([]);
    expect(stack.aborted).toEqual(['wait']);
  });

  it('each get an error when the process has to end', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const answers = [1, 2, 3].map(() => answerOf(session.fetch('POST', call('wait'))));
    await until(() => stack.mcp.running().length === 3);
    await stack.mcp.abandon('the server is restarted');
    for (const answer of await Promise.all(answers))
      expect(answer).toMatchObject({ id: 1, error: { message: expect.stringContaining('Outcome unknown') as string } });
  });

  it('are refused in one batch, where their answers could not be told apart', async () => {
    const session = await openSession((await startStack()).url, '2025-03-26');
    const response = await session.fetch('POST', [call('echo', { text: 'a' }), call('echo', { text: 'b' })]);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('two requests of one batch have the id 1')]);
  });
});

describe('an answer', () => {
  it('is JSON when nothing precedes it, and leaves nothing behind', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const response = await session.fetch('POST', call('echo', { text: 'a' }));
    expect([response.headers.get('content-type'), response.headers.get('mcp-session-id')]).toEqual(['application/json', session.id]);
    expect(await response.json()).toMatchObject({ id: 1, result: { structuredContent: { text: 'a' } } });
    expect(stack.mcp.saveSessions()[0]?.events.events).toEqual([]);
  });

  it('is a stream when something precedes it, or it takes long', async () => {
    const session = await openSession((await startStack()).url);
    const told = await session.fetch('POST', call('count', { to: 2 }, { _meta: { progressToken: 'a' } }));
    expect([told.headers.get('content-type'), (await messagesOf(told)).length]).toEqual(['text/event-stream', 3]);
    const slow = await session.fetch('POST', call('wait', { ms: 900 }));
    expect([slow.headers.get('content-type'), (await messagesOf(slow)).length]).toEqual(['text/event-stream', 1]);
  });

  it('is JSON without what precedes it for a client that accepts nothing else', async () => {
    const session = await openSession((await startStack()).url);
    const response = await session.fetch('POST', call('count', { to: 120 }, { _meta: { progressToken: 'a' } }), { accept: ACCEPTS.JSON });
    expect(await response.json()).toMatchObject({ id: 1, result: { structuredContent: { counted: 120 } } });
  });

  it('of a batch is a list, without what was cancelled', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url, '2025-03-26');
    const batch = session.fetch('POST', [
      { ...call('wait'), id: 'a' },
      { ...call('wait', { ms: 400 }), id: 'b' },
    ]);
    await until(() => stack.mcp.running().length === 2);
    await session.fetch('POST', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a' } });
    expect(await (await batch).json()).toMatchObject([{ id: 'b' }]);
  });

  it('to a second handshake in a session is an error', async () => {
    const { url } = await startStack();
    const opened = await initialize(url);
    await opened.text();
    const session = await openSession(url);
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
    const again = await session.fetch('POST', { jsonrpc: '2.0', id: 1, method: 'initialize', params });
    expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('initialized already')]);
  });

  it('to a request of a session that is ended says so', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const running = session.fetch('POST', call('wait'));
    await until(() => stack.running.has('wait'));
    await session.fetch('DELETE');
    expect((await running).status).toBe(404);
  });
});

/** What SDK 1.23 does after each answer: asks for the rest of the stream, and opens a plain GET where that is granted. */
async function followUp(session: RawSession, events: readonly RawEvent[], gets: { count: number }): Promise<void> {
  const last = events.at(-1)?.id;
  const ask = (headers: Record<string, string>) => (gets.count++, session.fetch('GET', undefined, { ...listen, ...headers }));
  if (!last) return;
  let next: Record<string, string> = { 'last-event-id': last };
  for (;;) {
    const stream = await ask(next);
    if (!stream.ok) return void (await stream.text());
    await stream.text();
    next = {};
    await sleep(100);
  }
}

describe('streams of GETs', () => {
  it.each(Object.entries(ACCEPTS).filter(([name]) => name !== 'JSON'))(
    'are not asked for at rest by a client of SDK 1.23 that accepts %s',
    async (_name, accept) => {
      const session = await openSession((await startStack()).url);
      const gets = { count: 0 };
      const following: Promise<void>[] = [];
      for (let round = 0; round < 200; round++) {
        const events: RawEvent[] = [];
        for await (const event of readEvents(await session.fetch('POST', call('echo'), { accept }), true)) events.push(event);
        following.push(followUp(session, events, gets));
      }
      await Promise.all(following);
      const before = gets.count;
      await sleep(500);
      expect(gets.count - before).toBe(0);
    },
  );

  const openMany = (session: RawSession, count: number) =>
    Promise.all(Array.from({ length: count }, () => session.fetch('GET', undefined, listen)));

  it('live side by side, as many as are allowed; further ones are refused and close none', async () => {
    const stack: Stack = await startStack();
    const session = await openSession(stack.url);
    const streams = await openMany(session, 17);
    expect(streams.filter(({ status }) => status === 200)).toHaveLength(16);
    expect(streams.find(({ ok }) => !ok)?.status).toBe(409);
    expect(stack.standing.size).toBe(16);
    await Promise.all(streams.map(async ({ body }) => body?.cancel()));
    await until(() => stack.standing.size === 0);
    const again = await session.fetch('GET', undefined, listen);
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });
});
