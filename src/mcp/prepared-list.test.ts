import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { modern, openSession, readEvents } from '../../test/conformance/raw.ts';
import { createTestMcp, startStack } from '../../test/conformance/stack.ts';
import type { OfferedTool } from './index.ts';

interface Listed {
  readonly name: string;
  readonly inputSchema: object;
}

/** None has an output schema, as in the catalogue; each counts how often it is written as JSON. */
function toolsThatCount(number = 3) {
  const written = { times: 0 };
  const schema = (at: number) => ({ type: 'object', properties: { [`input_${at}`]: { type: 'string', description: 'Größe: "1"\n2' } } });
  const tools = new Map<string, OfferedTool>(
    Array.from({ length: number }, (_, at) => {
      const inputSchema = { ...schema(at), toJSON: () => (written.times++, schema(at)) };
      return [
        `tool_${at}`,
        { name: `tool_${at}`, about: 'ä '.repeat(50), annotations: { readOnlyHint: true }, inputSchema: () => inputSchema },
      ];
    }),
  );
  const names = [...tools.keys()];
  const expectWhole = (result: unknown) => {
    const listed = (result as { tools: Listed[] }).tools;
    expect(listed.map(({ name }) => name)).toEqual(names);
    expect(listed.map(({ inputSchema }) => inputSchema)).toEqual(names.map((_, at) => schema(at)));
  };
  return { tools, written, expectWhole };
}

const inBody = async (response: Response) => ((await response.json()) as { result: unknown }).result;

describe('the list of tools', () => {
  it('is written once for everybody, and whole, in both eras of HTTP', async () => {
    const { tools, written, expectWhole } = toolsThatCount();
    const { url } = await startStack({ with: { tools } });
    for (let round = 0; round < 3; round += 1) {
      const response = await modern(url, 'tools/list');
      expect(response.headers.get('content-length')).not.toBeNull();
      expectWhole(await inBody(response));
      const session = await openSession(url);
      expectWhole((await session.ask('tools/list'))['result']);
    }
    expect(written.times).toBe(tools.size);
  });

  it('is the new one after a reload', async () => {
    const [before, after] = [toolsThatCount(2), toolsThatCount(4)];
    const stack = await startStack({ with: { tools: before.tools } });
    before.expectWhole(await inBody(await modern(stack.url, 'tools/list')));
    stack.reload({ tools: after.tools });
    after.expectWhole(await inBody(await modern(stack.url, 'tools/list')));
  });

  it('is whole in an event that is sent once more', async () => {
    const { tools, expectWhole } = toolsThatCount();
    const { url } = await startStack({ with: { tools } });
    const session = await openSession(url);
    const answer = await session.fetch(
      'POST',
      { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
      { accept: 'text/event-stream' },
    );
    const ids: string[] = [];
    for await (const { id } of readEvents(answer, true)) if (id) ids.push(id);
    const again = await session.fetch('GET', undefined, { accept: 'text/event-stream', 'last-event-id': ids[0] ?? '' });
    for await (const { message } of readEvents(again)) if ('result' in message) return expectWhole(message['result']);
    throw new Error('nothing was sent once more');
  });

  it('is whole in what another process goes on with', async () => {
    const { tools, expectWhole } = toolsThatCount();
    const stack = await startStack({ with: { tools } });
    const session = await openSession(stack.url);
    await (
      await session.fetch('POST', { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }, { accept: 'text/event-stream' })
    ).text();
    const [saved] = stack.mcp.saveSessions();
    const kept = saved?.events.events
      .map(({ message }) => (message as { result?: { tools?: unknown } }).result)
      .find((result) => result?.tools);
    expectWhole(JSON.parse(JSON.stringify(kept)));
  });

  it('is whole over HTTP+SSE', async () => {
    const { tools, expectWhole } = toolsThatCount();
    const { url } = await startStack({ with: { tools }, transport: 'sse' });
    const client = new ClientV1({ name: 'tester', version: '7' });
    await client.connect(new SSEClientTransport(new URL(url)));
    onTestFinished(() => client.close());
    expectWhole(await client.listTools());
  });

  it.each(['legacy', '2026-07-28'] as const)('is whole and written once over pipes, %s', async (mode) => {
    const { tools, written, expectWhole } = toolsThatCount();
    const client = await connectPipe(tools, mode);
    for (let round = 0; round < 3; round += 1) expectWhole(await client.listTools(undefined, { cacheMode: 'refresh' } as never));
    expect(written.times).toBe(tools.size);
  });
});

async function connectPipe(tools: ReadonlyMap<string, OfferedTool>, mode: 'legacy' | '2026-07-28'): Promise<Client> {
  const { mcp } = createTestMcp({ with: { tools } });
  const [input, output] = [new PassThrough(), new PassThrough()];
  const connection = mcp.serveStdio(input, output);
  const [near, far] = InMemoryTransport.createLinkedPair();
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a field of the SDK's transport, not an event target
  far.onmessage = (message) => void input.write(`${JSON.stringify(message)}\n`);
  await far.start();
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) void far.send(JSON.parse(line) as never);
  });
  const client = new Client({ name: 'pipe', version: '1' }, { versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : { pin: mode } } });
  await client.connect(near);
  onTestFinished(async () => {
    await client.close();
    await connection.close();
  });
  return client;
}
