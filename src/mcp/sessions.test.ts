import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { initialize, modern, openSession, post, readEvents, until, type RawEvent } from '../../test/conformance/raw.ts';
import { startStack, type Stack } from '../../test/conformance/stack.ts';
import { parseJson, stringifyJson } from '../common/json.ts';
import type { SavedSession } from './session.ts';

const errorOf = async (response: Response): Promise<{ status: number; code: number; message: string }> => {
  const { error } = (await response.json()) as { error: { code: number; message: string } };
  return { status: response.status, ...error };
};

const call = (name: string, args: object = {}, id: number | string = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

const listen = { accept: 'text/event-stream' };

/** Moves the clock that idle times are counted by. */
const now = performance.now.bind(performance);
let ahead = 0;
const advance = (ms: number) => {
  ahead += ms;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
  onTestFinished(() => {
    ahead = 0;
    vi.restoreAllMocks();
  });
};

describe('a session', () => {
  it('goes on under its id until its client ends it; then its id gets 404', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    expect(session.id).toMatch(/^[\x21-\x7e]{20,}$/);
    expect(stack.mcp.sessions()).toBe(1);
    expect(await session.ask('tools/call', { name: 'echo', arguments: { text: 'a' } })).toMatchObject({
      result: { structuredContent: { text: 'a' } },
    });
    expect((await session.fetch('DELETE')).status).toBe(200);
    expect(stack.mcp.sessions()).toBe(0);
    expect(await errorOf(await session.fetch('POST', call('echo')))).toMatchObject({
      status: 404,
      code: -32_001,
      message: expect.stringContaining('initialize') as string,
    });
  });

  it.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])('speaks revision %s', async (revision) => {
    const { url } = await startStack();
    const events = readEvents(await initialize(url, revision));
    for await (const { message } of events) expect(message).toMatchObject({ result: { protocolVersion: revision } });
  });

  it('is not mixed up with another one', async () => {
    const { url } = await startStack();
    const [one, other] = [await openSession(url), await openSession(url)];
    expect(one.id).not.toBe(other.id);
    const answers = await Promise.all([
      one.ask('tools/call', { name: 'echo', arguments: { text: 'one' } }),
      other.ask('tools/call', { name: 'echo', arguments: { text: 'other' } }),
    ]);
    expect(answers).toMatchObject([
      { result: { structuredContent: { text: 'one' } } },
      { result: { structuredContent: { text: 'other' } } },
    ]);
  });

  it('is not opened by a handshake that is refused', async () => {
    const stack = await startStack();
    const { status } = await post(
      stack.url,
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
      },
      { accept: 'text/html' },
    );
    expect([status, stack.mcp.sessions()]).toEqual([406, 0]);
  });

  it('ends with the calls that run in it', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const response = await session.fetch('POST', call('wait'));
    await until(() => stack.running.has('wait'));
    await session.fetch('DELETE');
    await until(() => stack.aborted.includes('wait'));
    await response.text();
  });

  it('is forgotten when nothing happened for the idle time, and goes on at its next request', async () => {
    const stack = await startStack({ with: { sessionIdleMs: 60_000 } });
    const session = await openSession(stack.url);
    advance(50_000);
    expect((await session.ask('ping'))['result']).toEqual({});
    advance(50_000);
    expect((await session.ask('ping'))['result']).toEqual({});
    advance(61_000);
    expect((await openSession(stack.url)).id).not.toBe(session.id);
    expect((await session.fetch('POST', call('echo'))).status).toBe(200);
    expect(stack.mcp.sessions()).toBe(2);
  });

  it('does not expire while a call runs or a stream is open', async () => {
    const stack = await startStack({ with: { sessionIdleMs: 1_000 } });
    const [calling, listening] = [await openSession(stack.url), await openSession(stack.url)];
    const running = await calling.fetch('POST', call('wait', { ms: 300 }));
    const stream = await listening.fetch('GET', undefined, listen);
    advance(5_000);
    expect((await calling.fetch('POST', call('echo', {}, 2))).status).toBe(200);
    expect((await listening.fetch('POST', call('echo', {}, 2))).status).toBe(200);
    await running.text();
    await stream.body?.cancel();
  });

  it('gets an answer to its request, and none for a batch of notifications', async () => {
    const { url } = await startStack();
    const session = await openSession(url, '2025-03-26');
    const notes = await session.fetch('POST', [{ jsonrpc: '2.0', method: 'notifications/roots/list_changed' }]);
    expect([notes.status, await notes.text()]).toEqual([202, '']);
    const batch = await session.fetch('POST', [call('echo', { text: 'a' }, 'a'), call('echo', { text: 'b' }, 'b')]);
    const ids = new Set<unknown>();
    for await (const { message } of readEvents(batch)) ids.add(message['id']);
    expect(ids).toEqual(new Set(['a', 'b']));
  });
});

describe('a request without a session', () => {
  it.each([
    ['POST without an id', 400, -32_000, (url: string) => post(url, call('echo'))],
    ['POST with an unknown id', 404, -32_001, (url: string) => post(url, call('echo'), { 'mcp-session-id': 'unknown' })],
    ['GET without an id', 400, -32_000, (url: string) => fetch(url, { headers: listen })],
    ['GET with an unknown id', 404, -32_001, (url: string) => fetch(url, { headers: { ...listen, 'mcp-session-id': 'unknown' } })],
    ['GET that wants no stream', 405, -32_000, (url: string) => fetch(url)],
    [
      'GET of the revision without streams',
      405,
      -32_000,
      (url: string) => fetch(url, { headers: { ...listen, 'mcp-protocol-version': '2026-07-28' } }),
    ],
    [
      'DELETE with an unknown id',
      404,
      -32_001,
      (url: string) => fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': 'unknown' } }),
    ],
  ] as const)('%s gets %i', async (_name, status, code, send) => {
    const { url } = await startStack();
    expect(await errorOf(await send(url))).toMatchObject({ status, code });
  });

  it('opens a new session with initialize, whatever id it still carries', async () => {
    const { url } = await startStack();
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
    const response = await post(url, { jsonrpc: '2.0', id: 1, method: 'initialize', params }, { 'mcp-session-id': 'ended' });
    expect([response.status, response.headers.get('mcp-session-id') === 'ended']).toEqual([200, false]);
  });
});

describe('the limit of sessions', () => {
  it('refuses the next one while all are in use', async () => {
    const stack = await startStack({ with: { sessionLimit: 2 } });
    await openSession(stack.url);
    await openSession(stack.url);
    const refused = await initialize(stack.url);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(await errorOf(refused)).toMatchObject({ status: 503, message: expect.stringContaining('ZSCALER_MCP_SESSION_LIMIT') as string });
    stack.reload({ sessionLimit: 3 });
    expect((await initialize(stack.url)).status).toBe(200);
  });

  it('ends the session that was unused for longest to make room, never one that is in use', async () => {
    const stack = await startStack({ with: { sessionLimit: 2 } });
    const listening = await openSession(stack.url);
    const stream = await listening.fetch('GET', undefined, listen);
    const idle = await openSession(stack.url);
    advance(61_000);
    const next = await openSession(stack.url);
    expect((await next.fetch('POST', call('echo'))).status).toBe(200);
    expect((await listening.fetch('POST', call('echo'))).status).toBe(200);
    expect((await idle.fetch('POST', call('echo'))).status).toBe(503);
    await stream.body?.cancel();
  });
});

describe("a session's stream", () => {
  it('has its headers out before there is anything to send', async () => {
    const session = await openSession((await startStack()).url);
    const startedAt = performance.now();
    const stream = await session.fetch('GET', undefined, listen);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await stream.body?.cancel();
  });

  it('that is newest gets what is sent, since older ones may be half open; they stay open, and take over when it is closed', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const open = async () => readEvents(await session.fetch('GET', undefined, listen));
    const [first, second] = [await open(), await open()];
    const changed = { message: { method: 'notifications/tools/list_changed' } };
    stack.mcp.toolsChanged();
    expect((await second.next()).value).toMatchObject(changed);
    await second.return(undefined);
    await until(() => stack.standing.size === 1);
    stack.mcp.toolsChanged();
    const { id } = (await first.next()).value as RawEvent;
    await first.return(undefined);
    const resumed = await session.fetch('GET', undefined, { ...listen, 'last-event-id': id ?? '' });
    stack.mcp.toolsChanged();
    const sequenceOf = (event: RawEvent): number => Number(event.id?.split('-')[2]?.split('.')[0]);
    const next = (await readEvents(resumed).next()).value as RawEvent;
    expect(sequenceOf(next), 'what the other stream got is not repeated').toBe(sequenceOf({ id, message: {} }) + 1);
  });

  it('is not a request in flight; ended, its client comes back to the same session', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const stream = await session.fetch('GET', undefined, listen);
    await until(() => stack.standing.size === 1);
    stack.mcp.endStreams();
    expect(await stream.text()).toBe('');
    expect((await session.fetch('POST', call('echo'))).status).toBe(200);
    await until(() => stack.standing.size === 0);
  });

  it('of a subscription ends with its result', async () => {
    const stack = await startStack();
    const response = await modern(stack.url, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
    await until(() => stack.standing.size === 1);
    const events: RawEvent[] = [];
    const reading = (async () => {
      for await (const event of readEvents(response)) events.push(event);
    })();
    stack.mcp.endStreams();
    await reading;
    const [acknowledged, last] = events.map(
      ({ message }) => message as { id?: unknown; params?: { _meta?: object }; result?: { _meta?: object } },
    );
    expect(events).toHaveLength(2);
    // The result names the subscription as its notifications do.
    expect(last).toMatchObject({ result: { resultType: 'complete', _meta: acknowledged?.params?.['_meta'] } });
  });

  it('tells nothing before the client said that it is ready', async () => {
    const stack = await startStack();
    const response = await initialize(stack.url);
    await response.text();
    const headers = { ...listen, 'mcp-session-id': response.headers.get('mcp-session-id') ?? '' };
    const stream = await fetch(stack.url, { headers });
    stack.mcp.toolsChanged();
    await fetch(stack.url, { method: 'DELETE', headers });
    expect(await stream.text()).toBe('');
  });
});

describe('integers above 2^53', () => {
  const handOver = (stack: Stack) => parseJson(stringifyJson(stack.mcp.saveSessions())) as SavedSession[];

  it('in what a client says when it opens a session do not disturb the requests that follow', async () => {
    const { url } = await startStack();
    const handshake = `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"1"},"build":12345678901234567890}`;
    const opened = await post(url, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":${handshake}}`);
    await opened.text();
    const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '', 'mcp-protocol-version': '2025-11-25' };
    const answer = await post(url, call('echo', { text: 'a' }), headers);
    expect(await answer.text()).toContain('"structuredContent":{"text":"a"}');
  });

  it('keep every digit in an answer that a client fetches from the next generation', async () => {
    const former = await startStack();
    const session = await openSession(former.url);
    const response = await session.fetch('POST', call('big'), listen);
    const primed = (await readEvents(response, true).next()).value as RawEvent;
    await until(() => stringifyJson(former.mcp.saveSessions()).includes('12345678901234567890'));
    const next = await startStack({ generation: 2 });
    next.mcp.restoreSessions(handOver(former), false);
    const resumed = await fetch(next.url, {
      headers: { ...listen, 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25', 'last-event-id': primed.id ?? '' },
      signal: AbortSignal.timeout(5_000),
    });
    let text = '';
    for await (const chunk of resumed.body as ReadableStream<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (text.includes('"id":1')) break;
    }
    expect(text).toContain('"structuredContent":{"id":12345678901234567890,"deep":[{"id":9007199254740993}]}');
  });
});

describe('a broken stream', () => {
  it('goes on after the last event that the client has seen', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const abort = new AbortController();
    const response = await session.fetch('POST', call('wait', { ms: 150 }, 'slow'), listen, abort.signal);
    const primed = (await readEvents(response, true).next()).value as RawEvent;
    abort.abort();
    expect(primed.id).not.toBeNull();
    const resumed = await session.fetch('GET', undefined, { ...listen, 'last-event-id': primed.id ?? '' });
    const events: RawEvent[] = [];
    for await (const event of readEvents(resumed)) events.push(event);
    expect(events).toMatchObject([{ message: { id: 'slow', result: { structuredContent: { waited: 150 } } } }]);
    expect(stack.aborted).toEqual([]);
  });

  it('gives what was sent meanwhile, too', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const stream = await session.fetch('GET', undefined, listen);
    stack.mcp.toolsChanged();
    const events = readEvents(stream);
    const { id } = (await events.next()).value as RawEvent;
    await events.return(undefined);
    stack.mcp.toolsChanged();
    const resumed = await session.fetch('GET', undefined, { ...listen, 'last-event-id': id ?? '' });
    expect((await readEvents(resumed).next()).value).toMatchObject({ message: { method: 'notifications/tools/list_changed' } });
  });

  it.each(['2025-11-25', '2025-06-18', '2025-03-26'])('that was read to its end is not opened again, in %s', async (revision) => {
    const stack = await startStack();
    const session = await openSession(stack.url, revision);
    const resume = (id: string) => session.fetch('GET', undefined, { ...listen, 'last-event-id': id });
    const events: RawEvent[] = [];
    for await (const event of readEvents(await session.fetch('POST', call('echo', { text: 'a' }), listen), true)) events.push(event);
    const { status, message } = await errorOf(await resume(events.at(-1)?.id ?? ''));
    expect([status, message]).toEqual([405, expect.stringContaining('Nothing follows it')]);
    if (events.length === 1) return;
    const again: RawEvent[] = [];
    for await (const event of readEvents(await resume(events[0]?.id ?? ''))) again.push(event);
    expect(again, 'the beginning leads to the answer again').toMatchObject([{ message: { result: {} } }]);
  });

  it('that was read to its end is not opened again while another request runs', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const abort = new AbortController();
    const running = await session.fetch('POST', call('wait', {}, 'w'), {}, abort.signal);
    const events: RawEvent[] = [];
    for await (const event of readEvents(await session.fetch('POST', call('echo', { text: 'a' }), listen), true)) events.push(event);
    expect((await session.fetch('GET', undefined, { ...listen, 'last-event-id': events.at(-1)?.id ?? '' })).status).toBe(405);
    abort.abort();
    await running.body?.cancel().catch(() => undefined);
  });

  it("is not resumed with an event of another session, of another process, or of nobody's", async () => {
    const stack = await startStack();
    const [own, foreign] = [await openSession(stack.url), await openSession(stack.url)];
    const response = await foreign.fetch('POST', call('echo', { text: 'for the other alone' }));
    const events: RawEvent[] = [];
    for await (const event of readEvents(response, true)) events.push(event);
    for (const id of [...events.map((event) => event.id ?? ''), 'aaaaaaaaaaaa-0-1', '_GET_stream', 'x']) {
      expect(await errorOf(await own.fetch('GET', undefined, { ...listen, 'last-event-id': id }))).toMatchObject({
        status: 400,
        message: expect.stringContaining('Last-Event-ID') as string,
      });
    }
  });
});

describe('a cancelled request', () => {
  it('ends its stream without an answer, and nothing is left running', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const response = await session.fetch('POST', call('wait', {}, 'w'));
    await until(() => stack.running.has('wait'));
    await session.fetch('POST', {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'w', reason: 'changed my mind' },
    });
    expect(await response.text()).not.toContain('"id":"w"');
    await until(() => stack.aborted.includes('wait') && stack.running.size === 0);
  });

  it('of revision 2026-07-28 is one whose connection is gone', async () => {
    const stack = await startStack();
    const abort = new AbortController();
    const response = modern(stack.url, 'tools/call', { name: 'wait', arguments: {} }, abort.signal);
    await until(() => stack.running.has('wait'));
    abort.abort();
    await expect(response).rejects.toThrow();
    await until(() => stack.aborted.includes('wait') && stack.running.size === 0);
  });
});

describe('a request that is given up', () => {
  it('is answered with what is known, and its stream ends', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const responses = [await session.fetch('POST', call('wait', {}, 'one')), await session.fetch('POST', call('wait', {}, 'two'))];
    await until(() => stack.running.has('wait'));
    void stack.mcp.abandon('the server is stopping');
    for (const [at, id] of ['one', 'two'].entries()) {
      const events: RawEvent[] = [];
      for await (const event of readEvents(responses[at] as Response)) events.push(event);
      const error = { code: -32_603, message: 'Outcome unknown: the server is stopping. Look before you repeat a change.' };
      expect(events.map(({ message }) => message)).toEqual([{ jsonrpc: '2.0', id, error }]);
    }
  });
});

describe('a request of revision 2026-07-28 that is given up', () => {
  it('is answered on the event stream that its answer began with', async () => {
    const stack = await startStack();
    const meta = { progressToken: 'p' };
    const response = await modern(stack.url, 'tools/call', { name: 'count', arguments: { to: 400 }, _meta: meta });
    const events = readEvents(response);
    expect((await events.next()).value).toMatchObject({ message: { method: 'notifications/progress' } });
    void stack.mcp.abandon('the server is stopping');
    const rest: RawEvent[] = [];
    for await (const event of events) rest.push(event);
    expect(rest.at(-1)?.message).toMatchObject({
      id: expect.any(Number) as number,
      error: { code: -32_603, message: 'Outcome unknown: the server is stopping. Look before you repeat a change.' },
    });
  });
});

describe('a question to the client', () => {
  const asking = {
    capabilities: {},
    tools: [{ name: 'ask', inputSchema: { type: 'object' as const } }],
    install: () => undefined,
    call: async (_request: unknown, context: { mcpReq: { elicitInput(params: object): Promise<{ action: string }> } }) => {
      const { action } = await context.mcpReq.elicitInput({ message: 'Sure?', requestedSchema: { type: 'object', properties: {} } });
      return { content: [{ type: 'text' as const, text: action }] };
    },
  };

  it('is answered by SDK clients although its id names the generation', async () => {
    const stack = await startStack({ fixtures: asking, generation: 3 });
    const client = new Client({ name: 'a', version: '1' }, { capabilities: { elicitation: {} }, versionNegotiation: { mode: 'legacy' } });
    client.setRequestHandler('elicitation/create', () => ({ action: 'decline' }));
    await client.connect(new StreamableHTTPClientTransport(new URL(stack.url)));
    onTestFinished(() => client.close());
    expect((await client.callTool({ name: 'ask', arguments: {} })).content).toEqual([{ type: 'text', text: 'decline' }]);
  });

  it('of this process is not answered by what was meant for a former one', async () => {
    const stack = await startStack({ fixtures: asking, generation: 3 });
    const session = await openSession(stack.url, '2025-11-25', { elicitation: { form: {} } });
    const stream = await session.fetch('GET', undefined, listen);
    const answer = await session.fetch('POST', call('ask'));
    const question = (await readEvents(stream).next()).value as RawEvent;
    expect(question.message).toMatchObject({ method: 'elicitation/create' });
    const { id: asked } = question.message as { id: string };
    for (const id of ['1.0', '2.0', '3.0', 0, '0']) {
      const late = await session.fetch('POST', { jsonrpc: '2.0', id, result: { action: 'accept', content: {} } });
      expect(late.status).toBe(202);
    }
    await session.fetch('POST', { jsonrpc: '2.0', id: asked, result: { action: 'decline' } });
    expect(await answer.text()).toContain('"text":"decline"');
  });
});
