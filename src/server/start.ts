/** Starts a server: reads the configuration, begins or takes over from the generation before it, and serves until told to stop. */
import { count } from '../common/count.ts';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import { openLog, type RootLog } from '../common/log.ts';
import { logFor } from '../common/log-scope.ts';
import { describeProblem } from '../common/problem.ts';
import { version } from '../common/version.ts';
import type { DemoTenant } from '../demo/index.ts';
import { comeBack, Lifecycle, loadNative, readRehearsal, unpackHandover, type Handover, type Problem } from '../lifecycle/index.ts';
import { authModeOf, type FlagLayer, type Settings } from '../settings/index.ts';
import { Configuration, type ConfigurationReading, type SavedConfiguration } from './configuration.ts';
import { tidyWhenIdle } from './idle-memory.ts';
import type { Invocation } from './read-secrets.ts';
import { openRecord } from './record.ts';
import { openState, ServerService, type SavedSessions } from './service.ts';
import type { Stage } from './stage.ts';
import { problemsOf } from './trial.ts';

/**
 * Serves until told to stop.
 * @returns the exit code when there is nothing to serve; undefined while the server runs
 * @throws ZscalerMcpError
 */
export async function serve(
  stage: Stage,
  { flags, demo }: { readonly flags: FlagLayer; readonly demo: boolean },
): Promise<number | undefined> {
  const invocation = { launch: stage.launch, flags };
  if (stage.isRehearsal) return rehearse(stage, await Configuration.takeOver(invocation, readRehearsal() as SavedConfiguration), demo);
  const handover = unpackHandover(stage.launch) as Handover<SavedConfiguration> | null;
  if (!handover) return begin(stage, invocation, demo);
  const reading = await Configuration.takeOver(invocation, handover.state);
  return logFor({ operation: handover.operation.id }, () => takeOver(asLaunched(stage, handover), handover, reading, demo));
}

/** A first start. Until the configuration is read, which a secrets manager may delay, SIGTERM and SIGINT end it at once. */
async function begin(stage: Stage, invocation: Invocation, demo: boolean): Promise<number | undefined> {
  await refuseCluster();
  const held: NodeJS.Signals[] = [];
  stage.onSignals((signal) => (signal === 'SIGTERM' || signal === 'SIGINT' ? leave(stage, signal) : held.push(signal)));
  const reading = await Configuration.read(invocation);
  stage.onSignals((signal) => held.push(signal));
  const problems = await problemsOf(reading, demo);
  if (problems.length > 0) return refuse(stage, problems, reading.isTransient);
  await run({ stage, reading, demo, handover: null, held, log: openLog(reading.configuration.settings.logLevel) });
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
function leave(stage: Stage, signal: NodeJS.Signals): void {
  stage.err(`zscaler-mcp: ended by ${signal} before it was ready`);
  stage.exit(0);
}

/** A restart repeats the first start, whatever program this generation is made of. */
const asLaunched = (stage: Stage, { entry, main = stage.launch.main }: Handover<unknown>): Stage =>
  entry === undefined ? stage : Object.assign(Object.create(stage) as Stage, { launch: { ...stage.launch, entry, main } });

/** If this generation is not ready in time, it gives the process back to the generation before it. */
async function takeOver(
  stage: Stage,
  handover: Handover<SavedConfiguration>,
  reading: ConfigurationReading,
  demo: boolean,
): Promise<number | undefined> {
  const log = openLog(reading.configuration.settings.logLevel);
  const giveUp = (failure: string) => {
    log.error({ generation: handover.generation }, `generation ${handover.generation} cannot get ready: ${failure}`);
    log.flush();
    comeBack(handover, stage.launch, `generation ${handover.generation} could not get ready: ${failure}`);
  };
  const limit = setTimeout(() => giveUp(`it took longer than ${TAKE_OVER_LIMIT_MS / 1_000} s`), TAKE_OVER_LIMIT_MS);
  const onCrash = (error: unknown) => {
    giveUp(messageOf(error));
    throw error;
  };
  process.once('uncaughtException', onCrash);
  try {
    const problems = await problemsOf(reading, demo);
    if (problems.length > 0) giveUp(problems.map(describeProblem).join('; '));
    if (problems.length > 0) return refuse(stage, problems);
    await run({ stage, reading, demo, handover, held: [], log });
    return undefined;
  } catch (error) {
    giveUp(messageOf(error));
    throw error;
  } finally {
    clearTimeout(limit);
    process.off('uncaughtException', onCrash);
  }
}

const TAKE_OVER_LIMIT_MS = 15_000;

/** @returns the exit code: 4, or 1 for a transient problem, so that a service manager tries again */
function refuse({ err }: Stage, problems: readonly Problem[], isTransient = false): number {
  const why = isTransient ? 'it cannot read its secrets' : `the configuration has ${count(problems.length, 'problem')}`;
  err(`zscaler-mcp does not start: ${why}`);
  for (const problem of problems) err(`  ${describeProblem(problem)}`);
  return isTransient ? 1 : 4;
}

/** Builds everything that a server has, and listens to nothing. The report goes to standard output. */
async function rehearse(stage: Stage, reading: ConfigurationReading, demo: boolean): Promise<number> {
  const problems = await problemsOf(reading, demo);
  if (problems.length === 0) {
    const { configuration } = reading;
    if (demo) await import('../demo/index.ts');
    await openState(configuration.settings, openLog('silent'));
    await new ServerService({ configuration, log: openLog('silent'), demo: null, generation: 1 }).rehearse();
  }
  stage.out(JSON.stringify({ rehearsal: problems.length === 0 ? 'ok' : 'failed', problems }));
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
}

async function run({ stage, reading, demo, handover, held, log }: Run): Promise<void> {
  const { configuration, warnings } = reading;
  const { settings } = configuration;
  const { launch } = stage;
  for (const warning of warnings) log.warn({}, warning);
  const keeper = await openRecord({ launch, configuration, demo, handover, log });
  try {
    const tenant = demo ? await openDemo(log) : null;
    const saved = (handover?.sessions ?? null) as SavedSessions | null;
    const state = await openState(settings, log);
    const reached = state?.begin(STATE_WAIT_MS);
    const { generation } = keeper.record;
    const service = new ServerService({ configuration, log, demo: tenant, generation, state, saved, process: () => keeper.record });
    const exit = (code: number) => {
      log.flush();
      stage.exit(code);
    };
    const manager = handover?.manager ?? launch.manager;
    const lifecycle = new Lifecycle({ launch, service, keeper, log, native: () => loadNative(launch), exit, manager });
    await reached;
    state?.onChange(() => keeper.update({ posture: service.posture() }));
    const address = settings.transport === 'stdio' ? null : await service.listen(handover);
    for (const signal of held) lifecycle.signalled(signal);
    stage.onSignals((signal) => lifecycle.signalled(signal));
    const url = address && urlOf(address, settings);
    announce({ log, settings, service, tenant, url });
    service.announcePosture();
    lifecycle.ready({ host: address?.host ?? null, port: address?.port ?? null, url, posture: service.posture() }, handover);
    if (!address) serveStdio(service, lifecycle);
    lookUpTenant(service, saved, log);
    tidyWhenIdle();
  } catch (error) {
    // A generation that takes over may still come back; the PID file must not vanish meanwhile.
    if (!handover?.former) keeper.release();
    throw error;
  }
}

/** How long a start waits for the store that replicas share. */
const STATE_WAIT_MS = 1_000;

/** The pipe is the session: when it ends, so does the server. */
function serveStdio(service: ServerService, lifecycle: Lifecycle<SavedConfiguration>): void {
  service.serveStdio(process.stdin, process.stdout).then(
    () => lifecycle.abandoned('end of input'),
    (error: unknown) => lifecycle.abandoned(`standard input failed: ${messageOf(error)}`),
  );
}

async function openDemo(log: RootLog): Promise<DemoTenant> {
  const { startDemoTenant } = await import('../demo/index.ts');
  const tenant = await startDemoTenant({ log });
  log.warn({ demo: true }, 'DEMO: answers come from a fictional tenant inside this server; configured credentials are not used');
  return tenant;
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

/** Logs one line that says what is served where. */
function announce({ log, settings, service, tenant, url }: Announcement): void {
  const writing = [...service.offered.values()].filter(({ action }) => action !== 'read').length;
  const fields = {
    version,
    transport: settings.transport,
    url,
    tools: service.offered.size,
    writeTools: writing,
    clientAuthentication: authModeOf(settings),
    hostValidation: !settings.disableHostValidation,
    ...(settings.apiUrl !== undefined && { apiUrl: settings.apiUrl }),
    ...(settings.tokenUrl !== undefined && { tokenUrl: settings.tokenUrl }),
    demo: tenant !== null,
  };
  log.info(fields, `serving ${tenant ? 'the DEMO tenant ' : ''}${url === null ? 'over stdio' : `at ${url}`}`);
}
