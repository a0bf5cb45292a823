/** The answers to requests that reach no session. */
import { errorResponse } from './web.ts';

export function refuseUnknown({ method }: Request, id: string | null): Response {
  if (id !== null)
    return errorResponse(404, -32_001, 'Session not found: it has ended, or the server was restarted. Send initialize to open a new one.');
  return errorResponse(
    400,
    -32_000,
    `Bad Request: ${method} without Mcp-Session-Id. Send initialize first, then its Mcp-Session-Id with every request; or speak revision 2026-07-28, which has no sessions.`,
  );
}

export const refuseEvent = (): Response =>
  errorResponse(400, -32_000, 'Bad Request: Last-Event-ID is not an event of this session. Open the stream without it.');

/** With this status clients do not come back: with an empty stream some open another one, and again. */
export const refuseEnded = (): Response =>
  errorResponse(405, -32_000, 'Method Not Allowed: Last-Event-ID is the last event of a stream that has ended. Nothing follows it.', {
    allow: 'POST, GET, DELETE',
  });

export const refuseWhileAway = (): Response =>
  errorResponse(
    503,
    -32_603,
    'Service Unavailable: the store that replicas share cannot be reached or has just come back, and this replica does not know the session well enough without it. Nothing was done; try again.',
    { 'retry-after': '2' },
  );

export const refuseForNow = (limit: number): Response =>
  errorResponse(
    503,
    -32_000,
    `This server holds as many sessions as it may (${limit}). Try again later, or raise ZSCALER_MCP_SESSION_LIMIT.`,
    {
      'retry-after': '30',
    },
  );
