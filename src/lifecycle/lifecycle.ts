/** States and transitions of a running server: one request at a time, each answered with what really happened. */
import { openSync, closeSync } from 'node:fs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { count } from '../common/count.ts';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import { logFor } from '../common/log-scope.ts';
import { execute, flushStream } from './execute.ts';
import { packHandover, type HandedConnection, type HandedListener, type Handover, type RunningOperation } from './handover.ts';
import { HANDOVER_VARIABLE, type Launch } from './launch.ts';
import { lockHolder } from './lock.ts';
import type { Native } from './native.ts';
import { openNotifier, type Notifier } from './notify.ts';
import { reapOrphans } from './orphans.ts';
import { folderOf, type PidFile } from './pid-file.ts';
import { findProgram, isExecutable, traceProgram } from './program.ts';
import type { Change, LifecycleRecord, Operation, Outcome, Problem, State } from './record.ts';
import { rehearse } from './rehearse.ts';
import { newOperationId, removeOldAnswers, takeRequests, writeAnswer, type ReceivedRequest, type Work } from './requests.ts';
import type { Candidate, DrainReport, Service, SourceFile } from './service.ts';
import { describeOperation, exitCodeOf } from './verdicts.ts';
import { LOOK_EVERY_MS, watchFile, type FileWatcher } from './watch.ts';

/** What the lifecycle tells the log; the same shape as the project's log. */
export interface LifecycleLog {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Where the record lives: in the PID file, or only in memory when there is no place for one. */
export type RecordKeeper = Pick<PidFile, 'record' | 'update' | 'release' | 'isOurs' | 'isPublished' | 'keep' | 'stopKeeping'> & {
  readonly path: string | null;
};

export interface LifecycleOptions<Config> {
  readonly launch: Launch;
  readonly service: Service<Config>;
  readonly keeper: RecordKeeper;
  readonly log: LifecycleLog;
  readonly native: () => Native | null;
  readonly exit: (code: number) => void;
  /** What the service manager gave the first generation; see `Launch.manager`. */
  readonly manager: Readonly<Record<string, string>>;
  readonly rehearsalLimitMs?: number;
}

/** What one piece of work came to; the rest of the operation is filled in when it is finished. */
interface Verdict {
  readonly outcome: Outcome;
  readonly message: string;
  readonly changes?: readonly Change[];
  readonly pendingRestart?: readonly string[];
  readonly errors?: readonly Problem[];
  readonly warnings?: readonly string[];
  /** As of this operation; what the record says when absent. */
  readonly envSource?: string;
}

const KEPT_OPERATIONS = 20;
const REHEARSAL_LIMIT_MS = 20_000;

export class Lifecycle<Config> {
  readonly #options: LifecycleOptions<Config>;
  readonly #queue: Work[] = [];
  readonly #calledOff = new AbortController();
  readonly #hadTerminal = hasTerminal();
  readonly #notifier: Notifier;
  readonly #watchers = new Map<string, FileWatcher>();
  #busy = false;
  #stopping = false;
  #ready = false;
  #current: Work | null = null;
  /** Descriptors that came through the exec. */
  #inherited: readonly number[] = [];

  constructor(options: LifecycleOptions<Config>) {
    this.#options = options;
    this.#notifier = openNotifier(options.manager, options.native, options.log);
  }

  /** Called once, when requests are served. Answers the restart that led here, then goes on with what waits. */
  ready(change: Partial<LifecycleRecord>, handover: Handover<unknown> | null): void {
    const { keeper, log } = this.#options;
    this.#ready = true;
    this.#inherited = [...(handover?.listeners ?? []), ...(handover?.connections ?? [])].flatMap(({ descriptor }) => descriptor ?? []);
    keeper.update(change);
    keeper.keep((message) =>
      log.warn({ pidFile: keeper.path }, `the PID file cannot be written, so commands see an old state: ${message}`),
    );
    reapOrphans(this.#options.native);
    if (handover) this.#answerRestart(handover);
    else this.#notifier.ready(this.#describe());
    this.#queue.push(...(handover?.queue ?? []));
    // A configuration that was just given up must not come in again by the back door.
    const files = this.#options.service.watchedFiles();
    this.#followWatch(handover?.failure ? files.map(({ path }) => ({ path, digest: null })) : files);
    this.#enter(this.#queue.length > 0 ? 'reloading' : 'ready');
    void this.#work();
  }

  /** What a signal handler calls; cheap, never throws. */
  signalled(signal: NodeJS.Signals): void {
    if (signal === 'SIGTERM' || signal === 'SIGINT') return this.stop(signal);
    if (signal === 'SIGUSR1') return this.#options.log.info({}, 'SIGUSR1 is ignored: the debugger is not opened on a running server');
    if (signal === 'SIGHUP' && this.#hadTerminal && !hasTerminal()) return this.stop('the terminal went away');
    if (signal === 'SIGHUP') this.#take('reload');
    if (signal === 'SIGUSR2') this.#take('restart');
  }

  /** There is nobody to serve any more; unlike `stop`, saying so twice hurries nothing. */
  abandoned(why: string): void {
    if (!this.#stopping) this.stop(why);
  }

  /** Finishes what runs, then ends the process. A second call ends it at once. */
  stop(why: string): void {
    const { log, exit, keeper } = this.#options;
    if (this.#stopping) {
      log.warn({ why }, 'asked to stop again: ending at once');
      keeper.release();
      return exit(why === 'SIGINT' ? 130 : 143);
    }
    this.#stopping = true;
    this.#calledOff.abort();
    for (const watcher of this.#watchers.values()) watcher.close();
    log.info({ why }, 'stopping');
    this.#notifier.stopping('stopping');
    this.#enter('stopping');
    void this.#stop();
  }

  #take(kind: 'reload' | 'restart'): void {
    if (this.#stopping) return;
    // The state changes before the request disappears: a command never sees a ready server that is about to act.
    if (!this.#busy && this.#ready) this.#enter(kind === 'reload' ? 'reloading' : 'rehearsing');
    const requests = this.#pendingRequests();
    // What cannot be read may be a request with conditions; to act without them would be worse than not to act.
    if (requests !== null) this.#queue.push(...(requests.length > 0 ? requests : [bareWork(kind)]));
    void this.#work();
  }

  /** Watches what the configuration in force says; a reload may switch it on and off. */
  #followWatch(files: readonly SourceFile[]): void {
    if (this.#stopping) return;
    const wanted = new Map(files.map(({ path, digest }) => [path, digest]));
    const before = [...this.#watchers.keys()];
    for (const [path, watcher] of this.#watchers) {
      if (wanted.has(path)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
    for (const [path, digest] of wanted) if (!this.#watchers.has(path)) this.#watchers.set(path, this.#openWatcher(path, digest));
    const paths = [...this.#watchers.keys()];
    if (paths.join('\n') === before.join('\n')) return;
    this.#options.log.info({ paths }, paths.length === 0 ? 'no file is watched any more' : 'watched: a change of these files is a reload');
  }

  /** What was read just now is no news. */
  #saw({ files }: Candidate<Config>): void {
    for (const { path, digest } of files) this.#watchers.get(path)?.saw(digest ?? undefined);
  }

  #openWatcher(path: string, known: string | null): FileWatcher {
    const onBlind = (reason: string) =>
      this.#options.log.warn({ path }, `changes are only noticed by looking every ${LOOK_EVERY_MS / 1_000} s: ${reason}`);
    return watchFile({ path, known, onChange: () => this.#sourceChanged(), onBlind });
  }

  #sourceChanged(): void {
    if (!this.#busy) this.#enter('reloading');
    // Several files of one volume change at once: a reload that waits already will see them all.
    if (!this.#queue.some(({ kind, askedBy }) => kind === 'reload' && askedBy?.by === 'watch'))
      this.#queue.push({ ...bareWork('reload'), askedBy: { uid: null, pid: null, by: 'watch' } });
    void this.#work();
  }

  /** Null when they cannot be read; then they wait until the next signal, or until their commands give up. */
  #pendingRequests(): Work[] | null {
    try {
      return this.#folder === null ? [] : takeRequests(this.#folder).map(workFor);
    } catch (error) {
      this.#options.log.error({ folder: this.#folder }, `requests of commands cannot be read: ${messageOf(error)}`);
      return null;
    }
  }

  get #folder(): string | null {
    const { path } = this.#options.keeper;
    return path === null ? null : folderOf(path);
  }

  async #work(): Promise<void> {
    if (this.#busy || !this.#ready) return;
    this.#busy = true;
    for (let work = this.#queue.shift(); work && !this.#stopping; work = this.#queue.shift()) {
      this.#current = work;
      const running = work;
      await logFor({ operation: running.id }, () => this.#perform(running));
    }
    this.#current = null;
    this.#busy = false;
    if (!this.#stopping) this.#enter('ready');
  }

  async #perform(work: Work): Promise<void> {
    const startedAt = new Date();
    let verdict: Verdict;
    if (!work.dryRun) this.#notifier.reloading(work.kind === 'reload' ? 'reloading' : 'restarting');
    try {
      verdict = this.#refusal(work) ?? (work.kind === 'reload' ? await this.#reload(work) : await this.#restart(work, startedAt));
    } catch (error) {
      verdict = { outcome: 'failed', message: this.#options.service.redact(messageOf(error)) };
    }
    this.#finish(work.id, work.kind, work.askedBy, startedAt, verdict, work.dryRun, isAwaited(work.askedBy));
  }

  #refusal({ expectGeneration }: Work): Verdict | null {
    const { generation } = this.#options.keeper.record;
    if (expectGeneration !== null && expectGeneration !== generation) {
      return {
        outcome: 'refused',
        message: `generation ${expectGeneration} was expected, generation ${generation} runs; nothing was changed`,
      };
    }
    return null;
  }

  async #reload({ dryRun }: Work): Promise<Verdict> {
    const { service, keeper } = this.#options;
    this.#enter('reloading');
    const candidate = await service.load('reload');
    if (!dryRun) this.#saw(candidate);
    const { warnings, changes, pendingRestart, problems } = candidate;
    const { envSource } = candidate.source;
    if (candidate.nothingToRead !== null) return { outcome: 'unchanged', message: candidate.nothingToRead, warnings, envSource };
    if (problems.length > 0) return invalid(candidate);
    const verdict = { ...judgeReload(candidate, dryRun), changes, pendingRestart, warnings, envSource };
    if (dryRun) return verdict;
    try {
      await service.apply(candidate);
    } catch (error) {
      if (!(error instanceof ZscalerMcpError) || error.code !== 'ERR_RELOAD_REJECTED') throw error;
      return { outcome: 'refused', message: service.redact(error.message), changes, warnings };
    }
    keeper.update({
      ...candidate.source,
      config: { digest: candidate.configDigest, loadedAt: new Date().toISOString(), pendingRestart },
      posture: service.posture(),
    });
    this.#followWatch(service.watchedFiles());
    return verdict;
  }

  async #restart(work: Work, startedAt: Date): Promise<Verdict> {
    const { service } = this.#options;
    this.#enter('rehearsing');
    if (!this.#options.keeper.isPublished) return { outcome: 'refused', message: `${UNPUBLISHED}; nothing was changed` };
    const candidate = await service.load('restart');
    if (!work.dryRun) this.#saw(candidate);
    if (candidate.problems.length > 0) return invalid(candidate);
    const native = this.#options.native();
    if (!native && this.#options.keeper.record.handover === 'descriptor') this.#options.keeper.update({ handover: 'rebind' });
    if (native) this.#keepFromChildren(native);
    let listeners: readonly HandedListener[] = [];
    try {
      listeners = await service.openListeners(candidate, native);
      const rehearsed = traceProgram(this.#options.launch);
      const refusal = await this.#rehearse(candidate);
      if (refusal || this.#stopping) return refusal ?? calledOff;
      if (work.dryRun) return wouldRestart(candidate);
      await this.#settleCommands();
      return await this.#replace(work, startedAt, { candidate, rehearsed }, listeners, native);
    } catch (error) {
      return { outcome: 'refused', message: `${service.redact(messageOf(error))}; nothing was changed`, warnings: candidate.warnings };
    } finally {
      // Only reached when no exec happened: the copies made for the next generation are of no use.
      closeAll(listeners);
    }
  }

  /**
   * A socket that a child inherited would stay open as long as the child, and one that is not handed on would stay open
   * for ever; Node.js marks only some inherited ones. Done late, since the FFI takes time that clients would wait for.
   */
  #keepFromChildren(native: Native): void {
    for (const descriptor of this.#inherited) {
      try {
        native.closeOnExec(descriptor, true);
      } catch {
        // Closed already: a client that went away meanwhile.
      }
    }
    this.#inherited = [];
  }

  async #rehearse(candidate: Candidate<Config>): Promise<Verdict | null> {
    const { launch, service, rehearsalLimitMs = REHEARSAL_LIMIT_MS } = this.#options;
    const result = await rehearse(findProgram(launch), launch, {
      state: candidate.config,
      limitMs: rehearsalLimitMs,
      signal: this.#calledOff.signal,
    });
    if (result.ok) return null;
    return {
      outcome: 'refused',
      message: `${service.redact(result.message)}; nothing was changed`,
      errors: result.problems,
      warnings: candidate.warnings,
    };
  }

  /** Past this point requests are held up; whatever happens, the server serves again, here or in the next generation. */
  async #replace(
    work: Work,
    startedAt: Date,
    { candidate, rehearsed }: { candidate: Candidate<Config>; rehearsed: string | null },
    listeners: readonly HandedListener[],
    native: Native | null,
  ): Promise<Verdict> {
    const { service, launch, keeper, log } = this.#options;
    this.#enter('draining');
    const keep = work.keepSessions || service.keepsSessions();
    const sessions = service.openSessions(keep);
    const undo: (() => void)[] = [];
    try {
      const { cut } = await this.#drain(native, keep);
      if (this.#stopping) return calledOff;
      const operation: RunningOperation = {
        id: work.id,
        askedBy: work.askedBy,
        startedAt: startedAt.toISOString(),
        changed: candidate.changes,
        notes: restartNotes(sessions, cut, native !== null || listeners.length === 0),
        warnings: candidate.warnings,
      };
      this.#queue.push(...(this.#pendingRequests() ?? []));
      this.#enter('executing');
      // A command that takes us for ready would send a signal that kills while the program is replaced.
      if (!keeper.isPublished) throw new Error(UNPUBLISHED);
      log.info({ generation: keeper.record.generation }, 'executing the next generation');
      this.#notifier.leaving();
      const copies: HandedConnection[] = [];
      // Known before the first is made: the descriptors may run out on the way.
      undo.push(() => closeAll(copies));
      if (native) for (const { descriptor, stream } of service.parked()) copies.push({ descriptor: native.duplicate(descriptor), stream });
      const handover = packHandover(
        this.#handover(candidate, listeners, copies, operation, service.saveSessions(keep)),
        native,
        this.#folder ?? '/tmp',
      );
      undo.push(() => handover.discard());
      await Promise.all([flushStream(process.stdout), flushStream(process.stderr)]);
      // One turn of the loop: a signal that has arrived is heard before the exec would swallow it.
      await turn();
      if (this.#stopping) return calledOff;
      const program = findProgram(launch);
      if (!isExecutable(program.path)) throw new Error(`${program.path} cannot be executed`);
      if (rehearsed === null || traceProgram(launch) !== rehearsed) throw new Error('the program was changed after it was rehearsed');
      execute(program, launch, { ...launch.env, [HANDOVER_VARIABLE]: handover.value }, native);
    } catch (error) {
      for (const step of undo) step();
      await service.resume();
      return {
        outcome: 'rolled-back',
        message: `${service.redact(messageOf(error))}; this generation serves on`,
        warnings: candidate.warnings,
      };
    }
  }

  async #drain(native: Native | null, keepSessions: boolean): Promise<DrainReport> {
    const { service } = this.#options;
    const finish = this.#notifier.draining('finishing requests before the restart');
    try {
      const [timeoutMs, signal] = [service.drainTimeoutMs(), this.#calledOff.signal];
      return await service.drain({ timeoutMs, descriptors: native, keepSessions, signal });
    } finally {
      finish();
    }
  }

  #handover(
    candidate: Candidate<Config>,
    listeners: readonly HandedListener[],
    connections: readonly HandedConnection[],
    operation: RunningOperation,
    sessions: unknown,
  ): Handover<Config> {
    const { keeper } = this.#options;
    return {
      schema: 1,
      generation: keeper.record.generation + 1,
      record: { ...keeper.record, ...candidate.source },
      pidFile: keeper.path,
      listeners,
      connections,
      operation,
      queue: this.#queue,
      state: candidate.config,
      sessions,
      former: {
        generation: keeper.record.generation,
        record: keeper.record,
        state: this.#options.service.inForce(),
        program: this.#options.launch.loaded,
      },
      failure: null,
      manager: this.#options.manager,
      entry: this.#options.launch.entry,
    };
  }

  /** Lets a command that has looked at our state already, and is about to signal, do so before signals would kill. */
  async #settleCommands(): Promise<void> {
    const folder = this.#folder;
    if (folder === null) return;
    const askers = () => new Set([this.#current, ...this.#queue].map((work) => work?.askedBy?.pid));
    for (let rounds = 0; rounds < 100 && !this.#stopping; rounds++) {
      const holder = lockHolder(folder);
      if (holder === null || askers().has(holder)) return;
      await sleep(10);
      this.#queue.push(...(this.#pendingRequests() ?? []));
    }
  }

  #answerRestart({ operation, generation, failure }: Handover<unknown>): void {
    const { id, askedBy, startedAt, changed, notes, warnings } = operation;
    const verdict: Verdict =
      failure === null
        ? { outcome: 'restarted', message: [`generation ${generation} serves`, ...notes].join('; '), changes: changed, warnings }
        : {
            outcome: 'rolled-back',
            message: [`${failure}; generation ${generation} is back with its configuration`, ...notes].join('; '),
            warnings,
          };
    this.#finish(id, 'restart', askedBy, new Date(startedAt), verdict, false, isAwaited(askedBy));
  }

  #finish(
    id: string,
    kind: 'reload' | 'restart',
    askedBy: Work['askedBy'],
    startedAt: Date,
    verdict: Verdict,
    dryRun: boolean,
    answer: boolean,
  ): void {
    const { keeper, log } = this.#options;
    const { record } = keeper;
    const durationMs = Math.max(0, Date.now() - startedAt.getTime());
    const exitCode = exitCodeOf(kind, verdict.outcome, (verdict.pendingRestart ?? []).length > 0);
    const operation: Operation = describeOperation({
      id,
      kind,
      pendingRestart: record.config.pendingRestart,
      ...verdict,
      exitCode,
      envSource: verdict.envSource ?? record.envSource,
      generation: record.generation,
      durationMs,
      ...(dryRun && { dryRun }),
    });
    const failed = exitCode !== 0 && exitCode !== 3;
    if (!dryRun) {
      const changed = operation.changes.map(({ setting }) => setting);
      const past = {
        id,
        kind,
        askedBy,
        startedAt: startedAt.toISOString(),
        finishedAt: new Date().toISOString(),
        outcome: verdict.outcome,
        message: verdict.message,
        changed,
        errors: operation.errors,
        durationMs,
      };
      keeper.update({
        failedCount: record.failedCount + (failed ? 1 : 0),
        operationCounts: countOne(record.operationCounts, kind, verdict.outcome),
        operations: [...record.operations, past].slice(-KEPT_OPERATIONS),
      });
    }
    const fields = {
      operation: id,
      kind,
      outcome: verdict.outcome,
      generation: record.generation,
      durationMs,
      askedBy,
      changes: operation.changes,
      errors: operation.errors,
      dryRun,
    };
    log[failed ? 'error' : 'info'](fields, `${kind}${dryRun ? ' (dry run)' : ''}: ${verdict.outcome}: ${verdict.message}`);
    // Before the answer: a manager that ran the command must not find the server still reloading when the command ends.
    if (!dryRun && !this.#stopping)
      this.#notifier.ready(`${this.#describe()}; ${kind}: ${verdict.outcome}${failed ? ', see the log' : ''}`);
    if (answer && this.#folder !== null) this.#answer(this.#folder, operation);
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
      this.#options.log.error({ operation: operation.id }, `the answer cannot be written: ${messageOf(error)}`);
    }
  }

  async #stop(): Promise<void> {
    const { service, keeper, log, exit } = this.#options;
    const finish = this.#notifier.draining('finishing requests before the end');
    try {
      const { cut } = await service.shutdown(service.drainTimeoutMs());
      log.info({ cut }, cut === 0 ? 'stopped' : `stopped; ${cut} requests did not finish in time and got an error`);
    } catch (error) {
      log.error({ error: messageOf(error) }, 'stopping did not go cleanly');
    }
    finish();
    keeper.stopKeeping();
    this.#enter('stopped');
    // As PID 1 our end takes the whole container with it, the command that waits for this word included.
    if (process.pid === 1) await sleep(PID_1_FAREWELL_MS);
    keeper.release();
    exit(0);
  }

  #enter(state: State): void {
    const { keeper, service } = this.#options;
    if (this.#stopping && state !== 'stopping' && state !== 'stopped') return;
    if (keeper.record.state !== state) keeper.update({ state });
    service.entered(state);
  }
}

const PID_1_FAREWELL_MS = 200;

const UNPUBLISHED = 'the PID file cannot be written, and commands must know when not to signal';

const calledOff: Verdict = { outcome: 'failed', message: 'called off: the server is stopping' };

const workFor = (request: ReceivedRequest): Work => ({
  id: request.id,
  kind: request.kind,
  dryRun: request.dryRun,
  expectGeneration: request.expectGeneration,
  keepSessions: request.keepSessions ?? false,
  askedBy: { uid: request.uid, pid: request.pid },
});

const countOne = (counts: LifecycleRecord['operationCounts'], kind: string, outcome: string): LifecycleRecord['operationCounts'] => ({
  ...counts,
  [kind]: { ...counts[kind], [outcome]: (counts[kind]?.[outcome] ?? 0) + 1 },
});

const bareWork = (kind: 'reload' | 'restart'): Work => ({
  id: newOperationId(),
  kind,
  dryRun: false,
  expectGeneration: null,
  keepSessions: false,
  askedBy: null,
});

const isAwaited = (askedBy: Work['askedBy']): boolean => askedBy !== null && askedBy.by === undefined;

const invalid = ({ problems, warnings }: Candidate<unknown>): Verdict => ({
  outcome: 'refused',
  message: `the configuration is invalid (${count(problems.length, 'problem')}); nothing was changed, the server runs on`,
  errors: problems,
  warnings,
});

function judgeReload({ changes, pendingRestart }: Candidate<unknown>, dryRun: boolean): Pick<Verdict, 'outcome' | 'message'> {
  const live = changes.filter(({ applies }) => applies === 'reload').map(({ setting }) => setting);
  const would = dryRun ? 'would be ' : '';
  const parts = [
    live.length > 0 ? `${would}in force now: ${live.join(', ')}` : 'nothing that applies live has changed',
    ...(pendingRestart.length > 0 ? [`${dryRun ? 'would wait' : 'waiting'} for a restart: ${pendingRestart.join(', ')}`] : []),
  ];
  if (dryRun && (live.length > 0 || pendingRestart.length > 0))
    return { outcome: 'valid', message: `${parts.join('; ')}; nothing was changed` };
  if (pendingRestart.length > 0) return { outcome: 'applied-restart-pending', message: parts.join('; ') };
  return {
    outcome: live.length > 0 ? 'applied' : 'unchanged',
    message: live.length > 0 ? parts.join('; ') : 'the configuration is the same as before',
  };
}

const wouldRestart = ({ changes, warnings }: Candidate<unknown>): Verdict => ({
  outcome: 'valid',
  message: 'the next generation was rehearsed and would get ready; nothing was changed',
  changes,
  warnings,
});

function restartNotes({ open, ended }: { open: number; ended: number }, cut: number, carried: boolean): string[] {
  const notes: string[] = [];
  const kept = open - ended;
  if (kept > 0) notes.push(`${count(kept, 'MCP session')} ${kept === 1 ? 'goes' : 'go'} on`);
  if (ended > 0)
    notes.push(
      `${count(ended, 'MCP session')} ended, ${ended === 1 ? 'its client starts' : 'their clients start'} anew (--keep-sessions keeps them, but for those over HTTP+SSE)`,
    );
  if (cut > 0) notes.push(`${count(cut, 'request')} did not finish in time and got an error`);
  if (!carried) notes.push('the socket was bound anew, for lack of the FFI: connections were refused for a moment');
  return notes;
}

function closeAll(copies: readonly (HandedListener | HandedConnection)[]): void {
  for (const { descriptor } of copies) if (descriptor !== null) closeSync(descriptor);
}

/** Whether this process has a controlling terminal; opening /dev/tty fails once it has hung up. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch (error) {
    // Out of descriptors or memory, and no answer: that the terminal is gone must be certain, since it ends the server.
    return ['EMFILE', 'ENFILE', 'ENOMEM', 'EINTR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
