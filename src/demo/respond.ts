/** The path of every request: injected failure, authentication, rate limit, route, answer, journal. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { messageOf } from '../common/errors.ts';
import { parseJson, stringifyJson } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import { noContent, ok, problem, unauthorized, type Answer } from './answer.ts';
import { answerOf, TOKEN_PATH, type ControlDesk, type Failure } from './controls.ts';
import { tooMany, type Limiter } from './limits.ts';
import type { Match } from './router.ts';
import type { TokenService } from './token.ts';

export interface RespondOptions {
  readonly log: Log;
  readonly tokens: TokenService;
  readonly controls: ControlDesk;
  readonly match: (method: string, path: string) => Match;
  readonly limiter: Limiter;
  readonly perMinute: number;
  readonly latencyMs: number;
  /** Serves the test controls as `/__demo/...`; undefined otherwise. */
  readonly remote: { reset(): void; revokeTokens(): void } | undefined;
}

interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly bearer: string;
  readonly text: string;
}

/** Larger than any request of the API. */
const BODY_MAX = 8 * 1024 * 1024;

export function respond(options: RespondOptions): RequestListener {
  return (request, response) => {
    answerRequest(options, request, response).catch((error: unknown) => {
      options.log.error({ demo: true, path: request.url?.split('?')[0] }, `the demo tenant failed: ${messageOf(error)}`);
      response.destroy();
    });
  };
}

async function answerRequest(options: RespondOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { controls, limiter, perMinute, latencyMs } = options;
  const incoming = await read(request);
  const { method, path } = incoming;
  if (options.remote && path.startsWith('/__demo/')) return send(response, answerControl(options, options.remote, incoming), {});
  response.once('close', () => {
    if (!response.writableFinished) controls.noteDropped(path);
  });
  await controls.wait(path, latencyMs);
  const failure = controls.takeFailure(method, path);
  const { headers, exceeded } = limiter.admit();
  const real = (): Answer => (exceeded ? tooMany(path, perMinute) : answerReally(options, incoming));
  const answer = failure ? answerFailing(failure, real) : real();
  note(options, incoming, answer);
  if (answer === undefined) response.destroy();
  else send(response, answer, headers);
}

/** The failure to send; `undefined` breaks the connection. */
function answerFailing(failure: Failure, real: () => Answer): Answer | undefined {
  if (failure.afterEffect === true) real();
  return failure.disconnect === true ? undefined : answerOf(failure);
}

function answerReally({ tokens, match }: RespondOptions, incoming: Incoming): Answer {
  const { method, path, query, bearer, contentType, text } = incoming;
  if (path === TOKEN_PATH) {
    if (method !== 'POST') return { status: 405 };
    if (!contentType.startsWith('application/x-www-form-urlencoded')) return { status: 415 };
    return tokens.issue(new URLSearchParams(text));
  }
  if (!tokens.isGood(bearer)) return unauthorized;
  const found = match(method, path);
  if (!found.handle) {
    if (!found.product) return problem(404, 'Not Found', 'no such API');
    return found.otherMethod ? { status: 405 } : found.product.unknownPath;
  }
  // Recorded: a POST without a JSON content type is 415 with an empty body.
  if (text !== '' && !contentType.startsWith('application/json')) return { status: 415 };
  const body = parseBody(text);
  if (body === invalid) return found.product.invalidBody;
  return found.handle({ method, path, params: found.params, query, body });
}

const invalid = Symbol('invalid');

function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return parseJson(text);
  } catch {
    return invalid;
  }
}

function answerControl({ controls }: RespondOptions, remote: { reset(): void; revokeTokens(): void }, incoming: Incoming): Answer {
  const body = parseBody(incoming.text);
  switch (`${incoming.method} ${incoming.path}`) {
    case 'GET /__demo/journal':
      return ok(controls.journal());
    case 'POST /__demo/fail':
      if (typeof body !== 'object' || body === null || typeof (body as Failure).status !== 'number')
        return problem(400, 'Bad Request', 'wanted: {"status": number, "body"?, "headers"?, "times"?, "method"?, "path"?}');
      controls.fail(body as Failure);
      return noContent;
    case 'POST /__demo/delay': {
      const { path, ms } = (body ?? {}) as { path?: unknown; ms?: unknown };
      if (typeof path !== 'string' || typeof ms !== 'number') return problem(400, 'Bad Request', 'wanted: {"path": text, "ms": number}');
      controls.delay(path, ms);
      return noContent;
    }
    case 'POST /__demo/revoke-tokens':
      remote.revokeTokens();
      return noContent;
    case 'POST /__demo/reset':
      remote.reset();
      return noContent;
    default:
      return problem(404, 'Not Found', 'controls are journal, fail, delay, revoke-tokens, reset');
  }
}

async function read(request: IncomingMessage): Promise<Incoming> {
  const url = new URL(request.url ?? '/', 'http://demo.invalid');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX) throw new Error(`a request body of more than ${BODY_MAX} bytes`);
    chunks.push(chunk);
  }
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    contentType: request.headers['content-type'] ?? '',
    bearer: /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '',
    text: Buffer.concat(chunks).toString(),
  };
}

function note({ controls, log }: RespondOptions, incoming: Incoming, answer: Answer | undefined): void {
  const { method, path, query } = incoming;
  const status = answer?.status ?? 0;
  controls.note({ method, path, query: queryOf(query), body: bodyForJournal(incoming), status });
  log.debug({ demo: true, method, path, status }, 'DEMO tenant answered');
}

const queryOf = (query: URLSearchParams): Record<string, string | string[]> =>
  Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );

const SECRETS_OF_FORM = new Set(['client_secret', 'client_assertion']);

function bodyForJournal({ path, text }: Incoming): unknown {
  if (path !== TOKEN_PATH) {
    const body = parseBody(text);
    return body === invalid ? text : body;
  }
  return Object.fromEntries([...new URLSearchParams(text)].map(([name, value]) => [name, SECRETS_OF_FORM.has(name) ? '(secret)' : value]));
}

function send(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>>): void {
  const body = answer.text ?? (answer.body === undefined ? undefined : stringifyJson(answer.body));
  response.writeHead(answer.status, {
    ...headers,
    'x-demo-tenant': 'true',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...answer.headers,
  });
  response.end(body);
}
