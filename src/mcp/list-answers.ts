/**
 * Remembers answers to `tools/list` and `server/discover` of revision 2026-07-28. Without sessions, a client sends the same request
 * each time, except for its ID. An answer is found by everything in the request that the SDK takes into account.
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

/** What an answer follows from, beside its request: the list of tools, or the configuration in force. Another object, another answer. */
export interface Basis {
  readonly of: object;
  /** The list in the answer; null where there is none. */
  readonly tools: readonly Tool[] | null;
}

const known = new WeakMap<object, Map<string, (id: string) => KnownAnswer>>();

export type RememberedMethod = 'tools/list' | 'server/discover';

/** The method of a request whose answer is remembered, and everything in it but its ID; null for any other request. */
export function keyOfRequest(
  headers: IncomingHttpHeaders,
  body: unknown,
): { readonly method: RememberedMethod; readonly key: string } | null {
  if (typeof body !== 'object' || body === null) return null;
  const { id, method, ...rest } = body as { id?: unknown; method?: unknown };
  if ((method !== 'tools/list' && method !== 'server/discover') || (typeof id !== 'string' && !Number.isSafeInteger(id))) return null;
  const judged = Object.entries(headers).filter(([name]) => name.startsWith('mcp-') || name === 'accept' || name === 'content-type');
  const key = stringifyJson([method, judged, rest]);
  return key.length > LONGEST ? null : { method, key };
}

/** The remembered answer with the ID of this request. @param basis what an answer follows from now */
export function recallAnswer({ of }: Basis, key: string, body: unknown): KnownAnswer | null {
  return known.get(of)?.get(key)?.(idIn(body)) ?? null;
}

/** Reads `answer`, remembers it if it holds the list of that basis or none, and returns a copy. */
export async function rememberAnswer({ of, tools }: Basis, key: string, answer: Response): Promise<Response> {
  if (answer.status !== 200 || !answer.headers.get('content-type')?.startsWith('application/json')) return answer;
  const text = await answer.text();
  const { jsonrpc, id: _, result, ...more } = parseJson(text) as Readonly<Record<string, unknown>>;
  if (result !== undefined && Object.keys(more).length === 0) {
    const parts = fillIn(Buffer.from(`,"result":${stringifyJson(result)}}`));
    // The list differs when the configuration changed meanwhile.
    if (tools === null ? parts.length === 1 : parts.length === 3 && parts[1] === preparedBytes(tools)) {
      const start = `{"jsonrpc":${stringifyJson(jsonrpc)},"id":`;
      const headers = [...answer.headers].filter(([name]) => name !== 'connection');
      remember(of, key, (written) => ({ headers, parts: [Buffer.from(start + written), ...parts] }));
    }
  }
  return new Response(text, { status: answer.status, headers: answer.headers });
}

function remember(basis: object, key: string, answer: (id: string) => KnownAnswer): void {
  const answers = known.get(basis) ?? new Map<string, (id: string) => KnownAnswer>();
  known.set(basis, answers);
  const [oldest] = answers.keys();
  if (answers.size >= MOST && oldest !== undefined) answers.delete(oldest);
  answers.set(key, answer);
}

const idIn = (body: unknown): string => stringifyJson((body as { id: unknown }).id);
