import { describe, expect, it } from 'vitest';
import { openSession, post } from '../../test/conformance/raw.ts';
import { startStack } from '../../test/conformance/stack.ts';
import { stringifyJson } from '../common/json.ts';
import { levelIn, outline } from './handshake.ts';
import { judgeContent } from './judge.ts';

const long = 'x'.repeat(1_000_000);
const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, { deep: at }]));
/** A message may have 2,000 values outside the arguments of a tool. */
const many = members(300);
const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };

/** Handshakes that are large in every way that one can be. */
const large: Readonly<Record<string, object>> = {
  'a long name': { ...params, clientInfo: { name: long, version: '1' } },
  'a long version': { ...params, clientInfo: { name: 'a', version: long } },
  'a long revision': { ...params, protocolVersion: long },
  'a name of large characters': { ...params, clientInfo: { name: '\u{1F600}'.repeat(100_000), version: '1' } },
  'a title, icons and a web site': {
    ...params,
    clientInfo: { ...params.clientInfo, title: long, websiteUrl: long, icons: [{ src: long }] },
  },
  'many capabilities': { ...params, capabilities: many },
  'capabilities of many members': { ...params, capabilities: { elicitation: many, roots: many, sampling: many } },
  'capabilities of long names': { ...params, capabilities: { elicitation: { [long]: {} }, sampling: { [long]: true } } },
  experiments: { ...params, capabilities: { experimental: many, extensions: many } },
  'metadata and more': { ...params, _meta: many, more: long },
};

const LARGEST = 2_000;

describe('a handshake', () => {
  it.each(Object.entries(large))('with %s is served, and little of it is kept or handed on', async (_what, given) => {
    const stack = await startStack();
    const response = await post(stack.url, { jsonrpc: '2.0', id: 1, method: 'initialize', params: given });
    await response.text();
    expect(response.status).toBe(200);
    const [saved] = stack.mcp.saveSessions();
    expect(stringifyJson({ ...saved, events: null }).length).toBeLessThan(LARGEST);
    expect(stringifyJson(outline(given)).length).toBeLessThan(LARGEST);
  });

  it.each([
    ['values', { ...params, capabilities: members(1_500) }, 400],
    ['values than a message may have', { ...params, capabilities: members(50_000) }, 413],
  ])('with more %s is refused, and nothing is kept of it', async (_what, given, status) => {
    const stack = await startStack();
    const response = await post(stack.url, { jsonrpc: '2.0', id: 1, method: 'initialize', params: given });
    expect([response.status, stack.mcp.sessions()]).toEqual([status, 0]);
  });

  it('of a usual client is kept as far as it is used', () => {
    const capabilities = { elicitation: { form: {}, url: {} }, roots: { listChanged: true }, sampling: {}, experimental: { a: {} } };
    expect(outline({ ...params, capabilities })).toEqual({
      ...params,
      capabilities: { elicitation: { form: {}, url: {} }, roots: { listChanged: true }, sampling: {} },
    });
  });

  it.each([[null], [1], ['x'], [[1]], [{}], [{ ...params, capabilities: 'x' }], [{ ...params, clientInfo: 'a' }]])(
    'of another form stays one: %j',
    async (given) => {
      const { url, mcp } = await startStack();
      const status = async (body: unknown) => (await post(url, { jsonrpc: '2.0', id: 1, method: 'initialize', params: body })).status;
      expect([await status(given), await status(outline(given)), mcp.sessions()]).toEqual([400, 400, 0]);
    },
  );

  it('is followed by a level of the log that there is, or by none', async () => {
    const stack = await startStack();
    const session = await openSession(stack.url);
    const levels = () => stack.mcp.saveSessions().map(({ handshake }) => handshake.logLevel);
    await session.ask('logging/setLevel', { level: long.slice(0, 60_000) });
    expect(levels()).toEqual([null]);
    await session.ask('logging/setLevel', { level: 'error' });
    await session.ask('logging/setLevel', { level: { deep: long.slice(0, 60_000) } });
    expect([levels(), levelIn(null), levelIn({ level: 'loud' })]).toEqual([['error'], null, null]);
  });
});

describe('an ID that is kept until the answer is sent', () => {
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

  it.each([
    ['id', { ...ping, id: long }],
    ['progressToken', { ...ping, params: { _meta: { progressToken: long } } }],
    ['id', [ping, { ...ping, id: long }]],
  ])('has a limit: %s', async (what, body) => {
    const { url } = await startStack();
    const session = await openSession(url);
    const answer = await session.fetch('POST', body);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(
      `${what} may have at most 256 characters, since it is kept until the answer is sent; this one has 1000000`,
    );
  });

  it('may have any other form', () => {
    for (const body of [
      null,
      'a',
      [],
      [null],
      { ...ping, params: null },
      { ...ping, params: { _meta: null } },
      { ...ping, id: 'x'.repeat(256) },
    ])
      expect(judgeContent(body)).toBeNull();
  });
});
