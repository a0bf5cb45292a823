/** The conformance suite's tools that answer in one round, or send requests to their client while they run. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  type CallToolResult,
  type ClientCapabilities,
  type InputRequiredResult,
  type ServerContext,
  type Tool,
} from '@modelcontextprotocol/server';

export interface FixtureTool {
  readonly inputSchema?: Tool['inputSchema'];
  call(
    context: ServerContext,
    args: Record<string, unknown>,
  ): CallToolResult | InputRequiredResult | Promise<CallToolResult | InputRequiredResult>;
}

export const say = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });

export const capabilitiesOf = ({ mcpReq }: ServerContext): ClientCapabilities =>
  ((mcpReq.envelope as Readonly<Record<string, unknown>> | undefined)?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined) ??
  {};

/** One red pixel. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** A wave file without samples. */
const SILENCE = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';

const image = { type: 'image', data: PIXEL, mimeType: 'image/png' } as const;
const text = (name: string): Tool['inputSchema'] => ({ type: 'object', properties: { [name]: { type: 'string' } }, required: [name] });

async function log({ mcpReq }: ServerContext): Promise<CallToolResult> {
  await mcpReq.log('info', 'Tool execution started');
  await sleep(50);
  await mcpReq.log('info', 'Tool processing data');
  await sleep(50);
  await mcpReq.log('info', 'Tool execution completed');
  return say('Three messages were logged.');
}

async function report({ mcpReq }: ServerContext): Promise<CallToolResult> {
  // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
  const progressToken = mcpReq._meta?.progressToken;
  for (const progress of [0, 50, 100]) {
    if (progressToken !== undefined)
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
    if (progress < 100) await sleep(50);
  }
  return say('Progress was reported.');
}

async function sample({ mcpReq }: ServerContext, { prompt }: Record<string, unknown>): Promise<CallToolResult> {
  const content = { type: 'text', text: String(prompt) } as const;
  const { content: answer } = await mcpReq.requestSampling({ messages: [{ role: 'user', content }], maxTokens: 100 });
  return say(`LLM response: ${!Array.isArray(answer) && answer.type === 'text' ? answer.text : JSON.stringify(answer)}`);
}

type Schema = Parameters<ServerContext['mcpReq']['elicitInput']>[0] extends infer Params
  ? Extract<Params, { requestedSchema: unknown }>['requestedSchema']
  : never;

async function elicit(context: ServerContext, message: string, requestedSchema: unknown, prefix: string): Promise<CallToolResult> {
  const { action, content } = await context.mcpReq.elicitInput({ message, requestedSchema: requestedSchema as Schema });
  return say(`${prefix}: action=${action}, content=${JSON.stringify(content ?? {})}`);
}

const responseSchema = {
  type: 'object',
  properties: {
    username: { type: 'string', description: "User's response" },
    email: { type: 'string', description: "User's email address" },
  },
  required: ['username', 'email'],
};

const defaultsSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
};

const choices = (...titles: string[]) => titles.map((title, at) => ({ const: `value${at + 1}`, title }));

const enumsSchema = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: choices('First Option', 'Second Option', 'Third Option') },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', items: { anyOf: choices('First Choice', 'Second Choice', 'Third Choice') } },
  },
};

async function reconnect({ http }: ServerContext): Promise<CallToolResult> {
  await sleep(50);
  http?.closeSSE?.();
  await sleep(100);
  return say('Answered after the stream was closed.');
}

function needSampling(context: ServerContext): CallToolResult {
  if (capabilitiesOf(context).sampling) return say('Sampling was declared.');
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
}

const schema2020 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
} as Tool['inputSchema'];

export const contentTools: Readonly<Record<string, FixtureTool>> = {
  test_simple_text: { call: () => say('This is a simple text response for testing.') },
  test_image_content: { call: () => ({ content: [image] }) },
  test_audio_content: { call: () => ({ content: [{ type: 'audio', data: SILENCE, mimeType: 'audio/wav' }] }) },
  test_embedded_resource: {
    call: () => ({
      content: [
        {
          type: 'resource',
          resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' },
        },
      ],
    }),
  },
  test_multiple_content_types: {
    call: () => ({
      content: [
        { type: 'text', text: 'Multiple content types test:' },
        image,
        {
          type: 'resource',
          resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' },
        },
      ],
    }),
  },
  test_tool_with_logging: { call: log },
  test_logging_tool: { call: log },
  test_tool_with_progress: { call: report },
  test_error_handling: { call: () => ({ ...say('This tool intentionally returns an error for testing'), isError: true }) },
  test_sampling: { inputSchema: text('prompt'), call: sample },
  test_elicitation: {
    inputSchema: text('message'),
    call: (context, { message }) => elicit(context, String(message), responseSchema, 'User response'),
  },
  test_elicitation_sep1034_defaults: {
    call: (context) => elicit(context, 'Review the defaults.', defaultsSchema, 'Elicitation completed'),
  },
  test_elicitation_sep1330_enums: { call: (context) => elicit(context, 'Choose.', enumsSchema, 'Elicitation completed') },
  test_reconnection: { call: reconnect },
  test_missing_capability: { call: needSampling },
  json_schema_2020_12_tool: { inputSchema: schema2020, call: () => say('Accepted.') },
};
