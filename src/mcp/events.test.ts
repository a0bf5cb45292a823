import { expect, it } from 'vitest';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { EventPool, type SessionEvents } from './events.ts';

const note = (text: string): JSONRPCMessage => ({ jsonrpc: '2.0', method: 'notifications/message', params: { text } });
const result = (size: number): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text: 'x'.repeat(size) }] },
});

async function replay(events: SessionEvents, id: string): Promise<JSONRPCMessage[]> {
  const messages: JSONRPCMessage[] = [];
  await events.replayEventsAfter(id, { send: async (_id, message) => void messages.push(message) });
  return messages;
}

it('replays what came later on the same stream, and nothing of another', async () => {
  const events = new EventPool().open('tag');
  const first = await events.storeEvent('a', {} as JSONRPCMessage);
  await events.storeEvent('b', note('of b'));
  const second = await events.storeEvent('a', note('one'));
  await events.storeEvent('a', note('two'));
  expect(await replay(events, first)).toEqual([note('one'), note('two')]);
  expect(await replay(events, second)).toEqual([note('two')]);
});

it('knows the stream of an id by the id, and none of another session', async () => {
  const pool = new EventPool();
  const [own, other] = [pool.open('own'), pool.open('other')];
  const id = await own.storeEvent('_GET_stream', note('x'));
  expect(own.find(id)).toMatchObject({ stream: '_GET_stream', isStanding: true });
  expect(await other.getStreamIdForEventId(id)).toBeUndefined();
  await expect(replay(other, id)).rejects.toThrow();
  for (const wrong of ['', 'own', 'own-0', 'own-0-x', 'own-9-1', `${id}-1`]) expect(own.find(wrong), wrong).toBeNull();
});

it('forgets the oldest events of a session first, and with its last event the stream', async () => {
  const events = new EventPool().open('tag');
  const forgotten = await events.storeEvent('old', note('old'));
  const standing = await events.storeEvent('_GET_stream', note('standing'));
  const kept = await events.storeEvent('new', note('new'));
  for (let round = 0; round < 127; round++) await events.storeEvent('new', note(`${round}`));
  expect(events.count).toBe(128);
  expect(events.find(forgotten)).toBeNull();
  expect(events.find(standing)).not.toBeNull();
  expect(await replay(events, kept)).toHaveLength(127);
});

it('keeps the newest event of a session, however large', async () => {
  const events = new EventPool().open('tag');
  const first = await events.storeEvent('a', note('small'));
  await events.storeEvent('a', result(5_000_000));
  expect(events.count).toBe(1);
  expect(await replay(events, first)).toHaveLength(1);
});

it('weighs a list of tools as what it is: a client that asks again and again makes the session no larger than others', async () => {
  const events = new EventPool().open('tag');
  const tools = Array.from({ length: 400 }, (_, at) => ({ name: `tool_${at}`, description: 'x'.repeat(1_000), inputSchema: {} }));
  for (let id = 0; id < 100; id++) await events.storeEvent(`list ${id}`, { jsonrpc: '2.0', id, result: { tools } });
  expect(events.count).toBeLessThan(11);
});

it('bounds what all sessions hold together; those that are silent for longest lose', async () => {
  const pool = new EventPool();
  const logs = Array.from({ length: 40 }, (_, at) => pool.open(`s${at}`));
  for (const log of logs) await log.storeEvent('a', result(1_000_000));
  const held = logs.map(({ count }) => count);
  expect(held.filter((count) => count > 0).length).toBeLessThanOrEqual(22);
  expect(held.slice(-20)).toEqual(Array.from({ length: 20 }, () => 1));
  expect(held[0]).toBe(0);
});

it('gives back what a session held when it ends', async () => {
  const pool = new EventPool();
  for (let round = 0; round < 100; round++) {
    const log = pool.open(`s${round}`);
    await log.storeEvent('a', result(1_000_000));
    expect(log.count).toBe(1);
    log.clear();
  }
  const last = pool.open('last');
  await last.storeEvent('a', result(1_000_000));
  expect(last.count).toBe(1);
});
