/** Reads the body of a message: JSON of limited size. */
import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../common/json.ts';

/** The parsed JSON in `value`, or the answer to a body that is not accepted. Null when the client disconnected. */
export type ReadBody = { readonly value: unknown } | { readonly refusal: Refusal } | null;

/** The answer to a request that a guard does not let pass. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** JSON-RPC error code. */
  readonly code: number;
  /** What was expected, what was received, and what to do. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Integers of any size keep their digits. @param limit in bytes @param begin called before the body is read */
export async function readJsonBody(request: IncomingMessage, limit: number, begin: () => void): Promise<ReadBody> {
  const { 'content-type': type, 'content-length': announced, 'content-encoding': encoding } = request.headers;
  if (!isJson(type))
    return refuse(415, -32_000, `Unsupported Media Type: a message must be sent as application/json; received ${quote(type)}.`);
  if (encoding !== undefined && encoding !== 'identity')
    return refuse(415, -32_000, `Unsupported Media Type: a message must be sent uncompressed; received encoding ${quote(encoding)}.`);
  if (Number(announced) > limit) return tooLarge(limit, `Content-Length is ${announced}`);
  begin();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) return tooLarge(limit, 'this one is larger');
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
    return refuse(400, -32_700, `Parse error: the body of ${bytes.length} bytes is not JSON in UTF-8. Send one JSON-RPC message.`);
  }
}

const tooLarge = (limit: number, given: string): ReadBody =>
  refuse(413, -32_000, `Payload Too Large: a message may have at most ${limit} bytes; ${given}. Split it.`);

const refuse = (status: number, code: number, message: string): ReadBody => ({ refusal: { status, code, message } });

const JSON_TYPES: ReadonlySet<string | undefined> = new Set(['application/json', 'application/json-rpc']);

const isJson = (type: string | undefined): boolean => JSON_TYPES.has(type?.split(';')[0]?.trim().toLowerCase());

const quote = (text: string | undefined): string => (text === undefined ? 'none' : JSON.stringify(text.slice(0, 100)));
