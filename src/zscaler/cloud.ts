/** The client of the cloud: sends one authenticated request within its time limit and turns failures into errors. */
import { createHash } from 'node:crypto';
import { ZscalerMcpError } from '../common/errors.ts';
import { parseJson, stringifyJson } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import { version } from '../common/version.ts';
import { A_PAGE, contentOf, graphqlRefusalOf, refusalOf, sayRefusal } from './answer.ts';
import { AUDIENCE, signAssertion } from './assertion.ts';
import { attempt, openBudget, seconds, slowHint, type Answer, type AttemptOptions, type Budget, type Repeat } from './attempts.ts';
import { systemClock, type Clock } from './clock.ts';
import { addressesOf, type CloudConfig } from './config.ts';
import { readEntitlement, type Entitlement } from './entitlement.ts';
import { CloudError } from './error.ts';
import { HeldAnswers, type Held } from './held-answers.ts';
import { readRefusal } from './refusal.ts';
import type { Token, TokenCache } from './tokens.ts';
import type { Transport } from './transport.ts';

/** One request to the API of a product. */
export interface CloudRequest {
  /** GET, POST, PUT, PATCH or DELETE. */
  readonly method: string;
  /** Path from the root of the API, percent-encoded: `/zia/api/v1/ruleLabels`. */
  readonly path: string;
  /** Query parameters: an array repeats its name; null and undefined are left out. */
  readonly query?: Readonly<Record<string, unknown>>;
  /** Request body, sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** A POST that may be repeated: a search or a GraphQL query. */
  readonly isRead?: boolean;
}

/** A client of the cloud under one configuration. */
export interface Cloud {
  /** Sends a request and returns parsed JSON, text, or null. @throws CloudError, ZscalerMcpError ERR_CLOUD_CONFIG */
  send(request: CloudRequest): Promise<unknown>;
  /** Products of the tenant according to its token; null when the token does not say. @throws CloudError, ZscalerMcpError ERR_CLOUD_CONFIG */
  entitlement(signal?: AbortSignal): Promise<Entitlement | null>;
}

/** What outlives a configuration: tokens, connections and the log. */
export interface SharedParts {
  readonly tokens: TokenCache;
  readonly transport: Pick<Transport, 'fetch'>;
  readonly log: Log;
  /** Secrets that an answer could quote, beside those of the request. */
  readonly secrets?: () => readonly string[];
  readonly clock?: Clock;
  /** Counts the answers that one call holds. Without it, each answer may be as large as the answers to one call. */
  readonly held?: Pick<Held, 'take'>;
}

/** Creates a client; cheap, one per call, from the configuration in force. */
export const createCloud = (config: CloudConfig, shared: SharedParts): Cloud => ({
  send: (request) => new Exchange(config, shared, request).use((exchange) => exchange.run()),
  entitlement: async (signal) => {
    const exchange = new Exchange(config, shared, { method: 'POST', path: 'token', ...(signal && { signal }) });
    return readEntitlement(await exchange.use(() => exchange.tokenValue()));
  },
});

const TOTAL_FACTOR = 2;
const DEFAULT_LIFETIME_S = 3_600;
/** A token is renewed this long before it expires, or at half of a shorter lifetime. */
const MARGIN_MS = 60_000;

class Exchange {
  readonly #config: CloudConfig;
  readonly #shared: SharedParts;
  readonly #request: CloudRequest;
  readonly #clock: Clock;
  readonly #budget: Budget;

  constructor(config: CloudConfig, shared: SharedParts, request: CloudRequest) {
    this.#config = config;
    this.#shared = shared;
    this.#request = request;
    this.#clock = shared.clock ?? systemClock;
    this.#budget = openBudget(config.requestTimeoutMs * TOTAL_FACTOR, request.signal, this.#clock);
  }

  /** Ends the time limit with the work. */
  async use<Result>(work: (exchange: this) => Promise<Result>): Promise<Result> {
    try {
      return await work(this);
    } finally {
      this.#budget.close();
    }
  }

  async run(): Promise<unknown> {
    const { api, token: tokenUrl } = addressesOf(this.#config);
    const key = credentialsKey(this.#config, tokenUrl);
    const first = await this.#token(key, tokenUrl);
    const answer = await this.#send(api, first);
    if (answer.status !== 401) return this.#conclude(answer, first);
    // The token was revoked or forgotten. The request had no effect, so even a change may be sent again.
    this.#shared.tokens.drop(key, first);
    const second = await this.#token(key, tokenUrl);
    return this.#conclude(await this.#send(api, second), second);
  }

  async tokenValue(): Promise<string> {
    const { token: tokenUrl } = addressesOf(this.#config);
    return (await this.#token(credentialsKey(this.#config, tokenUrl), tokenUrl)).value;
  }

  #conclude(answer: Answer, token: Token): unknown {
    const what = nameOf(this.#request);
    if (answer.status >= 200 && answer.status < 300) {
      const content = contentOf(answer, what);
      const refusal = this.#request.path.endsWith('/graphql') ? graphqlRefusalOf(content, what, this.#shared.log) : null;
      if (refusal) throw refusal;
      return content;
    }
    throw refusalOf(answer, { what, secrets: [token.value, ...this.#secrets()], clock: this.#clock, log: this.#shared.log });
  }

  #secrets(): string[] {
    return [...secretsOf(this.#config), ...(this.#shared.secrets?.() ?? [])];
  }

  #send(api: string, token: Token): Promise<Answer> {
    const { method, body } = this.#request;
    const url = api + this.#request.path + queryOf(this.#queryWithTenant());
    const headers = {
      ...this.#commonHeaders(),
      authorization: `Bearer ${token.value}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const text = body === undefined ? undefined : stringifyJson(body);
    const held = this.#shared.held ?? new HeldAnswers().open(this.#config.answerLimit);
    return attempt(
      ({ signal }) => this.#shared.transport.fetch(url, { method, headers, body: text, signal, held }, this.#config.proxy),
      this.#options(nameOf(this.#request), api, repeatOf(this.#request), this.#budget),
    );
  }

  /** Only ZPA has microtenants. */
  #queryWithTenant(): Readonly<Record<string, unknown>> {
    const { path, query = {} } = this.#request;
    const { microtenantId } = this.#config;
    const isNamed = query['microtenantId'] !== undefined && query['microtenantId'] !== null;
    return microtenantId && path.startsWith('/zpa/') && !isNamed ? { ...query, microtenantId } : query;
  }

  #commonHeaders(): Record<string, string> {
    const { userAgentComment, partnerId } = this.#config;
    const comment = userAgentComment?.replaceAll(/[^\x20-\x7e]|[()]/g, ' ').trim();
    return {
      accept: 'application/json',
      'user-agent': `zscaler-mcp/${version} node/${process.versions.node}${comment ? ` (${comment})` : ''}`,
      ...(partnerId && { 'x-partner-id': partnerId }),
    };
  }

  #options(what: string, url: string, repeat: Repeat, budget: Budget): AttemptOptions {
    const { maxRetries, requestTimeoutMs: timeoutMs } = this.#config;
    return { what, host: new URL(url).host, repeat, maxRetries, timeoutMs, budget, clock: this.#clock, log: this.#shared.log };
  }

  async #token(key: string, url: string): Promise<Token> {
    try {
      return await this.#shared.tokens.get(key, (signal) => this.#requestToken(url, signal), this.#budget.signal);
    } catch (error) {
      if (error instanceof ZscalerMcpError) throw error;
      throw this.#gaveUpOnToken(error, new URL(url).host);
    }
  }

  #gaveUpOnToken(cause: unknown, host: string): CloudError {
    const what = nameOf(this.#request);
    if (this.#request.signal?.aborted)
      return new CloudError('ERR_CALL_CANCELLED', `${what} was cancelled while waiting for a token`, { cause });
    if (this.#budget.signal.aborted)
      return new CloudError('ERR_CLOUD_TIMEOUT', `${what} got no token from ${host} within ${seconds(this.#budget.totalMs)}`, {
        cause,
        hint: slowHint(host),
      });
    return new CloudError('ERR_CLOUD_TOKEN', `no token could be requested from ${host}`, {
      cause,
      hint: 'Try again; if it stays, report it.',
    });
  }

  /** OAuth 2.0 client credentials (RFC 6749, section 4.4). Several calls share it, so it has its own time limit. */
  async #requestToken(url: string, abandoned: AbortSignal): Promise<Token> {
    const form = await tokenForm(this.#config);
    const headers = { ...this.#commonHeaders(), 'content-type': 'application/x-www-form-urlencoded' };
    const what = `POST ${new URL(url).pathname} (token)`;
    const budget = openBudget(this.#config.requestTimeoutMs * TOTAL_FACTOR, abandoned, this.#clock);
    const answer = await attempt(
      ({ signal }) => this.#shared.transport.fetch(url, { method: 'POST', headers, body: form.toString(), signal }, this.#config.proxy),
      this.#options(what, url, 'read', budget),
    ).finally(budget.close);
    const token = answer.status >= 200 && answer.status < 300 ? readToken(answer, this.#clock.now()) : null;
    if (token) return token;
    const secrets = [...this.#secrets(), form.get('client_assertion') ?? ''];
    throw tokenRefused(answer, new URL(url).host, secrets);
  }
}

const nameOf = ({ method, path }: CloudRequest): string => `${method} ${path}`;

function repeatOf({ method, isRead }: CloudRequest): Repeat {
  if (method === 'GET' || isRead) return 'read';
  return method === 'PUT' || method === 'DELETE' ? 'replace' : 'once';
}

function queryOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item) => item !== undefined && item !== null)
      .map((item) => `${encodeURIComponent(name)}=${encodeURIComponent(typeof item === 'object' ? stringifyJson(item) : String(item))}`),
  );
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

/** Cache key: changes with the credentials and does not reveal them. */
function credentialsKey({ clientId, clientSecret, privateKey }: CloudConfig, tokenUrl: string): string {
  return createHash('sha256')
    .update(JSON.stringify([tokenUrl, clientId, privateKey ?? null, privateKey ? null : clientSecret]))
    .digest('base64');
}

const secretsOf = ({ clientSecret, privateKey }: CloudConfig): string[] =>
  [clientSecret, privateKey].filter((secret) => secret !== undefined);

async function tokenForm({ clientId, clientSecret, privateKey }: CloudConfig): Promise<URLSearchParams> {
  if (!clientId || (!clientSecret && !privateKey))
    throw new ZscalerMcpError(
      'ERR_CLOUD_CONFIG',
      `no credentials are configured: ${clientId ? 'a client secret or a private key' : 'a client ID'} is missing`,
      {
        hint: 'Set ZSCALER_CLIENT_ID, and ZSCALER_CLIENT_SECRET or ZSCALER_PRIVATE_KEY, and reload.',
      },
    );
  const common = { grant_type: 'client_credentials', audience: AUDIENCE };
  if (!privateKey) return new URLSearchParams({ ...common, client_id: clientId, client_secret: clientSecret ?? '' });
  const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  return new URLSearchParams({
    ...common,
    client_assertion_type: assertionType,
    client_assertion: await signAssertion(clientId, privateKey),
  });
}

/** The token; null when the answer has none. */
function readToken({ text }: Answer, now: number): Token | null {
  let fields: { access_token?: unknown; expires_in?: unknown } | null;
  try {
    fields = parseJson(text) as typeof fields;
  } catch {
    return null;
  }
  const { access_token: value, expires_in: lifetime } = fields ?? {};
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) return null;
  const seconds = Number(lifetime ?? DEFAULT_LIFETIME_S);
  const lifetimeMs = (Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_LIFETIME_S) * 1_000;
  return { value, usableUntil: now + Math.max(lifetimeMs - MARGIN_MS, lifetimeMs / 2) };
}

function tokenRefused(answer: Answer, host: string, secrets: readonly string[]): CloudError {
  const { status } = answer;
  const isGood = status >= 200 && status < 300;
  const refusal = readRefusal(answer.text, answer.headers.get('content-type') ?? '', secrets);
  // A successful answer may hold the token under an unexpected name, so none of it is quoted.
  const said = isGood ? (refusal.isPage ? A_PAGE : 'an answer without a token') : sayRefusal(answer, refusal);
  return new CloudError('ERR_CLOUD_TOKEN', `the token endpoint at ${host} answered with ${said}`, {
    status,
    reason: isGood ? undefined : refusal.reason,
    hint: tokenHint(status),
  });
}

function tokenHint(status: number): string {
  if (status === 400 || status === 401 || status === 403)
    return 'Check ZSCALER_CLIENT_ID, ZSCALER_CLIENT_SECRET or ZSCALER_PRIVATE_KEY, and in ZIdentity that this API client is enabled.';
  if (status === 429) return 'Too many tokens were requested: wait a minute, then call again.';
  if (status >= 500) return 'The fault is on the side of the sign-in service: try again later, and report it to Zscaler if it stays.';
  return 'Check ZSCALER_VANITY_DOMAIN and ZSCALER_CLOUD, and that nothing between this machine and the sign-in service answers in its place.';
}
