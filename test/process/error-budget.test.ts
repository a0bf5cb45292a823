/** Whatever is wrong with a request, its answer is short and costs little: what was sent is never echoed whole. */
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { expect, it } from 'vitest';
import { missing, startServer, type TestServer } from './harness.ts';

const MOST_BYTES = 8_192;
const MOST_LOGGED = 32_768;
/** The work on 3 MB takes far less; what grew faster than its input took seconds. */
const MOST_CPU_MS = 2_000;

const LONG = 'x'.repeat(3_000_000);
const long = (length: number): string => 'y'.repeat(length);
const members = <T>(count: number, value: (at: number) => T, name = 'member'): Record<string, T> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}_${at}`, value(at)]));

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
};

interface Kind {
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly meta?: Record<string, unknown>;
  readonly headers?: Record<string, string | string[]>;
  /** In place of the message. */
  readonly body?: string;
  /** Of revisions with sessions. */
  readonly isLegacy?: boolean;
}

const tool = (name: string, args: unknown): Kind => ({ method: 'tools/call', params: { name, arguments: args } });

const kinds: Readonly<Record<string, Kind>> = {
  'unknown inputs, 3 MB of them': tool(
    'zia_list_rule_labels',
    members(5_500, () => 1, long(500)),
  ),
  'unknown inputs with long names': tool(
    'zia_list_rule_labels',
    members(3, () => 1, long(1_000_000)),
  ),
  'a long text where a number is wanted': tool('zia_list_rule_labels', { page: LONG }),
  'a long text where true or false is wanted': tool('zia_list_locations', { all: LONG, search: 5 }),
  'a list where a text is wanted': tool('zia_list_rule_labels', { search: Array.from({ length: 40_000 }, () => 'a') }),
  'a long ID': tool('zia_get_rule_label', { rule_label_id: LONG }),
  'a long word of an enumeration': tool('zscaler_list_toolsets', { service: LONG }),
  'a list as the arguments': tool(
    'zia_list_rule_labels',
    Array.from({ length: 40_000 }, () => 'a'),
  ),
  'a text as the arguments': tool('zia_list_rule_labels', LONG),
  'JSON in a text, with more values than a message may have': tool('zia_list_rule_labels', { page: `[${'0,'.repeat(1_000_000)}0]` }),
  'a number of many digits': { body: `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'9'.repeat(3_000_000)}}}` },
  'a number of a thousand digits as an input': {
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'zia_list_rule_labels', arguments: { page: 0 }, _meta: meta },
    }).replace('"page":0', `"page":${'9'.repeat(1_000)}`),
    method: 'tools/call',
    params: { name: 'zia_list_rule_labels' },
  },
  'a long name of a tool': tool(LONG, {}),
  'a long name of a tool and large arguments': tool(
    long(1_000_000),
    members(20_000, () => long(50)),
  ),
  'a tool that is described under a long name': tool('zscaler_describe_tool', { name: LONG }),
  'toolsets that are unknown': tool('zscaler_enable_toolset', { toolsets: Array.from({ length: 20 }, () => long(100_000)) }),
  'too many toolsets': tool('zscaler_enable_toolset', { toolsets: Array.from({ length: 40_000 }, () => 'zia') }),
  'a long search for tools': tool('zscaler_search_tools', { query: LONG }),
  'a long query': tool('zia_list_rule_labels', { query: LONG }),
  'a query with an unknown function': tool('zia_list_rule_labels', { query: `${long(900)}(@)` }),
  'a query with a long fault': tool('zia_list_rule_labels', { query: `[?${long(900)}` }),
  'a query with a literal that is none': tool('zia_list_rule_labels', { query: `\`{${long(900)}\`` }),
  'a query that asks for too much': tool('zia_list_rule_labels', { query: `@${'|[@,@][]'.repeat(100)}` }),
  'an unknown method': { method: LONG, params: {} },
  'an unknown prompt': { method: 'prompts/get', params: { name: LONG } },
  'a prompt with unknown arguments': { method: 'prompts/get', params: { name: 'x', arguments: members(40_000, () => 'a') } },
  'a prompt with arguments of the wrong type': { method: 'prompts/get', params: { name: 'x', arguments: members(40_000, () => 5) } },
  'an unknown resource': { method: 'resources/read', params: { uri: LONG } },
  'a completion': {
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: LONG }, argument: { name: 'a', value: long(900_000) } },
  },
  'a cursor': { method: 'tools/list', params: { cursor: LONG } },
  'a cursor that is a list': { method: 'tools/list', params: { cursor: Array.from({ length: 40_000 }, () => 1) } },
  'parameters of the wrong type': { method: 'tools/call', params: { name: members(40_000, () => 1), arguments: 5 } },
  'capabilities of the wrong type': {
    method: 'tools/list',
    meta: { ...meta, 'io.modelcontextprotocol/clientCapabilities': { experimental: members(40_000, () => 5) } },
  },
  'a revision that is long': { method: 'tools/list', meta: { ...meta, 'io.modelcontextprotocol/protocolVersion': LONG } },
  'a client with a long name': {
    method: 'tools/list',
    meta: { ...meta, 'io.modelcontextprotocol/clientInfo': { name: members(40_000, () => 1) } },
  },
  'a long ID of the request': { body: JSON.stringify({ jsonrpc: '2.0', id: LONG, method: 'nothing', params: { _meta: meta } }) },
  'no JSON': { body: LONG },
  'JSON with an error at its end': { body: `${JSON.stringify({ a: LONG })}x` },
  'a batch of many': { body: JSON.stringify(Array.from({ length: 20_000 }, () => ({}))), isLegacy: true },
  'a batch of wrong messages': {
    body: JSON.stringify(Array.from({ length: 100 }, () => ({ jsonrpc: '2.0', id: long(20_000), method: 5 }))),
    isLegacy: true,
  },
  'a handshake of a long revision': {
    isLegacy: true,
    method: 'initialize',
    params: { protocolVersion: LONG, capabilities: members(40_000, () => 5), clientInfo: {} },
  },
  'a long session': { isLegacy: true, method: 'tools/list', headers: { 'mcp-session-id': long(12_000) } },
  'a session that is named twice': { isLegacy: true, method: 'tools/list', headers: { 'mcp-session-id': [long(5_000), long(5_000)] } },
  'a long revision in the header': { method: 'tools/list', headers: { 'mcp-protocol-version': long(12_000) } },
  'another method in the header': { method: 'tools/list', headers: { 'mcp-method': long(12_000) } },
  'another tool in the header': { ...tool('zia_list_rule_labels', {}), headers: { 'mcp-name': long(12_000) } },
  'a long Host': { method: 'tools/list', headers: { host: long(12_000) } },
  'a long Origin': { method: 'tools/list', headers: { origin: `https://${long(12_000)}` } },
  'a long Accept': { method: 'tools/list', headers: { accept: long(12_000) } },
  'a long type': { method: 'tools/list', headers: { 'content-type': long(12_000) } },
  'a long encoding': { method: 'tools/list', headers: { 'content-encoding': long(12_000) } },
  'a long expectation': { method: 'tools/list', headers: { expect: long(12_000) } },
  'long credentials': { method: 'tools/list', headers: { authorization: `Bearer ${long(12_000)}`, 'x-api-key': long(2_000) } },
  'an event that nobody sent': { isLegacy: true, method: 'tools/list', headers: { 'last-event-id': long(12_000) } },
  'headers that are too long': { method: 'tools/list', headers: { 'x-long': long(60_000) } },
};

function send(url: string, kind: Kind): Promise<{ status: number; bytes: number; text: string }> {
  const { method = 'ping', params = {}, isLegacy = false } = kind;
  const message = { jsonrpc: '2.0', id: 1, method, params: isLegacy ? params : { ...params, _meta: kind.meta ?? meta } };
  const name = typeof params['name'] === 'string' ? params['name'].slice(0, 100) : undefined;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(!isLegacy && {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method.slice(0, 100),
      ...(name !== undefined && { 'mcp-name': name }),
    }),
    ...kind.headers,
  };
  return new Promise((resolve) => {
    httpRequest(url, { method: 'POST', headers, agent: false }, (response) => {
      let [bytes, text] = [0, ''];
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (text.length < 1_000) text += part.toString('utf8');
      });
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, bytes: bytes + JSON.stringify(response.rawHeaders).length, text }),
      );
    })
      // A body that is refused unread may meet a closed connection.
      .once('error', (error) => resolve({ status: 0, bytes: 0, text: error.message }))
      .end(kind.body ?? JSON.stringify(message));
  });
}

/** Of the process, in milliseconds. Source: proc_pid_stat(5); a tick is a hundredth of a second. */
function cpuMs({ pid }: TestServer): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

it.skipIf(missing('linux'))('every answer to a wrong request is short and cheap', async () => {
  const server = await startServer({ dotenv: 'ZSCALER_MCP_TOOLSETS=discover\nZSCALER_MCP_LOG_TOOL_CALLS=true\n' });
  const told: string[] = [];
  for (const [name, kind] of Object.entries(kinds)) {
    const [cpuBefore, logBefore] = [cpuMs(server), server.log().length];
    const { bytes } = await send(server.url, kind);
    const [cpu, logged] = [cpuMs(server) - cpuBefore, server.log().length - logBefore];
    if (bytes >= MOST_BYTES || cpu >= MOST_CPU_MS || logged >= MOST_LOGGED)
      told.push(`${name}: ${bytes} bytes, ${cpu} ms, ${logged} in the log`);
  }
  expect(told).toEqual([]);
  expect(server.record()).toMatchObject({ state: 'ready', generation: 1 });
});
