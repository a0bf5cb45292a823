/** Starts a server, rehearses one, or says why neither can be: settings in, a running server out. */
import { checkAuditFile } from '../audit/index.ts';
import { describeProblem } from '../common/problem.ts';
import { Configuration, type ReadSecrets, type SavedConfiguration, type Start } from './configuration.ts';
import type { DemoTenant } from '../demo/index.ts';
import { tidyWhenIdle } from './idle-memory.ts';
import { count } from '../common/count.ts';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import {
  chooseDefaultPidFile,
  comeBack,
  digestProgram,
  identify,
  isInstalled,
  Lifecycle,
  loadNative,
  PidFile,
  readRehearsal,
  traceFiles,
  unpackHandover,
  type Handover,
  type Launch,
  type LifecycleRecord,
  type Problem,
  type RecordKeeper,
} from '../lifecycle/index.ts';
import { openLog, type RootLog } from '../common/log.ts';
import { logFor } from '../common/log-scope.ts';
import { checkTls } from '../http/index.ts';
import { checkCloud, readEntitlementOf } from './cloud-access.ts';
import { cloudConfigOf, tlsOf } from './part-settings.ts';
import { openState, ServerService, type SavedSessions } from './service.ts';
import { authModeOf, isLoopback, type FlagLayer, type Settings } from '../settings/index.ts';
import type { Stage } from './stage.ts';
import { products } from '../tools/index.ts';
import { version } from '../common/version.ts';
import { Transport } from '../zscaler/index.ts';

/** What the catalogue knows by name, for whoever judges settings. */
export const known = {
  products: Object.keys(products),
  toolsets: Object.values(products).flatMap((toolsets) => Object.keys(toolsets)),
};

/** Loaded only where a secrets manager is configured. */
export const readSecrets: ReadSecrets = async (place, { secretsTimeoutSeconds, httpsProxy, httpProxy, noProxy }) => {
  const { readManager } = await import('../secrets/index.ts');
  const transport = new Transport();
  const proxy = { https: httpsProxy, http: httpProxy, no: noProxy };
  try {
    return await readManager(place, {
      timeoutMs: secretsTimeoutSeconds * 1_000,
      fetch: (url, request) => transport.fetch(url, request, proxy),
    });
  } finally {
    transport.close().catch(() => undefined);
  }
};

/** Serves until told to stop; the exit code when it does not serve. @throws ZscalerMcpError */
export async function serve(
  stage: Stage,
  { flags, demo }: { readonly flags: FlagLayer; readonly demo: boolean },
): Promise<number | undefined> {
  const fixed = { launch: stage.launch, flags, known, readSecrets };
  if (stage.isRehearsal) return rehearse(stage, await Configuration.takeOver(fixed, readRehearsal() as SavedConfiguration), demo);
  const handover = unpackHandover(process.env) as Handover<SavedConfiguration> | null;
  if (handover) {
    const start = await Configuration.takeOver(fixed, handover.state);
    return logFor({ operation: handover.operation.id }, () => takeOver(asLaunched(stage, handover), handover, start, demo));
  }
  // A secrets manager may take its time, and whoever is to end does not wait for it.
  const held: NodeJS.Signals[] = [];
  stage.onSignals((signal) => (signal === 'SIGTERM' || signal === 'SIGINT' ? leave(stage, signal) : held.push(signal)));
  const start = await Configuration.read(fixed);
  stage.onSignals((signal) => held.push(signal));
  const problems = await problemsOf(start, demo);
  if (problems.length > 0) return start.isPassing ? refuseForNow(stage, problems) : refuse(stage, problems);
  await run({ stage, start, demo, handover, held, log: openLog(start.configuration.settings.logLevel) });
  return undefined;
}

/** Nothing is served and nothing is recorded yet. */
function leave(stage: Stage, signal: NodeJS.Signals): void {
  stage.err(`zscaler-mcp: ${signal} came before it served`);
  stage.exit(0);
}

/** A restart repeats the first start, whatever program this generation is made of. */
const asLaunched = (stage: Stage, { entry }: Handover<unknown>): Stage =>
  entry === undefined ? stage : Object.assign(Object.create(stage) as Stage, { launch: { ...stage.launch, entry } });

/** A generation that takes over gets ready in time, or the one before it comes back. */
async function takeOver(stage: Stage, handover: Handover<SavedConfiguration>, start: Start, demo: boolean): Promise<number | undefined> {
  const log = openLog(start.configuration.settings.logLevel);
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
    const problems = await problemsOf(start, demo);
    if (problems.length > 0) giveUp(problems.map(describeProblem).join('; '));
    if (problems.length > 0) return refuse(stage, problems);
    await run({ stage, start, demo, handover, held: [], log });
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

/** What the parts say of a configuration that is valid by itself; empty when they can be built. */
export async function tryConfiguration(settings: Settings): Promise<readonly Problem[]> {
  const parts = [
    () => checkCloud(cloudConfigOf(settings)),
    () => {
      const tls = tlsOf(settings);
      if (tls) checkTls(tls);
    },
    () => {
      if (settings.auditFile !== undefined) checkAuditFile(settings.auditFile);
    },
  ];
  const tried = await Promise.allSettled(parts.map(async (part) => part()));
  return tried.flatMap((result) => (result.status === 'rejected' ? [problemOf(result.reason)] : []));
}

/** The products of the tenant for the filter of tools; null when it is off or nobody can be asked, a reason when the cloud does not tell. */
export async function askEntitlement(settings: Settings): Promise<readonly string[] | string | null> {
  if (settings.disableEntitlementFilter || settings.clientId === undefined) return null;
  try {
    return (await readEntitlementOf(settings))?.products ?? 'the token names no products';
  } catch (error) {
    return messageOf(error);
  }
}

const problemOf = (error: unknown): Problem => ({
  setting: null,
  file: null,
  line: null,
  message: messageOf(error),
  hint: error instanceof ZscalerMcpError ? (error.hint ?? '') : '',
});

async function problemsOf({ configuration, problems }: Start, demo: boolean): Promise<readonly Problem[]> {
  if (problems.length > 0) return problems;
  const { transport, host } = configuration.settings;
  return demo && transport !== 'stdio' && !isLoopback(host) ? [demoForOthers(host)] : tryConfiguration(configuration.settings);
}

/** Nobody else must take an invented tenant for a real one. */
const demoForOthers = (host: string): Problem => ({
  setting: 'ZSCALER_MCP_HOST',
  file: null,
  line: null,
  message: `expected a loopback address (127.0.0.1, ::1, localhost) for the demo tenant, got "${host}"`,
  hint: 'Leave out --demo, or listen on 127.0.0.1.',
});

function refuse({ err }: Stage, problems: readonly Problem[]): number {
  err(`zscaler-mcp does not start: the configuration has ${count(problems.length, 'problem')}`);
  for (const problem of problems) err(`  ${describeProblem(problem)}`);
  return 4;
}

/** Not the code of a wrong configuration: a service manager shall try again. */
function refuseForNow({ err }: Stage, problems: readonly Problem[]): number {
  err('zscaler-mcp does not start: it cannot read its secrets');
  for (const problem of problems) err(`  ${describeProblem(problem)}`);
  return 1;
}

/** Builds everything that a server has, and listens to nothing. */
async function rehearse(stage: Stage, start: Start, demo: boolean): Promise<number> {
  const problems = await problemsOf(start, demo);
  if (problems.length === 0) {
    if (demo) await import('../demo/index.ts');
    await openState(start.configuration.settings, openLog('silent'));
    await new ServerService({ configuration: start.configuration, log: openLog('silent'), demo: null, generation: 1 }).rehearse();
  }
  stage.out(JSON.stringify({ rehearsal: problems.length === 0 ? 'ok' : 'failed', problems }));
  return problems.length === 0 ? 0 : 4;
}

/** A start waits no longer for the store that replicas share. */
const STATE_WAIT_MS = 1_000;

interface Run {
  readonly stage: Stage;
  readonly start: Start;
  readonly demo: boolean;
  readonly handover: Handover<SavedConfiguration> | null;
  /** Signals that came before there was anybody to hear them. */
  readonly held: readonly NodeJS.Signals[];
  readonly log: RootLog;
}

async function run({ stage, start, demo, handover, held, log }: Run): Promise<void> {
  const { configuration, warnings } = start;
  const { settings } = configuration;
  const { launch } = stage;
  for (const warning of warnings) log.warn({}, warning);
  const keeper = await openRecord(describe(launch, configuration, demo, handover), settings, handover, log);
  try {
    const tenant = demo ? await openDemo(log) : null;
    const saved = (handover?.sessions ?? null) as SavedSessions | null;
    const { generation } = keeper.record;
    const state = await openState(settings, log);
    const reached = state?.begin(STATE_WAIT_MS);
    const service = new ServerService({
      configuration,
      log,
      demo: tenant,
      generation,
      state,
      confirmations: saved?.confirmations ?? null,
      enabled: saved?.enabled ?? [],
      entitled: saved?.entitled ?? null,
    });
    service.reportOn(() => keeper.record);
    if (saved) service.restoreSessions(saved);
    const exit = (code: number) => {
      log.flush();
      stage.exit(code);
    };
    const manager = handover?.manager ?? launch.manager;
    const lifecycle = new Lifecycle({ launch, service, keeper, log, native: loadNative, exit, manager });
    await reached;
    state?.onChange(() => keeper.update({ posture: service.posture() }));
    const address = settings.transport === 'stdio' ? null : await service.listen(handover);
    for (const signal of held) lifecycle.signalled(signal);
    stage.onSignals((signal) => lifecycle.signalled(signal));
    const url = address && urlOf(address, settings);
    announce(log, settings, service, tenant, url);
    service.announcePosture();
    lifecycle.ready({ host: address?.host ?? null, port: address?.port ?? null, url, posture: service.posture() }, handover);
    if (!address) serveStdio(service, lifecycle, saved);
    lookUpTenant(service, saved, log);
    tidyWhenIdle();
  } catch (error) {
    // One that takes over may yet come back; then the PID file must not have been gone for a moment.
    if (!handover?.former) keeper.release();
    throw error;
  }
}

/** The pipe is the session: when it ends, so does the server. */
function serveStdio(service: ServerService, lifecycle: Lifecycle<SavedConfiguration>, saved: SavedSessions | null): void {
  service.serveStdio(process.stdin, process.stdout, saved).then(
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

/** What the former generation knew holds for a moment: the requests that waited for this one come first. */
function lookUpTenant(service: ServerService, saved: SavedSessions | null, log: RootLog): void {
  const look = () => service.narrow().catch((error: unknown) => log.error({ err: error }, 'what the tenant has could not be looked up'));
  if (saved?.entitled) setTimeout(look, WAITING_FIRST_MS).unref();
  else void look();
}

const WAITING_FIRST_MS = 1_000;

function describe(launch: Launch, configuration: Configuration, demo: boolean, handover: Handover<unknown> | null): LifecycleRecord {
  const now = new Date().toISOString();
  const former = handover?.record;
  return {
    schema: 1,
    pid: process.pid,
    startedAt: former?.startedAt ?? now,
    identity: identify(process.pid),
    version,
    interpreter: launch.execPath,
    argv: [launch.entry, ...launch.argv],
    cwd: launch.cwd,
    ...describeProgram(launch.loaded.entry, former),
    transport: configuration.settings.transport,
    host: null,
    port: null,
    url: null,
    ...configuration.source,
    secretSources: configuration.source.secretSources ?? [],
    state: 'starting',
    generation: handover?.generation ?? 1,
    generationStartedAt: now,
    failedCount: former?.failedCount ?? 0,
    operationCounts: former?.operationCounts ?? {},
    config: { digest: configuration.digest(), loadedAt: now, pendingRestart: [] },
    operations: former?.operations ?? [],
    demo,
    posture: null,
    handover: isInstalled() ? 'descriptor' : 'rebind',
  };
}

/** Read only when it may be another program than that of the former generation: clients wait meanwhile. */
function describeProgram(entry: string, former: LifecycleRecord | undefined): Pick<LifecycleRecord, 'codeDigest' | 'codeTrace'> {
  const codeTrace = traceFiles(entry);
  const isSame = codeTrace !== null && codeTrace === former?.codeTrace;
  return { codeTrace, codeDigest: isSame ? former.codeDigest : (digestProgram(entry) ?? '') };
}

/** The PID file; or, where there is no place for one, a record that only the process itself knows. */
async function openRecord(
  record: LifecycleRecord,
  settings: Settings,
  handover: Handover<unknown> | null,
  log: RootLog,
): Promise<RecordKeeper> {
  if (handover) return handover.pidFile === null ? new UnpublishedRecord(record) : PidFile.adopt(handover.pidFile, record);
  if (settings.pidFile !== undefined) return PidFile.claim(settings.pidFile, record);
  const path = chooseDefaultPidFile(process.env['HOME'], (message) => log.warn({}, message));
  if (path === null) {
    log.warn(
      {},
      'no place for a PID file can be written: reload, restart, status and stop will not find this server; name one with --pid-file',
    );
    return new UnpublishedRecord(record);
  }
  try {
    return await PidFile.claim(path, record, (other) => record.transport !== 'stdio' && other.transport === 'stdio');
  } catch (error) {
    if (record.transport !== 'stdio') throw error;
    log.info({ pidFile: path }, `runs without lifecycle: ${messageOf(error)}`);
    return new UnpublishedRecord(record);
  }
}

class UnpublishedRecord implements RecordKeeper {
  readonly path = null;
  readonly isOurs = true;
  readonly isPublished = true;
  record: LifecycleRecord;

  constructor(record: LifecycleRecord) {
    this.record = record;
  }

  update(change: Partial<LifecycleRecord>): void {
    this.record = { ...this.record, ...change };
  }

  keep(): void {
    // Nothing is written, so nothing can be lost.
  }

  stopKeeping(): void {
    // See keep.
  }

  release(): void {
    // See keep.
  }
}

/** IPv6 addresses stand in brackets. */
function urlOf({ host, port }: { host: string; port: number }, { transport, tlsCertificate }: Settings): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tlsCertificate ? 'https' : 'http'}://${name}:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`;
}

/** One line that says what is served where. */
function announce(log: RootLog, settings: Settings, service: ServerService, tenant: DemoTenant | null, url: string | null): void {
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
