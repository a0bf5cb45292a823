/** Sends recorded traffic of the real cloud through our tools: they must send the recorded requests and return the complete recorded answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../src/common/json.ts';
import { bindCall, catalogue, Page, type Tool } from '../../src/tools/index.ts';
import { createCloud, TokenCache, Transport, type CloudRequest } from '../../src/zscaler/index.ts';
import { openStandIn, type StandIn } from '../stand-in.ts';

export interface Line {
  service: string;
  cassette: string;
  seq: number;
  method: string;
  path: string;
  query: Record<string, string>;
  requestBody: Record<string, unknown> | null;
  status: number;
  responseHeaders: Record<string, string>;
  responseBodyType: 'json' | 'text' | 'none';
  responseBody: unknown;
}

export const linesOf = (file: string): Line[] =>
  readFileSync(join(import.meta.dirname, '../recordings', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => parseJson(line) as Line);
export const labelled = (lines: Line[]) =>
  lines.map((line) => ({ ...line, label: `${line.cassette} ${line.seq}, ${line.method} ${line.path}: ${line.status}` }));

/** Which tool leads to a line (method, path, and the action of its query), and with what; `id` is what the pattern's parentheses hold. */
export type ToolRoute = readonly [
  pattern: RegExp,
  tool: string,
  inputOf: (line: Line, id: string) => Record<string, unknown>,
  /** Fields that are read before an update but not sent back. */
  unsent?: readonly string[],
];

/** Declares one test for each line of a file under `test/recordings`. */
export function describeReplay(file: string, count: number, routes: readonly ToolRoute[]): void {
  describe(`recorded successes in ${file}`, () => {
    const lines = linesOf(file);

    it('are there in the number that was kept', () => {
      expect(lines).toHaveLength(count);
    });

    it.each(labelled(lines))('$label', async (line) => {
      const { tool, input, unsent } = routeOf(line, routes);
      const before = recordBefore(line, lines);
      const { result, asked } = await replay(tool, input, line, before);
      const calls = asked.filter(({ path }) => path !== '/token');
      const call = calls.at(-1)!;
      expect(calls).toHaveLength(before === undefined ? 1 : 2);
      expect(`${call.method} ${call.path}`).toBe(`${line.method} ${line.path}`);
      expect(Object.fromEntries(call.query)).toEqual(line.query);
      expect(call.body === '' ? null : parseJson(call.body)).toEqual(without(unsent, expectedBody(line, before)));
      expectWhole(result, line);
    });
  });
}

interface Routed {
  tool: Tool;
  input: Record<string, unknown>;
  unsent: readonly string[];
}

export function routeOf(line: Line, routes: readonly ToolRoute[]): Routed {
  for (const [pattern, name, inputOf, unsent = []] of routes) {
    const match = pattern.exec([line.method, line.path, line.query['action']].filter(Boolean).join(' '));
    const tool = catalogue.find((candidate) => candidate.name === name);
    if (match && tool) return { tool, input: inputOf(line, match[1] ?? ''), unsent };
  }
  throw new Error(`no tool leads to ${line.method} ${line.path}`);
}

/** An update reads the record before it writes, unless it edits a list; the cassette supplies the record that it reads. */
const recordBefore = (line: Line, lines: Line[]): unknown =>
  line.method === 'PUT' && line.query['action'] === undefined
    ? lines.findLast(
        (other) => other.cassette === line.cassette && other.seq < line.seq && other.method === 'GET' && other.path === line.path,
      )?.responseBody
    : undefined;

export function expectedBody({ method, requestBody }: Line, before: unknown): unknown {
  if (method === 'GET' || method === 'DELETE') return null;
  return before === undefined ? requestBody : { ...(before as object), ...requestBody };
}

const without = (names: readonly string[], body: unknown): unknown =>
  names.length === 0 ? body : Object.fromEntries(Object.entries(body as object).filter(([name]) => !names.includes(name)));

function expectWhole(result: unknown, { responseBodyType, responseBody }: Line): void {
  if (responseBodyType === 'none') return expect(result).toMatchObject({ success: true });
  if (!(result instanceof Page)) return expect(result).toEqual(responseBody);
  if (Array.isArray(responseBody)) return expect(result.items).toEqual(responseBody);
  const rows = Object.entries(responseBody as Record<string, unknown>).find(([, value]) => Array.isArray(value))!;
  expect({ ...result.envelope, [rows[0]]: result.items }).toEqual(responseBody);
}

export async function replay(
  tool: Tool,
  input: Record<string, unknown>,
  line: Line,
  before?: unknown,
): Promise<{ result: unknown; asked: StandIn['asked'] }> {
  const standIn = await openCloud(line, before);
  try {
    const [, customerId] = /\/customers\/(\d+)/.exec(line.path) ?? [];
    const { customerId: inVariables } = (line.requestBody?.['variables'] ?? {}) as { customerId?: string };
    const call = bindCall(tool, (request) => send(standIn, request, 0), { customerId: customerId ?? inVariables });
    return { result: await tool.run(call, tool.parse(input)), asked: standIn.asked };
  } finally {
    await standIn.close();
  }
}

export const openCloud = (line: Line, before?: unknown): Promise<StandIn> =>
  openStandIn(({ path, method }) => {
    if (path === '/token') return { body: '{"access_token":"issued-token","expires_in":3600,"token_type":"Bearer"}' };
    if (before !== undefined && method === 'GET') return { body: stringifyJson(before) };
    const body =
      line.responseBodyType === 'none'
        ? ''
        : line.responseBodyType === 'json'
          ? stringifyJson(line.responseBody)
          : String(line.responseBody);
    return { status: line.status, headers: line.responseHeaders, body };
  });

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export function send({ url }: StandIn, request: CloudRequest, maxRetries: number): Promise<unknown> {
  const config = {
    clientId: 'client',
    clientSecret: 'top-secret',
    cloud: '',
    apiUrl: url,
    tokenUrl: `${url}/token`,
    requestTimeoutMs: 5_000,
    maxRetries,
    answerLimit: 16_777_216,
  };
  return createCloud(config, { tokens: new TokenCache(), transport: new Transport(), log: quiet }).send(request);
}
