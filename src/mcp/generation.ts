/**
 * Marks each request from server to client with the server's generation, so that an answer to a question of an earlier
 * process is never taken for the answer to a question of this one. The SDK counts such requests from zero in each process.
 */
import { isJSONRPCRequest, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/server';

/** Wraps `send`. Answers must come in through `acceptAnswers`. */
export function markRequests(transport: Transport, generation: number): void {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => send(mark(message, generation), options);
}

function mark(message: JSONRPCMessage, generation: number): JSONRPCMessage {
  if (isJSONRPCRequest(message)) return { ...message, id: `${generation}.${message.id}` };
  if (!('method' in message) || message.method !== 'notifications/cancelled') return message;
  return { ...message, params: { ...message.params, requestId: `${generation}.${String(message.params?.['requestId'])}` } };
}

/** `body` with its answers' ids as the SDK knows them; null when all of it answered another generation. */
export function acceptAnswers(body: unknown, generation: number): { readonly body: unknown } | null {
  if (!Array.isArray(body)) return isForeign(body, generation) ? null : { body: unmark(body) };
  const rest = body.filter((message) => !isForeign(message, generation)).map(unmark);
  return rest.length > 0 || body.length === 0 ? { body: rest } : null;
}

const isAnswer = (message: unknown): message is { id: unknown } =>
  typeof message === 'object' && message !== null && 'id' in message && !('method' in message);

const isForeign = (message: unknown, generation: number): boolean =>
  isAnswer(message) && !new RegExp(`^${generation}\\.\\d+$`).test(String(message.id));

const unmark = (message: unknown): unknown => (isAnswer(message) ? { ...message, id: Number(String(message.id).split('.')[1]) } : message);
