/**
 * Streams that ended with the process that wrote them. The IDs of a stream's events name the requests it answers, so that another
 * process can tell their client that no answer will come.
 */
import type { RequestId } from '@modelcontextprotocol/server';
import { parseJson, stringifyJson } from '../common/json.ts';
import { abandoned } from './web.ts';

/** Longest name, in characters; streams of longer ones are not named. */
const LONGEST = 256;
/** ID of the events that say so. */
export const LOST_EVENT = 'lost-0-0';

/** The end of an event's ID: '' where it names no request. */
export function nameRequests(requests: readonly RequestId[]): string {
  // Most events open no stream.
  if (requests.length === 0) return '';
  const name = Buffer.from(stringifyJson(requests)).toString('base64url');
  return name.length <= LONGEST ? `.${name}` : '';
}

/** The requests that the event's ID names. */
export function requestsIn(eventId: string): readonly RequestId[] {
  const [, name] = /^\w+-\d+-\d+\.([\w-]+)$/.exec(eventId) ?? [];
  if (name === undefined || name.length > LONGEST) return [];
  try {
    const requests = parseJson(Buffer.from(name, 'base64url').toString());
    return Array.isArray(requests) ? requests.filter((id) => typeof id === 'string' || typeof id === 'number') : [];
  } catch {
    return [];
  }
}

/** Ends each request with an error, as an event stream. */
export function answerLost(requests: readonly RequestId[], sessionId: string): Response {
  const why = 'the process that ran this request ended, and its answer was lost';
  const events = requests.map((id) => `event: message\nid: ${LOST_EVENT}\ndata: ${stringifyJson(abandoned(id, why))}\n\n`);
  return new Response(events.join(''), {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'mcp-session-id': sessionId },
  });
}
