/** The running server, as the lifecycle sees it: puts configuration, calls, MCP and the door together behind one interface. */
import { AuditLog } from '../audit/index.ts';
import type { RootLog } from '../common/log.ts';
import { version } from '../common/version.ts';
import { endsWithin } from '../common/within.ts';
import type { DemoTenant, SavedTenant } from '../demo/index.ts';
import type { ParkedConnection } from '../http/index.ts';
import {
  applyToAll,
  type Descriptors,
  type DrainOptions,
  type DrainReport,
  type Environment,
  type HandedListener,
  type Handover,
  type Part,
  type Posture,
  type Problem,
  type Replacement,
  type Service,
  type SourceFile,
  type State,
} from '../lifecycle/index.ts';
import { McpService, type SavedIds, type SavedPipe, type SavedSession } from '../mcp/index.ts';
import type { ProcessFacts } from '../metrics/index.ts';
import { maskSecrets, type SettingInForce, type Settings } from '../settings/index.ts';
import type { SharedState } from '../state/index.ts';
import type { Tool } from '../tools/index.ts';
import { Calls, type SavedCalls } from './calls.ts';
import { ENTITLEMENT, type Configuration, type ConfigurationCandidate, type SavedConfiguration } from './configuration.ts';
import { Door, type Address } from './door.ts';
import { environmentNow } from './environment.ts';
import { introduce } from './introduce.ts';
import { auditTargetOf } from './part-settings.ts';
import { logPosture, postureOf } from './posture.ts';
import { remarksOn } from './remarks.ts';
import { SessionKeys } from './session-keys.ts';
import { placeProblems, problemsOfChange } from './trial.ts';
import { tellWhileWaiting } from './waiting.ts';

/** How long the parts may take to judge what a reload or restart has read. */
const JUDGING_LIMIT_MS = 15_000;

const NOT_JUDGED: Problem = {
  setting: null,
  file: null,
  line: null,
  message: `what was read could not be judged within ${JUDGING_LIMIT_MS / 1_000} s`,
  hint: 'Look whether the files and addresses that the settings name can be reached, then try again.',
};

/** What a server is made of. */
export interface ServiceOptions {
  readonly configuration: Configuration;
  readonly log: RootLog;
  /** The embedded tenant that stands in for the cloud; configured credentials are then not used. */
  readonly demo: DemoTenant | null;
  readonly generation: number;
  /** What is shared with other replicas; null or absent without any. */
  readonly state?: SharedState | null;
  /** Of the former generation; null or absent in the first. */
  readonly saved?: SavedSessions | null;
  /** What the process says of itself, for monitoring. */
  readonly process?: () => ProcessFacts;
}

/** What the next generation needs to continue with the clients of this one. JSON. */
export interface SavedSessions extends SavedCalls {
  readonly sessions: readonly SavedSession[];
  /** IDs of the sessions that the restart ends. Absent in what an older version saved. */
  readonly endedSessions?: readonly string[];
  /** Holds a secret key, null for a new one. Absent in what an older version saved. */
  readonly ids?: SavedIds & { readonly secret: string | null };
  /** Names of the tools that their clients were offered. */
  readonly tools: readonly string[];
  /** Over stdio the pipe is the session, so it is always continued. */
  readonly pipe: SavedPipe | null;
  /** The data of the demo tenant; null or absent without it. */
  readonly demo?: SavedTenant | null;
}

/** How long the parts may take to say goodbye to others once all requests have ended: to the cloud, a proxy, the state store. */
const CLOSING_MS = 500;

/** What a model has to know of all tools. */
const INSTRUCTIONS =
  'Lists of flat records come as CSV: an empty cell is a field that the record does not have, text that looks like a number is in quotes. All else is JSON. A note before the rows says whether there are more.';

/** A server that has been put together and serves once `listen` or `serveStdio` is called. */
export class ServerService implements Service<SavedConfiguration> {
  readonly #options: ServiceOptions;
  readonly #state: SharedState | null;
  readonly #audit: AuditLog;
  readonly #calls: Calls;
  readonly #sessionKeys: SessionKeys;
  readonly #mcp: McpService;
  readonly #door: Door;
  #onFaults: () => void = () => undefined;

  constructor(options: ServiceOptions) {
    const { configuration, log, demo, generation, state = null, saved = null } = options;
    const { settings } = configuration;
    this.#options = options;
    this.#state = state;
    const mask = (text: string): string => maskSecrets(text, configuration.secrets);
    log.mask = mask;
    this.#calls = new Calls({
      settings,
      log,
      demo,
      state,
      saved,
      secrets: () => configuration.secrets,
      sessions: () => this.#mcp.sessions(),
      process: () => options.process?.() ?? null,
    });
    this.#audit = new AuditLog(auditTargetOf(settings), {
      line: (text) => log.line(text),
      claimOn: (path) => configuration.claimOn(path),
      mask,
      tell: (message, isWrong) => log[isWrong ? 'error' : 'info']({}, message),
      onProblem: () => this.#onFaults(),
    });
    this.#sessionKeys = new SessionKeys(saved?.ids?.secret ?? null);
    this.#mcp = new McpService({
      runtime: () => this.#calls.runtime,
      log,
      audit: this.#audit.write,
      info: introduce(version),
      instructions: INSTRUCTIONS,
      demo: demo !== null,
      generation,
      sessionIds: { ring: () => this.#sessionKeys.ring(this.#calls.settings.requestStateKeys), saved: saved?.ids ?? null },
      store: state?.sessions() ?? null,
      isStateless: settings.sessions === 'stateless',
    });
    this.#door = new Door({ mcp: this.#mcp, calls: this.#calls, state, log, onCut: (why) => this.cutCalls(why) });
    if (saved) this.#mcp.restoreSessions(saved.sessions, this.#offersOtherThan(saved));
    if (saved?.endedSessions) this.#mcp.endSessions(saved.endedSessions);
  }

  /** The tools that clients may call, by name. */
  get offered(): ReadonlyMap<string, Tool> {
    return this.#calls.tools;
  }

  /** Offers the tools of those products alone that the tenant has; see `Calls.applyEntitlement`. */
  async applyEntitlement(): Promise<void> {
    if (await this.#calls.applyEntitlement()) this.#mcp.toolsChanged();
  }

  /** Listens over HTTP, on the socket of the former generation if there is one. @throws ZscalerMcpError ERR_LISTEN */
  async listen(handover: Handover<unknown> | null): Promise<Address> {
    await this.#calls.begin();
    return this.#door.listen(handover);
  }

  /** Serves the client at the other end of a pipe; resolves at the end of input. */
  serveStdio(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Promise<void> {
    const { saved = null } = this.#options;
    return this.#door.serveStdio(input, output, {
      saved: saved?.pipe ?? null,
      toolsChanged: () => saved !== null && this.#offersOtherThan(saved),
    });
  }

  /** Builds what is otherwise built on first use, and asks for it once. @throws when it cannot be served */
  async rehearse(): Promise<void> {
    for (const tool of this.offered.values()) tool.inputSchema();
    await this.#mcp.tryOut();
    await this.#mcp.close();
  }

  inForce(): SavedConfiguration {
    return this.#options.configuration.saved;
  }

  async load(kind: 'reload' | 'restart', dryRun: boolean): Promise<ConfigurationCandidate> {
    const { configuration } = this.#options;
    const candidate = await configuration.readAgain(kind, dryRun);
    if (candidate.problems.length > 0) return candidate;
    const judging = this.#judge(candidate, kind);
    if (!(await endsWithin(JUDGING_LIMIT_MS, judging))) return { ...candidate, problems: [NOT_JUDGED] };
    const { problems, pendingRestart, isStale } = await judging;
    if (problems.length > 0) return { ...candidate, problems };
    const { warnings, withoutEffect } = remarksOn(configuration, candidate, { kind, dryRun, demo: this.#options.demo !== null });
    return { ...candidate, pendingRestart, withoutEffect, warnings: [...candidate.warnings, ...warnings, ...isStale] };
  }

  /** What a reload would put in force, and what it would leave waiting: neither may be of no use. */
  async #judge(candidate: ConfigurationCandidate, kind: 'reload' | 'restart') {
    const { effective, nextSettings, pendingRestart, origins } = candidate;
    const judged = pendingRestart.length === 0 ? [effective] : [effective, nextSettings];
    const claim = (path: string) => this.#options.configuration.claimOn(path, candidate);
    const found = await Promise.all(kind === 'reload' ? judged.map((next) => problemsOfChange(this.#calls.settings, next, claim)) : []);
    const problems = new Map(placeProblems(found.flat(), origins).map((problem) => [problem.message, problem]));
    if (problems.size > 0) return { problems: [...problems.values()], pendingRestart, isStale: [] };
    return { problems: [], ...(await this.#pendingAfter(candidate, kind)) };
  }

  /** Changed credentials leave the offer stale only if the cloud says that they are for other products. */
  async #pendingAfter({ pendingRestart, effective }: ConfigurationCandidate, kind: 'reload' | 'restart') {
    if (!pendingRestart.includes(ENTITLEMENT)) return { pendingRestart, isStale: [] };
    const difference = kind === 'reload' ? await this.#calls.compareEntitlement(effective) : null;
    if (difference === null) return { pendingRestart: pendingRestart.filter((name) => name !== ENTITLEMENT), isStale: [] };
    return { pendingRestart, isStale: [`${ENTITLEMENT}: ${difference}`] };
  }

  settings(): readonly SettingInForce[] {
    return this.#options.configuration.describe();
  }

  environment(): Environment {
    return environmentNow(this.#options.configuration.source);
  }

  async apply(candidate: ConfigurationCandidate): Promise<void> {
    const before = JSON.stringify(this.posture());
    await applyToAll(this.#parts(), candidate.effective);
    this.#options.configuration.commit(candidate);
    if (JSON.stringify(this.posture()) !== before) this.announcePosture();
  }

  openListeners({ nextSettings }: ConfigurationCandidate, descriptors: Descriptors | null): Promise<readonly HandedListener[]> {
    return this.#door.openListeners({ host: nextSettings.host, port: nextSettings.port }, descriptors);
  }

  drain(options: DrainOptions): Promise<DrainReport> {
    return this.#tellMeanwhile(this.#door.drain(options));
  }

  parked(): readonly ParkedConnection[] {
    return this.#door.parked();
  }

  resume(): Promise<void> {
    return this.#door.resume();
  }

  async shutdown(timeoutMs: number): Promise<DrainReport> {
    const report = await this.#tellMeanwhile(this.#door.close(timeoutMs));
    this.cutCalls('the server stopped');
    await endsWithin(CLOSING_MS, this.#closeParts());
    return report;
  }

  async #closeParts(): Promise<void> {
    await this.#mcp.close();
    await Promise.all([this.#calls.close(), this.#options.demo?.close(), this.#state?.close()]);
  }

  /** Ends running calls in the audit log: nobody learns what comes of them. */
  cutCalls(why: string): void {
    this.#audit.cut(`${why}; look before you repeat a change`);
  }

  posture(): Posture {
    const isShared = this.#state?.isUp ?? null;
    const secrets = this.#options.configuration.keptSecrets();
    const demo = this.#options.demo !== null;
    const evictionPolicy = this.#state?.evictionPolicy ?? null;
    return postureOf({ settings: this.#calls.settings, tools: this.offered.values(), demo, secrets, isShared, evictionPolicy });
  }

  faults(): readonly string[] {
    return [this.#audit.problem, this.#state?.fault ?? null].filter((fault) => fault !== null);
  }

  /** Calls `observer` whenever `faults` may have changed. */
  onFaults(observer: () => void): void {
    this.#onFaults = observer;
  }

  /** Logs how open the server is. */
  announcePosture(): void {
    logPosture(this.#options.log, this.posture());
  }

  drainTimeoutMs(): number {
    return this.#calls.settings.drainTimeoutSeconds * 1_000;
  }

  watchedFiles(): readonly SourceFile[] {
    return this.#calls.settings.watchEnv ? this.#options.configuration.files : [];
  }

  entered(state: State): void {
    if (state === 'reloading') this.#audit.follow();
    this.#door.entered(state);
  }

  openSessions(keep: boolean): { open: number; ended: number } {
    const open = this.#mcp.sessions();
    return { open, ended: keep ? open - this.#mcp.saveSessions().length : open };
  }

  keepsSessions(): boolean {
    return this.#calls.settings.keepSessions;
  }

  saveSessions(keep: boolean): SavedSessions {
    this.cutCalls('the server restarted');
    return {
      sessions: keep ? this.#mcp.saveSessions() : [],
      endedSessions: keep ? [] : this.#mcp.saveSessions().map(({ id }) => id),
      ids: { ...this.#mcp.saveIds(!keep), secret: keep ? this.#sessionKeys.secret : null },
      tools: this.#calls.toolNames(),
      pipe: this.#door.savePipe(),
      demo: this.#options.demo?.save() ?? null,
      ...this.#calls.save(),
    };
  }

  redact(text: string): string {
    return maskSecrets(text, this.#options.configuration.secrets);
  }

  #tellMeanwhile<Result>(draining: Promise<Result>): Promise<Result> {
    return tellWhileWaiting(draining, this.#options.log, () => this.#mcp.running());
  }

  #offersOtherThan({ tools }: SavedSessions): boolean {
    return tools.join() !== this.#calls.toolNames().join();
  }

  /** What a reload may replace; each looks at the whole configuration before any of them changes anything. */
  #parts(): Part<Settings>[] {
    return [
      part('log', ({ logLevel: level, logFormat: format }) => replacement(() => Object.assign(this.#options.log, { level, format }))),
      part('audit', (next) => this.#audit.prepare(auditTargetOf(next))),
      part('calls', (next) => this.#calls.prepare(next)),
      part('client authentication', (next) => this.#door.prepareAuthentication(next)),
      part('metrics', (next) => this.#calls.prepareMetrics(next)),
      part('shared state', ({ requestStateKeys }) => replacement(() => this.#state?.rekey(requestStateKeys))),
      part('tls', (next) => this.#door.prepareTls(next)),
    ];
  }
}

const part = (name: string, prepare: (next: Settings) => Replacement | Promise<Replacement>): Part<Settings> => ({
  name,
  prepare: async (next) => prepare(next),
});

const replacement = (commit: () => unknown): Replacement => ({ commit: () => void commit(), discard: () => undefined });
