import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMCPClient } from '@ai-sdk/mcp';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as OldHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { catalogue } from '../../src/tools/index.ts';
import { cleanEnv, entry, makeFolder, root, runCommand, startServer } from './harness.ts';

const TOOL = 'zia_list_rule_labels';
const inspector = join(root, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');

/** Every client must see the tool in the list, and labels of the demo tenant in its answer. */
async function listAndCall(client: Client | OldClient): Promise<void> {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain(TOOL);
  const result = await client.callTool({ name: TOOL, arguments: {} });
  expect(result.isError ?? false, JSON.stringify(result)).toBe(false);
  const [block] = result.content as { text: string }[];
  const page = JSON.parse(block?.text ?? '{}') as { items: { id: number; name: string }[] };
  expect(page.items.length).toBeGreaterThan(3);
  expect(page.items[0]).toMatchObject({ id: expect.any(Number) as number, name: expect.any(String) as string });
  await client.close();
}

describe('real clients against the demo tenant', () => {
  it.each(['legacy', '2026-07-28'] as const)("the SDK's client of today, %s, over HTTP", async (era) => {
    const server = await startServer();
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: era } } });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    await listAndCall(client);
  });

  it("the SDK's client of yesterday, over HTTP and over HTTP with SSE", async () => {
    const server = await startServer();
    const client = new OldClient({ name: 'test', version: '1' });
    await client.connect(new OldHttpTransport(new URL(server.url)));
    await listAndCall(client);
    const sse = await startServer({ transport: 'sse' });
    expect(sse.url).toMatch(/\/sse$/);
    const older = new OldClient({ name: 'test', version: '1' });
    await older.connect(new SSEClientTransport(new URL(sse.url)));
    await listAndCall(older);
  });

  it.each(['legacy', '2026-07-28'] as const)('a client that starts the server itself, %s, over stdio', async (era) => {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [entry, '--demo', '--pid-file', join(makeFolder(), 'pid')],
      env: cleanEnv(),
      stderr: 'ignore',
    });
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: era } } });
    onTestFinished(() => client.close());
    await client.connect(transport);
    await listAndCall(client);
  });

  it.each(['legacy', 'modern'])('the Inspector on the command line, %s', async (era) => {
    const server = await startServer();
    const words = ['--cli', server.url, '--transport', 'http', '--protocol-era', era];
    const env = { HOME: makeFolder() };
    const list = await runCommand([...words, '--method', 'tools/list'], { program: inspector, env });
    expect(list.code, list.err).toBe(0);
    expect(list.out).toContain(TOOL);
    const call = await runCommand([...words, '--method', 'tools/call', '--tool-name', TOOL], { program: inspector, env });
    expect(call.code, call.err).toBe(0);
    expect(call.out).toContain('referencedRuleCount');
  });
});

describe("the Inspector's report on the schemas of the whole catalogue", () => {
  const report = (program: readonly string[]) =>
    runCommand(['--cli', process.execPath, ...program, '--method', 'tools/list', '--strict'], {
      program: inspector,
      env: { HOME: makeFolder() },
    });

  it('is clean', async () => {
    const flags = ['--demo', '--enable-write-tools', '--write-tools', '*', '--pid-file', join(makeFolder(), 'pid')];
    const { code, out, err } = await report([entry, ...flags]);
    expect(code, err).toBe(0);
    const { tools } = JSON.parse(out) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(catalogue.map(({ name }) => name)));
    expect(err).not.toMatch(/Suggestion:|\d+ errors?, \d+ warnings?/);
  });

  it('would say what is wrong', async () => {
    const tool = { name: 'odd', inputSchema: { type: 'object', properties: { odd: { type: ['string', 'null'] } } } };
    const path = join(makeFolder(), 'odd.mjs');
    writeFileSync(path, serverOf(tool));
    expect((await report([path])).err).toMatch(/Suggestion:[^]*0 errors, 1 warning/);
  });
});

/** A minimal MCP server with this one tool. */
const serverOf = (tool: object): string => `
import { createInterface } from 'node:readline';
const results = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'odd', version: '1' } }),
  'tools/list': () => ({ tools: [${JSON.stringify(tool)}] }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = results[method] ? { result: results[method](params) } : { error: { code: -32601, message: 'unknown' } };
  console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
});
`;

describe('ready-made requests', () => {
  it.each(['legacy', '2026-07-28'] as const)('are listed with described arguments and written out, %s', async (era) => {
    const server = await startServer();
    const client = (await connectTo(server.url, era)) as Client;
    onTestFinished(() => client.close());
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual([
      'zdx_troubleshoot_user_experience',
      'zcell_investigate_sim',
      'zcell_audit_data_usage',
      'zcell_review_anomaly_policies',
    ]);
    expect(prompts.flatMap(({ arguments: given = [] }) => given).filter(({ description }) => !description)).toEqual([]);
    const { messages } = await client.getPrompt({ name: 'zcell_investigate_sim', arguments: { iccid: '8901234567890123456' } });
    expect(messages[0]?.content).toMatchObject({ type: 'text', text: expect.stringContaining('icc_id=8901234567890123456') as string });
    await expect(client.getPrompt({ name: 'zcell_investigate_sim', arguments: { iccid: 'x' } })).rejects.toThrow('18 to 22 digits');
    await expect(client.getPrompt({ name: 'nobody' })).rejects.toThrow('prompts/list');
  });

  it('are offered only with the tools that they need', async () => {
    const server = await startServer({ args: ['--services', 'zcell'] });
    const client = (await connectTo(server.url, 'legacy')) as Client;
    onTestFinished(() => client.close());
    expect((await client.listPrompts()).prompts.map(({ name }) => name.split('_')[0])).toEqual(['zcell', 'zcell', 'zcell']);
    const none = await startServer({ args: ['--services', 'zia'] });
    const other = (await connectTo(none.url, 'legacy')) as Client;
    onTestFinished(() => other.close());
    expect(other.getServerCapabilities()?.prompts).toBeUndefined();
  });
});

describe('real clients while the server restarts', () => {
  it.each([
    ["the SDK's client of yesterday", 'old'],
    ["the SDK's client of today, legacy", 'legacy'],
    ["the SDK's client of today, 2026-07-28", '2026-07-28'],
  ] as const)('%s', async (_, kind) => {
    const server = await startServer();
    const client = await connectTo(server.url, kind);
    onTestFinished(() => client.close());
    const state = { restarting: true };
    const calls = (async () => {
      const answers: unknown[] = [];
      while (state.restarting) answers.push((await client.callTool({ name: TOOL, arguments: {} })).isError ?? false);
      return answers;
    })();
    for (let generation = 2; generation <= 4; generation++)
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation });
    state.restarting = false;
    const answers = await calls;
    expect(answers.filter(Boolean)).toEqual([]);
    expect(answers.length).toBeGreaterThan(3);
    await listAndCall(client);
  });

  it('a client that is not made of the SDK', async () => {
    const server = await startServer();
    const errors: unknown[] = [];
    const client = await createMCPClient({ transport: { type: 'http', url: server.url }, onUncaughtError: (error) => errors.push(error) });
    onTestFinished(() => client.close());
    const over = new AbortController();
    const calls = (async () => {
      const answers: unknown[] = [];
      while (!over.signal.aborted) {
        const tools = await client.tools();
        answers.push(await tools[TOOL]?.execute({}, { toolCallId: 'one', messages: [], context: {} }));
      }
      return answers as ({ isError?: boolean; content?: { text?: string }[] } | undefined)[];
    })();
    for (let generation = 2; generation <= 4; generation++)
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation });
    over.abort();
    const answers = await calls;
    expect(answers.length).toBeGreaterThan(3);
    expect(answers.filter((answer) => answer?.isError === true || !answer?.content?.[0]?.text?.includes('referencedRuleCount'))).toEqual(
      [],
    );
    expect(errors).toEqual([]);
  });

  it.each(['legacy', 'modern'])('the Inspector on the command line, %s', async (era) => {
    const server = await startServer();
    const words = ['--cli', server.url, '--transport', 'http', '--protocol-era', era, '--method', 'tools/call', '--tool-name', TOOL];
    const [call, ...verdicts] = await Promise.all([
      runCommand(words, { program: inspector, env: { HOME: makeFolder() } }),
      ...[1, 2, 3].map(() => server.ask('restart')),
    ]);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['restarted', 'restarted', 'restarted']);
    expect(call.code, call.err).toBe(0);
    expect(call.out).toContain('referencedRuleCount');
  });
});

async function connectTo(url: string, kind: 'old' | 'legacy' | '2026-07-28'): Promise<Client | OldClient> {
  if (kind === 'old') {
    const client = new OldClient({ name: 'test', version: '1' });
    await client.connect(new OldHttpTransport(new URL(url)));
    return client;
  }
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: kind === 'legacy' ? kind : { pin: kind } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}
