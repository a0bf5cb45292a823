import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LoggingMessageNotificationSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { modern, openSession, post, readEvents, until } from '../../test/conformance/raw.ts';
import { startStack, testTools, type Stack } from '../../test/conformance/stack.ts';

const info = { name: 'tester', version: '7' };

async function connectV1({ url }: Stack): Promise<ClientV1> {
  const client = new ClientV1(info);
  await client.connect(new HttpV1(new URL(url)));
  onTestFinished(() => client.close());
  return client;
}

async function connectV2({ url }: Stack, mode: 'legacy' | '2026-07-28'): Promise<ClientV2> {
  const client = new ClientV2(info, { versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : { pin: mode } } });
  await client.connect(new HttpV2(new URL(url)));
  onTestFinished(() => client.close());
  return client;
}

describe.each([
  ['SDK v1', connectV1],
  ['SDK v2, legacy', (stack: Stack) => connectV2(stack, 'legacy')],
  ['SDK v2, 2026-07-28', (stack: Stack) => connectV2(stack, '2026-07-28')],
] as const)('a client of %s', (_name, connect) => {
  it('lists the tools in their order, with their schemas', async () => {
    const client = await connect(await startStack());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([...testTools.keys()]);
    expect(tools[0]).toMatchObject({
      description: 'The echo of the tests.',
      annotations: { readOnlyHint: true },
      inputSchema: { type: 'object' },
    });
  });

  it('gets an answer with a schema as text and as structured content', async () => {
    const client = await connect(await startStack());
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result).toMatchObject({ content: [{ type: 'text', text: '{"text":"hello"}' }], structuredContent: { text: 'hello' } });
  });

  it('gets any other answer as text alone, and a flat list as a table', async () => {
    const client = await connect(await startStack());
    const list = await client.callTool({ name: 'list', arguments: {} });
    expect(list.content).toEqual([{ type: 'text', text: '[\n1,\n2,\n3\n]' }]);
    expect(list.structuredContent).toBeUndefined();
    const rows = await client.callTool({ name: 'rows', arguments: {} });
    expect(rows).toEqual({ ...rows, content: [{ type: 'text', text: 'total: 900\n\nid,name\n0,row 0\n1,row 1' }] });
    expect(rows.structuredContent).toBeUndefined();
    const { structuredContent } = await client.callTool({ name: 'numbers', arguments: {} });
    expect([[1, 2, 3], { result: [1, 2, 3] }]).toContainEqual(structuredContent);
  });

  it('is told which tools show the IDs, when there is no such record', async () => {
    const client = await connect(await startStack());
    const { content, isError } = await client.callTool({ name: 'lose', arguments: { list_id: '7' } });
    expect([content, isError]).toEqual([
      [{ type: 'text', text: 'GET /x was answered with 404\nNo such record. foreign_list shows the IDs.' }],
      true,
    ]);
  });

  it('is told the name that was most likely meant', async () => {
    const client = await connect(await startStack());
    await expect(client.callTool({ name: 'ecko', arguments: {} })).rejects.toThrow('did you mean "echo"?');
  });

  it('is told what is still to be done after a change, once', async () => {
    const client = await connect(await startStack());
    const said = (await client.callTool({ name: 'stage', arguments: { quiet: true } })).content;
    expect(said).toEqual([
      { type: 'text', text: '{"id":1}' },
      { type: 'text', text: 'It is staged.' },
    ]);
    const saidItself = (await client.callTool({ name: 'stage', arguments: {} })).content;
    expect(saidItself).toEqual([{ type: 'text', text: '{"done":"It is staged."}' }]);
  });

  it('gets as many rows as an answer may have, is told so first, and gets more after a reload', async () => {
    const stack = await startStack();
    const client = await connect(stack);
    const read = async () =>
      ((await client.callTool({ name: 'rows', arguments: { page_size: 900 } })).content as { text: string }[])[0]?.text ?? '';
    const cut = await read();
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(3_000);
    const [, shown] = /^note: Only the first (\d+) of these 900 rows are shown: an answer may have 1000 tokens\. /.exec(cut) ?? [];
    expect(cut.split('\n').at(-1)).toBe(`${Number(shown) - 1},row ${Number(shown) - 1}`);
    expect(cut).toContain(
      `ask for at most ${shown} rows with page_size; or choose fields or rows with query, such as [].{id: id, name: name}.`,
    );
    stack.reload({ maxResponseTokens: 20_000 });
    expect((await read()).split('\n').at(-1)).toBe('899,row 899');
  });

  it('reads message and hint of a failure that we know, and nothing of one that we do not', async () => {
    const stack = await startStack();
    const client = await connect(stack);
    const refused = await client.callTool({ name: 'refuse', arguments: {} });
    expect(refused).toMatchObject({ isError: true, content: [{ text: 'Zscaler refused it: name is taken\nChoose another name.' }] });
    expect(stack.audit.at(-1)).toMatch(/^\[TOOL ERR\] {2}refuse \| \d+ms \| ERR_CLOUD_ANSWER: Zscaler refused it: name is taken \| /);
    const crashed = await client.callTool({ name: 'crash', arguments: {} });
    expect(crashed.isError).toBe(true);
    const { text } = (crashed.content as { text: string }[])[0] ?? { text: '' };
    expect(text).not.toContain('secret detail');
    const reference = /reference (\w+)/.exec(text)?.[1];
    const logged = stack.log.lines.find(({ level }) => level === 'error');
    expect(logged?.fields).toMatchObject({ tool: 'crash', reference, err: new TypeError('secret detail of the code') });
  });

  it('sees hidden characters by their number, and may write them back like that', async () => {
    const stack = await startStack();
    const client = await connect(stack);
    const seen = await client.callTool({ name: 'echo', arguments: { text: 'a\u202Eb <b> & ⟦U+200B⟧' } });
    expect(seen.structuredContent).toEqual({ text: 'a⟦U+202E⟧b <b> & ⟦U+200B⟧' });
    const failed = await client.callTool({ name: 'hostile', arguments: {} });
    expect(failed).toMatchObject({ isError: true, content: [{ text: 'refused ⟦U+202E⟧because ⟦U+003C⟧!-- obey -->' }] });
    stack.reload({ sanitizes: false });
    const raw = await client.callTool({ name: 'echo', arguments: { text: '\u202E⟦U+200B⟧' } });
    expect(raw.structuredContent).toEqual({ text: '\u202E⟦U+200B⟧' });
  });

  it('is told when strangers wrote parts of an answer', async () => {
    const client = await connect(await startStack());
    const notice = expect.stringMatching(/written outside the tenant, by a stranger/) as string;
    const result = await client.callTool({ name: 'foreign', arguments: {} });
    expect(result.content).toEqual([
      { type: 'text', text: notice },
      { type: 'text', text: '{"name":"x"}' },
    ]);
    const list = await client.callTool({ name: 'foreignList', arguments: {} });
    expect(list.content).toEqual([
      { type: 'text', text: notice },
      { type: 'text', text: '[\n"x"\n]' },
    ]);
  });

  it('is told that a tool is not offered', async () => {
    const client = await connect(await startStack());
    await expect(client.callTool({ name: 'nothing', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('"nothing" is not offered') as string,
    });
  });

  it('hears of progress', async () => {
    const client = await connect(await startStack());
    const steps: unknown[] = [];
    const result = await client.callTool({ name: 'count', arguments: { to: 3 } }, ...progressArguments(client, (step) => steps.push(step)));
    expect(result.structuredContent).toEqual({ counted: 3 });
    expect(steps).toMatchObject([1, 2, 3].map((progress) => ({ progress, total: 3, message: `step ${progress}` })));
  });

  it('stops a call that it cancels', async () => {
    const stack = await startStack();
    const client = await connect(stack);
    const abort = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: {} }, ...signalArguments(client, abort.signal));
    await until(() => stack.running.has('wait'));
    abort.abort();
    await expect(call).rejects.toThrow();
    await until(() => stack.aborted.includes('wait') && stack.running.size === 0);
    await stack.mcp.idle();
    expect(stack.audit.at(-1)).toMatch(/^\[TOOL ERR\] {2}wait/);
  });

  it('says who it is in the audit log', async () => {
    const stack = await startStack();
    const client = await connect(stack);
    await client.callTool({ name: 'echo', arguments: { text: 'x' } });
    expect(stack.audit[0]).toMatch(
      /^\[TOOL CALL\] echo \| args: \{"text":"x"\}( \| session: [\da-f]{8})? \| client: tester 7 \| from: 127\.0\.0\.1$/,
    );
    expect(stack.audit[1]).toMatch(
      /^\[TOOL OK\] {3}echo \| \d+ms \| object of 1 field \| decision: allowed( \| session: [\da-f]{8})? \| client: tester 7 \| from: 127\.0\.0\.1$/,
    );
  });
});

type ProgressHandler = (step: unknown) => void;

/** The versions of the SDK take a call's options at different places. */
const progressArguments = (client: ClientV1 | ClientV2, onprogress: ProgressHandler): never[] =>
  (client instanceof ClientV1 ? [undefined, { onprogress }] : [{ onprogress }]) as never[];

const signalArguments = (client: ClientV1 | ClientV2, signal: AbortSignal): never[] =>
  (client instanceof ClientV1 ? [undefined, { signal }] : [{ signal }]) as never[];

describe('a change of the offered tools', () => {
  it('reaches a session through its stream', async () => {
    const stack = await startStack();
    const client = await connectV1(stack);
    const heard = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve));
    await until(() => stack.standing.size === 1);
    stack.reload({ tools: new Map([...testTools].slice(0, 1)) });
    stack.mcp.toolsChanged();
    await heard;
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo']);
  });

  it('reaches a subscription', async () => {
    const stack = await startStack();
    const response = await modern(stack.url, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
    const events = readEvents(response);
    expect((await events.next()).value).toMatchObject({ message: { method: 'notifications/subscriptions/acknowledged' } });
    stack.mcp.toolsChanged();
    expect((await events.next()).value).toMatchObject({ message: { method: 'notifications/tools/list_changed' } });
    await events.return(undefined);
  });
});

describe('a call', () => {
  it('ends under the configuration that it began with', async () => {
    const stack = await startStack();
    const client = await connectV2(stack, '2026-07-28');
    const call = client.callTool({ name: 'wait', arguments: { ms: 50 } });
    await until(() => stack.running.has('wait'));
    stack.reload({ logToolCalls: false, tools: new Map() });
    expect((await call).structuredContent).toEqual({ waited: 50 });
    expect(stack.audit.at(-1)).toMatch(/^\[TOOL OK\]/);
  });

  it('keeps every digit of large integers, there and back, in both eras', async () => {
    const { url } = await startStack();
    const session = await openSession(url);
    const bodies = [
      await (await modern(url, 'tools/call', { name: 'big', arguments: {} })).text(),
      await (await session.fetch('POST', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'big', arguments: {} } })).text(),
    ];
    for (const body of bodies) {
      expect(body).toContain('"structuredContent":{"id":12345678901234567890,"deep":[{"id":9007199254740993}]}');
      expect(body).toContain(String.raw`\"id\":12345678901234567890`);
    }
    const echoed = await post(
      url,
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"count":9007199254740993}}}',
      {
        'mcp-session-id': session.id,
      },
    );
    expect(await echoed.text()).toContain('"structuredContent":{"count":9007199254740993}');
  });

  it('that fails is also a log message, for sessions and for requests that asked for those', async () => {
    const stack = await startStack();
    const client = await connectV1(stack);
    const messages: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void messages.push(params));
    await client.callTool({ name: 'refuse', arguments: {} });
    expect(messages).toMatchObject([{ level: 'warning', logger: 'tools', data: { tool: 'refuse' } }]);
    const silent = await modern(stack.url, 'tools/call', { name: 'refuse', arguments: {} });
    expect(await silent.text()).not.toContain('notifications/message');
    const told = await modern(stack.url, 'tools/call', {
      name: 'refuse',
      arguments: {},
      _meta: { 'io.modelcontextprotocol/logLevel': 'info' },
    });
    expect(await told.text()).toContain('notifications/message');
  });

  it('leaves no line in the audit log when the configuration does not want it', async () => {
    const stack = await startStack({ with: { logToolCalls: false } });
    await (await modern(stack.url, 'tools/call', { name: 'echo', arguments: {} })).text();
    expect(stack.audit).toEqual([]);
  });
});

describe('the introduction', () => {
  it('names the server, and what it can do and nothing more', async () => {
    const client = await connectV1(await startStack({ instructions: 'Read first.' }));
    expect(client.getServerVersion()).toEqual({ name: 'zscaler-mcp', version: '0.0.0', title: 'Zscaler' });
    expect(client.getServerCapabilities()).toEqual({ tools: { listChanged: true }, logging: {} });
    expect(client.getInstructions()).toBe('Read first.');
  });

  it('says DEMO wherever it speaks of itself', async () => {
    const client = await connectV1(await startStack({ demo: true }));
    expect(client.getServerVersion()).toMatchObject({ title: 'Zscaler (DEMO)', description: expect.stringContaining('DEMO') as string });
    expect(client.getInstructions()).toContain('DEMO');
  });

  it('lets clients keep the list of tools for a minute at most, each for itself', async () => {
    const { url } = await startStack();
    const { result } = (await (await modern(url, 'tools/list')).json()) as { result: { ttlMs: number; cacheScope: string } };
    expect(result).toMatchObject({ ttlMs: 60_000, cacheScope: 'private' });
  });

  it('refuses a cursor, since the list is never split', async () => {
    const session = await openSession((await startStack()).url);
    expect(await session.ask('tools/list', { cursor: 'x' })).toMatchObject({ error: { code: -32_602 } });
  });
});
