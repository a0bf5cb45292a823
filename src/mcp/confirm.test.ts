import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as SseV1 } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { modern, openSession, readEvents, until } from '../../test/conformance/raw.ts';
import { startStack, testConfirmations, type Stack, type StackOptions } from '../../test/conformance/stack.ts';
import { UsedHere } from '../confirm/index.ts';

const info = { name: 'tester', version: '7' };

interface Question {
  readonly message: string;
  readonly requestedSchema?: { readonly properties: Readonly<Record<string, { readonly enum?: readonly string[] }>> };
}
type Answer = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, string> };
type Ask = (question: Question) => Answer | Promise<Answer>;
interface Caller {
  call(args: Record<string, unknown>): Promise<{ isError?: boolean | undefined; text: string; structuredContent?: unknown }>;
  close(): Promise<void>;
}

const fieldOf = ({ requestedSchema }: Question): string => Object.keys(requestedSchema?.properties ?? {})[0] ?? '';
const choose =
  (decision: string): Ask =>
  (question) => ({ action: 'accept', content: { [fieldOf(question)]: decision } });

const simplify = async (calling: Promise<unknown>) => {
  const { isError, content, structuredContent } = (await calling) as {
    isError?: boolean;
    content: { text: string }[];
    structuredContent?: unknown;
  };
  return { isError, text: content.map(({ text }) => text).join('\n'), structuredContent };
};

/** `ask` null: a client that cannot ask. */
async function connectV1({ url }: Stack, ask: Ask | null, Transport: typeof HttpV1 | typeof SseV1 = HttpV1): Promise<Caller> {
  const client = new ClientV1(info, { capabilities: ask ? { elicitation: {} } : {} });
  if (ask) client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ask(params as Question));
  await client.connect(new Transport(new URL(url)));
  onTestFinished(() => client.close());
  return { call: (args) => simplify(client.callTool({ name: 'remove', arguments: args })), close: () => client.close() };
}

async function connectV2({ url }: Stack, ask: Ask | null, mode: 'legacy' | '2026-07-28'): Promise<Caller> {
  const client = new ClientV2(info, {
    capabilities: ask ? { elicitation: { form: {} } } : {},
    versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : { pin: mode } },
  });
  if (ask) client.setRequestHandler('elicitation/create', async ({ params }) => ask(params as Question));
  await client.connect(new HttpV2(new URL(url)));
  onTestFinished(() => client.close());
  return { call: (args) => simplify(client.callTool({ name: 'remove', arguments: args })), close: () => client.close() };
}

/** A stack that keeps account of what was removed. */
async function start(options: StackOptions = {}): Promise<Stack & { removed: unknown[] }> {
  const removed: unknown[] = [];
  const run = (_name: string, args: unknown) => {
    removed.push(args);
    return Promise.resolve({ removed: true });
  };
  return Object.assign(await startStack({ ...options, with: { run, ...options.with } }), { removed });
}

const clients = [
  ['SDK v1', (stack: Stack, ask: Ask | null) => connectV1(stack, ask), {}],
  ['SDK v1 over HTTP+SSE', (stack: Stack, ask: Ask | null) => connectV1(stack, ask, SseV1), { transport: 'sse' }],
  ['SDK v2, legacy', (stack: Stack, ask: Ask | null) => connectV2(stack, ask, 'legacy'), {}],
  ['SDK v2, 2026-07-28', (stack: Stack, ask: Ask | null) => connectV2(stack, ask, '2026-07-28'), {}],
] as const;

describe.each(clients)('a client of %s that can ask', (_name, connect, options) => {
  it('asks, shows the name from the cloud, and removes when a person says so', async () => {
    const stack = await start(options);
    const questions: Question[] = [];
    const client = await connect(stack, (question) => {
      questions.push(question);
      expect(stack.removed).toEqual([]);
      return choose('delete')(question);
    });
    const result = await client.call({ id: '7' });
    expect(result).toMatchObject({ structuredContent: { removed: true } });
    expect(stack.removed).toEqual([{ id: '7' }]);
    expect(questions).toHaveLength(1);
    expect(questions[0]?.message).toContain('- “Berlin”, ID “7”');
    expect(stack.audit.at(-1)).toContain(' | decision: confirmed | by: answer');
    expect(Object.values(questions[0]?.requestedSchema?.properties ?? {})[0]?.enum).toEqual(['delete', 'cancel']);
  });

  it.each<[string, Ask]>([
    ['says cancel', choose('cancel')],
    ['declines', () => ({ action: 'decline' })],
    ['closes the question', () => ({ action: 'cancel' })],
    ['agrees to another question', () => ({ action: 'accept', content: { decision_00000000: 'delete' } })],
    ['agrees without a decision', () => ({ action: 'accept', content: {} })],
    ['answers with rubbish', choose('DELETE')],
  ])('removes nothing when the person %s', async (_what, ask) => {
    const stack = await start(options);
    const client = await connect(stack, ask);
    const result = await client.call({ id: '7' });
    expect(result.isError).toBe(true);
    expect(result.text).toMatch(/Not confirmed, nothing was changed/);
    expect(stack.removed).toEqual([]);
    expect(stack.audit.at(-1)).toContain('ERR_NOT_CONFIRMED');
  });

  it('removes nothing when the client fails to ask', async () => {
    const stack = await start(options);
    const client = await connect(stack, () => {
      throw new Error('no window');
    });
    const result = await client.call({ id: '7' }).catch((error: unknown) => ({ isError: true, text: String(error) }));
    expect(result.isError).toBe(true);
    expect(stack.removed).toEqual([]);
  });

  it('is asked although it brings a token', async () => {
    const confirmations = testConfirmations();
    const stack = await start({ ...options, with: { confirmations } });
    const { sealed } = confirmations.issue('token', { caller: '[null,null]', tool: 'remove', args: { id: '7' } });
    const ask = vi.fn(choose('cancel'));
    const client = await connect(stack, ask);
    await client.call({ id: '7', confirmation_token: sealed });
    expect(ask).toHaveBeenCalledOnce();
    expect(stack.removed).toEqual([]);
  });

  it('removes nothing when the record cannot be read', async () => {
    const describeRemoval = () => Promise.reject(new Error('gone'));
    const stack = await start({ ...options, with: { describeRemoval } });
    const ask = vi.fn(choose('delete'));
    const client = await connect(stack, ask);
    expect((await client.call({ id: '7' })).isError).toBe(true);
    expect(ask).not.toHaveBeenCalled();
    expect(stack.removed).toEqual([]);
  });
});

describe.each(clients)('a client of %s that cannot ask', (_name, connect, options) => {
  const tokenIn = (text: string): string => /confirmation_token: ([\w-]+)/.exec(text)?.[1] ?? '';

  it('gets a token that is good once, for this call alone', async () => {
    const stack = await start(options);
    const client = await connect(stack, null);
    const first = await client.call({ id: '7' });
    expect(first.isError).toBe(true);
    expect(first.text).toContain('“Berlin”');
    expect(first.text).toContain('Nothing was changed yet');
    expect(stack.removed).toEqual([]);
    const token = tokenIn(first.text);
    for (const args of [{ id: '8' }, { id: '7', more: 1 }])
      expect((await client.call({ ...args, confirmation_token: token })).text).toContain('does not belong to this call');
    expect(stack.removed).toEqual([]);
    expect((await client.call({ id: '7', confirmation_token: token })).structuredContent).toEqual({ removed: true });
    expect(stack.removed).toEqual([{ id: '7' }]);
    expect(stack.audit.at(-1)).toContain(' | decision: confirmed | by: token');
    expect((await client.call({ id: '7', confirmation_token: token })).text).toContain('used before');
    expect(stack.audit.at(-1)).toMatch(/ERR_NOT_CONFIRMED.* \| decision: not confirmed/);
    expect(stack.removed).toHaveLength(1);
    expect(stack.audit.join('\n')).not.toContain(token);
  });

  it('gets a token that does not last', async () => {
    const clock = { now: 0 };
    const now = () => clock.now;
    const stack = await start({ ...options, with: { confirmations: testConfirmations({ now, used: new UsedHere([], now) }) } });
    const client = await connect(stack, null);
    const token = tokenIn((await client.call({ id: '7' })).text);
    clock.now += 300_000;
    expect((await client.call({ id: '7', confirmation_token: token })).text).toContain('too late');
    expect(stack.removed).toEqual([]);
  });

  it('gets nothing where tokens are refused, and cannot make one up', async () => {
    const confirmations = testConfirmations();
    const stack = await start({ ...options, with: { confirmations, allowsTokenConfirmation: false } });
    const client = await connect(stack, null);
    const refused = await client.call({ id: '7' });
    expect(refused.text).toContain('this client cannot ask a person');
    expect(tokenIn(refused.text)).toBe('');
    stack.reload({ allowsTokenConfirmation: true });
    for (const made of ['true', '', true, confirmations.issue('state', { caller: '', tool: 'remove', args: { id: '7' } }).sealed])
      expect((await client.call({ id: '7', confirmation_token: made })).isError).toBe(true);
    expect(stack.removed).toEqual([]);
  });
});

describe('a token of a session', () => {
  it('is worth nothing in another session', async () => {
    const stack = await start();
    const [one, other] = [await connectV1(stack, null), await connectV1(stack, null)];
    const token = /confirmation_token: ([\w-]+)/.exec((await one.call({ id: '7' })).text)?.[1];
    expect((await other.call({ id: '7', confirmation_token: token })).text).toContain('does not belong to this call');
    expect(stack.removed).toEqual([]);
  });
});

describe('a question of revision 2026-07-28', () => {
  const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  interface Asked {
    readonly resultType: string;
    readonly requestState: string;
    readonly inputRequests: { readonly confirmation: { readonly params: Question } };
  }
  const answerTo = ({ requestState, inputRequests }: Asked, decision = 'delete') => ({
    requestState,
    inputResponses: { confirmation: choose(decision)(inputRequests.confirmation.params) },
  });
  const asked = async (stack: Stack, id = '7'): Promise<Asked> => (await ask(stack, {}, id)) as Asked;
  async function ask(stack: Stack, more: object, id = '7'): Promise<unknown> {
    const response = await modern(stack.url, 'tools/call', { name: 'remove', arguments: { id }, _meta: meta, ...more });
    const text = await response.text();
    const json = text.startsWith('{') ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? '{}');
    const { result } = JSON.parse(json) as { result: unknown };
    return result;
  }

  it('is answered once, for the call that it was asked about', async () => {
    const stack = await start();
    const question = await asked(stack);
    expect(question.resultType).toBe('input_required');
    expect(await ask(stack, answerTo(question), '8')).toMatchObject({ isError: true });
    expect(stack.removed).toEqual([]);
    expect(await ask(stack, answerTo(question))).toMatchObject({ structuredContent: { removed: true } });
    const again = (await ask(stack, answerTo(question))) as { content: { text: string }[] };
    expect(again.content[0]?.text).toContain('used before');
    expect(stack.removed).toHaveLength(1);
  });

  it('is not answered by the answer to another question about the same call', async () => {
    const stack = await start();
    const [one, other] = [await asked(stack), await asked(stack)];
    const mixed = { ...answerTo(one), requestState: other.requestState };
    expect(await ask(stack, mixed)).toMatchObject({ isError: true });
    expect(stack.removed).toEqual([]);
  });

  it('is not answered without its state, nor with one that was tampered with, nor without an answer', async () => {
    const stack = await start();
    const question = await asked(stack);
    const { requestState, inputResponses } = answerTo(question);
    expect(await ask(stack, { inputResponses })).toMatchObject({ resultType: 'input_required' });
    const tampered = requestState.slice(0, -2) + (requestState.endsWith('AA') ? 'BB' : 'AA');
    expect(await ask(stack, { inputResponses, requestState: tampered })).toMatchObject({ isError: true });
    expect(await ask(stack, { requestState })).toMatchObject({ isError: true });
    expect(stack.removed).toEqual([]);
  });

  it('is answered by a no for good', async () => {
    const stack = await start();
    const question = await asked(stack);
    await ask(stack, answerTo(question, 'cancel'));
    expect(await ask(stack, answerTo(question))).toMatchObject({ isError: true });
    expect(stack.removed).toEqual([]);
  });
});

describe('a question in a session', () => {
  it('that the client fails to ask is told without the words of the client or of the library', async () => {
    const stack = await start();
    const client = await connectV1(stack, () => Promise.reject(new Error("Cannot read properties of undefined (reading 'x')")));
    const { text } = await client.call({ id: '7' });
    expect(text).toMatch(/nothing was changed: no answer came back: the client answered with an error \(-32603\)/);
    expect(text).not.toMatch(/Cannot read|MCP error/);
    expect(stack.removed).toEqual([]);
  });

  it('is given up when the server is about to restart, and asked again after', async () => {
    const stack = await start();
    let open = 0;
    const client = await connectV1(stack, () => new Promise(() => open++));
    const calling = client.call({ id: '7' });
    await until(() => open === 1);
    stack.mcp.endQuestions('the server is restarting');
    expect((await calling).text).toMatch(/nothing was changed: no answer came back: the server is restarting/);
    expect((await client.call({ id: '7' })).text).toContain('the server is restarting');
    expect(open).toBe(1);
    stack.mcp.resumeQuestions();
    void client.call({ id: '7' }).catch(() => undefined);
    await until(() => open === 2);
    expect(stack.removed).toEqual([]);
  });

  it('removes nothing when the client goes away meanwhile, or answers after it cancelled', async () => {
    const stack = await start();
    let answer: (() => void) | null = null;
    const client = await connectV1(stack, (question) => new Promise((resolve) => (answer = () => resolve(choose('delete')(question)))));
    const calling = client.call({ id: '7' });
    calling.catch(() => undefined);
    await until(() => answer !== null);
    await client.close();
    await expect(calling).rejects.toThrow();
    expect(stack.removed).toEqual([]);
  });

  it('is not answered under the number of a former process', async () => {
    const stack = await start();
    const session = await openSession(stack.url, '2025-11-25', { elicitation: {} });
    const response = await session.fetch('POST', {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'remove', arguments: { id: '7' } },
    });
    const events = readEvents(response);
    const { value } = await events.next();
    const { id, params } = (value as { message: { id: string; params: Question } }).message;
    const [mark, number] = id.split('.');
    const result = { action: 'accept', content: { [fieldOf(params)]: 'delete' } };
    await session.fetch('POST', { jsonrpc: '2.0', id: `${mark === '0' ? 1 : 0}.${number}`, result });
    await session.fetch('POST', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await stack.mcp.idle();
    expect(stack.removed).toEqual([]);
  });
});
