/** Starts a server: reads the configuration, begins or takes over from the generation before it, and serves until told to stop. */
import { count } from '../common/count.ts';
import { ZscalerMcpError } from '../common/errors.ts';
import { inWords, withRemedy } from '../common/system-error.ts';
import { logFailure, openLog, parseLogFormat, type RootLog } from '../common/log.ts';
import { logFor } from '../common/log-scope.ts';
import { describeProblem } from '../common/problem.ts';
import { version } from '../common/version.ts';
import type { DemoTenant } from '../demo/index.ts';
import {
  comeBack,
  Lifecycle,
  loadNative,
  readRehearsal,
  tryHandover,
  unpackHandover,
  type Handover,
  type Problem,
  type RehearsalReport,
} from '../lifecycle/index.ts';
import { authModeOf, ownPlaceKind, type Settings } from '../settings/index.ts';
import { captureStderr } from './capture-stderr.ts';
import { Configuration, type ConfigurationReading, type SavedConfiguration } from './configuration.ts';
import { tidyWhenIdle } from './idle-memory.ts';
import { laterModules, loadAhead } from './load-ahead.ts';
import type { Invocation } from './read-secrets.ts';
import { openRecord } from './record.ts';
import { validatesHosts } from './posture.ts';
import { ServerService, type SavedSessions } from './service.ts';
import type { ServeOptions, Stage } from './stage.ts';
import { openState } from './state.ts';
import { tryOut } from './trial.ts';

/**
 * Serves until told to stop. What goes wrong is logged.
 * @returns the exit code when there is nothing to serve; undefined while the server runs
 * @throws in a rehearsal
 */
export async function serve(stage: Stage, { flags, demo, exitCodeOf }: ServeOptions): Promise<number | undefined> {
  const { launch } = stage;
  const invocation = { launch, flags };
  if (stage.isRehearsal) return rehearse(stage, await Configuration.takeOver(invocation, readRehearsal() as SavedConfiguration), demo);
  // The `.env` may name another format.
  const format = parseLogFormat(flags['ZSCALER_MCP_LOG_FORMAT'] ?? launch.env['ZSCALER_MCP_LOG_FORMAT']);
  const log = openLog('info', { format, env: launch.env });
  captureStderr(log, stage);
  try {
    const handover = unpackHandover(launch) as Handover<SavedConfiguration> | null;
    if (!handover) return await begin(stage, invocation, demo, log);
    const launched = asLaunched(stage, handover);
    const reading = await Configuration.takeOver({ launch: launched.launch, flags }, handover.state);
    return await logFor({ operation: handover.operation.id }, () => takeOver({ stage: launched, handover, reading, demo, held: [], log }));
  } catch (error) {
    logFailure(log, error);
    return exitCodeOf(error);
  }
}

/** A first start. Until the configuration is read, which a secrets manager may delay, SIGTERM and SIGINT end it at once. */
async function begin(stage: Stage, invocation: Invocation, demo: boolean, log: RootLog): Promise<number | undefined> {
  await refuseCluster();
  const held: NodeJS.Signals[] = [];
  stage.onSignals((signal) => (signal === 'SIGTERM' || signal === 'SIGINT' ? leave(stage, signal, log) : held.push(signal)));
  const reading = await Configuration.read(invocation);
  const { problems } = await tryOut(reading, demo);
  stage.onSignals((signal) => held.push(signal));
  log.format = reading.configuration.settings.logFormat;
  if (problems.length > 0) return refuse(log, problems, reading.isTransient);
  await run({ stage, reading, demo, handover: null, held, log });
  return undefined;
}

/** The sockets of a worker belong to the process that forked it, so no restart could keep them. @throws ZscalerMcpError ERR_USAGE */
async function refuseCluster(): Promise<void> {
  if (process.send === undefined) return;
  const { default: cluster } = await import('node:cluster');
  if (!cluster.isWorker) return;
  throw new ZscalerMcpError('ERR_USAGE', 'started as a worker of a Node.js cluster (the cluster mode of pm2), which is not supported', {
    hint: "Use fork mode: with pm2, leave out -i, or set exec_mode: 'fork' and instances: 1. Several servers each need a --port and a --pid-file of their own.",
  });
}

/** Nothing is served and nothing is recorded yet. */
function leave(stage: Stage, signal: NodeJS.Signals, log: RootLog): void {
  log.info({ signal }, `zscaler-mcp: ended by ${signal} before it was ready`);
  stage.exit(0);
}

/** A restart repeats the first start, whatever program this generation is made of, and wherever a link has led meanwhile. */
function asLaunched(stage: Stage, { entry, main, cwd, searchPath }: Handover<unknown>): Stage {
  if (entry === undefined) return stage;
  const { launch } = stage;
  const first = {
    entry,
    main: main ?? launch.main,
    cwd: cwd ?? launch.cwd,
    searchPath: searchPath === undefined ? launch.searchPath : searchPath,
  };
  return Object.assign(Object.create(stage) as Stage, { launch: { ...launch, ...first } });
}

/** If this generation is not ready in time, it gives the process back to the generation before it. */
async function takeOver(taking: Run & { readonly handover: Handover<SavedConfiguration> }): Promise<number | undefined> {
  const { stage, handover, reading, demo, log } = taking;
  log.format = reading.configuration.settings.logFormat;
  let service: ServerService | null = null;
  const giveUp = (failure: string) => {
    service?.cutCalls('the server could not get ready');
    log.error({ generation: handover.generation }, `generation ${handover.generation} cannot get ready: ${failure}`);
    log.flush();
    comeBack(handover, stage.launch, `generation ${handover.generation} could not get ready: ${failure}`);
  };
  const limit = setTimeout(() => giveUp(`it took longer than ${TAKE_OVER_LIMIT_MS / 1_000} s`), TAKE_OVER_LIMIT_MS);
  const onCrash = (error: unknown) => {
    try {
      giveUp(withRemedy(error));
    } catch (failure) {
      log.error({ err: failure }, 'the former generation cannot be executed');
    }
  };
  // Before the listener that ends the process.
  process.prependOnceListener('uncaughtException', onCrash);
  try {
    const { problems } = await tryOut(reading, demo, false);
    const isBack = handover.failure !== null && reading.problems.length === 0;
    if (problems.length > 0 && !isBack) giveUp(problems.map(describeProblem).join('; '));
    if (problems.length > 0 && !isBack) return refuse(log, problems);
    await run({ ...taking, handover: withLacks(handover, problems), onMade: (made) => (service = made) });
    return undefined;
  } catch (error) {
    giveUp(withRemedy(error));
    throw error;
  } finally {
    clearTimeout(limit);
    process.off('uncaughtException', onCrash);
  }
}

/** The generation that is back is the last one: it serves in spite of what is wrong with it as well, and says so. */
function withLacks(handover: Handover<SavedConfiguration>, problems: readonly Problem[]): Handover<SavedConfiguration> {
  const lacks = problems.map((problem) => `generation ${handover.generation} is back with the same problem: ${describeProblem(problem)}`);
  const { operation } = handover;
  return { ...handover, operation: { ...operation, warnings: [...operation.warnings, ...lacks] } };
}

const TAKE_OVER_LIMIT_MS = 15_000;

/** @returns the exit code: 4, or 1 for a transient problem, so that a service manager tries again */
function refuse(log: RootLog, problems: readonly Problem[], isTransient = false): number {
  const why = isTransient ? 'it cannot read its secrets' : `the configuration has ${count(problems.length, 'problem')}`;
  log.error({}, `zscaler-mcp does not start: ${why}`);
  for (const problem of problems) log.error({ setting: problem.setting, file: problem.file, line: problem.line }, describeProblem(problem));
  log.flush();
  return isTransient ? 1 : 4;
}

/** Builds everything that a server has, and listens to nothing. The report goes to standard output. */
async function rehearse(stage: Stage, reading: ConfigurationReading, demo: boolean): Promise<number> {
  const { problems, warnings } = await tryOut(reading, demo);
  if (problems.length === 0) {
    const { configuration } = reading;
    if (demo) await import('../demo/index.ts');
    await openState(configuration.settings, openLog('silent'));
    await new ServerService({ configuration, log: openLog('silent'), demo: null, generation: 1 }).rehearse();
  }
  const handover = loadNative(stage.launch) ? 'descriptor' : 'rebind';
  const report: RehearsalReport = { rehearsal: problems.length === 0 ? 'ok' : 'failed', problems, warnings, handover };
  stage.out(JSON.stringify(report));
  return problems.length === 0 ? 0 : 4;
}

interface Run {
  readonly stage: Stage;
  readonly reading: ConfigurationReading;
  readonly demo: boolean;
  readonly handover: Handover<SavedConfiguration> | null;
  /** Signals that came before the lifecycle could take them. */
  readonly held: readonly NodeJS.Signals[];
  readonly log: RootLog;
  readonly onMade?: (service: ServerService) => void;
}

async function run({ stage, reading, demo, handover, held, log, onMade }: Run): Promise<void> {
  const { configuration, warnings } = reading;
  const { settings } = configuration;
  const { launch } = stage;
  log.level = settings.logLevel;
  for (const warning of warnings) log.warn({}, warning);
  if (stage.compileCacheRefusal !== null) log.debug({}, `starts without compiled code of earlier starts: ${stage.compileCacheRefusal}`);
  const keeper = await openRecord({ launch, configuration, demo, handover, log });
  try {
    const saved = (handover?.sessions ?? null) as SavedSessions | null;
    const tenant = demo ? await openDemo(log, saved) : null;
    const state = await openState(settings, log);
    const reached = state?.begin(STATE_WAIT_MS);
    const { generation } = keeper.record;
    const service = new ServerService({ configuration, log, demo: tenant, generation, state, saved, process: () => keeper.record });
    const end = () => {
      service.cutCalls('the server ended');
      log.flush();
    };
    // An error that nobody caught ends the process in another way.
    process.once('exit', end);
    onMade?.(service);
    const exit = (code: number) => {
      end();
      stage.exit(code);
    };
    const manager = handover?.manager ?? launch.manager;
    const lifecycle = new Lifecycle({ launch, service, keeper, log, native: () => loadNative(launch), exit, manager });
    await reached;
    state?.onChange(() => keeper.update({ posture: service.posture(), faults: service.faults() }));
    service.onFaults(() => keeper.update({ faults: service.faults() }));
    const address = settings.transport === 'stdio' ? null : await service.listen(handover);
    for (const signal of held) lifecycle.signalled(signal);
    stage.onSignals((signal) => lifecycle.signalled(signal));
    const url = address && urlOf(address, settings);
    service.announcePosture();
    lifecycle.ready(
      { host: address?.host ?? null, port: address?.port ?? null, url, posture: service.posture(), faults: service.faults() },
      handover,
    );
    announce({ log, settings, service, tenant, url });
    if (!address) serveStdio({ service, lifecycle, log, isAlone: () => handover === null && keeper.record.state === 'ready' });
    lookUpTenant(service, saved, log);
    void loadAhead({ ...laterModules(settings), 'the FFI': () => tryHandover({ native: () => loadNative(launch), keeper }) }, log);
    tidyWhenIdle();
  } catch (error) {
    // A generation that takes over may still come back; the PID file must not vanish meanwhile.
    if (!handover?.former) keeper.release();
    throw error;
  }
}

/** How long a start waits for the store that replicas share. */
const STATE_WAIT_MS = 1_000;

interface Piped {
  readonly service: ServerService;
  readonly lifecycle: Lifecycle<SavedConfiguration>;
  readonly log: RootLog;
  /** Whether no client can have been there before, and nothing else stops the server. */
  readonly isAlone: () => boolean;
}

/** The pipe is the session: when it ends, so does the server. */
function serveStdio({ service, lifecycle, log, isAlone }: Piped): void {
  if (process.stdin.isTTY) {
    log.info({}, 'waiting for an MCP client on standard input; this is a terminal, and MCP clients start the program themselves');
    log.info({}, TO_SERVE_HTTP);
  }
  const ended = () => {
    if (isAlone() && process.stdin.bytesRead === 0) {
      log.warn({}, `standard input ended before an MCP client wrote to it; ${KEEPS_OPEN[ownPlaceKind()]}`);
      log.warn({}, TO_SERVE_HTTP);
    }
    lifecycle.abandoned('end of input');
  };
  service
    .serveStdio(process.stdin, process.stdout)
    .then(ended, (error: unknown) =>
      lifecycle.abandoned(`standard input failed (${(error as NodeJS.ErrnoException).code ?? inWords(error)})`),
    );
}

const BY_CLIENT = 'MCP clients start the program themselves and stay connected';

/** What keeps standard input open, by the place that the server runs in. */
const KEEPS_OPEN = {
  container: 'in a container it is open only with `docker run -i`',
  pod: 'in a pod it is open only with `stdin: true` in the manifest',
  host: BY_CLIENT,
  windows: BY_CLIENT,
} as const;

const TO_SERVE_HTTP =
  'to serve HTTP: zscaler-mcp --transport streamable-http (in a container also --host 0.0.0.0); for all commands: zscaler-mcp --help';

async function openDemo(log: RootLog, saved: SavedSessions | null): Promise<DemoTenant> {
  const { startDemoTenant } = await import('../demo/index.ts');
  return startDemoTenant({ log, saved: saved?.demo ?? null });
}

/** Asks the cloud what the tenant has. After a restart the former answer holds for a moment, so that waiting requests come first. */
function lookUpTenant(service: ServerService, saved: SavedSessions | null, log: RootLog): void {
  const look = () =>
    service.applyEntitlement().catch((error: unknown) => log.error({ err: error }, 'the products of the tenant could not be looked up'));
  if (saved?.entitled) setTimeout(look, WAITING_FIRST_MS).unref();
  else void look();
}

const WAITING_FIRST_MS = 1_000;

/** IPv6 addresses are put in brackets. */
function urlOf({ host, port }: { host: string; port: number }, { transport, tlsCertificate }: Settings): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tlsCertificate ? 'https' : 'http'}://${name}:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`;
}

interface Announcement {
  readonly log: RootLog;
  readonly settings: Settings;
  readonly service: ServerService;
  readonly tenant: DemoTenant | null;
  /** Null over stdio. */
  readonly url: string | null;
}

/** Logs one line that says what is served where; on a terminal it ends with the address. */
function announce({ log, settings, service, tenant, url }: Announcement): void {
  const writing = [...service.offered.values()].filter(({ action }) => action !== 'read').length;
  const fields = {
    version,
    transport: settings.transport,
    url,
    tools: service.offered.size,
    writeTools: writing,
    clientAuthentication: authModeOf(settings),
    hostValidation: validatesHosts(settings),
    ...(settings.apiUrl !== undefined && { apiUrl: settings.apiUrl }),
    ...(settings.tokenUrl !== undefined && { tokenUrl: settings.tokenUrl }),
    demo: tenant !== null,
  };
  const what = tenant ? 'the DEMO tenant ' : '';
  const where = url === null ? 'over stdio' : `at ${url}`;
  if (!log.isText) return log.info(fields, `serving ${what}${where}`);
  const tools = `${count(service.offered.size, 'tool')}, ${writing === 0 ? 'all of them read-only' : `${writing} of which may change the tenant`}`;
  log.info({ url }, `zscaler-mcp ${version} serves ${what}(${tools}) ${where}`);
}
