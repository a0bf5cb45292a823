import { expect, it } from 'vitest';
import { readLeniently } from './lenient.ts';

const call = (params: unknown) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });

it.each<[what: string, given: unknown, meant: unknown]>([
  ['null for no params', { id: 1, method: 'ping', params: null }, { id: 1, method: 'ping' }],
  ['null for no member', call({ name: 'a', task: null, _meta: { progressToken: null } }), call({ name: 'a', _meta: {} })],
  ['null for no arguments', call({ name: 'a', arguments: null }), call({ name: 'a' })],
  ["null within arguments, which is the tool's", call({ name: 'a', arguments: { b: null } }), call({ name: 'a', arguments: { b: null } })],
  ['an empty list for no arguments', call({ name: 'a', arguments: [] }), call({ name: 'a', arguments: {} })],
  ['arguments in a text', call({ name: 'a', arguments: '{"b":[1]}' }), call({ name: 'a', arguments: { b: [1] } })],
  ['arguments in an empty text', call({ name: 'a', arguments: ' ' }), call({ name: 'a', arguments: {} })],
  ['arguments that are none', call({ name: 'a', arguments: 'x' }), call({ name: 'a', arguments: 'x' })],
  ['a list in a text', call({ name: 'a', arguments: '[1]' }), call({ name: 'a', arguments: '[1]' })],
  [
    'a level in capitals',
    { method: 'logging/setLevel', params: { level: ' WARN' } },
    { method: 'logging/setLevel', params: { level: 'warning' } },
  ],
  [
    'an unknown level',
    { method: 'logging/setLevel', params: { level: 'loud' } },
    { method: 'logging/setLevel', params: { level: 'loud' } },
  ],
  ['a member called level elsewhere', call({ level: 'WARN' }), call({ level: 'WARN' })],
  [
    'the level of a request',
    call({ _meta: { 'io.modelcontextprotocol/logLevel': 'Fatal' } }),
    call({ _meta: { 'io.modelcontextprotocol/logLevel': 'critical' } }),
  ],
  [
    'a client without capabilities',
    { method: 'initialize', params: { capabilities: [], clientInfo: { name: 'a', title: null } } },
    { method: 'initialize', params: { capabilities: {}, clientInfo: { name: 'a' } } },
  ],
  ['a batch', [{ id: 1, method: 'ping', params: null }, 5, null], [{ id: 1, method: 'ping' }, 5, null]],
  ['an answer, which is not a request', { id: 1, result: { content: { a: null } } }, { id: 1, result: { content: { a: null } } }],
  ['no message', 'text', 'text'],
])('reads %s', (_, given, meant) => {
  readLeniently(given);
  expect(given).toEqual(meant);
});
