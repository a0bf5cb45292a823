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

/** `body` with its answers' ids as the SDK knows them; null when nothing is left of it, since all of it answered another generation. */
export function acceptAnswers(body: unknown, generation: number): unknown {
  if (!Array.isArray(body)) return accept(body, generation);
  const rest = body.map((message) => accept(message, generation)).filter((message) => message !== null);
  return rest.length > 0 || body.length === 0 ? rest : null;
}

function accept(message: unknown, generation: number): unknown {
  if (typeof message !== 'object' || message === null || 'method' in message || !('id' in message)) return message;
  const [from, id] = String(message.id).split('.');
  return from === String(generation) && id !== undefined ? { ...message, id: Number(id) } : null;
}
