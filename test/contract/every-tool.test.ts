/**
 * Every tool, called as an assistant calls it: through a real client, over HTTP, on the demo tenant, with inputs made from its
 * schema. IDs come from where the description of the input says that they come from.
 */
import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/tools/index.ts';
import { findTool, openDemo } from './demo.ts';
import { one, seed, shapeOf, toolsIn, valid, type Property } from './inputs.ts';
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
const toolsThat = (action: string): Tool[] => server.tools.filter(({ name }) => (actions.get(name) ?? 'read') === action);

type Input = Record<string, unknown>;
type Row = Readonly<Record<string, unknown>>;

/** Texts that mean something to the tenant; with the least input, too. */
const told: Readonly<Record<string, Input>> = {
  zia_geo_search: { action: 'geo_by_ip', ip: '192.0.2.1' },
  zia_get_url_category_predefined: { name: 'FINANCE' },
  get_zpa_scim_attribute: { idp_name: 'Harbor Lantern Sign-In' },
  get_zpa_scim_group: { idp_name: 'Harbor Lantern Sign-In' },
  zid_get_group_users_by_name: { name: 'Crew' },
  zid_get_user_groups_by_name: { name: 'Mara Quillfeather' },
  zcc_get_device_otp: { udid: '00000000-0000-4000-8000-000000000001:501' },
  zia_update_malware_settings: { settings: { virusBlocked: true } },
  zia_update_atp_settings: { settings: { tor_blocked: true } },
  zia_update_advanced_settings: { settings: { ui_session_timeout: 600 } },
  zia_update_mobile_advanced_settings: { settings: { block_apps_sending_location_info: true } },
};
const tellsOf = ({ name, inputSchema }: Tool): Input => ({
  ...('rule_type' in (inputSchema.properties ?? {}) && { rule_type: 'WEBMAIL' }),
  ...told[name],
});

/** An analysis exists only after it was started. */
const needsMore = ['zdx_get_analysis'];

describe('the tools that are offered', () => {
  it('are those of the catalogue', () => {
    expect(server.tools.map(({ name }) => name)).toEqual(expect.arrayContaining(catalogue.map(({ name }) => name)));
  });
});

// What one tool takes away another does not find, so deletions come last.
describe.each(['read', 'create', 'update', 'delete'])(`every tool of the action %s (seed ${seed})`, (action) => {
  const tools = toolsThat(action);

  it.each(tools)('$name answers to the least input', async (tool) => {
    const result = await callCleanly(tool, await inputFor(tool, 'least'));
    if (action === 'read' && !needsMore.includes(tool.name)) expect(result.isError ?? false, textOf(result)).toBe(false);
  });

  it.each(tools)('$name answers to every input at once', async (tool) => {
    await callCleanly(tool, await inputFor(tool, 'most'));
  });

  it.each(tools.filter((tool) => idsOf(tool).length > 0))('$name says that a record does not exist', async (tool) => {
    const unknown = Object.fromEntries(idsOf(tool).map((name) => [name, '987654321']));
    const result = await callCleanly(tool, { ...(await inputFor(tool, 'least')), ...aChange(tool), ...unknown });
    // A list below a record that does not exist may be empty.
    if (!result.isError) return expect(result.structuredContent).toMatchObject({ items: [] });
    expect(textOf(result)).toMatch(/\b404\b|NOT_FOUND|does not exist/);
  });
});

/** An update that is given nothing to change does not get as far as the record. */
function aChange(tool: Tool): Input {
  const { properties } = shapeOf(tool);
  const name = ['name', 'description', 'comment', 'comments', 'configured_name', 'end_time'].find((known) => known in properties);
  if (actions.get(tool.name) !== 'update' || name === undefined) return {};
  return { [name]: properties[name]?.type === 'integer' ? 600 : 'changed' };
}

/** What names the one record that a tool is for. */
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

async function inputFor(tool: Tool, how: 'least' | 'most'): Promise<Input> {
  const { properties, required } = shapeOf(tool);
  const input: Input = tellsOf(tool);
  for (const [name, schema] of Object.entries(properties)) {
    if (name in input || (how === 'least' && !required.includes(name))) continue;
    input[name] = (await seededFor(name, schema, input)) ?? schema.examples?.[0] ?? one(valid(schema), tool.name + name);
  }
  return input;
}

/** The ID of a record that exists, if the description of the input names a tool that shows some. */
async function seededFor(name: string, schema: Property, given: Input): Promise<unknown> {
  const [source] = toolsIn(schema.description ?? '');
  if (source === undefined || !isId(name)) return undefined;
  const row = await firstRow(source, given);
  const id = row?.[name] ?? row?.[camel(name)] ?? row?.[camel(name.replace('icc_', 'icc'))] ?? row?.['id'];
  if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint') return undefined;
  if (schema.type === 'integer') return Number(id);
  return schema.type === 'array' ? [String(id)] : String(id);
}

const isId = (name: string): boolean => /(id|ids|_key|_raw|log_type)$/.test(name);
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

async function firstRow(source: string, given: Input): Promise<Row | undefined> {
  const { properties, required } = shapeOf(findTool(source));
  const input: Input = { ...('rule_type' in properties && { rule_type: 'WEBMAIL' }) };
  for (const name of required) input[name] ??= given[name] ?? (await seededFor(name, properties[name]!, given));
  if (required.some((name) => input[name] === undefined)) return undefined;
  const answer = await demo.call(source, input);
  const { pageDetails } = answer as { pageDetails?: { content: Row[] } };
  const rows = pageDetails?.content ?? answer;
  return Array.isArray(rows) ? (rows[0] as Row | undefined) : (rows as Row);
}
