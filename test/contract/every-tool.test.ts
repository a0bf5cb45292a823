/**
 * Calls every tool as an assistant does: through a real client, over HTTP, on the demo tenant, with inputs generated from its
 * schema. IDs come from the tool that the description of the input names.
 */
import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/tools/index.ts';
import { openDemo } from './demo.ts';
import { seed, shapeOf } from './inputs.ts';
import { leastInput, mostInput, type Input } from './seeded.ts';
import { openWholeServer } from './whole-server.ts';

const server = await openWholeServer();
/** Looks around in the same tenant. */
const demo = await openDemo(server.tenant);
const tally = { answered: 0, refused: 0 };
afterAll(async () => {
  console.error(`seed ${seed}: ${tally.answered} calls were answered, ${tally.refused} refused for a reason`);
  await demo[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const actions = new Map(catalogue.map(({ name, action }) => [name, action]));
const toolsThat = (action: string): Tool[] => server.tools.filter(({ name }) => actions.get(name) === action);

const hint =
  'The demo tenant must know the request: add its route below src/demo/. Or the input means nothing to it: say a good one in `told` of test/contract/seeded.ts.';

/** An analysis exists only after it was started. */
const needsMore = ['zdx_get_analysis'];

describe('the tools that are offered', () => {
  it('are those of the catalogue', () => {
    expect(server.tools.map(({ name }) => name)).toEqual(expect.arrayContaining(catalogue.map(({ name }) => name)));
  });
});

describe('the tools about the tools', () => {
  it.each([
    ['zscaler_list_toolsets', {}],
    ['zscaler_list_toolsets', { service: 'zia' }],
    ['zscaler_search_tools', { query: 'rule labels' }],
    ['zscaler_search_tools', { query: 'x'.repeat(200), limit: 50 }],
    ['zscaler_describe_tool', { name: 'zia_list_rule_labels' }],
    ['zscaler_enable_toolset', { toolsets: ['zia_rule_labels', 'zia_dlp'] }],
  ])('%s answers to %j', async (name, input) => {
    const tool = server.tools.find((offered) => offered.name === name);
    expect(tool).toBeDefined();
    const result = await callCleanly(tool as Tool, input);
    expect(result.isError ?? false, textOf(result)).toBe(false);
  });
});

// Deletions come last, since other tools need the records.
describe.each(['read', 'create', 'update', 'delete'])(`every tool of the action %s (seed ${seed})`, (action) => {
  const tools = toolsThat(action);

  it.each(tools)('$name answers to the least input', async (tool) => {
    const result = await callCleanly(tool, await leastInput(demo, tool.name));
    if (action === 'read' && !needsMore.includes(tool.name)) expect(result.isError ?? false, `${textOf(result)}\n${hint}`).toBe(false);
    if (!result.isError && isStaged(tool)) await expectStaged();
  });

  it.each(tools)('$name answers to every input at once', async (tool) => {
    await callCleanly(tool, await mostInput(demo, tool.name));
  });

  it.each(tools.filter((tool) => idsOf(tool).length > 0))('$name says that a record does not exist', async (tool) => {
    const unknown = Object.fromEntries(idsOf(tool).map((name) => [name, '987654321']));
    const result = await callCleanly(tool, { ...(await leastInput(demo, tool.name)), ...aChange(tool), ...unknown });
    // A list of a record that does not exist may be empty.
    if (!result.isError) return expect(JSON.parse(textOf(result))).toMatchObject({ items: [] });
    expect(textOf(result)).toMatch(/\b404\b|NOT_FOUND|does not exist/);
  });
});

/** Something to change, since an update without a change is rejected before the record is read. */
function aChange(tool: Tool): Input {
  const { properties } = shapeOf(tool);
  const name = ['name', 'description', 'comment', 'comments', 'configured_name', 'end_time'].find((known) => known in properties);
  if (actions.get(tool.name) !== 'update' || name === undefined) return {};
  return { [name]: properties[name]?.type === 'integer' ? 600 : 'changed' };
}

const isStaged = ({ name }: Tool): boolean =>
  name.startsWith('zia_') && actions.get(name) !== 'read' && name !== 'zia_activate_configuration';

/** Every change of ZIA waits until it is activated. */
async function expectStaged(): Promise<void> {
  expect(await demo.call('zia_get_activation_status', {})).toEqual({ status: 'PENDING' });
  await demo.call('zia_activate_configuration', {});
  expect(await demo.call('zia_get_activation_status', {})).toEqual({ status: 'ACTIVE' });
}

/** The inputs that identify the record of a tool. */
function idsOf(tool: Tool): string[] {
  const { required } = shapeOf(tool);
  const last = required.findLast((name) => name.endsWith('_id'));
  return last === undefined || actions.get(tool.name) === 'create' ? [] : [last];
}

/** The SDK's client checks structured content against the output schema that the tool advertised. */
async function callCleanly(tool: Tool, input: Input): Promise<CallToolResult> {
  const before = server.logged.length;
  const result = await server.call(tool.name, input);
  expect(server.logged.slice(before), JSON.stringify(input)).toEqual([]);
  expect(textOf(result)).not.toContain('fault in this server');
  expect(textOf(result)).toMatch(/\S/);
  tally[result.isError ? 'refused' : 'answered'] += 1;
  return result;
}

const textOf = ({ content }: CallToolResult): string => content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
