/** Reads the body of a message: JSON of limited size. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseMessage, TooComplex } from '../../common/json.ts';
import { Pieces } from '../../common/pieces.ts';
import { costOfValues, type BodyPlace, type BodyRoom } from './body-room.ts';

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

/** How much of a body is accepted. */
export interface BodyLimits {
  /** In bytes. */
  readonly one: number;
  readonly all: BodyRoom;
  /** Called before the body is read. */
  readonly begin: () => void;
  /** Called when the body has to make room for others while it arrives: answers the request. */
  readonly giveUp: (refusal: Refusal) => void;
}

/** Integers of any size keep their digits. The room that the value takes is given back when its request has been answered. */
export async function readJsonBody(request: IncomingMessage, response: ServerResponse, limits: BodyLimits): Promise<ReadBody> {
  const { 'content-type': type, 'content-length': announced, 'content-encoding': encoding } = request.headers;
  if (!isJson(type))
    return refuse(415, -32_000, `Unsupported Media Type: a message must be sent as application/json; received ${quote(type)}.`);
  if (encoding !== undefined && encoding !== 'identity')
    return refuse(415, -32_000, `Unsupported Media Type: a message must be sent uncompressed; received encoding ${quote(encoding)}.`);
  if (Number(announced) > limits.one) return tooLarge(limits.one, `Content-Length is ${announced}`);
  if (response.destroyed) return null;
  limits.begin();
  const pieces = new Pieces();
  const place = limits.all.open(() => {
    pieces.clear();
    limits.giveUp(noRoom(limits.all));
  });
  response.once('close', () => place.leave());
  const refusal = await gather(request, response, pieces, { ...limits, place });
  if (refusal !== undefined) {
    place.leave();
    return refusal;
  }
  return parse(pieces.take(), place, limits.all);
}

/** Reads to the end. Undefined when all is there; null when the request was answered meanwhile, or the client is gone. */
async function gather(
  request: IncomingMessage,
  response: ServerResponse,
  pieces: Pieces,
  { one, all, place }: BodyLimits & { readonly place: BodyPlace },
): Promise<ReadBody | undefined> {
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (response.headersSent) return null;
      if (pieces.length + chunk.length > one) return tooLarge(one, 'this one is larger');
      if (!place.take(chunk.length)) return { refusal: noRoom(all) };
      pieces.add(chunk);
    }
  } catch {
    return null;
  }
  place.arrived();
  return response.headersSent ? null : undefined;
}

function parse(bytes: Buffer, place: BodyPlace, all: BodyRoom): ReadBody {
  const cost = costOfValues(bytes);
  if (bytes.length + cost > all.limit) return tooManyValues(bytes.length, cost, all.limit);
  if (!place.take(cost)) return { refusal: noRoom(all) };
  if (bytes.length === 0) return refuse(400, -32_700, 'Parse error: the body is empty. Send one JSON-RPC message.');
  try {
    return { value: parseMessage(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch (error) {
    if (error instanceof TooComplex) return refuse(413, -32_000, `Payload Too Large: ${error.message}. Split it.`);
    return refuse(400, -32_700, `Parse error: the body of ${bytes.length} bytes is not JSON in UTF-8. Send one JSON-RPC message.`);
  }
}

const tooLarge = (limit: number, given: string): ReadBody =>
  refuse(413, -32_000, `Payload Too Large: a message may have at most ${limit} bytes; ${given}. Split it.`);

const tooManyValues = (length: number, cost: number, limit: number): ReadBody =>
  refuse(
    413,
    -32_000,
    `Payload Too Large: this message of ${length} bytes has so many values that it would take ${length + cost} bytes of memory; all messages together may take ${limit} (ZSCALER_MCP_REQUEST_BODIES_LIMIT). Split it.`,
  );

const noRoom = ({ limit }: BodyRoom): Refusal => ({
  status: 503,
  code: -32_000,
  message: `Service Unavailable: the messages that are arriving or being answered take the ${limit} bytes that they may take together (ZSCALER_MCP_REQUEST_BODIES_LIMIT). Nothing was done; try again, with a smaller message if you can.`,
  headers: { 'retry-after': '2' },
});

const refuse = (status: number, code: number, message: string): ReadBody => ({ refusal: { status, code, message } });

const JSON_TYPES: ReadonlySet<string | undefined> = new Set(['application/json', 'application/json-rpc']);

const isJson = (type: string | undefined): boolean => JSON_TYPES.has(type?.split(';')[0]?.trim().toLowerCase());

const quote = (text: string | undefined): string => (text === undefined ? 'none' : JSON.stringify(text.slice(0, 100)));
