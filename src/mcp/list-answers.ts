/**
 * Answers to `tools/list` of revision 2026-07-28, which has no sessions: a client sends the same request each time, but for its id,
 * and the SDK would judge and answer it anew. What it answered once is remembered whole, beside everything in the request that it judged.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Tool } from '@modelcontextprotocol/server';
import { parseJson, stringifyJson } from '../common/json.ts';
import { fillIn, preparedBytes } from './prepared-list.ts';

export interface KnownAnswer {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly parts: readonly Buffer[];
}

/** As many kinds of clients are remembered; a key has at most this many characters. */
const MOST = 32;
const LONGEST = 4_096;

const known = new WeakMap<readonly Tool[], Map<string, (id: string) => KnownAnswer>>();

/** What tells requests apart beside their id; null for a request that is not plainly a list of tools. */
export function keyOfList(headers: IncomingHttpHeaders, body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const { id, method, ...rest } = body as { id?: unknown; method?: unknown };
  if (method !== 'tools/list' || (typeof id !== 'string' && !Number.isSafeInteger(id))) return null;
  const judged = Object.entries(headers).filter(([name]) => name.startsWith('mcp-') || name === 'accept' || name === 'content-type');
  const key = stringifyJson([judged, rest]);
  return key.length > LONGEST ? null : key;
}

/** @param tools the list that this caller would get now */
export function recallList(tools: readonly Tool[], key: string, body: unknown): KnownAnswer | null {
  return known.get(tools)?.get(key)?.(idIn(body)) ?? null;
}

/** Reads `answer`, and remembers it if it holds that list. Returns it anew. */
export async function rememberList(tools: readonly Tool[], key: string, answer: Response): Promise<Response> {
  if (answer.status !== 200 || !answer.headers.get('content-type')?.startsWith('application/json')) return answer;
  const text = await answer.text();
  const { jsonrpc, id: _, result, ...more } = parseJson(text) as Readonly<Record<string, unknown>>;
  if (result !== undefined && Object.keys(more).length === 0) {
    const [before, list, after] = fillIn(Buffer.from(`,"result":${stringifyJson(result)}}`));
    // It is another list when the configuration changed meanwhile.
    if (before && list && after && list === preparedBytes(tools)) {
      const start = `{"jsonrpc":${stringifyJson(jsonrpc)},"id":`;
      const headers = [...answer.headers].filter(([name]) => name !== 'connection');
      remember(tools, key, (written) => ({ headers, parts: [Buffer.from(start + written), before, list, after] }));
    }
  }
  return new Response(text, { status: answer.status, headers: answer.headers });
}

function remember(tools: readonly Tool[], key: string, answer: (id: string) => KnownAnswer): void {
  const answers = known.get(tools) ?? new Map<string, (id: string) => KnownAnswer>();
  known.set(tools, answers);
  const [oldest] = answers.keys();
  if (answers.size >= MOST && oldest !== undefined) answers.delete(oldest);
  answers.set(key, answer);
}

const idIn = (body: unknown): string => stringifyJson((body as { id: unknown }).id);
