/**
 * The full list of tools is some hundred thousand bytes, the same for everybody who asks. The SDK would write them anew for each
 * answer; so it is given a stand-in of one line, whose place the bytes take on their way out.
 */
import { randomUUID } from 'node:crypto';
import type { JSONRPCMessage, Tool } from '@modelcontextprotocol/server';

interface Prepared {
  readonly tools: readonly Tool[];
  readonly standIn: Tool[];
  /** What the SDK writes for the stand-in, and what is sent instead. */
  readonly mark: Buffer;
  readonly bytes: Buffer;
  usedAt: number;
}

/** Unknown outside of this process, so nothing that is answered can look like it. */
const SECRET = `list-${randomUUID()}-`;
const SECRET_BYTES = Buffer.from(SECRET);
/** Between the answer of a handler and its bytes lie moments; longer than this nothing is on its way. */
const KEPT_MS = 60_000;

const prepared = new WeakMap<readonly Tool[], Prepared>();
const onTheWay = new Map<string, Prepared>();
let latest = 0;

/** What to answer `tools/list` with. `tools` must not change afterwards. */
export function standInFor(tools: Tool[]): Tool[] {
  // Older revisions want such a schema in another form, which is for the SDK to write.
  if (tools.length === 0 || tools.some(({ outputSchema }) => outputSchema !== undefined)) return tools;
  const known = prepared.get(tools) ?? prepare(tools);
  const now = performance.now();
  for (const [name, { usedAt }] of onTheWay) if (now - usedAt > KEPT_MS) onTheWay.delete(name);
  known.usedAt = now;
  onTheWay.set(nameOf(known), known);
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

/** `bytes` of an answer as they are sent: with the list where its stand-in stood. */
export function fillIn(bytes: Buffer): readonly Buffer[] {
  if (!bytes.includes(SECRET_BYTES)) return [bytes];
  for (const { mark, bytes: list } of onTheWay.values()) {
    const at = bytes.indexOf(mark);
    if (at >= 0) return [bytes.subarray(0, at), list, bytes.subarray(at + mark.length)];
  }
  throw new Error('the list of tools got lost between its answer and its bytes');
}

/** What takes the place of the stand-in for this list; undefined while nobody asked for it. */
export const preparedBytes = (tools: readonly Tool[]): Buffer | undefined => prepared.get(tools)?.bytes;

/** The message with the list itself, for whoever keeps it or writes it in another way. */
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
