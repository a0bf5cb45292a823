import { describe, expect, it } from 'vitest';
import { openSession, readEvents, until, type RawEvent, type RawSession } from '../../test/conformance/raw.ts';
import { startStack, type Stack } from '../../test/conformance/stack.ts';
import type { StandingStream } from './standing-streams.ts';

const accept = { accept: 'text/event-stream' };

async function openStream(
  stack: Stack,
  session: RawSession,
  lastEventId?: string,
): Promise<{ events: AsyncGenerator<RawEvent>; stream: StandingStream; carry: NonNullable<StandingStream['carry']> }> {
  const response = await session.fetch('GET', undefined, { ...accept, ...(lastEventId && { 'last-event-id': lastEventId }) });
  await until(() => stack.standing.size === 1);
  const [stream] = stack.standing;
  if (!stream?.carry) throw new Error('the stream cannot be carried');
  return { events: readEvents(response), stream, carry: stream.carry };
}

/** Goes on with everything in another process, so to speak; a client's request leads there. */
async function moveOn(former: Stack, session: RawSession): Promise<{ stack: Stack; session: RawSession }> {
  const stack = await startStack();
  stack.mcp.restoreSessions(former.mcp.saveSessions(), false);
  const headers = { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25' };
  return { stack, session: { ...session, fetch: (method, _, more) => fetch(stack.url, { method, headers: { ...headers, ...more } }) } };
}

const idOf = async (events: AsyncGenerator<RawEvent>): Promise<string> => ((await events.next()).value as RawEvent).id ?? '';

describe('an event stream that is held', () => {
  it('says in order what came meanwhile, when it is released', async () => {
    const stack = await startStack();
    const { events, carry } = await openStream(stack, await openSession(stack.url));
    carry.hold();
    stack.mcp.toolsChanged();
    stack.mcp.toolsChanged();
    await until(() => carry.save().unsent.split('list_changed').length === 3);
    carry.release();
    stack.mcp.toolsChanged();
    const numbers = [await idOf(events), await idOf(events), await idOf(events)].map((id) => Number(id.split('-').at(-1)));
    expect(numbers).toEqual([numbers[0], (numbers[0] ?? 0) + 1, (numbers[0] ?? 0) + 2]);
    expect(carry.save().unsent).toBe('');
  });

  it('goes on elsewhere after what it leaves unsent', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const { events, carry } = await openStream(stack, session);
    stack.mcp.toolsChanged();
    const first = await idOf(events);
    expect(carry.save()).toEqual({ body: null, lastEventId: first, unsent: '' });
    carry.hold();
    stack.mcp.toolsChanged();
    await until(() => carry.save().unsent !== '');
    const { lastEventId, unsent } = carry.save();
    expect(unsent).toContain(`id: ${lastEventId}\n`);
    const next = await moveOn(stack, session);
    const { events: rest } = await openStream(next.stack, next.session, lastEventId ?? '');
    next.stack.mcp.toolsChanged();
    expect(Number((await idOf(rest)).split('-').at(-1))).toBe(Number(lastEventId?.split('-').at(-1)) + 1);
  });

  it('does not repeat elsewhere what was sent before it was opened', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    stack.mcp.toolsChanged();
    const { carry } = await openStream(stack, session);
    carry.hold();
    const before = carry.save().lastEventId ?? '';
    const next = await moveOn(stack, session);
    const { events } = await openStream(next.stack, next.session, before);
    next.stack.mcp.toolsChanged();
    expect(Number((await idOf(events)).split('-').at(-1))).toBe(Number(before.split('-').at(-1)) + 1);
  });

  it('ends only when it is released, for another process may be going on with it', async () => {
    const stack = await startStack();
    const { events, stream, carry } = await openStream(stack, await openSession(stack.url));
    carry.hold();
    stack.mcp.toolsChanged();
    stream.end();
    await until(() => carry.save().unsent !== '');
    expect(stack.standing.size).toBe(1);
    carry.release();
    expect((await events.next()).value).toMatchObject({ message: { method: 'notifications/tools/list_changed' } });
    expect(await events.next()).toMatchObject({ done: true });
  });
});

describe('a session whose client has not heard of other tools', () => {
  it('is told after yet another process', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const second = await startStack();
    second.mcp.restoreSessions(stack.mcp.saveSessions(), true);
    const headers = { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25' };
    expect(
      (
        await fetch(second.url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
          body: '{"jsonrpc":"2.0","id":9,"method":"ping"}',
        })
      ).status,
    ).toBe(200);
    const third = await moveOn(second, session);
    const { events } = await openStream(third.stack, third.session);
    expect((await events.next()).value).toMatchObject({ message: { method: 'notifications/tools/list_changed' } });
  });
});
