import { afterEach, describe, expect, it, vi } from 'vitest';
import { startStack, type Stack } from '../../test/conformance/stack.ts';
import type { OfferedTool } from './index.ts';

const tools = (...names: string[]): ReadonlyMap<string, OfferedTool> =>
  new Map(names.map((name) => [name, { name, about: 'Of a test.', annotations: {}, inputSchema: () => ({ type: 'object' }) }]));

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
};
const headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/list',
};

interface Answer {
  readonly id?: unknown;
  readonly result?: { readonly tools: readonly { name: string }[] } & Readonly<Record<string, unknown>>;
  readonly error?: object;
}

interface Asked {
  readonly with?: Record<string, string>;
  readonly params?: object;
}

async function ask({ url }: Stack, id: unknown, { with: more = {}, params = {} }: Asked = {}) {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params: { _meta: meta, ...params } });
  const response = await fetch(url, { method: 'POST', headers: { ...headers, ...more }, body });
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), text, answer: JSON.parse(text) as Answer };
}

const namesIn = ({ answer }: { answer: Answer }) => answer.result?.tools.map(({ name }) => name);

describe('server/discover that is asked once more', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const discover = async ({ url }: Stack, id: unknown, more: Record<string, string> = {}) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'server/discover', params: { _meta: meta } });
    const sent = { ...headers, 'mcp-method': 'server/discover', ...more };
    const response = await fetch(url, { method: 'POST', headers: sent, body });
    return { status: response.status, answer: (await response.json()) as Answer };
  };

  it('is the same but for the id, without the SDK, and judged again in any other form and after a reload', async () => {
    const stack = await startStack({ with: { tools: tools('a') } });
    const judged = vi.spyOn(globalThis, 'Request');
    const first = await discover(stack, 1);
    expect(first.answer.result).toMatchObject({ capabilities: { tools: {} } });
    for (const id of [2, 'two']) expect(await discover(stack, id)).toEqual({ status: 200, answer: { ...first.answer, id } });
    expect(judged).toHaveBeenCalledTimes(1);
    expect((await discover(stack, 3, { 'mcp-protocol-version': '2025-11-25' })).status).not.toBe(200);
    expect(namesIn(await ask(stack, 4))).toEqual(['a']);
    expect(judged).toHaveBeenCalledTimes(3);
    stack.reload({ tools: tools('b') });
    await discover(stack, 5);
    expect(judged).toHaveBeenCalledTimes(4);
  });
});

describe('a list of tools that is asked for once more', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is the same but for the id, without the SDK', async () => {
    const stack = await startStack({ with: { tools: tools('a', 'b') } });
    const judged = vi.spyOn(globalThis, 'Request');
    const first = await ask(stack, 1);
    for (const id of [2, 'two', '"', 3]) {
      const again = await ask(stack, id);
      expect(again).toMatchObject({ status: 200, type: first.type });
      expect(again.answer).toEqual({ ...first.answer, id });
    }
    expect(namesIn(first)).toEqual(['a', 'b']);
    expect(judged).toHaveBeenCalledTimes(1);
  });

  it('is another one after a reload', async () => {
    const stack = await startStack({ with: { tools: tools('a') } });
    await ask(stack, 1);
    expect(namesIn(await ask(stack, 2))).toEqual(['a']);
    stack.reload({ tools: tools('b') });
    expect(namesIn(await ask(stack, 3))).toEqual(['b']);
    expect(namesIn(await ask(stack, 4))).toEqual(['b']);
  });

  it('is the one of who asks', async () => {
    const lists = { one: [...tools('a').values()], other: [...tools('b').values()] };
    const stack = await startStack({
      with: { tools: tools('a', 'b'), listFor: (key) => (key.endsWith('one') ? lists.one : lists.other) },
      gate: {
        publish: () => null,
        admit: ({ headers: given }) => Promise.resolve({ principal: String(given['x-who']), standing: () => undefined }),
      },
    });
    for (let round = 0; round < 3; round += 1) {
      expect(namesIn(await ask(stack, round, { with: { 'x-who': 'one' } }))).toEqual(['a']);
      expect(namesIn(await ask(stack, round, { with: { 'x-who': 'other' } }))).toEqual(['b']);
    }
  });

  it('is refused where it was not asked for rightly', async () => {
    const stack = await startStack({ with: { tools: tools('a') } });
    await ask(stack, 1);
    await ask(stack, 2);
    const wrongs: readonly Asked[] = [
      { with: { 'mcp-method': 'tools/call' } },
      { with: { 'mcp-protocol-version': '1999-01-01' } },
      { params: { cursor: 'x' } },
      { params: { _meta: {} } },
    ];
    for (const wrong of wrongs) {
      const { answer } = await ask(stack, 3, wrong);
      expect(answer.error, JSON.stringify(wrong)).toBeDefined();
      expect(answer.result).toBeUndefined();
    }
    for (const id of [null, 1.5, { a: 1 }]) expect((await ask(stack, id)).answer.result, JSON.stringify(id)).toBeUndefined();
    expect(namesIn(await ask(stack, 4))).toEqual(['a']);
  });

  it('is judged by the SDK when too many kinds of clients have asked since', async () => {
    const stack = await startStack({ with: { tools: tools('a') } });
    const judged = vi.spyOn(globalThis, 'Request');
    const client = (version: number) => ({
      params: { _meta: { ...meta, 'io.modelcontextprotocol/clientInfo': { name: 'test', version: `${version}` } } },
    });
    for (let version = 0; version < 40; version += 1) await ask(stack, 1, client(version));
    expect(judged).toHaveBeenCalledTimes(40);
    await ask(stack, 1, client(39));
    expect(judged).toHaveBeenCalledTimes(40);
    await ask(stack, 1, client(0));
    expect(judged).toHaveBeenCalledTimes(41);
  });
});
