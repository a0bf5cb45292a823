export { comeBack } from './come-back.ts';
export { ask, findServer, stopServer, troubleWith, type AskOptions, type Found, type StopOptions, type Whereabouts } from './control.ts';
export { unpackHandover, type HandedConnection, type HandedListener, type Handover } from './handover.ts';
export { identify, presenceOf, type Identity, type Presence } from './identity.ts';
export { captureLaunch, HANDOVER_VARIABLE, REHEARSAL_VARIABLE, type Launch } from './launch.ts';
export { Lifecycle } from './lifecycle.ts';
export { isInstalled, loadNative, type Native } from './native.ts';
export type { LifecycleLog, LifecycleOptions, RecordKeeper } from './options.ts';
export { chooseDefaultPidFile, defaultPidFiles, folderOf, PidFile, readPidFile, type Reading } from './pid-file.ts';
export { digestProgram, isInterpreterReplaced, traceFiles } from './program.ts';
export type {
  Change,
  EnvFileFacts,
  LifecycleRecord,
  Operation,
  OperationKind,
  Outcome,
  PastOperation,
  Posture,
  Problem,
  SecretSource,
  State,
} from './record.ts';
export { readRehearsal, type RehearsalReport } from './rehearse.ts';
export { newOperationId } from './requests.ts';
export type { Candidate, Descriptors, DrainReport, Service, SourceFacts, SourceFile } from './service.ts';
export { applyToAll, ReloadRejected, type Part, type Replacement } from './transaction.ts';
export { describeOperation, exitCodeOf } from './verdicts.ts';
