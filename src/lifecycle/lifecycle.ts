/** Queue and states of a running server: carries out one request at a time and answers it with its real outcome. */
import { setTimeout as sleep } from 'node:timers/promises';
import { append } from '../common/lists.ts';
import { count } from '../common/count.ts';
import { ZscalerMcpError } from '../common/errors.ts';
import { logFor } from '../common/log-scope.ts';
import { withRemedy } from '../common/system-error.ts';
import { endsWithin } from '../common/within.ts';
import type { Handover } from './handover.ts';
import { Inbox } from './inbox.ts';
import { lastReadAt } from './last-read.ts';
import { answerQuestions } from './life.ts';
import { openNotifier, type Notifier } from './notify.ts';
import type { LifecycleOptions } from './options.ts';
import { reapOrphans } from './orphans.ts';
import { exitCodeOf } from './outcomes.ts';
import { folderOf } from './reading.ts';
import type { LifecycleRecord, Operation, PastOperation, State } from './record.ts';
import { judgeRestart, Restarter } from './replace.ts';
import { isAwaited, isWithdrawn, removeOldAnswers, unattendedRequest, writeAnswer, type OperationRequest } from './requests.ts';
import type { Candidate } from './service.ts';
import { Sources } from './sources.ts';
import { Terminal } from './terminal.ts';
import { describeOperation, invalid, isPartial, judgeGeneration, judgeReload, type Verdict } from './verdicts.ts';
import { awaitWitnesses } from './witness.ts';

const KEPT_OPERATIONS = 20;
const PID_1_FAREWELL_MS = 200;
/** A command that waits looks every 50 ms. */
const WITNESS_LIMIT_MS = 1_000;
/** With the default drain timeout, PID 1 ends within the ten seconds that `docker stop` waits. */
const CLOSING_LIMIT_MS = 2_700;

/**
 * The life of one server process: its state, its queue of requests, and how each is carried out. Make it when the record is
 * there, connect the signals to `signalled`, and call `ready` once requests are served.
 */
export class Lifecycle<Config> {
  readonly #options: LifecycleOptions<Config>;
  readonly #queue: OperationRequest[] = [];
  readonly #stopping = new AbortController();
  readonly #terminal: Terminal;
  readonly #notifier: Notifier;
  readonly #sources: Sources;
  readonly #restarter: Restarter<Config>;
  readonly #inbox: Inbox;
  #isBusy = false;
  #isReady = false;

  constructor(options: LifecycleOptions<Config>) {
    const { launch, log, manager, native } = options;
    this.#options = options;
    this.#terminal = new Terminal(launch.env, () =>
      log.info({}, 'the terminal that the server was started in is gone; the server stays, and SIGHUP reloads'),
    );
    this.#inbox = new Inbox(
      () => this.#folder,
      log,
      (requests) => this.#enqueue(requests),
    );
    this.#notifier = openNotifier(manager, native, log);
    this.#sources = new Sources(log, () => this.#sourceChanged());
    this.#restarter = new Restarter(options, {
      notifier: this.#notifier,
      stopping: this.#stopping.signal,
      folder: () => this.#folder,
      queue: this.#queue,
      collectRequests: () => append(this.#queue, this.#inbox.collect()),
      enter: (state) => this.#enter(state),
    });
  }

  /**
   * Call once, when requests are served. Answers the restart that led here, then carries out the requests that wait.
   * @param change what the record did not hold yet, such as the address
   * @param handover what the former generation left; null in a first generation
   */
  ready(change: Partial<LifecycleRecord>, handover: Handover<unknown> | null): void {
    const { keeper, log, native, service } = this.#options;
    this.#isReady = true;
    this.#restarter.measure();
    if (handover) this.#restarter.inherit(handover);
    this.#inbox.begin();
    answerQuestions(() => this.#folder);
    keeper.update(change);
    keeper.keep((message) =>
      log.warn({ pidFile: keeper.path }, `the PID file cannot be written, so commands see an old state: ${message}`),
    );
    reapOrphans(native);
    if (handover) this.#answerRestart(handover);
    else this.#notifier.ready(this.#describe());
    append(this.#queue, handover?.queue ?? []);
    const files = service.watchedFiles();
    // After a failed restart the content on disk is the configuration that failed: only the next change counts.
    this.#sources.follow(handover?.failure ? files.map(({ path }) => ({ path, digest: null })) : files);
    this.#enter(this.#queue.length > 0 ? 'reloading' : 'ready');
    void this.#work();
  }

  /** For the handlers of SIGHUP, SIGUSR1, SIGUSR2, SIGTERM and SIGINT. Cheap, never throws. */
  signalled(signal: NodeJS.Signals): void {
    if (signal === 'SIGTERM' || signal === 'SIGINT') return this.stop(signal);
    if (signal === 'SIGUSR1') return this.#options.log.info({}, 'SIGUSR1 is ignored: the debugger is not opened on a running server');
    if (signal === 'SIGHUP') this.#receive('reload');
    if (signal === 'SIGUSR2') this.#receive('restart');
  }

  /** Stops because no client is left to serve (a closed pipe). Unlike `stop`, a second call does not end the process at once. */
  abandoned(why: string): void {
    if (!this.#isStopping) this.stop(why);
  }

  /** Lets requests finish, then ends the process with exit code 0. A second call ends it at once, with 143 (130 for SIGINT). */
  stop(why: string): void {
    const { log, exit, keeper } = this.#options;
    if (this.#isStopping) {
      log.warn({ why }, 'asked to stop again: ending at once');
      keeper.release();
      return exit(why === 'SIGINT' ? 130 : 143);
    }
    this.#stopping.abort();
    this.#sources.close();
    this.#terminal.close();
    log.info({ why }, 'stopping');
    this.#notifier.stopping('stopping');
    this.#enter('stopping');
    void this.#stop();
  }

  /** Holds requests and answers; null while there is no PID file: a stdio server may still get one, or lose it. */
  get #folder(): string | null {
    const { path } = this.#options.keeper;
    return path === null ? null : folderOf(path);
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #receive(kind: OperationRequest['kind']): void {
    if (this.#isStopping) return;
    // The state changes before the request file disappears: a command never sees a ready server that is about to act.
    if (!this.#isBusy && this.#isReady) this.#enter(kind === 'reload' ? 'reloading' : 'rehearsing');
    const delivery = this.#inbox.deliver(kind);
    if (kind === 'reload' && delivery?.isBare && this.#terminal.hasJustGone()) return this.stop('the terminal went away');
    this.#enqueue(delivery?.isBare ? [unattendedRequest(kind, null)] : (delivery?.requests ?? []));
  }

  #enqueue(requests: readonly OperationRequest[]): void {
    if (this.#isStopping) return;
    append(this.#queue, requests);
    void this.#work();
  }

  #sourceChanged(): void {
    if (!this.#isBusy) this.#enter('reloading');
    // Several files of one volume change at once: a reload that waits already will read them all.
    if (!this.#queue.some(({ kind, askedBy }) => kind === 'reload' && askedBy?.by === 'watch'))
      this.#queue.push(unattendedRequest('reload', { uid: null, pid: null, by: 'watch' }));
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#isBusy || !this.#isReady) return;
    this.#isBusy = true;
    for (let next = this.#queue.shift(); next && !this.#isStopping; next = this.#queue.shift()) {
      const request = next;
      await logFor({ operation: request.id }, () => this.#perform(request));
    }
    this.#isBusy = false;
    if (!this.#isStopping) this.#enter('ready');
  }

  async #perform(request: OperationRequest): Promise<void> {
    const startedAt = new Date().toISOString();
    const { kind, askedBy } = request;
    // Also one that has waited behind another operation, or behind an exec.
    if (isWithdrawn(request))
      return this.#options.log.info({ kind, askedBy }, `${kind}: not done: the command that asked for it has ended meanwhile`);
    if (!request.dryRun) this.#notifier.reloading(request.kind === 'reload' ? 'reloading' : 'restarting');
    let verdict: Verdict;
    try {
      verdict =
        judgeGeneration(request.expectGeneration, this.#options.keeper.record.generation) ??
        (request.kind === 'reload' ? await this.#reload(request) : await this.#restart(request, startedAt));
    } catch (error) {
      verdict = { outcome: 'failed', message: this.#options.service.redact(withRemedy(error)) };
    }
    this.#finish({ request, startedAt, verdict });
  }

  async #load({ kind, dryRun }: OperationRequest): Promise<Candidate<Config>> {
    const candidate = await this.#options.service.load(kind, dryRun);
    if (!dryRun) this.#sources.read(candidate.files);
    return candidate;
  }

  async #reload(request: OperationRequest): Promise<Verdict> {
    const { service, keeper } = this.#options;
    this.#enter('reloading');
    const candidate = await this.#load(request);
    const { warnings, changes, pendingRestart, problems, nothingToRead, source, environment, configDigest } = candidate;
    if (nothingToRead !== null) return { outcome: 'unchanged', message: nothingToRead, warnings, environment };
    if (problems.length > 0) return invalid(candidate);
    if (request.dryRun) return judgeReload(candidate, true);
    try {
      await service.apply(candidate);
    } catch (error) {
      if (!(error instanceof ZscalerMcpError) || error.code !== 'ERR_RELOAD_REJECTED') throw error;
      return { outcome: 'refused', message: service.redact(error.message), changes, warnings, environment };
    }
    keeper.update({
      ...source,
      config: { digest: configDigest, loadedAt: lastReadAt(source, new Date().toISOString()), pendingRestart },
      posture: service.posture(),
      settings: service.settings(),
    });
    this.#sources.follow(service.watchedFiles());
    return judgeReload(candidate, false);
  }

  async #restart(request: OperationRequest, startedAt: string): Promise<Verdict> {
    this.#enter('rehearsing');
    const obstacle = this.#restarter.obstacle();
    if (obstacle) return obstacle;
    const candidate = await this.#load(request);
    return candidate.problems.length > 0 ? invalid(candidate) : this.#restarter.restart({ request, startedAt, candidate });
  }

  #answerRestart(handover: Handover<unknown>): void {
    const { id, askedBy, startedAt } = handover.operation;
    this.#finish({ request: { id, kind: 'restart', askedBy, dryRun: false }, startedAt, verdict: judgeRestart(handover) });
  }

  /** Records, logs and answers what an operation came to. */
  #finish({ request, startedAt, verdict }: Finished): void {
    const { keeper, service } = this.#options;
    const { record } = keeper;
    const { id, kind, dryRun } = request;
    const environment = verdict.environment ?? service.environment();
    const operation: Operation = describeOperation({
      id,
      kind,
      pendingRestart: record.config.pendingRestart,
      ...verdict,
      warnings: [...new Set([...(verdict.warnings ?? []), ...service.faults()])],
      exitCode: exitCodeOf(kind, verdict.outcome, isPartial({ ...verdict, environment })),
      envSource: environment.envSource,
      environment: service.redact(environment.line),
      generation: record.generation,
      durationMs: Math.max(0, Date.now() - Date.parse(startedAt)),
      ...(dryRun && { dryRun }),
    });
    const hasFailed = operation.exitCode !== 0 && operation.exitCode !== 3;
    if (!dryRun) this.#remember(pastOperation(operation, request, startedAt), hasFailed);
    this.#logOperation(
      operation,
      request,
      hasFailed ? 'error' : environment.concern !== null || operation.warnings.length > 0 ? 'warn' : 'info',
    );
    // Before the answer: a service manager that ran the command must not find the server still reloading when it ends.
    if (!dryRun && !this.#isStopping)
      this.#notifier.ready(`${this.#describe()}; ${kind}: ${verdict.outcome}${hasFailed ? ', see the log' : ''}`);
    if (isAwaited(request) && this.#folder !== null) this.#answer(this.#folder, operation);
  }

  #remember(past: PastOperation, hasFailed: boolean): void {
    const { keeper } = this.#options;
    const { failedCount, operationCounts, operations } = keeper.record;
    keeper.update({
      failedCount: failedCount + (hasFailed ? 1 : 0),
      operationCounts: countOne(operationCounts, past),
      operations: [...operations, past].slice(-KEPT_OPERATIONS),
    });
  }

  #logOperation(operation: Operation, { askedBy, dryRun }: Finished['request'], level: 'info' | 'warn' | 'error'): void {
    const { id, kind, outcome, generation, durationMs, changes, errors, warnings, message, envSource, environment } = operation;
    const fields = { operation: id, kind, outcome, generation, durationMs, askedBy, changes, errors, warnings, dryRun, envSource };
    this.#options.log[level](fields, `${kind}${dryRun ? ' (dry run)' : ''}: ${outcome}: ${message}; environment: ${environment}`);
  }

  /** For people, in one line. */
  #describe(): string {
    const { generation, url } = this.#options.keeper.record;
    return `generation ${generation} serves ${url === null ? 'over stdio' : `at ${url}`}`;
  }

  #answer(folder: string, operation: Operation): void {
    try {
      writeAnswer(folder, operation);
      removeOldAnswers(folder, 3_600_000);
    } catch (error) {
      this.#options.log.error(
        { operation: operation.id },
        `the answer to a command cannot be written, so the command will time out: ${withRemedy(error)}`,
      );
    }
  }

  async #stop(): Promise<void> {
    const { service, keeper, log, exit } = this.#options;
    const finish = this.#notifier.draining('finishing requests before the end');
    try {
      const timeoutMs = service.drainTimeoutMs();
      const closed = service.shutdown(timeoutMs);
      if (await endsWithin(timeoutMs + CLOSING_LIMIT_MS, closed)) {
        const { interrupted } = await closed;
        const failures = `${count(interrupted, 'request')} did not finish in time and got an error`;
        keeper.update({ interrupted });
        log.info({ cut: interrupted }, interrupted === 0 ? 'stopped' : `stopped; ${failures}`);
      } else log.error({}, 'stopping took too long: what is still open is cut');
    } catch (error) {
      log.error({}, `stopping did not go cleanly: ${withRemedy(error)}`);
    }
    finish();
    keeper.stopKeeping();
    this.#enter('stopped');
    // When PID 1 ends, the container ends, and with it a `stop` command inside: it must read this state before.
    if (process.pid === 1) await sleep(PID_1_FAREWELL_MS);
    if (this.#folder !== null) await awaitWitnesses(this.#folder, WITNESS_LIMIT_MS);
    keeper.release((why) => log.warn({ pidFile: keeper.path }, `the PID file stays behind, since it cannot be removed: ${why}`));
    exit(0);
  }

  #enter(state: State): void {
    const { keeper, service } = this.#options;
    if (this.#isStopping && state !== 'stopping' && state !== 'stopped') return;
    if (keeper.record.state !== state) keeper.update({ state });
    service.entered(state);
  }
}

/** A request with its verdict. */
interface Finished {
  readonly request: Pick<OperationRequest, 'id' | 'kind' | 'askedBy' | 'dryRun'>;
  /** ISO time. */
  readonly startedAt: string;
  readonly verdict: Verdict;
}

function pastOperation(operation: Operation, { kind, askedBy }: Finished['request'], startedAt: string): PastOperation {
  const { id, outcome, message, changes, errors, durationMs } = operation;
  const changed = changes.map(({ setting }) => setting);
  return { id, kind, askedBy, startedAt, finishedAt: new Date().toISOString(), outcome, message, changed, errors, durationMs };
}

const countOne = (counts: LifecycleRecord['operationCounts'], { kind, outcome }: PastOperation): LifecycleRecord['operationCounts'] => ({
  ...counts,
  [kind]: { ...counts[kind], [outcome]: (counts[kind]?.[outcome] ?? 0) + 1 },
});
