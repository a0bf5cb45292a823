/** What is in force and offered to clients, and how one of their calls is carried out. */
import { messageOf, sayError, ZscalerMcpError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { ConfirmationDesk, type SavedDesk } from '../confirm/index.ts';
import type { DemoTenant } from '../demo/index.ts';
import { RateLimit } from '../http/index.ts';
import type { Replacement } from '../lifecycle/index.ts';
import type { CallContext, Runtime } from '../mcp/index.ts';
import { openMetrics, type Metrics, type ProcessFacts } from '../metrics/index.ts';
import { maskSecrets, secretValues, type Settings } from '../settings/index.ts';
import type { SharedState } from '../state/index.ts';
import { bindCall, catalogue, Enabled, selectTools, type SavedEnabled, type Tool } from '../tools/index.ts';
import {
  checkClient,
  createCloud,
  HeldAnswers,
  TokenCache,
  Transport,
  type Cloud,
  type CloudConfig,
  type SavedToken,
  type SharedParts,
} from '../zscaler/index.ts';
import { observed } from './cloud-access.ts';
import { tellIfMany } from './many-tools.ts';
import { createOffer, runtimeFor, type Offer } from './offer.ts';
import { cloudConfigOf, demoConfigOf, edgeOf, type Edge } from './part-settings.ts';
import { checkCloud } from './trial.ts';

/** What calls depend on. */
export interface CallsOptions {
  /** With which this generation starts. */
  readonly settings: Settings;
  readonly log: Log;
  /** The embedded tenant that stands in for the cloud; configured credentials are then not used. */
  readonly demo: DemoTenant | null;
  /** What is shared with other replicas; null without any. */
  readonly state: SharedState | null;
  /** Of the former generation; null in the first. */
  readonly saved: SavedCalls | null;
  /** Every form in which a secret could appear in a text, former ones included. */
  readonly secrets: () => readonly string[];
  /** Number of sessions, for monitoring. */
  readonly sessions: () => number;
  /** What the process says of itself, for monitoring; null before it does. */
  readonly process: () => ProcessFacts | null;
}

/** What the next generation needs so that clients find what they had. JSON. */
export interface SavedCalls {
  readonly confirmations: SavedDesk;
  /** Toolsets that callers enabled for themselves. */
  readonly enabled: SavedEnabled;
  /** Products that the tenant has; null when that is not known. */
  readonly entitled: readonly string[] | null;
  /** Absent in what an older version saved. */
  readonly tokens?: readonly SavedToken[];
}

/** One configuration, made ready for use: taken whole by each call, replaced whole by a reload. */
interface Setup {
  readonly settings: Settings;
  readonly cloud: CloudConfig;
  readonly runtime: Runtime;
  readonly edge: Edge;
}

/** Over stdio nobody can ask for them. */
const hasMetrics = ({ metrics, transport }: Settings): boolean => metrics && transport !== 'stdio';

/** Owns what is offered, the configuration that calls use, and the connections to the cloud. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #tokens: TokenCache;
  readonly #answers = new HeldAnswers();
  readonly #transport = new Transport();
  readonly #desk: ConfirmationDesk;
  readonly #enabled: Enabled;
  #entitled: readonly string[] | null;
  /** The question to the cloud that the offer waits for. */
  #lookup: Promise<boolean> = Promise.resolve(false);
  #offer: Offer;
  #metrics: Metrics | null = null;
  #setup: Setup;

  constructor(options: CallsOptions) {
    const { settings, state, saved, log } = options;
    this.#options = options;
    this.#tokens = new TokenCache(undefined, saved?.tokens);
    this.#desk = new ConfirmationDesk(saved?.confirmations ?? null, state ? (here) => state.used(here) : undefined);
    this.#enabled = new Enabled(saved?.enabled ?? []);
    this.#entitled = settings.disableEntitlementFilter ? null : (saved?.entitled ?? null);
    const { offered, warnings } = selectTools(catalogue, { ...settings, entitled: this.#entitled });
    for (const warning of warnings) log.warn({}, warning);
    this.#offer = createOffer(offered, settings, this.#enabled);
    tellIfMany(this.#offer, log);
    this.#setup = this.#build(settings, null);
  }

  /** The settings in force. */
  get settings(): Settings {
    return this.#setup.settings;
  }

  /** What the protocol side needs of the configuration in force. */
  get runtime(): Runtime {
    return this.#setup.runtime;
  }

  /** What the network edge lets in. */
  get edge(): Edge {
    return this.#setup.edge;
  }

  /** Null while metrics are switched off. */
  get metrics(): Metrics | null {
    return this.#metrics;
  }

  /** The tools that clients may call, by name. */
  get tools(): ReadonlyMap<string, Tool> {
    return this.#offer.tools;
  }

  /** Names of the offered tools, in order. */
  toolNames(): readonly string[] {
    return [...this.#offer.tools.keys()];
  }

  /** Builds the setup of other settings beside the one in use. @throws ZscalerMcpError ERR_CLOUD_CONFIG */
  async prepare(next: Settings): Promise<Replacement> {
    const built = this.#build(next, this.#setup);
    await checkCloud(cloudConfigOf(next));
    return { commit: () => void (this.#setup = built), discard: () => undefined };
  }

  /** Metrics are counted from when they are switched on. */
  async prepareMetrics(settings: Settings): Promise<Replacement> {
    const next = hasMetrics(settings) ? (this.#metrics ?? (await this.#openMetrics())) : null;
    return { commit: () => void (this.#metrics = next), discard: () => undefined };
  }

  /** Switches metrics on where the settings say so, before anything is served. */
  async begin(): Promise<void> {
    if (hasMetrics(this.settings)) this.#metrics = await this.#openMetrics();
  }

  /**
   * Asks the cloud which products the tenant has, and offers the tools of these alone. Asked while the server already serves,
   * so that no start waits for the cloud; until then, and when the cloud does not tell, the tools of all products are offered.
   * @returns whether the list of tools has changed
   */
  applyEntitlement(): Promise<boolean> {
    this.#lookup = this.#applyEntitlement();
    return this.#lookup;
  }

  async #applyEntitlement(): Promise<boolean> {
    const { settings, cloud } = this.#setup;
    const { log } = this.#options;
    if (settings.disableEntitlementFilter || cloud.clientId === undefined) return false;
    // A token that was handed on may be older than what the tenant has now.
    const tokens = this.#options.saved?.tokens?.length ? new TokenCache() : this.#tokens;
    const found = await this.#openCloud(cloud, { tokens })
      .entitlement()
      .catch((error: unknown) => sayError(error));
    if (tokens !== this.#tokens) this.#tokens.adopt(tokens.save());
    if (typeof found === 'string' || found === null) {
      const reason = found ?? 'the token names no products';
      log.warn({ reason }, 'the tools of all products are offered: the cloud does not tell which of them the tenant has');
      return false;
    }
    if (found.unknown.length > 0)
      log.warn({ codes: found.unknown }, 'the token names products that this version does not know; a newer one may have tools for them');
    this.#entitled = found.products;
    const current = this.#setup.settings;
    const { offered } = selectTools(catalogue, { ...current, entitled: found.products });
    if (offered.map(({ name }) => name).join() === this.toolNames().join()) return false;
    this.#offer = createOffer(offered, current, this.#enabled);
    log.info({ products: found.products, tools: offered.length }, 'the tools of products that the tenant does not have are not offered');
    this.#setup = this.#build(current, this.#setup);
    return true;
  }

  /**
   * Asks the cloud for a token with the credentials of other settings, and compares its products with those that the offer
   * follows from. The demo tenant has one offer for all credentials.
   * @returns null if they are the same; else what differs, or why that is not known, as a clause
   */
  async compareEntitlement(next: Settings): Promise<string | null> {
    if (this.#options.demo) return null;
    const signal = AbortSignal.timeout(COMPARE_LIMIT_MS);
    try {
      await Promise.race([this.#lookup, failAt(signal)]);
      const found = await this.#openCloud(cloudConfigOf(next), { tokens: new TokenCache() }).entitlement(signal);
      const [before, after] = [this.#entitled, found?.products ?? null].map(describeProducts);
      return before === after ? null : `the tools offered are those of ${before}, and the new credentials are for ${after}`;
    } catch (error) {
      const reason = signal.aborted ? `no answer in ${COMPARE_LIMIT_MS / 1_000} s` : messageOf(error);
      return `the tools offered follow from the former credentials, and the cloud gives no token for the new ones: ${maskSecrets(reason, secretValues(next))}`;
    }
  }

  /** Whether the cloud accepts a client's credentials; see `GateOptions.verifyClient`. */
  readonly verifyClient = (credentials: Parameters<typeof checkClient>[2]): ReturnType<typeof checkClient> =>
    checkClient(this.#setup.cloud, this.#transport, credentials);

  /** Fetches a JSON document, through the proxy of the settings. */
  readonly fetchJson = (url: string, signal: AbortSignal): ReturnType<Transport['fetch']> =>
    this.#transport.fetch(url, { method: 'GET', headers: { accept: 'application/json' }, signal }, this.#setup.cloud.proxy);

  /** What the next generation needs of this. */
  save(): SavedCalls {
    return { confirmations: this.#desk.save(), enabled: this.#enabled.save(), entitled: this.#entitled, tokens: this.#tokens.save() };
  }

  /** Closes the connections to the cloud. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #build(settings: Settings, former: Setup | null): Setup {
    const { demo } = this.#options;
    const cloud = demo ? demoConfigOf(demo, settings) : cloudConfigOf(settings);
    return {
      settings,
      edge: edgeOf(settings, this.#rateOf(settings, former)),
      cloud,
      runtime: runtimeFor({
        settings,
        offer: this.#offer,
        confirmations: this.#desk.open(settings.requestStateKeys, settings.confirmationSeconds * 1_000),
        call: (tool, args, context) => this.#call(cloud, tool, args, context),
      }),
    };
  }

  async #call(cloud: CloudConfig, tool: Tool, args: unknown, context: Pick<CallContext, 'signal' | 'progress'>): Promise<unknown> {
    const held = this.#answers.open(cloud.answerLimit);
    const client = this.#openCloud(cloud, { held });
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      const send = bindCall(tool, (request) => client.send(request), cloud, context.signal);
      return await tool.run(send, tool.parse(args), context.progress);
    } catch (error) {
      outcome = error instanceof ZscalerMcpError ? error.code : 'fault';
      throw error;
    } finally {
      held.release();
      this.#metrics?.called({ tool: tool.name, product: tool.product, outcome, ms: performance.now() - startedAt });
    }
  }

  #openCloud(config: CloudConfig, parts: Partial<SharedParts> = {}): Cloud {
    const transport = observed(this.#transport, () => this.#metrics);
    const { log, secrets } = this.#options;
    return createCloud(config, { tokens: this.#tokens, transport, log, secrets, ...parts });
  }

  #openMetrics(): Promise<Metrics> {
    const { sessions, process, state } = this.#options;
    return openMetrics({ sessions, process, isShared: () => state?.isUp ?? null });
  }

  /** Keeps the counter while the limit stays the same; a discarded reload does not reset it. */
  #rateOf({ requestsPerMinute }: Settings, former: Setup | null): RateLimit {
    const counting = former?.edge.requests.rate;
    if (counting?.perMinute === requestsPerMinute) return counting;
    const { state } = this.#options;
    return new RateLimit(requestsPerMinute, state ? async (points, seconds) => state.counter('rate', points, seconds) : undefined);
  }
}

/** How long a reload waits for the cloud. */
const COMPARE_LIMIT_MS = 5_000;

const failAt = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('no answer in time'))));

const describeProducts = (products: readonly string[] | null): string =>
  products === null ? 'all products' : products.toSorted((one, other) => (one < other ? -1 : 1)).join(', ');
