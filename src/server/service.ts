/** The running server, as the lifecycle sees it: configuration, tools, MCP and the HTTP front behind one interface. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog } from '../audit/index.ts';
import { Gate, type SharedFailures } from '../auth/index.ts';
import { observed } from './cloud-access.ts';
import type { Configuration, ConfigurationCandidate, SavedConfiguration } from './configuration.ts';
import { ConfirmationDesk, openRing, type SavedDesk } from '../confirm/index.ts';
import type { DemoTenant } from '../demo/index.ts';
import { checkTls, createRoutes, Front, openSocket, RateLimit, type ParkedConnection, type Place } from '../http/index.ts';
import {
  applyToAll,
  type Descriptors,
  type DrainReport,
  type HandedListener,
  type Handover,
  type Part,
  type Posture,
  type Replacement,
  type Service,
  type SourceFile,
  type State,
} from '../lifecycle/index.ts';
import type { RootLog } from '../common/log.ts';
import { McpService, type Runtime, type SavedPipe, type SavedSession, type StdioConnection } from '../mcp/index.ts';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import { openMetrics, type Metrics, type ProcessFacts } from '../metrics/index.ts';
import { createOffer, runtimeFor, type Offer } from './offer.ts';
import { auditTargetOf, authConfigOf, cloudConfigOf, demoConfigOf, edgeOf, isSameTls, pathOf, tlsOf, type Edge } from './part-settings.ts';
import { describePosture, postureOf } from './posture.ts';
import { checkCloud } from './trial.ts';
import { maskSecrets, secretValues, type Settings } from '../settings/index.ts';
import type { SharedState } from '../state/index.ts';
import { bindCall, catalogue, createGuide, Enabled, selectTools, type SavedEnabled, type Tool } from '../tools/index.ts';
import { version } from '../common/version.ts';
import { checkClient, createCloud, TokenCache, Transport, type Cloud, type CloudConfig } from '../zscaler/index.ts';

export interface ServiceOptions {
  readonly configuration: Configuration;
  readonly log: RootLog;
  /** The embedded tenant that stands in for the cloud; configured credentials are not used then. */
  readonly demo: DemoTenant | null;
  readonly generation: number;
  /** What is shared with other replicas; null without any. */
  readonly state?: SharedState | null;
  /** Of the former generation. */
  readonly confirmations?: SavedDesk | null;
  /** Toolsets that callers enabled for themselves in a former generation. */
  readonly enabled?: SavedEnabled;
  /** Products that the tenant had in the former generation; null when that was not known. */
  readonly entitled?: readonly string[] | null;
}

export interface SavedSessions {
  readonly sessions: readonly SavedSession[];
  /** Names of the tools that their clients were offered. */
  readonly tools: readonly string[];
  /** Over stdio: the pipe is the session, so it always goes on. */
  readonly pipe: SavedPipe | null;
  readonly confirmations: SavedDesk;
  readonly enabled: SavedEnabled;
  readonly entitled: readonly string[] | null;
}

/** One configuration in force: taken whole by each call, replaced whole by a reload. */
interface InForce {
  readonly settings: Settings;
  /** In every form in which they could appear. */
  readonly secrets: readonly string[];
  readonly cloud: CloudConfig;
  readonly runtime: Runtime;
  readonly edge: Edge;
}

/** What a model has to know of all tools. */
const INSTRUCTIONS =
  'Lists of flat records come as CSV: an empty cell is a field that the record does not have, text that looks like a number is in quotes. All else is JSON. A note before the rows says whether there are more.';

export class ServerService implements Service<SavedConfiguration> {
  readonly mcp: McpService;
  readonly #options: ServiceOptions;
  readonly #state: SharedState | null;
  readonly #tokens = new TokenCache();
  readonly #transport = new Transport();
  #tools: ReadonlyMap<string, Tool> = new Map();
  readonly #enabled: Enabled;
  #offer: Offer;
  #entitled: readonly string[] | null;
  readonly #gate: Gate;
  readonly #front: Front;
  readonly #desk: ConfirmationDesk;
  readonly #audit: AuditLog;
  #rate: RateLimit | null = null;
  #metrics: Metrics | null = null;
  #facts: () => ProcessFacts | null = () => null;
  #inForce: InForce;
  #doing: State = 'starting';
  #stdio: StdioConnection | null = null;
  /** A copy of the listening socket, kept while this generation may have to come back. */
  #fallback: number | null = null;

  constructor(options: ServiceOptions) {
    this.#options = options;
    const state = options.state ?? null;
    this.#state = state;
    this.#desk = new ConfirmationDesk(options.confirmations ?? null, state ? (here) => state.used(here) : undefined);
    const { settings } = options.configuration;
    this.#enabled = new Enabled(options.enabled ?? []);
    this.#entitled = settings.disableEntitlementFilter ? null : (options.entitled ?? null);
    const { offered, warnings } = selectTools(catalogue, { ...settings, entitled: this.#entitled });
    for (const warning of warnings) options.log.warn({}, warning);
    this.#offer = this.#offering(settings, offered);
    this.#inForce = this.#build(settings);
    this.#audit = new AuditLog(auditTargetOf(settings), {
      line: (text) => options.log.line(text),
      mask: (text) => maskSecrets(text, this.#inForce.secrets),
      tell: (message, isWrong) => options.log[isWrong ? 'error' : 'info']({}, message),
    });
    this.mcp = new McpService({
      runtime: () => this.#inForce.runtime,
      log: options.log,
      audit: this.#audit.write,
      info: { name: 'zscaler-mcp', title: 'Zscaler MCP', version, description: 'Tools for the Zscaler cloud.' },
      instructions: INSTRUCTIONS,
      demo: options.demo !== null,
      generation: options.generation,
      store: state?.sessions() ?? null,
    });
    const tls = tlsOf(settings);
    if (tls) for (const warning of checkTls(tls)) options.log.warn({}, warning);
    this.#gate = new Gate(authConfigOf(settings), {
      log: options.log,
      path: pathOf(settings),
      isAllowedSource: (address) => this.#inForce.edge.requests.isAllowedSource(address),
      isTrustedProxy: (address) => this.#inForce.edge.requests.isTrustedProxy(address),
      shared: state && shareFailures(state),
      verifyClient: (credentials) => checkClient(this.#inForce.cloud, this.#transport, credentials),
      fetchText: (url, signal) =>
        this.#transport.fetch(url, { method: 'GET', headers: { accept: 'application/json' }, signal }, this.#inForce.cloud.proxy),
    });
    this.#front = new Front({
      tls,
      limits: () => this.#inForce.edge.front,
      warn: (message) => options.log.warn({}, message),
      respond: this.#routes(settings),
      refuse: refuseRequest,
      lastCall: (why) => this.mcp.abandon(why),
    });
  }

  get offered(): ReadonlyMap<string, Tool> {
    return this.#tools;
  }

  #offering(settings: Settings, offered: readonly Tool[]): Offer {
    this.#tools = new Map(offered.map((tool) => [tool.name, tool]));
    return createOffer(createGuide(offered, settings, this.#enabled), offered, this.#enabled);
  }

  /**
   * Offers the tools of those products alone that the tenant has. Asked when the server serves already, so that no start
   * waits for the cloud; until then, and whenever the cloud does not tell, all are offered.
   */
  async narrow(): Promise<void> {
    const { settings, cloud } = this.#inForce;
    const { log } = this.#options;
    if (settings.disableEntitlementFilter || cloud.clientId === undefined) return;
    const found = await this.#openCloud(cloud)
      .entitlement()
      .catch((error: unknown) => messageOf(error));
    if (typeof found === 'string' || found === null) {
      log.warn(
        { reason: found ?? 'the token names no products' },
        'the tools of all products are offered: which of them the tenant has cannot be told',
      );
      return;
    }
    if (found.unknown.length > 0) log.warn({ codes: found.unknown }, 'the token names products that this version does not know');
    this.#entitled = found.products;
    const before = [...this.#tools.keys()].join();
    const current = this.#inForce.settings;
    this.#offer = this.#offering(current, selectTools(catalogue, { ...current, entitled: found.products }).offered);
    if ([...this.#tools.keys()].join() === before) return;
    log.info({ products: found.products, tools: this.#tools.size }, 'the tools of products that the tenant does not have are not offered');
    this.#inForce = this.#build(current);
    this.mcp.toolsChanged();
  }

  /** Where this process is described, for monitoring. */
  reportOn(facts: () => ProcessFacts): void {
    this.#facts = facts;
  }

  #openMetrics(): Promise<Metrics> {
    return openMetrics({
      sessions: () => this.mcp.sessions(),
      process: () => this.#facts(),
      isShared: () => this.#state?.isUp ?? null,
    });
  }

  /** Listens on the inherited socket, or binds; goes on with the connections of the former generation. */
  async listen(handover: Handover<unknown> | null): Promise<{ host: string; port: number }> {
    const { host, port, metrics } = this.#inForce.settings;
    if (metrics) this.#metrics = await this.#openMetrics();
    const inherited = handover?.listeners[0];
    const place: Place = inherited ? placeOf(inherited) : { host: bindable(host), port };
    const address = await this.#front.listen(place);
    if (handover) this.#front.adopt(handover.connections as readonly ParkedConnection[]);
    this.#gate.begin();
    return address;
  }

  /** Resolves at the end of input. */
  async serveStdio(input: NodeJS.ReadStream, output: NodeJS.WriteStream, saved: SavedSessions | null): Promise<void> {
    this.#stdio = this.mcp.serveStdio(input, output, saved?.pipe);
    await this.#stdio.begun;
    if (saved?.pipe?.handshake?.initialized && this.#offersOtherThan(saved)) this.mcp.toolsChanged();
    await this.#stdio.closed;
  }

  /** Builds what is otherwise built on first use, and asks for it once. @throws when it cannot be served */
  async rehearse(): Promise<void> {
    for (const tool of this.#tools.values()) tool.inputSchema();
    await this.mcp.tryOut();
    await this.mcp.close();
  }

  inForce(): SavedConfiguration {
    return this.#options.configuration.saved;
  }

  load(kind: 'reload' | 'restart'): Promise<ConfigurationCandidate> {
    return this.#options.configuration.readAgain(kind);
  }

  async apply(candidate: ConfigurationCandidate): Promise<void> {
    const before = JSON.stringify(this.posture());
    await applyToAll(this.#parts(), candidate.effective);
    this.#options.configuration.commit(candidate);
    if (JSON.stringify(this.posture()) !== before) this.announcePosture();
  }

  async openListeners(candidate: ConfigurationCandidate, descriptors: Descriptors | null): Promise<readonly HandedListener[]> {
    const running = this.#front.descriptor();
    if (running === null) return [];
    const next = { host: candidate.nextSettings.host, port: candidate.nextSettings.port };
    const { host, port } = this.#inForce.settings;
    const isSame = next.host === host && next.port === port;
    if (isSame) return [{ name: 'http', ...this.#front.address(), descriptor: descriptors?.duplicate(running) ?? null }];
    if (!descriptors) return [{ name: 'http', host: bindable(next.host), port: next.port, descriptor: null }];
    const opened = await openSocket({ host: bindable(next.host), port: next.port }, (descriptor) => descriptors.duplicate(descriptor));
    return [{ name: 'http', ...opened }];
  }

  async drain({
    timeoutMs,
    descriptors,
    keepSessions,
    signal,
  }: {
    timeoutMs: number;
    descriptors: Descriptors | null;
    keepSessions: boolean;
    signal: AbortSignal;
  }): Promise<DrainReport> {
    const running = this.#front.descriptor();
    if (descriptors && running !== null) {
      this.#fallback = descriptors.duplicate(running);
      descriptors.closeOnExec(this.#fallback, true);
    }
    this.mcp.endQuestions('the server is restarting');
    if (this.#stdio) return this.#drainPipe(this.#stdio, timeoutMs);
    await this.#finishOnStreams(timeoutMs);
    return this.#front.drain({ timeoutMs, carry: descriptors !== null, streams: keepSessions, signal });
  }

  /** What the client sends from now on waits in the pipe for the next generation. */
  async #drainPipe(pipe: StdioConnection, timeoutMs: number): Promise<DrainReport> {
    pipe.hold();
    const isIdle = await Promise.race([pipe.idle().then(() => true), sleep(timeoutMs, false)]);
    if (!isIdle) this.mcp.abandon('the server is restarting, and this request did not finish in time');
    return { cut: isIdle ? 0 : 1 };
  }

  /** Over HTTP+SSE every answer travels on a stream that never ends by itself: the front cannot see what is in flight there. */
  async #finishOnStreams(timeoutMs: number): Promise<void> {
    if (this.#inForce.settings.transport === 'sse') await Promise.race([this.mcp.idle(), sleep(timeoutMs, undefined, { ref: false })]);
  }

  parked(): readonly ParkedConnection[] {
    return this.#front.parked();
  }

  async resume(): Promise<void> {
    this.mcp.resumeQuestions();
    if (this.#stdio) return this.#stdio.resume();
    const place =
      this.#fallback === null
        ? { host: bindable(this.#inForce.settings.host), port: this.#inForce.settings.port }
        : { descriptor: this.#fallback };
    this.#fallback = null;
    await this.#front.resume(place);
  }

  async shutdown(timeoutMs: number): Promise<DrainReport> {
    this.mcp.endQuestions('the server is stopping');
    await this.#finishOnStreams(timeoutMs);
    this.mcp.endStreams();
    const report = await this.#front.close(timeoutMs);
    await Promise.race([this.#stdio?.idle(), sleep(timeoutMs, undefined, { ref: false })]);
    this.#gate.close();
    await this.mcp.close();
    await Promise.all([this.#transport.close(), this.#options.demo?.close(), this.#state?.close()]);
    return report;
  }

  posture(): Posture {
    const { settings } = this.#inForce;
    const isShared = this.#state?.isUp ?? null;
    const secrets = this.#options.configuration.keptSecrets();
    return postureOf({ settings, tools: this.#tools.values(), demo: this.#options.demo !== null, secrets, isShared });
  }

  /** Says how open the server is. */
  announcePosture(): void {
    const posture = this.posture();
    this.#options.log[posture.risks.length > 0 ? 'warn' : 'info']({ posture }, describePosture(posture));
  }

  drainTimeoutMs(): number {
    return this.#inForce.settings.drainTimeoutSeconds * 1_000;
  }

  watchedFiles(): readonly SourceFile[] {
    return this.#inForce.settings.watchEnv ? this.#options.configuration.files : [];
  }

  entered(state: State): void {
    if (state === 'reloading') this.#audit.reopen();
    this.#doing = state;
  }

  openSessions(keep: boolean): { open: number; ended: number } {
    const open = this.mcp.sessions();
    return { open, ended: keep ? open - this.mcp.saveSessions().length : open };
  }

  keepsSessions(): boolean {
    return this.#state !== null || this.#inForce.settings.keepSessions;
  }

  saveSessions(keep: boolean): SavedSessions {
    return {
      sessions: keep ? this.mcp.saveSessions() : [],
      tools: [...this.#tools.keys()],
      pipe: this.#stdio?.save() ?? null,
      confirmations: this.#desk.save(),
      enabled: this.#enabled.save(),
      entitled: this.#entitled,
    };
  }

  /** Goes on with the sessions of the former generation, if they were kept. */
  restoreSessions(saved: SavedSessions): void {
    this.mcp.restoreSessions(saved.sessions, this.#offersOtherThan(saved));
  }

  #offersOtherThan({ tools }: SavedSessions): boolean {
    return tools.join() !== [...this.#tools.keys()].join();
  }

  redact(text: string): string {
    const { settings } = this.#options.configuration.loaded;
    return maskSecrets(text, [...this.#inForce.secrets, ...(settings === this.#inForce.settings ? [] : secretValues(settings))]);
  }

  /** What a reload may replace; each looks at the whole configuration before any of them changes anything. */
  #parts(): Part<Settings>[] {
    return [
      {
        name: 'log',
        prepare: (next) => Promise.resolve(replacement(() => (this.#options.log.level = next.logLevel))),
      },
      {
        name: 'audit',
        prepare: (next) => Promise.resolve(this.#audit.prepare(auditTargetOf(next))),
      },
      {
        name: 'calls',
        prepare: async (next) => {
          const built = this.#build(next);
          await checkCloud(cloudConfigOf(next));
          return replacement(() => (this.#inForce = built));
        },
      },
      {
        name: 'client authentication',
        prepare: (next) => Promise.resolve(this.#gate.prepare(authConfigOf(next))),
      },
      {
        name: 'metrics',
        prepare: async ({ metrics }) => {
          const next = metrics ? (this.#metrics ?? (await this.#openMetrics())) : null;
          return replacement(() => (this.#metrics = next));
        },
      },
      {
        name: 'shared state',
        prepare: ({ requestStateKeys }) => Promise.resolve(replacement(() => this.#state?.rekey(requestStateKeys))),
      },
      {
        name: 'tls',
        prepare: (next) => {
          const tls = tlsOf(next);
          if (!tls || isSameTls(this.#inForce.settings, next)) return Promise.resolve(replacement(() => undefined));
          for (const warning of checkTls(tls)) this.#options.log.warn({}, warning);
          return Promise.resolve(replacement(() => this.#front.replaceTls(tls)));
        },
      },
    ];
  }

  #build(settings: Settings): InForce {
    const cloud = this.#options.demo ? demoConfigOf(this.#options.demo, settings) : cloudConfigOf(settings);
    return {
      settings,
      secrets: secretValues(settings),
      edge: edgeOf(settings, this.#rateOf(settings)),
      cloud,
      runtime: runtimeFor(
        settings,
        this.#tools,
        this.#offer,
        this.#desk.open(settings.requestStateKeys, settings.confirmationSeconds * 1_000),
        async (tool, args, { signal, progress }) => {
          const client = this.#openCloud(cloud);
          return this.#observed(tool, async () =>
            tool.run(
              bindCall(tool, (request) => client.send(request), cloud, signal),
              tool.parse(args),
              progress,
            ),
          );
        },
      ),
    };
  }

  #openCloud(config: CloudConfig): Cloud {
    return createCloud(config, {
      tokens: this.#tokens,
      transport: observed(this.#transport, () => this.#metrics),
      log: this.#options.log,
    });
  }

  async #observed(tool: Tool, run: () => Promise<unknown>): Promise<unknown> {
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      return await run();
    } catch (error) {
      outcome = error instanceof ZscalerMcpError ? error.code : 'fault';
      throw error;
    } finally {
      this.#metrics?.called({ tool: tool.name, product: tool.product, outcome, ms: performance.now() - startedAt });
    }
  }

  /** What was counted stays counted as long as the limit stays the same. */
  #rateOf({ requestsPerMinute }: Settings): RateLimit {
    if (this.#rate?.perMinute === requestsPerMinute) return this.#rate;
    const state = this.#state;
    this.#rate = new RateLimit(requestsPerMinute, state ? async (points, seconds) => state.counter('rate', points, seconds) : undefined);
    return this.#rate;
  }

  #routes(settings: Settings): ReturnType<typeof createRoutes> {
    const { allowedHosts, allowedOrigins, disableHostValidation, transport } = settings;
    return createRoutes({
      mcp: this.mcp,
      lifecycleState: () => this.#doing,
      allowedHosts,
      allowedOrigins,
      disableHostValidation,
      transport: transport === 'sse' ? 'sse' : 'streamable-http',
      limits: () => this.#inForce.edge.requests,
      gate: this.#gate,
      metrics: () => this.#metrics,
      observe: (facts) => this.#metrics?.requested(facts),
      log: this.#options.log,
    });
  }
}

const shareFailures = (state: SharedState): SharedFailures => ({
  counter: (points, seconds) => state.counter('failures', points, seconds),
  isWrong: (id, secret) => state.isNoted('wrong', id, secret),
  noteWrong: (id, secret, lifeMs) => state.note(lifeMs, 'wrong', id, secret),
});

const placeOf = ({ descriptor, host, port }: HandedListener): Place => (descriptor === null ? { host, port } : { descriptor });

const replacement = (commit: () => void): Replacement => ({ commit, discard: () => undefined });

/** Null where nothing is shared. The library behind it is loaded here. */
export async function openState(settings: Settings, log: RootLog): Promise<SharedState | null> {
  const { stateUrl: url, statePrefix: prefix, requestStateKeys: keys, transport } = settings;
  if (url === undefined || transport === 'stdio') return null;
  const { SharedState: Shared } = await import('../state/index.ts');
  return new Shared({ url, prefix, keys, log, openRing: (secrets) => openRing(secrets, Infinity) });
}

/** `localhost` may mean two addresses; one socket is bound, and handed over. */
const bindable = (host: string): string => (host === 'localhost' ? '127.0.0.1' : host.replace(/^\[|\]$/g, ''));

function refuseRequest(response: ServerResponse, why: string): void {
  response.writeHead(503, { 'content-type': 'application/json', connection: 'close', 'retry-after': '1' });
  response.end(
    JSON.stringify({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32_603, message: `Outcome unknown: ${why}. Look before you repeat a change.` },
    }),
  );
}
