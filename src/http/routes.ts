/** The paths of the server, and what a request must pass before it reaches MCP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../common/log.ts';
import { logFor, newRequestId } from '../common/log-scope.ts';
import type { Exchange, Respond } from './front.ts';
import { readJsonBody, type Refusal } from './guards/body.ts';
import { clientAddress, type MatchAddress } from './addresses.ts';
import type { StandingStream } from './stream-handover.ts';
import { allowReading, answerPreflight, isPreflight } from './guards/cors.ts';
import { isAllowedHost } from './guards/host.ts';
import { isAllowedOrigin } from './guards/origin.ts';
import { RateLimit } from './rate-limit.ts';

/** A request that passed the guards. */
export interface GuardedExchange extends Exchange {
  /** Who is asking; null where clients are not authenticated. */
  readonly principal: string | null;
  /** Of the client, behind trusted proxies; null when it is not known. */
  readonly address: string | null;
}

type Handle = (request: IncomingMessage, response: ServerResponse, exchange: GuardedExchange, body: unknown) => Promise<void>;

/** Knows who may come in. */
export interface Gate {
  /** @param address of the client; null when it is not known */
  admit(request: IncomingMessage, address: string | null): Promise<Admission>;
  /** An open document for whoever looks for the way in; null when there is none at the path. */
  publish(path: string, request: IncomingMessage): { readonly status: number; readonly headers: Headers; readonly body: unknown } | null;
}

type Headers = Readonly<Record<string, string>>;

type Admission =
  | { readonly principal: string | null; standing(response: ServerResponse, end: () => void): void }
  | { readonly refusal: Refusal };

export interface RoutesOptions {
  /** `body` is the parsed JSON of a POST. */
  readonly mcp: { readonly handle: Handle; readonly handleSse: Handle };
  /** What the server is doing; it is ready for traffic in `ready`, `reloading` and `rehearsing`. */
  readonly state: () => string;
  readonly transport: 'streamable-http' | 'sse';
  /** Beside loopback names; see `guards/host.ts` and `guards/origin.ts` for their forms. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly disableHostValidation: boolean;
  readonly gate: Gate;
  readonly log: Log;
  /** Figures for monitoring; null while they are switched off. */
  readonly metrics?: () => MetricsPage | null;
  /** Told of every request but probes, once it is answered. */
  readonly observe?: (facts: { method: string; path: string; status: number; ms: number }) => void;
  /** Read anew for every request, so that a reload can change it. */
  readonly limits?: () => RequestLimits;
}

export interface MetricsPage {
  readonly contentType: string;
  render(): Promise<string>;
}

export interface RequestLimits {
  /** In bytes. */
  readonly body: number;
  readonly isAllowedSource: MatchAddress;
  readonly isTrustedProxy: MatchAddress;
  readonly rate: RateLimit;
}

interface Route {
  readonly handle: Handle;
  readonly methods: readonly string[];
}

const NO_LIMITS: RequestLimits = {
  body: 4 * 1_024 * 1_024,
  isAllowedSource: () => true,
  isTrustedProxy: () => false,
  rate: new RateLimit(0),
};
const READY_STATES: ReadonlySet<string> = new Set(['ready', 'reloading', 'rehearsing']);

export function createRoutes(options: RoutesOptions): Respond {
  const routes = routesOf(options);
  return (request, response, exchange) => {
    const path = pathOf(request);
    if (answerHealth(options, path, request, response)) return;
    const limits = options.limits?.() ?? NO_LIMITS;
    const id = requestId(request, limits);
    observe(options, routes, path, request, response, id);
    // A stream that goes on from a former generation has its headers already.
    if (!response.headersSent) response.setHeader('x-request-id', id);
    void logFor({ request: id }, () => answer(options, routes, path, limits, request, response, exchange));
  };
}

/** A trusted proxy may name a request, so that its log and ours can be held together; all others get a name of ours. */
function requestId({ headers, socket }: IncomingMessage, { isTrustedProxy }: RequestLimits): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) && isTrustedProxy(socket.remoteAddress) ? given : newRequestId();
}

/** Never rejects. */
async function answer(
  options: RoutesOptions,
  routes: ReadonlyMap<string, Route>,
  path: string,
  limits: RequestLimits,
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
): Promise<void> {
  const address = clientAddress(request.socket.remoteAddress, forwardedFor(request), limits.isTrustedProxy);
  const refusal = judge(options, request, limits, address);
  if (refusal) return refuse(options, request, response, refusal);
  const isReadable = allowReading(request, response, options.allowedOrigins);
  const published = options.gate.publish(path, request);
  if (published) return publish(published, request, response);
  const route = path === METRICS ? metricsRoute(options) : routes.get(path);
  if (!route) return refusePath(response, path, [...routes.keys()]);
  if (isReadable && isPreflight(request)) return answerPreflight(request, response, route.methods);
  if (!route.methods.includes(request.method ?? '')) return refuseMethod(request, response, route.methods);
  try {
    await admit(options, limits, route, request, response, exchange, address);
  } catch (error) {
    options.log.error({ err: error }, 'a request failed');
    response.destroy();
  }
}

function routesOf({ mcp, transport }: RoutesOptions): ReadonlyMap<string, Route> {
  if (transport === 'streamable-http') return new Map([['/mcp', { handle: mcp.handle, methods: ['POST', 'GET', 'DELETE'] }]]);
  return new Map([
    ['/sse', { handle: mcp.handleSse, methods: ['GET'] }],
    ['/messages', { handle: mcp.handleSse, methods: ['POST'] }],
  ]);
}

const METRICS = '/metrics';

function metricsRoute({ metrics }: RoutesOptions): Route | undefined {
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

/** How long an event stream stays open says nothing, so streams are left out. */
function observe(
  options: RoutesOptions,
  routes: ReadonlyMap<string, Route>,
  path: string,
  { method = '' }: IncomingMessage,
  response: ServerResponse,
  id: string,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    const name = routes.has(path) || path === METRICS ? path : 'other';
    const facts = { method, path: name, status: response.statusCode, ms: performance.now() - startedAt };
    // The end of a response belongs to no scope of the log any more.
    options.log.debug({ request: id, ...facts, ms: Math.round(facts.ms) }, 'a request was answered');
    if (method !== 'GET' || !routes.has(path) || response.statusCode !== 200) options.observe?.(facts);
  });
}

/** Without the query, and without a slash at the end. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const [path = '/'] = url.split('?', 1);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Probes come from anywhere under any name, so nothing is checked and nothing told but the state. */
function answerHealth({ state }: RoutesOptions, path: string, { method }: IncomingMessage, response: ServerResponse): boolean {
  const isReadiness = path === '/readyz';
  if (!isReadiness && path !== '/healthz' && path !== '/health') return false;
  response.setHeader('cache-control', 'no-store');
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    sendJson(response, 405, { status: 'error', message: 'Only GET and HEAD are answered here.' });
    return true;
  }
  const isGood = !isReadiness || READY_STATES.has(state());
  sendJson(response, isGood ? 200 : 503, isReadiness ? { status: isGood ? 'ok' : 'unavailable', state: state() } : { status: 'ok' });
  return true;
}

/** Several headers of the name are one list (RFC 9110, section 5.3). */
const forwardedFor = ({ headers }: IncomingMessage): string | undefined => [headers['x-forwarded-for'] ?? []].flat().join(',') || undefined;

/** Null when the request may go on. */
function judge(
  options: RoutesOptions,
  { headers }: IncomingMessage,
  { isAllowedSource }: RequestLimits,
  address: string | null,
): Refusal | null {
  if (!isAllowedSource(address)) {
    return {
      status: 403,
      code: -32_001,
      message: 'Forbidden: clients at this address are not allowed here. ZSCALER_MCP_ALLOWED_SOURCE_IPS says who is.',
    };
  }
  if (!options.disableHostValidation && !isAllowedHost(headers.host, options.allowedHosts)) {
    return {
      status: 421,
      code: -32_001,
      message: `Misdirected Request: this server does not answer to the Host ${show(headers.host)}. Add it to ZSCALER_MCP_ALLOWED_HOSTS if clients are meant to use this name.`,
    };
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    return {
      status: 417,
      code: -32_000,
      message: `Expectation Failed: nothing but 100-continue can be expected here; given was ${show(headers.expect)}.`,
    };
  }
  if (isAllowedOrigin(headers.origin, options.allowedOrigins)) return null;
  return {
    status: 403,
    code: -32_000,
    message: `Forbidden: pages of the Origin ${show(headers.origin)} may not call this server. Add it to ZSCALER_MCP_ALLOWED_ORIGINS if they are meant to.`,
  };
}

function publish(
  { status, headers, body }: NonNullable<ReturnType<Gate['publish']>>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(request, response, ['GET', 'HEAD']);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, status, body);
}

async function admit(
  options: RoutesOptions,
  limits: RequestLimits,
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  address: string | null,
): Promise<void> {
  const admission = await options.gate.admit(request, address);
  if (response.destroyed || response.headersSent) return;
  if ('refusal' in admission) return refuse(options, request, response, admission.refusal);
  const standing = (stream: StandingStream) => {
    exchange.standing(stream);
    admission.standing(response, () => stream.end());
  };
  const { continued } = exchange;
  return forward(options, limits, route, request, response, { principal: admission.principal, address, continued, standing });
}

async function forward(
  options: RoutesOptions,
  limits: RequestLimits,
  { handle }: Route,
  request: IncomingMessage,
  response: ServerResponse,
  exchange: GuardedExchange,
): Promise<void> {
  // A stream that goes on was counted when it was opened.
  const waitSeconds = exchange.continued ? null : await limits.rate.take(exchange.principal ?? exchange.address ?? '');
  if (waitSeconds !== null) {
    response.setHeader('retry-after', waitSeconds);
    const message = `Too Many Requests: more than ZSCALER_MCP_RATE_LIMIT allows in a minute. Come again in ${waitSeconds} s.`;
    return refuse(options, request, response, { status: 429, code: -32_000, message });
  }
  if (request.method !== 'POST') return handle(request, response, exchange, undefined);
  const body = await readJsonBody(request, limits.body, () => {
    if (request.headers.expect !== undefined) response.writeContinue();
  });
  if (body === null) return void response.destroy();
  if ('refusal' in body) return refuse(options, request, response, body.refusal);
  return handle(request, response, exchange, body.value);
}

function refuse(
  { log }: RoutesOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { status, code, message, headers = {} }: Refusal,
): void {
  log.debug({ status, method: request.method, reason: message }, 'a request was refused');
  discardBody(request, response);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, status, { jsonrpc: '2.0', error: { code, message }, id: null });
}

function refuseMethod(request: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  discardBody(request, response);
  response.setHeader('allow', methods.join(', '));
  const message = `Method Not Allowed: ${request.method ?? 'this method'} is not served here, but ${methods.join(', ')}.`;
  sendJson(response, 405, { jsonrpc: '2.0', error: { code: -32_000, message }, id: null });
}

function refusePath(response: ServerResponse, path: string, paths: readonly string[]): void {
  sendJson(response, 404, {
    error: 'not found',
    path: path.slice(0, 200),
    message: `MCP is served at ${paths.join(' and ')}; health at /healthz and /readyz.`,
  });
}

/** What is not read would be taken for the next request; the client is told to use another connection. */
function discardBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  response.setHeader('connection', 'close');
  request.resume();
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return;
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  // To HEAD, Node.js sends the headers alone.
  response.end(body);
}

const show = (header: string | undefined): string => (header === undefined ? '(none)' : JSON.stringify(header.slice(0, 100)));
