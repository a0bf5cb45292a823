/**
 * Judges a request of the revisions with sessions before anything is kept of it or done for it. The SDK judges in the same way, but
 * only once a session has been looked up, opened again or made room for.
 */
import { parseJSONRPCMessage, specTypeSchemas, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { accepts } from './accept.ts';
import { sayIssues, type Issue } from './short-errors.ts';
import { errorResponse } from './web.ts';

const EVENTS = 'text/event-stream';
const JSON_TYPE = 'application/json';

/** As many as the SDK accepts. */
const MOST_MESSAGES = 100;

/** The refusal of a request; null when it may reach a session. @param body the parsed JSON of a POST */
export function judge({ method, headers }: Request, body: unknown): Response | null {
  const accept = headers.get('accept');
  if (method === 'GET' && !accepts(accept, EVENTS)) return refuseAccept(EVENTS);
  if (method === 'POST' && !accepts(accept, EVENTS) && !accepts(accept, JSON_TYPE)) return refuseAccept(`${JSON_TYPE} or ${EVENTS}`);
  const opens = method === 'POST' && isInitialize(body);
  return (opens ? null : judgeRevision(headers.get('mcp-protocol-version'))) ?? (method === 'POST' ? judgeMessages(body) : null);
}

/** Whether it is the request that opens a session. */
export const isInitialize = (body: unknown): body is { readonly params?: unknown } =>
  typeof body === 'object' && body !== null && (body as { method?: unknown }).method === 'initialize';

function judgeRevision(revision: string | null): Response | null {
  if (revision === null || revision === '' || SUPPORTED_PROTOCOL_VERSIONS.includes(revision)) return null;
  return errorResponse(
    400,
    -32_000,
    `Bad Request: Unsupported protocol version: ${JSON.stringify(revision.slice(0, 40))} (supported versions: ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}).`,
  );
}

function judgeMessages(body: unknown): Response | null {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (messages.length > MOST_MESSAGES)
    return errorResponse(
      400,
      -32_600,
      `Invalid Request: a batch may have at most ${MOST_MESSAGES} messages; this one has ${messages.length}. Split it.`,
    );
  if (Array.isArray(body) && messages.some(isInitialize))
    return errorResponse(400, -32_600, 'Invalid Request: initialize must be sent alone, not in a batch.');
  if (isInitialize(body)) return judgeHandshake(body);
  const repeated = repeatedId(messages);
  if (repeated !== undefined)
    return errorResponse(
      400,
      -32_600,
      `Invalid Request: two requests of one batch have the id ${JSON.stringify(repeated)}, and their answers could not be told apart. Nothing was done.`,
    );
  return messages.every(isMessage) ? null : errorResponse(400, -32_700, 'Parse error: the body is not a JSON-RPC message.');
}

function repeatedId(messages: readonly unknown[]): unknown {
  const ids = messages.flatMap((message) => {
    const { id, method } = (message ?? {}) as { id?: unknown; method?: unknown };
    return id === undefined || method === undefined ? [] : [id];
  });
  return ids.find((id, at) => ids.indexOf(id) !== at);
}

/** The SDK takes a handshake that it cannot read for a request without one. */
function judgeHandshake(body: object): Response | null {
  const judged = specTypeSchemas.InitializeRequest['~standard'].validate(body) as { readonly issues?: readonly Issue[] };
  return judged.issues === undefined ? null : errorResponse(400, -32_602, `Invalid params: ${sayIssues(judged.issues)}`);
}

function isMessage(value: unknown): boolean {
  try {
    parseJSONRPCMessage(value);
    return true;
  } catch {
    return false;
  }
}

const refuseAccept = (sent: string): Response =>
  errorResponse(
    406,
    -32_000,
    `Not Acceptable: answers are sent as ${sent}, which the Accept header leaves out. Send Accept: ${JSON_TYPE}, ${EVENTS}.`,
  );

/** Longest ID of a request, in characters: it is kept until the request is answered. */
const LONGEST_ID = 256;

interface Addressed {
  readonly id?: unknown;
  readonly params?: { readonly _meta?: { readonly progressToken?: unknown } | null } | null;
}

/**
 * What a message may have outside the arguments of a tool: values, and characters of a text. The SDK checks those again and again, and
 * quotes what is wrong. An icon of a client is such a text.
 */
const MOST_VALUES = 2_000;
const LONGEST_TEXT = 65_536;

/** Why the IDs or the size of a message, or of one in a batch, are not accepted; null when they are. */
export function judgeContent(body: unknown): string | null {
  let values = 0;
  for (const message of (Array.isArray(body) ? body : [body]) as readonly (Addressed | null | undefined)[]) {
    // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
    for (const [what, id] of Object.entries({ id: message?.id, progressToken: message?.params?._meta?.progressToken }))
      if (typeof id === 'string' && id.length > LONGEST_ID)
        return `Invalid Request: ${what} may have at most ${LONGEST_ID} characters, since it is kept until the answer is sent; this one has ${id.length}. Use a shorter one.`;
    const own = ownValues(message);
    values += own.count;
    if (values > MOST_VALUES) return `Invalid Request: more than ${MOST_VALUES} values outside the arguments of a tool. Send less at once.`;
    // Of a handshake, little is kept or said.
    if (own.longest > LONGEST_TEXT && !isInitialize(message))
      return `Invalid Request: a text outside the arguments of a tool may have at most ${LONGEST_TEXT} characters; one has ${own.longest}.`;
  }
  return null;
}

/** Number of values and length of the longest text of a message, without the arguments of a tool. Nested no deeper than `parseMessage` permits. */
function ownValues(message: unknown): { readonly count: number; readonly longest: number } {
  const isCall = (message as { method?: unknown } | null | undefined)?.method === 'tools/call';
  const given = isCall ? (message as { params?: { arguments?: unknown } | null }).params?.arguments : null;
  const skipped = typeof given === 'object' && given !== null ? given : undefined;
  let [count, longest] = [0, 0];
  const visit = (value: unknown): void => {
    count += 1;
    if (typeof value === 'string') longest = Math.max(longest, value.length);
    if (typeof value !== 'object' || value === null || value === skipped) return;
    for (const [name, item] of Object.entries(value)) {
      longest = Math.max(longest, name.length);
      if (item !== skipped) visit(item);
    }
  };
  visit(message);
  return { count, longest };
}
