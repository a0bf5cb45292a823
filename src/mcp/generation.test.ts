import { expect, it } from 'vitest';
import { acceptAnswers, foreignAnswers, markRequests } from './generation.ts';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';

const answer = (id: unknown) => ({ jsonrpc: '2.0', id, result: {} });
const request = { jsonrpc: '2.0', id: 5, method: 'ping' };

it.each([
  ['its own answer', answer('7.3'), { body: answer(3) }],
  ['an answer to a former generation', answer('6.3'), null],
  ['an answer without a generation', answer(3), null],
  ['an answer with a strange id', answer('7.x'), null],
  ['a request', request, { body: request }],
  ['a batch', [answer('6.1'), request, answer('7.2')], { body: [request, answer(2)] }],
  ['a batch of foreign answers alone', [answer('6.1')], null],
  ['an empty batch', [], { body: [] }],
  ['nothing', null, { body: null }],
  ['a number', 5, { body: 5 }],
])('takes %s for what it is', (_name, body, expected) => {
  expect(acceptAnswers(body, 7)).toEqual(expected);
});

it('finds the answers that other processes wait for', () => {
  const batch = [answer('6f.1'), request, answer('7.2'), answer('nonsense'), answer(3), null];
  expect(foreignAnswers(batch, '7')).toEqual([{ mark: '6f', message: answer('6f.1') }]);
  expect([foreignAnswers(answer('7.2'), '7'), foreignAnswers(request, '7'), foreignAnswers(null, '7')]).toEqual([[], [], []]);
});

it('marks questions and their cancellations, and nothing else', async () => {
  const sent: JSONRPCMessage[] = [];
  const transport: Transport = {
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    send: async (message) => void sent.push(message),
  };
  markRequests(transport, 7);
  await transport.send({ jsonrpc: '2.0', id: 0, method: 'ping' });
  await transport.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 0, reason: 'r' } });
  await transport.send({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
  await transport.send({ jsonrpc: '2.0', id: 9, result: {} });
  expect(sent).toEqual([
    { jsonrpc: '2.0', id: '7.0', method: 'ping' },
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: '7.0', reason: 'r' } },
    { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } },
    { jsonrpc: '2.0', id: 9, result: {} },
  ]);
});
