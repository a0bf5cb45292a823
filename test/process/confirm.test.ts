import { randomBytes } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer, waitFor, type TestServer } from './harness.ts';
import { callTool, modern, textOf, type Reply } from './mcp.ts';

const TOOL = 'zia_delete_rule_label';
const writes = `ZSCALER_MCP_WRITE_ENABLED=true\nZSCALER_MCP_WRITE_TOOLS=${TOOL}\nZSCALER_MCP_DRAIN_TIMEOUT=3600\n`;

const open = (more = ''): Promise<TestServer> => startServer({ dotenv: writes + more });

interface Label {
  readonly id: number;
  readonly name: string;
}

const labels = async ({ url }: TestServer): Promise<Label[]> =>
  (JSON.parse(textOf(await callTool(url, 'zia_list_rule_labels'))) as { items: Label[] }).items;

interface Asked {
  readonly resultType: string;
  readonly requestState: string;
  readonly inputRequests: { readonly confirmation: { readonly params: { message: string; requestedSchema: { properties: object } } } };
}

const capable = { _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } } };

const request = ({ url }: TestServer, id: number, more: object = {}): Promise<Reply> =>
  modern(url, 'tools/call', { name: TOOL, arguments: { label_id: String(id) }, ...capable, ...more });

const ask = async (server: TestServer, id: number): Promise<Asked> => (await request(server, id)).body?.result as unknown as Asked;

const answer = (server: TestServer, id: number, { requestState, inputRequests }: Asked, decision: string): Promise<Reply> => {
  const [field = ''] = Object.keys(inputRequests.confirmation.params.requestedSchema.properties);
  return request(server, id, { requestState, inputResponses: { confirmation: { action: 'accept', content: { [field]: decision } } } });
};

/** A label that no rule refers to, so that the tenant can delete it. */
async function freeLabel(server: TestServer): Promise<Label> {
  const all = (await labels(server)) as (Label & { referencedRuleCount?: number })[];
  const free = all.find(({ referencedRuleCount }) => (referencedRuleCount ?? 0) === 0);
  if (!free) throw new Error('the demo tenant has no label without rules');
  return free;
}

const isThere = async (server: TestServer, label: Label): Promise<boolean> => (await labels(server)).some(({ id }) => id === label.id);

describe('a deletion in the demo tenant', () => {
  it('happens when a person agreed, and not otherwise', async () => {
    const server = await open();
    const label = await freeLabel(server);
    const refused = await ask(server, label.id);
    expect(refused.inputRequests.confirmation.params.message).toContain(`“${label.name}”, ID “${label.id}”`);
    expect(textOf(await answer(server, label.id, refused, 'cancel'))).toContain('Not confirmed, nothing was changed');
    expect(textOf(await callTool(server.url, TOOL, { label_id: String(label.id) }))).toContain('Nothing was changed yet');
    expect(textOf(await callTool(server.url, TOOL, { label_id: String(label.id), confirmed: true }))).toContain('"confirmed" is unknown');
    expect(await isThere(server, label)).toBe(true);
    const agreed = await ask(server, label.id);
    expect(textOf(await answer(server, label.id, agreed, 'delete'))).toContain('was deleted');
    expect(await isThere(server, label)).toBe(false);
  });

  it('may be agreed to after a restart, and once: what was used before it stays used', async () => {
    const server = await open(`ZSCALER_MCP_WRITE_TOOLS=${TOOL},zia_create_rule_label\n`);
    const one = await freeLabel(server);
    await callTool(server.url, 'zia_create_rule_label', { name: 'Another' });
    const other = (await labels(server)).find(({ name }) => name === 'Another')!;
    const [first, second] = [await ask(server, one.id), await ask(server, other.id)];
    await answer(server, one.id, first, 'delete');
    expect(await isThere(server, one)).toBe(false);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(textOf(await answer(server, one.id, first, 'delete'))).toContain('used before');
    expect(await isThere(server, other)).toBe(true);
    expect(textOf(await answer(server, other.id, second, 'delete'))).toContain('was deleted');
    expect(await isThere(server, other)).toBe(false);
  });

  it('may be agreed to at another server with the same key, also while keys are exchanged', async () => {
    const [old, young] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString('base64'));
    const [asking, same, none] = [
      await open(`ZSCALER_MCP_REQUEST_STATE_KEYS=${old}\n`),
      await open(`ZSCALER_MCP_REQUEST_STATE_KEYS=${young}\n`),
      await open(),
    ];
    const label = await freeLabel(asking);
    const question = await ask(asking, label.id);
    for (const server of [same, none])
      expect(textOf(await answer(server, label.id, question, 'delete'))).toContain('does not belong to this call');
    same.writeDotenv(`${writes}ZSCALER_MCP_REQUEST_STATE_KEYS=${young},${old}\n`);
    expect(await same.ask('reload')).toMatchObject({ outcome: 'applied' });
    expect(textOf(await answer(same, label.id, question, 'delete'))).toContain('was deleted');
    expect(await isThere(same, label)).toBe(false);
    for (const server of [asking, none]) expect(await isThere(server, label)).toBe(true);
    for (const key of [old, young]) expect(same.log() + JSON.stringify(same.record())).not.toContain(key);
  });

  it('is not agreed to by anybody else than who was asked', async () => {
    const [mine, yours] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
    const server = await open(`ZSCALER_MCP_AUTH_API_KEY=${mine},${yours}\n`);
    const as = (key: string, params: object): Promise<Reply> =>
      modern(server.url, 'tools/call', { name: TOOL, ...params }, { authorization: `Bearer ${key}` });
    const rows = textOf(await modern(server.url, 'tools/call', { name: 'zia_list_rule_labels' }, { authorization: `Bearer ${mine}` }));
    const [label] = (JSON.parse(rows) as { items: (Label & { referencedRuleCount?: number })[] }).items.filter(
      (row) => !row.referencedRuleCount,
    );
    const args = { label_id: String(label?.id) };
    const token = /confirmation_token: ([\w-]+)/.exec(textOf(await as(mine, { arguments: args })))?.[1];
    const confirmed = { arguments: { ...args, confirmation_token: token } };
    expect(textOf(await as(yours, confirmed))).toContain('does not belong to this call');
    expect(textOf(await as(mine, confirmed))).toContain('was deleted');
  });

  it('that waits for a person does not hold up a restart', async () => {
    const server = await open();
    const label = await freeLabel(server);
    const client = new Client({ name: 'waiting', version: '1' }, { capabilities: { elicitation: {} } });
    onTestFinished(() => client.close());
    let asked = false;
    client.setRequestHandler(ElicitRequestSchema, () => {
      asked = true;
      return new Promise(() => undefined);
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    const calling = client.callTool({ name: TOOL, arguments: { label_id: String(label.id) } });
    await waitFor(() => asked);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    const { content } = (await calling) as { content: { text: string }[] };
    expect(content[0]?.text).toContain('nothing was changed: no answer came back: the server is restarting');
    expect(await isThere(server, label)).toBe(true);
  });
});
