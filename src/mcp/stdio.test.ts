import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../test/conformance/raw.ts';
import { createTestMcp, testTools, type StackOptions } from '../../test/conformance/stack.ts';
import { LineTransport } from './lines.ts';

function openPipe(options: StackOptions = {}) {
  const stack = createTestMcp(options);
  const [input, output] = [new PassThrough(), new PassThrough()];
  const lines: string[] = [];
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const connection = stack.mcp.serveStdio(input, output);
  onTestFinished(() => connection.close());
  const send = (message: object) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const answerTo = async (id: unknown): Promise<Record<string, unknown>> => {
    const find = () =>
      lines.map((line) => JSON.parse(line) as Record<string, unknown>).find((message) => message['id'] === id && !('method' in message));
    await until(() => find() !== undefined);
    return find() ?? {};
  };
  return { ...stack, input, output, lines, connection, send, answerTo };
}

type Pipe = ReturnType<typeof openPipe>;

const meta = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'pipe', version: '2' },
  },
};

async function shakeHands({ send, answerTo }: Pipe): Promise<void> {
  send({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } },
  });
  await answerTo(0);
  send({ method: 'notifications/initialized' });
}

/** An SDK client at the other end of the pipe. */
async function connectClient(pipe: Pipe, mode: 'legacy' | '2026-07-28'): Promise<Client> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's transport, not an event target
  far.onmessage = (message) => pipe.send(message);
  await far.start();
  let sent = 0;
  pipe.output.on('data', () => {
    for (; sent < pipe.lines.length; sent++) void far.send(JSON.parse(pipe.lines[sent] ?? '') as never);
  });
  const client = new Client({ name: 'pipe', version: '1' }, { versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : { pin: mode } } });
  await client.connect(near);
  onTestFinished(() => client.close());
  return client;
}

describe.each(['legacy', '2026-07-28'] as const)('a client over pipes, %s', (mode) => {
  it('lists, calls, hears of progress and cancels', async () => {
    const pipe = openPipe();
    const client = await connectClient(pipe, mode);
    expect((await client.listTools()).tools).toHaveLength(testTools.size);
    const steps: unknown[] = [];
    const result = await client.callTool({ name: 'count', arguments: { to: 2 } }, { onprogress: (step) => void steps.push(step) });
    expect([result.structuredContent, steps.length]).toEqual([{ counted: 2 }, 2]);
    expect(pipe.audit.at(-1)).toMatch(/object of 1 field \| decision: allowed \| client: pipe 1$/);
    const abort = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: {} }, { signal: abort.signal });
    await until(() => pipe.running.has('wait'));
    abort.abort();
    await expect(call).rejects.toThrow();
    await until(() => pipe.aborted.includes('wait'));
    await pipe.connection.idle();
  });
});

describe('a pipe', () => {
  it('hears that the tools changed, once it said that it listens', async () => {
    const legacy = openPipe();
    await shakeHands(legacy);
    legacy.mcp.toolsChanged();
    await until(() => legacy.lines.some((line) => line.includes('notifications/tools/list_changed')));
    const modern = openPipe();
    modern.send({ id: 1, method: 'tools/list', params: meta });
    await modern.answerTo(1);
    modern.mcp.toolsChanged();
    modern.send({ id: 2, method: 'subscriptions/listen', params: { ...meta, notifications: { toolsListChanged: true } } });
    await until(() => modern.lines.some((line) => line.includes('subscriptions/acknowledged')));
    expect(modern.lines.join()).not.toContain('notifications/tools/list_changed');
    modern.mcp.toolsChanged();
    await until(() => modern.lines.some((line) => line.includes('notifications/tools/list_changed')));
    await modern.connection.idle();
  });

  it('keeps every digit of large integers, there and back', async () => {
    const pipe = openPipe();
    await shakeHands(pipe);
    pipe.input.write('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"count":9007199254740993}}}\n');
    await pipe.answerTo(1);
    expect(pipe.lines.at(-1)).toContain('"structuredContent":{"count":9007199254740993}');
  });

  it('puts together what came in pieces, and takes apart what came at once', async () => {
    const pipe = openPipe();
    await shakeHands(pipe);
    const bytes = Buffer.from(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"ä€😀"}}}\r\n\n{"jsonrpc":"2.0","id":2,"method":"ping"}\n`,
    );
    for (const byte of bytes) pipe.input.write(Buffer.from([byte]));
    expect(await pipe.answerTo(1)).toMatchObject({ result: { structuredContent: { text: 'ä€😀' } } });
    expect(await pipe.answerTo(2)).toMatchObject({ result: {} });
  });

  it.each([
    ['{"jsonrpc":', -32_700],
    ['{"hello":1}', -32_600],
    [`{"jsonrpc":"2.0","id":3,"method":"${'x'.repeat(10_500_000)}"}`, -32_600],
  ])('complains of what is no message, and goes on: %.12s', async (line, code) => {
    const pipe = openPipe();
    await shakeHands(pipe);
    pipe.input.write(`${line}\n`);
    expect(await pipe.answerTo(null)).toMatchObject({ error: { code } });
    pipe.send({ id: 4, method: 'ping' });
    expect(await pipe.answerTo(4)).toMatchObject({ result: {} });
  });

  it('that ends lets what runs finish, and says when', async () => {
    const pipe = openPipe();
    await shakeHands(pipe);
    pipe.send({ id: 5, method: 'tools/call', params: { name: 'wait', arguments: { ms: 80 } } });
    await until(() => pipe.running.has('wait'));
    pipe.input.end();
    await pipe.connection.closed;
    expect(pipe.running.has('wait')).toBe(true);
    await pipe.connection.idle();
    expect(await pipe.answerTo(5)).toMatchObject({ result: { structuredContent: { waited: 80 } } });
    await pipe.connection.close();
  });

  it('gives a last answer to a request that is given up', async () => {
    const pipe = openPipe();
    await shakeHands(pipe);
    pipe.send({ id: 5, method: 'tools/call', params: { name: 'wait', arguments: {} } });
    await until(() => pipe.running.has('wait'));
    void pipe.mcp.abandon('the server is stopping');
    expect(await pipe.answerTo(5)).toMatchObject({
      error: { message: expect.stringContaining('Outcome unknown: the server is stopping') as string },
    });
    await pipe.connection.idle();
  });

  it('that is closed aborts what runs, and does not close the streams', async () => {
    const pipe = openPipe();
    await shakeHands(pipe);
    pipe.send({ id: 5, method: 'tools/call', params: { name: 'wait', arguments: {} } });
    await until(() => pipe.running.has('wait'));
    await pipe.connection.close();
    await until(() => pipe.aborted.includes('wait'));
    await pipe.connection.idle();
    await pipe.connection.closed;
    expect([pipe.input.destroyed, pipe.output.writable]).toEqual([false, true]);
  });

  it('whose other end is gone counts as ended', async () => {
    const pipe = openPipe();
    await shakeHands(pipe);
    pipe.output.destroy(new Error('EPIPE'));
    await pipe.connection.closed;
  });
});

describe('a question over the pipe', () => {
  const capabilities = { elicitation: {} };
  const clientInfo = { name: 'pipe', version: '1' };

  async function openQuestion(generation: number) {
    const pipe = openPipe({ generation });
    pipe.send({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities, clientInfo } });
    await pipe.answerTo(0);
    pipe.send({ method: 'notifications/initialized' });
    pipe.send({ id: 1, method: 'tools/call', params: { name: 'remove', arguments: { id: '7' } } });
    const find = () => pipe.lines.map((line) => JSON.parse(line) as Question).find(({ method }) => method === 'elicitation/create');
    await until(() => find() !== undefined);
    const { id, params } = find()!;
    const [field = ''] = Object.keys(params.requestedSchema.properties);
    return { pipe, id, result: { action: 'accept', content: { [field]: 'delete' } } };
  }

  interface Question {
    readonly id: string;
    readonly method: string;
    readonly params: { readonly requestedSchema: { readonly properties: object } };
  }

  it('bears the number of the process that asked, and takes answers to no other', async () => {
    const { pipe, id, result } = await openQuestion(3);
    expect(id).toMatch(/^3\.\d+$/);
    for (const stale of [id.replace('3.', '2.'), id.replace('3.', ''), Number(id.replace('3.', ''))]) pipe.send({ id: stale, result });
    pipe.send({ id: 2, method: 'ping' });
    await pipe.answerTo(2);
    expect(pipe.running.has('remove')).toBe(false);
    pipe.send({ id, result });
    expect(await pipe.answerTo(1)).toMatchObject({ result: { structuredContent: { removed: '7' } } });
  });

  it('ends with the pipe on hold before a restart, and nothing is changed', async () => {
    const { pipe } = await openQuestion(1);
    pipe.connection.hold();
    pipe.mcp.endQuestions('the server is restarting');
    await pipe.connection.idle();
    const { result } = (await pipe.answerTo(1)) as { result: { content: { text: string }[] } };
    expect(result.content[0]?.text).toContain('nothing was changed');
  });
});

describe('a client over stdio that does not read', () => {
  it('is asked for no further message until it reads, and loses none', async () => {
    const [input, output] = [new PassThrough(), new PassThrough({ highWaterMark: 16 })];
    const transport = new LineTransport(input, output, null, 1, 10_000);
    const got: unknown[] = [];
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's interface of a transport
    transport.onmessage = (message) => {
      if (!('id' in message) || message.id === undefined) return;
      got.push(message.id);
      void transport.send({ jsonrpc: '2.0', id: message.id, result: { text: 'x'.repeat(1_000) } });
    };
    await transport.start();
    onTestFinished(() => transport.close());
    // In pieces: what has been read is answered.
    for (let id = 0; id < 100; id++) {
      input.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' })}\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(got.length).toBeGreaterThan(5);
    expect(got.length).toBeLessThan(20);
    const answers: string[] = [];
    output.setEncoding('utf8').on('data', (text: string) => answers.push(text));
    await until(() => got.length === 100 && answers.join('').split('\n').length === 101);
    expect(got).toEqual(Array.from({ length: 100 }, (_, id) => id));
  });

  it('is not read from either while the pipe is held', async () => {
    const [input, output] = [new PassThrough(), new PassThrough({ highWaterMark: 16 })];
    const transport = new LineTransport(input, output, null, 1, 100);
    const got: unknown[] = [];
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's interface of a transport
    transport.onmessage = (message) => {
      got.push(message);
      void transport.send({ jsonrpc: '2.0', id: 1, result: { text: 'x'.repeat(1_000) } });
    };
    await transport.start();
    onTestFinished(() => transport.close());
    const ping = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })}\n`;
    input.write(ping);
    await until(() => got.length === 1);
    transport.hold();
    input.write(ping);
    output.resume();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(got).toHaveLength(1);
    expect(Buffer.from(transport.save().rest, 'base64').toString()).toBe(ping);
  });
});

it('refuses a request whose ID another one has that is still running, and answers that one', async () => {
  const pipe = openPipe();
  await shakeHands(pipe);
  pipe.send({ id: 1, method: 'tools/call', params: { name: 'wait', arguments: { ms: 200 } } });
  pipe.send({ id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'a' } } });
  expect(await pipe.answerTo(1)).toMatchObject({
    error: { code: -32_600, message: expect.stringContaining('is still running') as string },
  });
  await pipe.connection.idle();
  expect(JSON.parse(pipe.lines.at(-1) ?? '')).toMatchObject({ id: 1, result: { structuredContent: { waited: 200 } } });
  pipe.send({ id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'b' } } });
  await until(() => pipe.lines.at(-1)?.includes('"text":"b"') === true);
});
