/** A client that starts with the discovery tools only, and enables the toolsets it needs. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer, waitFor, type TestServer } from './harness.ts';
import { modern, openSession, type Reply } from './mcp.ts';

interface Connected {
  readonly client: Client;
  readonly changes: () => number;
}

async function connect({ url }: TestServer): Promise<Connected> {
  const client = new Client({ name: 'a test', version: '1' });
  let changes = 0;
  client.setNotificationHandler('notifications/tools/list_changed', () => void changes++);
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  onTestFinished(() => client.close());
  return { client, changes: () => changes };
}

const namesOf = async ({ client }: Connected): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name);
const guide = ['zscaler_list_toolsets', 'zscaler_search_tools', 'zscaler_describe_tool', 'zscaler_enable_toolset'];
const own = ['zia_list_rule_labels', 'zia_get_rule_label'];

const listedIn = ({ body }: Reply): string[] => ((body?.result?.['tools'] ?? []) as { name: string }[]).map(({ name }) => name);

const enable = (toolset: string) => ({ name: 'zscaler_enable_toolset', arguments: { toolsets: [toolset] } });

describe('with --toolsets discover', () => {
  it('a session begins with less than 1,000 tokens of tools, and enables more for itself alone', async () => {
    const server = await startServer({ args: ['--toolsets', 'discover'] });
    const [one, other] = [await connect(server), await connect(server)];
    const { tools } = await one.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(guide);
    const tokens = Math.ceil(JSON.stringify(tools).length / 4);
    console.error(`the list of tools begins with about ${tokens} tokens`);
    expect(tokens).toBeLessThan(1_000);
    const answer = await one.client.callTool(enable('zia_rule_labels'));
    const [block] = answer.content;
    expect(JSON.parse(block?.type === 'text' ? block.text : '')).toMatchObject({ tools: own });
    await waitFor(() => one.changes() === 1);
    expect(await namesOf(one)).toEqual([...guide, ...own]);
    expect(await namesOf(other)).toEqual(guide);
    expect(other.changes()).toBe(0);
  });

  it('a tool that is not seen can be called by its name; one that is withheld cannot', async () => {
    const server = await startServer({ args: ['--toolsets', 'discover', '--disabled-tools', 'zia_get_rule_label'] });
    const { client } = await connect(server);
    expect((await client.callTool({ name: 'zia_list_rule_labels', arguments: {} })).isError).not.toBe(true);
    await expect(client.callTool({ name: 'zia_get_rule_label', arguments: { label_id: '1' } })).rejects.toThrow('not offered');
  });

  it('a caller without a session and without credentials is told that others see what it enables; one of a session is not', async () => {
    const server = await startServer({ args: ['--toolsets', 'discover'] });
    const { client } = await connect(server);
    const shared = 'share one list';
    expect(JSON.stringify(await client.callTool(enable('zia_rule_labels')))).not.toContain(shared);
    expect(JSON.stringify(await modern(server.url, 'tools/call', enable('zia_rule_labels')))).toContain(shared);
    expect(listedIn(await modern(server.url, 'tools/list'))).toEqual([...guide, ...own]);
  });

  it('what is named beside the word is seen from the start', async () => {
    const server = await startServer({ args: ['--toolsets', 'discover,zia_rule_labels'] });
    expect(await namesOf(await connect(server))).toEqual([...guide, ...own]);
  });

  it('toolsets that a session enabled survive a reload and a restart that keeps sessions', async () => {
    const server = await startServer({ args: ['--toolsets', 'discover'], dotenv: '\n' });
    const session = await openSession(server.url);
    await session.send('tools/call', enable('zia_rule_labels'));
    const names = async () => listedIn(await session.send('tools/list'));
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\n');
    await server.ask('reload');
    expect(await names()).toEqual([...guide, ...own]);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(await names()).toEqual([...guide, ...own]);
  });

  it('without sessions, unauthenticated clients share one list', async () => {
    const server = await startServer({ args: ['--toolsets', 'discover'] });
    await modern(server.url, 'tools/call', enable('zia_rule_labels'));
    const list = await modern(server.url, 'tools/list');
    expect(listedIn(list)).toEqual([...guide, ...own]);
  });
});
