/**
 * The restart. Rehearses the new program and configuration in a child; lets requests finish; hands sockets, sessions and
 * waiting requests over; and replaces the program of this process by exec. Any failure on the way leaves this generation
 * serving. A next generation that cannot get ready comes back through come-back.ts.
 */
import { closeSync } from 'node:fs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { count } from '../common/count.ts';
import { inWords, withRemedy } from '../common/system-error.ts';
import { execute, flushStream } from './execute.ts';
import { packHandover, type HandedConnection, type HandedListener, type Handover, type UnfinishedRestart } from './handover.ts';
import { HANDOVER_VARIABLE } from './launch.ts';
import { lockHolder } from './lock.ts';
import { isExecutable } from './names.ts';
import type { Native } from './native.ts';
import type { Notifier } from './notify.ts';
import type { LifecycleOptions } from './options.ts';
import { findProgram, traceProgram } from './program.ts';
import type { Problem, State } from './record.ts';
import { REFUSED, rehearse, type RehearsalResult } from './rehearse.ts';
import type { OperationRequest } from './requests.ts';
import { describeRestart, LOSES_FFI, tryHandover } from './restart-kind.ts';
import { describeShortage, findRoom, imageMemory } from './room.ts';
import type { Candidate, DrainReport, Service } from './service.ts';
import { explainStartObstacle } from './startable.ts';
import { CALLED_OFF, wouldRestart, type Verdict } from './verdicts.ts';

const REHEARSAL_LIMIT_MS = 20_000;

const UNPUBLISHED = 'the PID file cannot be written, and commands must know when not to signal';

/** What a restart uses of the lifecycle it is part of. */
interface Shared {
  readonly notifier: Notifier;
  /** Aborted when the server is told to stop. */
  readonly stopping: AbortSignal;
  /** Holds requests and answers; null without a PID file. */
  readonly folder: () => string | null;
  /** Requests that wait behind the restart. */
  readonly queue: readonly OperationRequest[];
  /** Moves requests that have arrived since into the queue. */
  readonly collectRequests: () => void;
  readonly enter: (state: State) => void;
}

/** One restart: who asked, since when, and the valid configuration for the next generation. */
interface Attempt<Config> {
  readonly request: OperationRequest;
  /** ISO time. */
  readonly startedAt: string;
  readonly candidate: Candidate<Config>;
}

/** What is ready for the next generation once the rehearsal has succeeded. */
interface Rehearsed<Config> extends Attempt<Config> {
  readonly listeners: readonly HandedListener[];
  readonly native: Native | null;
  /** `traceProgram` as of the rehearsal. */
  readonly trace: string | null;
}

/** Carries out restarts for the lifecycle. */
export class Restarter<Config> {
  readonly #options: LifecycleOptions<Config>;
  readonly #shared: Shared;
  /** Descriptors that came through the exec and have not been closed to children yet. */
  #inherited: readonly number[] = [];
  /** What a second image is expected to take, in bytes; null when it is not known. */
  #imageBytes: number | null = null;

  constructor(options: LifecycleOptions<Config>, shared: Shared) {
    this.#options = options;
    this.#shared = shared;
  }

  /** Notes which descriptors came through the exec, to keep them from later children. */
  inherit({ listeners, connections }: Pick<Handover<unknown>, 'listeners' | 'connections'>): void {
    this.#inherited = [...listeners, ...connections].flatMap(({ descriptor }) => descriptor ?? []);
  }

  /** Notes, while little has been served yet, how much memory an image of the program takes. */
  measure(): void {
    this.#imageBytes = imageMemory();
  }

  /** Why no restart is possible at all at this moment; null if it is. */
  obstacle(): Verdict | null {
    return this.#options.keeper.isPublished ? null : { outcome: 'refused', message: `${UNPUBLISHED}; nothing was changed` };
  }

  /** Returns only if this process was not replaced: after a dry run, a refusal or a failure. */
  async restart(attempt: Attempt<Config>): Promise<Verdict> {
    const { service, keeper, launch } = this.#options;
    const { request } = attempt;
    let { candidate } = attempt;
    const native = tryHandover(this.#options);
    if (native) this.#closeInheritedToChildren(native);
    let listeners: readonly HandedListener[] = [];
    try {
      listeners = await service.openListeners(candidate, native);
      const trace = traceProgram(launch);
      const rehearsal = await this.#rehearse(candidate);
      if (!rehearsal.ok) return refused(rehearsal.message, candidate, rehearsal.problems);
      if (this.#isStopping) return CALLED_OFF;
      const ofKind = native && rehearsal.handover === 'rebind' ? [LOSES_FFI] : [];
      candidate = { ...candidate, warnings: [...candidate.warnings, ...rehearsal.warnings, ...ofKind] };
      if (request.dryRun) return wouldRestart(candidate, [`a restart ${describeRestart(keeper.record)}`, ...this.#foresee(request)]);
      await this.#settleCommands(request);
      return await this.#replace({ ...attempt, candidate, listeners, native, trace });
    } catch (error) {
      return refused(service.redact(withRemedy(error)), candidate);
    } finally {
      // Only reached without an exec: nobody needs the duplicates.
      closeAll(listeners);
    }
  }

  get #isStopping(): boolean {
    return this.#shared.stopping.aborted;
  }

  /**
   * A socket that a child inherits stays open as long as the child lives, and one that is not handed on stays open for ever.
   * Node.js marks only some inherited descriptors close-on-exec. Done only now: loading the FFI takes time that clients
   * would have waited for at the start.
   */
  #closeInheritedToChildren(native: Native): void {
    for (const descriptor of this.#inherited) {
      try {
        native.closeOnExec(descriptor, true);
      } catch {
        // Closed already: that client has gone.
      }
    }
    this.#inherited = [];
  }

  async #rehearse(candidate: Candidate<Config>): Promise<RehearsalResult> {
    const { launch, service, rehearsalLimitMs = REHEARSAL_LIMIT_MS } = this.#options;
    const shortage = describeShortage(this.#imageBytes, findRoom());
    if (shortage !== null) return { ...REFUSED, message: shortage };
    const result = await rehearse(findProgram(launch), launch, {
      state: candidate.config,
      limitMs: rehearsalLimitMs,
      signal: this.#shared.stopping,
    });
    return { ...result, message: service.redact(result.message) };
  }

  /** What clients would notice. */
  #foresee(request: OperationRequest): string[] {
    const keep = keepsSessions(request, this.#options.service);
    const { ended } = this.#options.service.openSessions(keep);
    return ended > 0 ? [`${count(ended, 'MCP session')}${keep ? ' over HTTP+SSE' : ''} would end`] : [];
  }

  /** Waits for commands that have read our state and are about to signal: after the exec has begun, a signal would kill. */
  async #settleCommands(request: OperationRequest): Promise<void> {
    const { queue, collectRequests } = this.#shared;
    const folder = this.#shared.folder();
    if (folder === null) return;
    for (let rounds = 0; rounds < 100 && !this.#isStopping; rounds++) {
      const holder = lockHolder(folder);
      if (holder === null || [request, ...queue].some(({ askedBy }) => askedBy?.pid === holder)) return;
      await sleep(10);
      collectRequests();
    }
  }

  /** Requests wait from here on. Whatever happens, they are served again: here, or by the next generation. */
  async #replace(rehearsed: Rehearsed<Config>): Promise<Verdict> {
    const { service, keeper, log } = this.#options;
    const { request, candidate, listeners, native } = rehearsed;
    const { enter, collectRequests, notifier } = this.#shared;
    enter('draining');
    const keep = keepsSessions(request, service);
    const sessions = { ...service.openSessions(keep), areKept: keep };
    const undo: (() => void)[] = [];
    try {
      const { interrupted } = await this.#drain(native, keep);
      if (this.#isStopping) return CALLED_OFF;
      const notes = restartNotes({ ...sessions, interrupted, isRefusing: native === null && listeners.length > 0 });
      collectRequests();
      enter('executing');
      // A command that reads `ready` would send a signal, which kills while the program is being replaced.
      if (!keeper.isPublished) throw new Error(UNPUBLISHED);
      log.info({ generation: keeper.record.generation }, 'executing the next generation');
      notifier.leaving();
      await Promise.all([flushStream(process.stdout), flushStream(process.stderr)]);
      // One turn of the event loop delivers signals that have arrived; the exec would lose them.
      await turn();
      if (this.#isStopping) return CALLED_OFF;
      // No turn of the event loop from here to the exec: bytes that it read from a pipe would be lost with this program.
      this.#execute(rehearsed, this.#pack({ rehearsed, notes, keepSessions: keep, undo }));
    } catch (error) {
      for (const step of undo) step();
      await service.resume();
      return {
        outcome: 'rolled-back',
        message: `${service.redact(inWords(error))}; this generation keeps serving`,
        warnings: candidate.warnings,
        environment: candidate.environment,
      };
    }
  }

  async #drain(native: Native | null, keepSessions: boolean): Promise<DrainReport> {
    const { service } = this.#options;
    const finish = this.#shared.notifier.draining('finishing requests before the restart');
    try {
      return await service.drain({
        timeoutMs: service.drainTimeoutMs(),
        descriptors: native,
        keepSessions,
        signal: this.#shared.stopping,
      });
    } finally {
      finish();
    }
  }

  /** The value of the private variable. `undo` gets what takes the handover back, and keeps connections from other programs again. */
  #pack({ rehearsed, notes, keepSessions, undo }: Packing<Config>): string {
    const { service } = this.#options;
    const { request, startedAt, candidate, listeners, native } = rehearsed;
    // No duplicates: there may be as many connections as descriptors.
    const connections: readonly HandedConnection[] = native ? service.parked() : [];
    for (const { descriptor } of connections) {
      native?.closeOnExec(descriptor, false);
      undo.push(() => native?.closeOnExec(descriptor, true));
    }
    const operation: UnfinishedRestart = {
      id: request.id,
      askedBy: request.askedBy,
      startedAt,
      changed: candidate.changes,
      notes,
      warnings: candidate.warnings,
      environment: candidate.environment,
    };
    const handover = this.#handover({ candidate, listeners, connections, operation, sessions: service.saveSessions(keepSessions) });
    const { value, discard } = packHandover(handover, native, this.#shared.folder() ?? '/tmp');
    undo.push(discard);
    return value;
  }

  #handover({ candidate, ...handed }: Handed<Config>): Handover<Config> {
    const { keeper, launch, service, manager } = this.#options;
    const { record } = keeper;
    return {
      schema: 1,
      generation: record.generation + 1,
      record: { ...record, ...candidate.source },
      pidFile: keeper.path,
      ...handed,
      queue: this.#shared.queue,
      state: candidate.config,
      former: { generation: record.generation, record, state: service.inForce(), program: launch.loaded },
      failure: null,
      manager,
      entry: launch.entry,
      main: launch.main,
      cwd: launch.cwd,
      searchPath: launch.searchPath,
    };
  }

  /** @throws when the program cannot be executed, or is not the one that was rehearsed */
  #execute({ trace, native }: Rehearsed<Config>, handover: string): never {
    const { launch } = this.#options;
    const program = findProgram(launch);
    if (!isExecutable(program.path))
      throw new Error(`${program.path} cannot be executed: ${explainStartObstacle(launch) ?? 'it may not be executed'}`);
    if (trace === null || traceProgram(launch) !== trace) throw new Error('the program was changed after it was rehearsed');
    return execute(program, launch, { ...launch.env, [HANDOVER_VARIABLE]: handover }, native);
  }
}

/** Whether client sessions go on in the next generation. */
const keepsSessions = ({ sessions = null }: OperationRequest, service: Pick<Service<never>, 'keepsSessions'>): boolean =>
  sessions === null ? service.keepsSessions() : sessions === 'keep';

interface Packing<Config> {
  readonly rehearsed: Rehearsed<Config>;
  readonly notes: readonly string[];
  readonly keepSessions: boolean;
  readonly undo: (() => void)[];
}

type Handed<Config> = Pick<Handover<Config>, 'listeners' | 'connections' | 'operation' | 'sessions'> & {
  readonly candidate: Candidate<Config>;
};

const refused = (why: string, { warnings, environment }: Candidate<unknown>, errors: readonly Problem[] = []): Verdict => ({
  outcome: 'refused',
  message: `${why}; nothing was changed`,
  errors,
  warnings,
  environment,
});

/** The verdict on a restart, given by the generation that serves after it. */
export function judgeRestart({ operation, generation, failure }: Handover<unknown>): Verdict {
  const { changed, notes, warnings, environment } = operation;
  return failure === null
    ? {
        outcome: 'restarted',
        message: [`generation ${generation} serves`, ...notes].join('; '),
        changes: changed,
        warnings,
        ...(environment && { environment }),
      }
    : {
        outcome: 'rolled-back',
        message: [`${failure}; generation ${generation} is back with its configuration`, ...notes].join('; '),
        warnings,
        ...(environment && { environment }),
      };
}

interface Effects {
  /** Client sessions before the restart, and those of them that it ends. */
  readonly open: number;
  readonly ended: number;
  /** Whether sessions are kept where they can be. */
  readonly areKept: boolean;
  /** Requests that got an error at the drain timeout. */
  readonly interrupted: number;
  /** The listening socket is closed and bound again, not handed over. */
  readonly isRefusing: boolean;
}

/** What clients noticed of a restart, in one phrase each. */
function restartNotes({ open, ended, areKept, interrupted, isRefusing }: Effects): string[] {
  const notes: string[] = [];
  const kept = open - ended;
  if (kept > 0) notes.push(`${count(kept, 'MCP session')} ${kept === 1 ? 'continues' : 'continue'}`);
  if (ended > 0)
    notes.push(
      `${count(ended, 'MCP session')}${areKept ? ' over HTTP+SSE' : ''} ended, ${ended === 1 ? 'its client must' : 'their clients must'} start over`,
    );
  if (interrupted > 0) notes.push(`${count(interrupted, 'request')} did not finish in time and got an error`);
  if (isRefusing)
    notes.push('the socket was bound again, because the FFI (koffi) could not be loaded: connections were refused for a moment');
  return notes;
}

function closeAll(handed: readonly HandedListener[]): void {
  for (const { descriptor } of handed) if (descriptor !== null) closeSync(descriptor);
}
