import { expect, it } from 'vitest';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { EventPool, type SessionEvents } from './events.ts';

const note = (text: string): JSONRPCMessage => ({ jsonrpc: '2.0', method: 'notifications/message', params: { text } });
const result = (size: number): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text: 'x'.repeat(size) }] },
});

const at = (stream: string) => ({ stream, requests: [] });

function replay(events: SessionEvents, id: string): JSONRPCMessage[] {
  const found = events.find(id);
  if (!found) throw new Error('no such event');
  return events.after(found).map(({ message }) => message);
}

it('replays what came later on the same stream, and nothing of another', () => {
  const events = new EventPool().open('tag');
  const first = events.store(at('a'), {} as JSONRPCMessage);
  events.store(at('b'), note('of b'));
  const second = events.store(at('a'), note('one'));
  events.store(at('a'), note('two'));
  expect(replay(events, first)).toEqual([note('one'), note('two')]);
  expect(replay(events, second)).toEqual([note('two')]);
});

it('knows the stream of an id by the id, and none of another session', () => {
  const pool = new EventPool();
  const [own, other] = [pool.open('own'), pool.open('other')];
  const id = own.store(at('_GET_stream'), note('x'));
  expect(own.find(id)).toMatchObject({ stream: '_GET_stream', isStanding: true });
  expect(other.find(id)).toBeNull();
  for (const wrong of ['', 'own', 'own-0', 'own-0-x', 'own-9-1', `${id}-1`]) expect(own.find(wrong), wrong).toBeNull();
});

it('forgets the oldest events of a session first, and with its last event the stream', () => {
  const events = new EventPool().open('tag');
  const forgotten = events.store(at('old'), note('old'));
  const standing = events.store(at('_GET_stream'), note('standing'));
  const kept = events.store(at('new'), note('new'));
  for (let round = 0; round < 127; round++) events.store(at('new'), note(`${round}`));
  expect(events.count).toBe(128);
  expect(events.find(forgotten)).toBeNull();
  expect(events.find(standing)).not.toBeNull();
  expect(replay(events, kept)).toHaveLength(127);
});

it('keeps the newest event of a session, however large', () => {
  const events = new EventPool().open('tag');
  const first = events.store(at('a'), note('small'));
  events.store(at('a'), result(5_000_000));
  expect(events.count).toBe(1);
  expect(replay(events, first)).toHaveLength(1);
});

it('weighs a list of tools as what it is: a client that asks again and again makes the session no larger than others', () => {
  const events = new EventPool().open('tag');
  const tools = Array.from({ length: 400 }, (_, n) => ({ name: `tool_${n}`, description: 'x'.repeat(1_000), inputSchema: {} }));
  for (let id = 0; id < 100; id++) events.store(at(`list ${id}`), { jsonrpc: '2.0', id, result: { tools } });
  expect(events.count).toBeLessThan(11);
});

it('bounds what all sessions hold together; those that are silent for longest lose', () => {
  const pool = new EventPool();
  const logs = Array.from({ length: 40 }, (_, n) => pool.open(`s${n}`));
  for (const log of logs) log.store(at('a'), result(1_000_000));
  const held = logs.map(({ count }) => count);
  expect(held.filter((count) => count > 0).length).toBeLessThanOrEqual(22);
  expect(held.slice(-20)).toEqual(Array.from({ length: 20 }, () => 1));
  expect(held[0]).toBe(0);
});

it('gives back what a session held when it ends', () => {
  const pool = new EventPool();
  for (let round = 0; round < 100; round++) {
    const log = pool.open(`s${round}`);
    log.store(at('a'), result(1_000_000));
    expect(log.count).toBe(1);
    log.clear();
  }
  const last = pool.open('last');
  last.store(at('a'), result(1_000_000));
  expect(last.count).toBe(1);
});
