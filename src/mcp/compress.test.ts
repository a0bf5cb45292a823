import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openSession, readEvents } from '../../test/conformance/raw.ts';
import { startStack, testTools } from '../../test/conformance/stack.ts';
import { chooseCoding } from './compress.ts';
import type { OfferedTool } from './runtime.ts';

it.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0.5, gzip', 'gzip'],
  ['GZIP;Q=1', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['deflate, zstd', null],
  ['gzip;q=0', null],
  ['identity', null],
  ['', null],
  [undefined, null],
])('a client that sends Accept-Encoding: %s gets %s', (header, coding) => {
  expect(chooseCoding(header)).toBe(coding);
});

/** `fetch` would undo the compression. */
function post(url: string, body: object, headers: Record<string, string>): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ headers: Record<string, unknown>; body: Buffer }>();
  const all = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers };
  const sending = request(url, { method: 'POST', headers: all }, (response) => {
    const chunks: Buffer[] = [];
    response
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
  });
  sending.on('error', reject).end(JSON.stringify(body));
  return promise;
}

const wide: ReadonlyMap<string, OfferedTool> = new Map(
  Array.from(testTools.values(), (tool) => [
    tool.name,
    {
      name: tool.name,
      about: `${tool.about} ${'x '.repeat(1_000)}`,
      annotations: tool.annotations,
      inputSchema: () => tool.inputSchema(),
    },
  ]),
);
const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
const modernList = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } };
const modernHeaders = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
const undo = { br: brotliDecompressSync, gzip: gunzipSync } as const;

describe('a long list of tools', () => {
  it.each(['br', 'gzip'] as const)('is sent as %s where that is asked for, the first time and again, in every revision', async (coding) => {
    const { url } = await startStack({ with: { tools: wide } });
    const session = await openSession(url);
    const inSession = { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25' };
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    for (const [headers, body] of [
      [modernHeaders, modernList],
      [modernHeaders, modernList],
      [inSession, list],
    ] as const) {
      const plain = await post(url, body, headers);
      const sent = await post(url, body, { ...headers, 'accept-encoding': coding });
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect([plain.headers['vary'], sent.headers['vary']]).toEqual(['Origin, Accept-Encoding', 'Origin, Accept-Encoding']);
      expect([sent.headers['content-encoding'], Number(sent.headers['content-length'])]).toEqual([coding, sent.body.length]);
      expect(JSON.parse(undo[coding](sent.body).toString())).toEqual(JSON.parse(plain.body.toString()));
      expect(sent.body.length).toBeLessThan(plain.body.length / 4);
    }
  });
});

it('leaves short answers and streams of events as they are', async () => {
  const { url } = await startStack({ with: { tools: wide } });
  const session = await openSession(url);
  const coded = { 'accept-encoding': 'gzip' };
  const short = await session.fetch('POST', { jsonrpc: '2.0', id: 1, method: 'ping' }, coded);
  expect([short.headers.get('content-encoding'), await short.json()]).toMatchObject([null, { result: {} }]);
  const stream = await session.fetch('POST', { jsonrpc: '2.0', id: 2, method: 'tools/list' }, { ...coded, accept: 'text/event-stream' });
  expect([stream.headers.get('content-encoding'), (await readEvents(stream).next()).done]).toEqual([null, false]);
});
