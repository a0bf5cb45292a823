/**
 * Reload, restart and stop for a running Node.js server, without losing a request, and commands that report what really
 * happened.
 *
 * A host wraps its server in a `Service` and gives it to a `Lifecycle`. From then on operators steer it by signals, or from
 * another process by `ask` and `stopServer`, which find the server through its PID file.
 *
 * ## Contract
 *
 * | `ask`, `stopServer` | signal  | what the server does                                                             |
 * | ------------------- | ------- | -------------------------------------------------------------------------------- |
 * | `reload`            | SIGHUP  | reads its configuration again and applies what can be applied while it runs      |
 * | `restart`           | SIGUSR2 | executes its program again: same PID and sockets, fresh memory, code, environment |
 * | `stop`              | SIGTERM | lets requests finish and ends; SIGINT does the same, a second signal ends at once |
 *
 * SIGHUP of a controlling terminal that was closed at this moment ends the server, unless `nohup` started it. SIGUSR1 is ignored. A signal without a request file beside
 * it is carried out, recorded and logged, but not answered; one whose request was withdrawn does nothing.
 *
 * - **PID file.** JSON (`LifecycleRecord`), mode 0600, there from before the first request until the end, through every reload
 *   and restart. It proves by PID namespace, boot id and start time that the process is still the same. One that others may
 *   write, that is a link or that belongs to another user is never acted upon. Requests, answers and the lock of the commands
 *   are in the folder `<pid-file>.d`.
 * - **One at a time.** Requests queue. Each one of a command is answered with an `Operation`; its `outcome` and `exitCode` are
 *   stable, for scripts.
 * - **Reload is a transaction.** Every `Part` prepares its replacement beside the running one. If all can, all commit;
 *   otherwise all are discarded, and the server keeps running as before. `applyToAll` does this for the host.
 * - **Restart.** A child rehearses the new program with the new configuration; if it fails, nothing changes. Then requests
 *   finish, up to the drain timeout, while new connections wait in the listening socket, and `execve` replaces the program.
 *   The next generation gets sockets, idle connections, sessions and waiting requests in a `Handover`, and answers the
 *   request. If it cannot get ready, `comeBack` executes the former program with the former configuration, once.
 * - **Without the FFI** (koffi, optional) the listening socket is bound again and connections are refused for a moment; the
 *   record says so in `handover`. On Windows only `stopServer` works.
 *
 * ## Use
 *
 * ```ts
 * // First lines of the program, before other modules are loaded:
 * const launch = captureLaunch();
 *
 * // The server. MyConfig is a type of the host's that survives JSON.
 * const handover = unpackHandover(launch) as Handover<MyConfig> | null;
 * const service: Service<MyConfig> = new MyServer(handover?.state ?? (await readConfig()));
 * const first: LifecycleRecord = describeMyself(launch, handover);
 * const keeper = handover?.pidFile ? PidFile.adopt(handover.pidFile, first) : await PidFile.claim('/run/my.pid', first);
 * const manager = handover?.manager ?? launch.manager;
 * const native = () => loadNative(launch);
 * const lifecycle = new Lifecycle({ launch, service, keeper, log, native, exit: process.exit, manager });
 * for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGINT'] as const)
 *   process.on(signal, () => lifecycle.signalled(signal));
 * await service.listen(handover?.listeners ?? []);
 * lifecycle.ready({ url: service.url }, handover);
 *
 * // A command, in another process:
 * const operation = await ask('reload', {
 *   where: { pidFile: '/run/my.pid', home: undefined },
 *   dryRun: false,
 *   expectGeneration: null,
 *   sessions: 'keep',
 *   timeoutMs: 30_000,
 *   wait: true,
 * });
 * process.exitCode = operation.exitCode;
 * ```
 *
 * A process with `REHEARSAL_VARIABLE` in its environment is a rehearsal: it builds its service from `readRehearsal()`, accepts
 * no requests, prints a `RehearsalReport` and ends.
 *
 * ## What it does not know
 *
 * The protocol that the server speaks, which settings exist, where a configuration is read from and what a session is: all of
 * that is behind `Service`. It neither starts servers nor restarts crashed ones: a service manager does that, and is kept
 * informed (sd_notify).
 */
export { comeBack } from './come-back.ts';
export { ask, type AskOptions } from './control.ts';
export { describeHeirs, findOthers, type OtherServer } from './company.ts';
export { findServer, hasEnded, troubleWith, type Found, type Whereabouts } from './find-server.ts';
export { unpackHandover, type HandedConnection, type HandedListener, type Handover } from './handover.ts';
export { identify, presenceOf, whyDeaf, type Identity, type Presence } from './identity.ts';
export { captureLaunch, enterDirectory, HANDOVER_VARIABLE, readEnvironment, REHEARSAL_VARIABLE, takeOn, type Launch } from './launch.ts';
export { isAnswering, isBetweenPrograms } from './life.ts';
export { lastReadAt } from './last-read.ts';
export { Lifecycle } from './lifecycle.ts';
export { isNamedAsRunning } from './names.ts';
export { isInstalled, loadNative, type Native } from './native.ts';
export type { LifecycleLog, LifecycleOptions, RecordKeeper } from './options.ts';
export { chooseDefaultPidFile, defaultPidFiles, isBeating, judgePidFilePlace, PidFile, type PlaceComplaint } from './pid-file.ts';
export { digestProgram, findProgram, isInterpreterReplaced, isProgramGone, programPathOf, traceFiles } from './program.ts';
export type {
  Change,
  EnvFileFacts,
  Environment,
  LifecycleRecord,
  NamedFile,
  Operation,
  OperationKind,
  Outcome,
  PastOperation,
  Posture,
  Problem,
  RecordedSetting,
  SecretSource,
  State,
} from './record.ts';
export { explainClosedFolder, folderOf, readPidFile, type Reading } from './reading.ts';
export { readRehearsal, rehearse, type RehearsalReport } from './rehearse.ts';
export { newOperationId } from './requests.ts';
export { describeRestart, tryHandover } from './restart-kind.ts';
export { stopServer, type StopOptions } from './stop-server.ts';
export type { Candidate, Descriptors, DrainOptions, DrainReport, Service, SourceFacts, SourceFile } from './service.ts';
export { SharedPlace } from './shared-place.ts';
export { explainStartObstacle, problemOfStart } from './startable.ts';
export { findSupervisor } from './supervisor.ts';
export { applyToAll, ReloadRejected, type Part, type Replacement } from './transaction.ts';
export { exitCodeOf } from './outcomes.ts';
export { describeOperation, describePending } from './verdicts.ts';
