/**
 * Remembers answers to `tools/list` of revision 2026-07-28. Without sessions, a client sends the same request each time, except
 * for its ID. An answer is found by everything in the request that the SDK takes into account.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Tool } from '@modelcontextprotocol/server';
import { parseJson, stringifyJson } from '../common/json.ts';
import { fillIn, preparedBytes } from './prepared-list.ts';

/** A remembered answer: HTTP headers, and the parts of the body in order. */
export interface KnownAnswer {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly parts: readonly Buffer[];
}

/** Answers remembered for each list, and the maximal length of a key. */
const MOST = 32;
const LONGEST = 4_096;

const known = new WeakMap<readonly Tool[], Map<string, (id: string) => KnownAnswer>>();

/** Everything in a `tools/list` request but its ID; null for any other request. */
export function keyOfList(headers: IncomingHttpHeaders, body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const { id, method, ...rest } = body as { id?: unknown; method?: unknown };
  if (method !== 'tools/list' || (typeof id !== 'string' && !Number.isSafeInteger(id))) return null;
  const judged = Object.entries(headers).filter(([name]) => name.startsWith('mcp-') || name === 'accept' || name === 'content-type');
  const key = stringifyJson([judged, rest]);
  return key.length > LONGEST ? null : key;
}

/** The remembered answer with the ID of this request. @param tools the list that its caller gets now */
export function recallList(tools: readonly Tool[], key: string, body: unknown): KnownAnswer | null {
  return known.get(tools)?.get(key)?.(idIn(body)) ?? null;
}

/** Reads `answer`, remembers it if it holds that list, and returns a copy. */
export async function rememberList(tools: readonly Tool[], key: string, answer: Response): Promise<Response> {
  if (answer.status !== 200 || !answer.headers.get('content-type')?.startsWith('application/json')) return answer;
  const text = await answer.text();
  const { jsonrpc, id: _, result, ...more } = parseJson(text) as Readonly<Record<string, unknown>>;
  if (result !== undefined && Object.keys(more).length === 0) {
    const [before, list, after] = fillIn(Buffer.from(`,"result":${stringifyJson(result)}}`));
    // The list differs when the configuration changed meanwhile.
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
