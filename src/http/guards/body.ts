/** Reads a message's body: JSON, of bounded size. */
import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../common/json.ts';

/** `value` is what the JSON says; otherwise what to answer. Null when the client went away. */
export type ReadBody = { readonly value: unknown } | { readonly refusal: Refusal } | null;

export interface Refusal {
  readonly status: number;
  /** Of JSON-RPC. */
  readonly code: number;
  /** What was wanted, what was given, what to do. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `limit` in bytes; `begin` is called before any of it is read. Integers of any size keep their digits. */
export async function readJsonBody(request: IncomingMessage, limit: number, begin: () => void): Promise<ReadBody> {
  const { 'content-type': type, 'content-length': announced, 'content-encoding': encoding } = request.headers;
  if (!isJson(type))
    return refuse(415, -32_000, `Unsupported Media Type: a message is sent as application/json; given was ${quote(type)}.`);
  if (encoding !== undefined && encoding !== 'identity')
    return refuse(415, -32_000, `Unsupported Media Type: a message is sent uncompressed; given was the encoding ${quote(encoding)}.`);
  if (Number(announced) > limit) return tooLarge(limit, `${announced} were announced`);
  begin();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) return tooLarge(limit, 'more came');
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return parse(Buffer.concat(chunks, length));
}

function parse(bytes: Buffer): ReadBody {
  if (bytes.length === 0) return refuse(400, -32_700, 'Parse error: the body is empty. Send one JSON-RPC message.');
  try {
    return { value: parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return refuse(400, -32_700, `Parse error: the body of ${bytes.length} bytes is no JSON in UTF-8. Send one JSON-RPC message.`);
  }
}

const tooLarge = (limit: number, given: string): ReadBody =>
  refuse(413, -32_000, `Payload Too Large: a message may have at most ${limit} bytes; ${given}. Split it.`);

const refuse = (status: number, code: number, message: string): ReadBody => ({ refusal: { status, code, message } });

const JSON_TYPES: ReadonlySet<string | undefined> = new Set(['application/json', 'application/json-rpc']);

const isJson = (type: string | undefined): boolean => JSON_TYPES.has(type?.split(';')[0]?.trim().toLowerCase());

const quote = (text: string | undefined): string => (text === undefined ? 'none' : JSON.stringify(text.slice(0, 100)));
