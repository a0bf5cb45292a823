/** Bounds of what is kept for clients that have no session, and of what is kept for a store that is away. */
import type { Tool } from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { modern, post, readEvents } from '../../test/conformance/raw.ts';
import { collectLog, startStack } from '../../test/conformance/stack.ts';
import { fillIn, standInFor } from './prepared-list.ts';
import type { Runtime } from './runtime.ts';
import { Sharing } from './sharing.ts';
import type { SharedStore } from './shared.ts';

it.each([
  ['metadata', { _meta: { pad: 'x'.repeat(9_000) } }],
  ['a filter', { notifications: { toolsListChanged: true, pad: 'x'.repeat(9_000) } }],
])('a subscription whose request is long gets 413: %s', async (_what, params) => {
  const { url, standing } = await startStack();
  const answer = await modern(url, 'subscriptions/listen', { notifications: { toolsListChanged: true }, ...params });
  expect(answer.status).toBe(413);
  expect(await answer.text()).toMatch(/subscriptions\/listen may have at most 8192 characters.*this one has \d{4,5}\. Leave out/);
  expect(standing.size).toBe(0);
  const abort = new AbortController();
  const opened = await modern(url, 'subscriptions/listen', { notifications: { toolsListChanged: true } }, abort.signal);
  for await (const { message } of readEvents(opened)) {
    expect(message).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    break;
  }
  abort.abort();
});

it('an ID that is too long is refused in every revision', async () => {
  const { url } = await startStack();
  const sse = await startStack({ transport: 'sse' });
  const body = { jsonrpc: '2.0', id: 'x'.repeat(300), method: 'tools/list', params: {} };
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
  const messages = sse.url.replace('/sse', '/messages?sessionId=a');
  for (const answer of [await post(url, body, headers), await post(messages, body)]) {
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('id may have at most 256 characters');
  }
});

it('lists of tools that are on the way are bounded: the one that was asked for last is always there', () => {
  const first = JSON.stringify(standInFor([tool(-1)]));
  for (let at = 0; at < 200; at++) {
    const stands = standInFor([tool(at)]);
    expect(Buffer.concat(fillIn(Buffer.from(JSON.stringify(stands)))).toString()).toContain(`tool_${at}"`);
  }
  expect(() => fillIn(Buffer.from(first))).toThrow('dropped before its answer was sent');
});

const tool = (at: number): Tool => ({ name: `tool_${at}`, inputSchema: { type: 'object' } });

it('of the sessions that end while the store is away, the last ten thousand are remembered', async () => {
  const stored: string[] = [];
  const state = { isUp: false };
  const up = (name: string | null): Promise<never> =>
    state.isUp ? Promise.resolve(name !== null && stored.push(name)).then(() => null as never) : Promise.reject(new Error('away'));
  const store = { store: up, forgetEvents: () => up(null), send: () => up(null) } as unknown as SharedStore;
  const sharing = new Sharing(store, () => ({ sessionIdleMs: 1 }) as Runtime, collectLog());
  for (let at = 0; at < 10_005; at++) await sharing.ended(String(at)).catch(() => undefined);
  state.isUp = true;
  await sharing.catchUp([]);
  expect([stored.length, stored[0]]).toEqual([10_000, '5']);
});
