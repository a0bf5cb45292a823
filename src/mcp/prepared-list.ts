/**
 * Serializes the list of tools once. The full list has some hundred thousand bytes, the same for every caller, and the SDK would
 * serialize it for each answer. The SDK gets a stand-in of one line instead, which is replaced by the bytes as they are sent.
 */
import { randomUUID } from 'node:crypto';
import type { JSONRPCMessage, Tool } from '@modelcontextprotocol/server';

interface Prepared {
  readonly tools: readonly Tool[];
  readonly standIn: Tool[];
  /** The bytes that the SDK writes for the stand-in, and those that are sent instead. */
  readonly mark: Buffer;
  readonly bytes: Buffer;
  usedAt: number;
}

/** Random, so that no other content of an answer can look like a stand-in. */
const SECRET = `list-${randomUUID()}-`;
const SECRET_BYTES = Buffer.from(SECRET);
/** Far longer than it takes from the answer of a handler to its bytes. */
const KEPT_MS = 60_000;
/** Lists that answers may be on the way with at the same time: one for each set of enabled toolsets, which callers choose. */
const MOST_ON_THE_WAY = 64;

const prepared = new WeakMap<readonly Tool[], Prepared>();
const onTheWay = new Map<string, Prepared>();
let latest = 0;

/** The stand-in to answer `tools/list` with. `tools` must not change afterwards. */
export function standInFor(tools: Tool[]): Tool[] {
  // The SDK converts output schemas for older revisions, so it has to see such tools.
  if (tools.length === 0 || tools.some(({ outputSchema }) => outputSchema !== undefined)) return tools;
  const known = prepared.get(tools) ?? prepare(tools);
  const now = performance.now();
  for (const [name, { usedAt }] of onTheWay) if (now - usedAt > KEPT_MS) onTheWay.delete(name);
  known.usedAt = now;
  onTheWay.delete(nameOf(known));
  onTheWay.set(nameOf(known), known);
  const [oldest] = onTheWay.keys();
  if (onTheWay.size > MOST_ON_THE_WAY && oldest !== undefined) onTheWay.delete(oldest);
  return known.standIn;
}

function prepare(tools: readonly Tool[]): Prepared {
  const standIn: Tool[] = [{ name: `${SECRET}${++latest}`, inputSchema: { type: 'object' } }];
  const made: Prepared = {
    tools,
    standIn,
    mark: Buffer.from(inner(standIn)),
    bytes: Buffer.from(inner(tools)),
    usedAt: 0,
  };
  prepared.set(tools, made);
  return made;
}

const nameOf = ({ standIn }: Prepared): string => standIn[0]?.name ?? '';

/** The items of a JSON array, without its brackets. */
const inner = (tools: readonly Tool[]): string => JSON.stringify(tools).slice(1, -1);

/** The bytes of an answer as they are sent: with the list in place of its stand-in. */
export function fillIn(bytes: Buffer): readonly Buffer[] {
  if (!bytes.includes(SECRET_BYTES)) return [bytes];
  for (const { mark, bytes: list } of onTheWay.values()) {
    const at = bytes.indexOf(mark);
    if (at >= 0) return [bytes.subarray(0, at), list, bytes.subarray(at + mark.length)];
  }
  throw new Error('the list of tools was dropped before its answer was sent');
}

/** The bytes that replace the stand-in of this list; undefined before it was first asked for. */
export const preparedBytes = (tools: readonly Tool[]): Buffer | undefined => prepared.get(tools)?.bytes;

/** The message with the list in place of its stand-in, to be stored or serialized otherwise. */
export function wholeMessage(message: JSONRPCMessage): JSONRPCMessage {
  const known = onTheWay.get(listIn(message)?.[0]?.name ?? '');
  return known && 'result' in message ? { ...message, result: { ...message.result, tools: known.tools } } : message;
}

/** How many bytes of JSON the list in a message takes; undefined where there is none. */
export function sizeOfList(message: JSONRPCMessage): number | undefined {
  const tools = listIn(message);
  return tools && prepared.get(tools)?.bytes.length;
}

export const hasList = (message: JSONRPCMessage): boolean => listIn(message) !== undefined;

const listIn = (message: JSONRPCMessage): readonly Tool[] | undefined =>
  'result' in message ? (message.result as { tools?: readonly Tool[] }).tools : undefined;
