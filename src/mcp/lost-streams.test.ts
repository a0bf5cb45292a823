import { expect, it } from 'vitest';
import { openSession, readEvents, until, type RawEvent, type RawSession } from '../../test/conformance/raw.ts';
import { startStack, type Stack } from '../../test/conformance/stack.ts';
import { openRing, randomSecret } from '../confirm/index.ts';
import { nameRequests, requestsIn } from './lost-streams.ts';

const collect = async (response: Response): Promise<RawEvent[]> => {
  const events: RawEvent[] = [];
  for await (const event of readEvents(response, true)) events.push(event);
  return events;
};

/** Two processes with the same keys, and a session of the first as its client sees it at the second. */
async function startTwo(revision?: string): Promise<{ first: Stack; second: Stack; session: RawSession; moved: RawSession['fetch'] }> {
  const ring = openRing([randomSecret()], undefined, 'session ids');
  const sessionIds = { ring: () => ring };
  const [first, second] = [await startStack({ sessionIds }), await startStack({ sessionIds })];
  const session = await openSession(first.url, revision);
  const moved: RawSession['fetch'] = (method, body, headers = {}) =>
    fetch(second.url, {
      method,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': session.id,
        'mcp-protocol-version': revision ?? '2025-11-25',
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { first, second, session, moved };
}

it.each([7, 'text', 'é "quoted"'])(
  'the client of a call that was lost with its process gets an error for that call alone: id %j',
  async (id) => {
    const { first, session, moved } = await startTwo();
    const running = await session.fetch('POST', { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'wait', arguments: {} } });
    await until(() => first.running.has('wait'));
    const { value } = await readEvents(running, true).next();
    const from = (value as RawEvent).id ?? '';
    const again = await collect(await moved('GET', undefined, { 'last-event-id': from }));
    expect(again).toMatchObject([{ message: { id, error: { message: expect.stringContaining('Outcome unknown') as string } } }]);
    // Some clients ask for the rest of a stream that they have read to its end.
    expect((await moved('GET', undefined, { 'last-event-id': again[0]?.id ?? '' })).status).toBe(405);
    expect((await moved('POST', { jsonrpc: '2.0', id, method: 'ping' })).status).toBe(200);
  },
);

it('the stream of a GET goes on as a new one, which says that the tools may have changed', async () => {
  const { session, moved } = await startTwo();
  const former = await session.fetch('GET', undefined, { accept: 'text/event-stream' });
  await former.body?.cancel();
  const stream = await moved('GET', undefined, { accept: 'text/event-stream', 'last-event-id': 'aaaaaaaaaaaa-0-3' });
  expect(stream.status).toBe(200);
  const events = readEvents(stream);
  const { value } = await events.next();
  expect((value as RawEvent).message).toMatchObject({ method: 'notifications/tools/list_changed' });
  await events.return(undefined);
});

it('names requests in a bounded size, and reads what it wrote', () => {
  for (const ids of [[1], ['a', 2], ['x'.repeat(100)]]) expect(requestsIn(`abc-1-2${nameRequests(ids)}`)).toEqual(ids);
  expect([nameRequests(['x'.repeat(1_000)]), nameRequests([])]).toEqual(['', '']);
  for (const wrong of ['', 'a-1-2', 'a-1-2.', 'a-1-2.e30', 'a-1-2.W3t9XQ', `a-1-2.${'A'.repeat(400)}`, 'x.WzFd'])
    expect(requestsIn(wrong)).toEqual([]);
});
