/**
 * Marks the ID of each request from server to client with the process that sends it: its generation, or its name among
 * replicas. The SDK counts such requests from zero in each process, so without the mark an answer to a former process could
 * be taken for an answer to this one.
 */
import { isJSONRPCRequest, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/server';

/** Letters and digits. */
export type Mark = number | string;

/** Marks what the transport sends. Answers must be passed through `acceptAnswers`. */
export function markRequests(transport: Transport, mark: Mark): void {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => send(markMessage(message, mark), options);
}

function markMessage(message: JSONRPCMessage, mark: Mark): JSONRPCMessage {
  if (isJSONRPCRequest(message)) return { ...message, id: `${mark}.${message.id}` };
  if (!('method' in message) || message.method !== 'notifications/cancelled') return message;
  return { ...message, params: { ...message.params, requestId: `${mark}.${String(message.params?.['requestId'])}` } };
}

/** `body` with the mark removed from answers; null when it holds only answers to other processes. */
export function acceptAnswers(body: unknown, mark: Mark): { readonly body: unknown } | null {
  if (!Array.isArray(body)) return isForeign(body, mark) ? null : { body: unmark(body) };
  const rest = body.filter((message) => !isForeign(message, mark)).map(unmark);
  return rest.length > 0 || body.length === 0 ? { body: rest } : null;
}

const isAnswer = (message: unknown): message is { id: unknown } =>
  typeof message === 'object' && message !== null && 'id' in message && !('method' in message);

const isForeign = (message: unknown, mark: Mark): boolean => isAnswer(message) && !new RegExp(`^${mark}\\.\\d+$`).test(String(message.id));

const unmark = (message: unknown): unknown => (isAnswer(message) ? { ...message, id: Number(String(message.id).split('.')[1]) } : message);

/** The answers in `body` to requests of other processes, each with the mark of its process. */
export function foreignAnswers(body: unknown, mark: Mark): readonly { readonly mark: string; readonly message: unknown }[] {
  const messages = Array.isArray(body) ? body : [body];
  return messages.flatMap((message: unknown) => {
    const asked = isAnswer(message) && isForeign(message, mark) ? /^(\w+)\.\d+$/.exec(String(message.id))?.[1] : undefined;
    return asked === undefined ? [] : [{ mark: asked, message }];
  });
}
