/** The paths of the server, and the guards that a request passes before it reaches MCP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../common/log.ts';
import { logFor, newRequestId } from '../common/log-scope.ts';
import type { FrontContext, Respond } from './front-options.ts';
import { BodyRoom } from './guards/body-room.ts';
import { readJsonBody, type Refusal } from './guards/body.ts';
import { clientAddress, type MatchAddress } from './addresses.ts';
import type { StandingStream } from './stream-handover.ts';
import { allowReading, answerPreflight, isPreflight } from './guards/cors.ts';
import { isAllowedHost } from './guards/host.ts';
import { isAllowedOrigin } from './guards/origin.ts';
import { readTarget } from './guards/target.ts';
import { RateLimit } from './rate-limit.ts';

/** What is known of a request that passed the guards. */
export interface RequestContext extends FrontContext {
  /** The authenticated caller; null where clients are not authenticated. */
  readonly principal: string | null;
  /** The client's IP address, behind trusted proxies; null when it is not known. */
  readonly address: string | null;
}

/** `body` is the parsed JSON of a POST; undefined for any other method. */
type Handle = (request: IncomingMessage, response: ServerResponse, context: RequestContext, body: unknown) => Promise<void>;

/** Authenticates clients. */
export interface Gate {
  /** @param address the client's IP address; null when it is not known */
  admit(request: IncomingMessage, address: string | null): Promise<Admission>;
  /** A document that needs no authentication, such as protected resource metadata (RFC 9728); null when the path has none. */
  publish(path: string, request: IncomingMessage): Published | null;
}

interface Published {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Whether it is the answer to POST as well. */
  readonly anyMethod?: boolean;
}

type Admission =
  /** `standing` is told of an event stream that `end` closes, so that it can end with the client's authentication. */
  { readonly principal: string | null; standing(response: ServerResponse, end: () => void): void } | { readonly refusal: Refusal };

/** What `createRoutes` needs. */
export interface RoutesOptions {
  /** Answers the requests that passed the guards: `handle` for streamable HTTP, `handleSse` for HTTP+SSE. */
  readonly mcp: { readonly handle: Handle; readonly handleSse: Handle };
  /** State of the lifecycle; `/readyz` answers 200 in `ready`, `reloading` and `rehearsing`. */
  readonly lifecycleState: () => string;
  /** Which endpoints there are: `/mcp`, or `/sse` and `/messages`. */
  readonly transport: 'streamable-http' | 'sse';
  /** Allowed in addition to loopback names; see `guards/host.ts` and `guards/origin.ts` for the forms. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly disableHostValidation: boolean;
  readonly gate: Gate;
  readonly log: Log;
  /** Metrics for monitoring; null while they are switched off. */
  readonly metrics?: () => MetricsPage | null;
  /** Called after every request that was answered, except health checks. */
  readonly observe?: (facts: { method: string; path: string; status: number; ms: number }) => void;
  /** Read for every request, so that a reload can change it. */
  readonly limits?: () => RequestLimits;
}

/** The content of `/metrics`. */
export interface MetricsPage {
  readonly contentType: string;
  render(): Promise<string>;
}

/** Which requests are accepted. */
export interface RequestLimits {
  /** Size of a body, in bytes. */
  readonly body: number;
  /** Size of all bodies that arrive or are being answered, in bytes. */
  readonly bodies: number;
  readonly isAllowedSource: MatchAddress;
  /** Whether a peer's `X-Forwarded-For` and `X-Request-Id` are believed. */
  readonly isTrustedProxy: MatchAddress;
  readonly rate: RateLimit;
}

interface Endpoint {
  readonly handle: Handle;
  readonly methods: readonly string[];
}

/** A request on its way to its endpoint. */
interface Passage {
  readonly options: RoutesOptions;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly path: string;
  /** Whom the request is for. */
  readonly host: string | undefined;
  readonly limits: RequestLimits;
  readonly bodies: BodyRoom;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const NO_LIMITS: RequestLimits = {
  body: 4 * 1_024 * 1_024,
  bodies: 64 * 1_024 * 1_024,
  isAllowedSource: () => true,
  isTrustedProxy: () => false,
  rate: new RateLimit(0),
};
const READY_STATES: ReadonlySet<string> = new Set(['ready', 'reloading', 'rehearsing']);

/**
 * The paths of the server: MCP, health, metrics and what the gate publishes. Each request passes, in order: target, source address,
 * Host, Expect, Origin, CORS, method, authentication, rate limit, size of the body.
 */
export function createRoutes(options: RoutesOptions): Respond {
  const endpoints = endpointsOf(options);
  const bodies = new BodyRoom(() => (options.limits?.() ?? NO_LIMITS).bodies);
  return (request, response, context) => {
    const target = readTarget(request);
    if ('refusal' in target) return refuse({ options, request, response }, target.refusal);
    // Whoever reads it later sees a path in every form of target.
    request.url = target.url;
    const path = pathOf(target.url);
    if (answerHealth(options, path, request, response)) return;
    const limits = options.limits?.() ?? NO_LIMITS;
    const passage: Passage = { options, endpoints, path, host: target.host, limits, bodies, request, response };
    const id = requestId(request, limits);
    observe(passage, id);
    // The headers of a stream that continues from the former generation are out already.
    if (!response.headersSent) response.setHeader('x-request-id', id);
    void logFor({ request: id }, () => answer(passage, context));
  };
}

/** The ID that a trusted proxy gave, so that its log and this one can be correlated; a new one otherwise. */
function requestId({ headers, socket }: IncomingMessage, { isTrustedProxy }: RequestLimits): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) && isTrustedProxy(socket.remoteAddress) ? given : newRequestId();
}

/** Never rejects. */
async function answer(passage: Passage, context: FrontContext): Promise<void> {
  const { options, endpoints, path, limits, request, response } = passage;
  const address = clientAddress(request.socket.remoteAddress, forwardedFor(request), limits.isTrustedProxy);
  const refusal = judge(passage, address);
  if (refusal) return refuse(passage, refusal);
  const isReadable = allowReading(request, response, options.allowedOrigins);
  const published = options.gate.publish(path, request);
  if (published) return publish(published, request, response);
  const endpoint = path === METRICS ? metricsEndpoint(options) : endpoints.get(path);
  if (!endpoint) return refusePath(response, path, [...endpoints.keys()]);
  if (isReadable && isPreflight(request)) return answerPreflight(request, response, endpoint.methods);
  if (!endpoint.methods.includes(request.method ?? '')) return refuseMethod(request, response, endpoint.methods);
  try {
    await admit(passage, endpoint, context, address);
  } catch (error) {
    options.log.error({ err: error }, 'a request failed');
    response.destroy();
  }
}

function endpointsOf({ mcp, transport }: RoutesOptions): ReadonlyMap<string, Endpoint> {
  if (transport === 'streamable-http') return new Map([['/mcp', { handle: mcp.handle, methods: ['POST', 'GET', 'DELETE'] }]]);
  return new Map([
    ['/sse', { handle: mcp.handleSse, methods: ['GET'] }],
    ['/messages', { handle: mcp.handleSse, methods: ['POST'] }],
  ]);
}

const METRICS = '/metrics';

function metricsEndpoint({ metrics }: RoutesOptions): Endpoint | undefined {
  const page = metrics?.();
  if (!page) return undefined;
  return {
    methods: ['GET'],
    async handle(_request, response) {
      const body = await page.render();
      response.writeHead(200, { 'content-type': page.contentType, 'cache-control': 'no-store' });
      response.end(body);
    },
  };
}

/** Leaves out event streams: how long one stays open is not a response time. */
function observe({ options, endpoints, path, request, response }: Passage, id: string): void {
  const { method = '' } = request;
  const startedAt = performance.now();
  response.once('close', () => {
    const name = endpoints.has(path) || path === METRICS ? path : 'other';
    const facts = { method, path: name, status: response.statusCode, ms: performance.now() - startedAt };
    // This event is emitted outside the request's log scope.
    options.log.debug({ request: id, ...facts, ms: Math.round(facts.ms) }, 'a request was answered');
    if (method !== 'GET' || !endpoints.has(path) || response.statusCode !== 200) options.observe?.(facts);
  });
}

/** The path without its query and trailing slash. */
function pathOf(url: string): string {
  const [path = '/'] = url.split('?', 1);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Health checks come from any address with any Host header: none of the guards applies, and only the state is told. */
function answerHealth({ lifecycleState }: RoutesOptions, path: string, { method }: IncomingMessage, response: ServerResponse): boolean {
  const isReadiness = path === '/readyz';
  if (!isReadiness && path !== '/healthz' && path !== '/health') return false;
  response.setHeader('cache-control', 'no-store');
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    sendJson(response, 405, { status: 'error', message: 'Only GET and HEAD are answered here.' });
    return true;
  }
  const state = lifecycleState();
  const isGood = !isReadiness || READY_STATES.has(state);
  sendJson(response, isGood ? 200 : 503, isReadiness ? { status: isGood ? 'ok' : 'unavailable', state } : { status: 'ok' });
  return true;
}

/** Repeated headers form one list (RFC 9110, section 5.3). */
const forwardedFor = ({ headers }: IncomingMessage): string | undefined => [headers['x-forwarded-for'] ?? []].flat().join(',') || undefined;

/** The refusal of a request that does not pass the guards; null when it does. */
function judge({ options, host, limits, request: { headers } }: Passage, address: string | null): Refusal | null {
  if (!limits.isAllowedSource(address)) {
    return {
      status: 403,
      code: -32_001,
      message: 'Forbidden: clients at this address are not allowed here. ZSCALER_MCP_ALLOWED_SOURCE_IPS lists those that are.',
    };
  }
  if (!options.disableHostValidation && !isAllowedHost(host, options.allowedHosts)) {
    return {
      status: 421,
      code: -32_001,
      message: `Misdirected Request: this server does not answer to the Host ${show(host)}. Add it to ZSCALER_MCP_ALLOWED_HOSTS if clients should use this name.`,
    };
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    return {
      status: 417,
      code: -32_000,
      message: `Expectation Failed: only 100-continue is supported, not ${show(headers.expect)}.`,
    };
  }
  if (isAllowedOrigin(headers.origin, options.allowedOrigins)) return null;
  return {
    status: 403,
    code: -32_000,
    message: `Forbidden: pages of the Origin ${show(headers.origin)} may not call this server. Add it to ZSCALER_MCP_ALLOWED_ORIGINS if they should.`,
  };
}

function publish({ status, headers, body, anyMethod = false }: Published, request: IncomingMessage, response: ServerResponse): void {
  if (!anyMethod && request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(request, response, ['GET', 'HEAD']);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, status, body);
}

async function admit(passage: Passage, endpoint: Endpoint, context: FrontContext, address: string | null): Promise<void> {
  const { options, request, response } = passage;
  const admission = await options.gate.admit(request, address);
  if (response.destroyed || response.headersSent) return;
  if ('refusal' in admission) return refuse(passage, admission.refusal);
  const standing = (stream: StandingStream) => {
    context.standing(stream);
    admission.standing(response, () => stream.end());
  };
  return forward(passage, endpoint, { principal: admission.principal, address, continued: context.continued, standing });
}

async function forward(passage: Passage, { handle }: Endpoint, context: RequestContext): Promise<void> {
  const { limits, request, response } = passage;
  // A continued stream was counted when it was opened.
  const waitSeconds = context.continued ? null : await limits.rate.take(context.principal ?? context.address ?? '');
  if (waitSeconds !== null) {
    response.setHeader('retry-after', waitSeconds);
    const message = `Too Many Requests: more than ZSCALER_MCP_RATE_LIMIT allows in a minute. Try again in ${waitSeconds} s.`;
    return refuse(passage, { status: 429, code: -32_000, message });
  }
  if (request.method !== 'POST') return handle(request, response, context, undefined);
  const body = await readJsonBody(request, response, {
    one: limits.body,
    all: passage.bodies,
    begin: () => {
      if (request.headers.expect !== undefined) response.writeContinue();
    },
    giveUp: (refusal) => refuse(passage, refusal),
  });
  if (body === null) {
    if (!response.headersSent) response.destroy();
    return;
  }
  if ('refusal' in body) return refuse(passage, body.refusal);
  return handle(request, response, context, body.value);
}

function refuse(
  { options, request, response }: Pick<Passage, 'options' | 'request' | 'response'>,
  { status, code, message, headers = {} }: Refusal,
): void {
  options.log.debug({ status, method: request.method, reason: message }, 'a request was refused');
  discardBody(request, response);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, status, { jsonrpc: '2.0', error: { code, message }, id: null });
}

function refuseMethod(request: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  discardBody(request, response);
  response.setHeader('allow', methods.join(', '));
  const message = `Method Not Allowed: ${request.method ?? 'this method'} is not supported here. Use ${methods.join(' or ')}.`;
  sendJson(response, 405, { jsonrpc: '2.0', error: { code: -32_000, message }, id: null });
}

function refusePath(response: ServerResponse, path: string, paths: readonly string[]): void {
  sendJson(response, 404, {
    error: 'not found',
    path: path.slice(0, 200),
    message: `MCP is served at ${paths.join(' and ')}; health at /healthz and /readyz.`,
  });
}

/** An unread body would be parsed as the next request, so the connection ends with this answer. */
function discardBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  response.setHeader('connection', 'close');
  request.resume();
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return;
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  // Node.js leaves out the body of an answer to HEAD.
  response.end(body);
}

const show = (header: string | undefined): string => (header === undefined ? '(none)' : JSON.stringify(header.slice(0, 100)));
