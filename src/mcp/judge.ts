/**
 * Judges a request of the revisions with sessions before anything is kept of it or done for it. The SDK judges in the same way, but
 * only once a session has been looked up, opened again or made room for.
 */
import { parseJSONRPCMessage, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { errorResponse } from './web.ts';

/** As many as the SDK accepts. */
const MOST_MESSAGES = 100;

/** The refusal of a request; null when it may reach a session. @param body the parsed JSON of a POST */
export function judge({ method, headers }: Request, body: unknown): Response | null {
  const accept = headers.get('accept') ?? '';
  if (method === 'GET' && !accept.includes('text/event-stream')) return refuseAccept('text/event-stream');
  if (method === 'POST' && !(accept.includes('application/json') && accept.includes('text/event-stream')))
    return refuseAccept('application/json and text/event-stream');
  const opens = method === 'POST' && isInitialize(body);
  return (opens ? null : judgeRevision(headers.get('mcp-protocol-version'))) ?? (method === 'POST' ? judgeMessages(body) : null);
}

/** Whether it is the request that opens a session. */
export const isInitialize = (body: unknown): body is { readonly params?: unknown } =>
  typeof body === 'object' && body !== null && (body as { method?: unknown }).method === 'initialize';

function judgeRevision(revision: string | null): Response | null {
  if (revision === null || SUPPORTED_PROTOCOL_VERSIONS.includes(revision)) return null;
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
  return messages.every(isMessage) ? null : errorResponse(400, -32_700, 'Parse error: the body is not a JSON-RPC message.');
}

function isMessage(value: unknown): boolean {
  try {
    parseJSONRPCMessage(value);
    return true;
  } catch {
    return false;
  }
}

const refuseAccept = (types: string): Response =>
  errorResponse(406, -32_000, `Not Acceptable: the Accept header must name ${types}, which an answer may be sent as.`);

/** Longest ID of a request, in characters: it is kept until the request is answered. */
const LONGEST_ID = 256;

interface Addressed {
  readonly id?: unknown;
  readonly params?: { readonly _meta?: { readonly progressToken?: unknown } | null } | null;
}

/** Why the IDs in a message, or in one of a batch, are not accepted; null when they are. */
export function judgeIds(body: unknown): string | null {
  for (const message of (Array.isArray(body) ? body : [body]) as readonly (Addressed | null | undefined)[]) {
    // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
    for (const [what, id] of Object.entries({ id: message?.id, progressToken: message?.params?._meta?.progressToken }))
      if (typeof id === 'string' && id.length > LONGEST_ID)
        return `Invalid Request: ${what} may have at most ${LONGEST_ID} characters, since it is kept until the answer is sent; this one has ${id.length}. Use a shorter one.`;
  }
  return null;
}
