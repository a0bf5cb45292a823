/** The interface that a host supplies: what the lifecycle needs of the server it runs. */
import type { HandedConnection, HandedListener } from './handover.ts';
import type { Native } from './native.ts';
import type { Change, EnvFileFacts, Environment, NamedFile, Posture, Problem, RecordedSetting, SecretSource, State } from './record.ts';

/** A configuration that has been read and validated, and is not in force yet. */
export interface Candidate<Config> {
  /** Everything that is wrong with it; empty when it is valid. */
  readonly problems: readonly Problem[];
  /** What could not be read at the moment, if that is the only problem: another attempt may succeed. */
  readonly unread?: string;
  /** For the operator: a stale mount, a variable without effect. */
  readonly warnings: readonly string[];
  readonly changes: readonly Change[];
  /** Names of the changed settings that only a restart applies. */
  readonly pendingRestart: readonly string[];
  /** Settings that were edited, and of which the edit has no effect; absent if there are none. */
  readonly withoutEffect?: readonly string[];
  readonly source: SourceFacts;
  readonly environment: Environment;
  /** The files that it was read from. */
  readonly files: readonly SourceFile[];
  /** Why a reload has nothing to read again; null when it has. */
  readonly nothingToRead: string | null;
  readonly configDigest: string;
  /** What the rehearsal and the next generation get. Holds secrets. */
  readonly config: Config;
}

/** Where a configuration came from, as the record publishes it. */
export interface SourceFacts {
  /** Null when there is no `.env`. */
  readonly dotenvPath: string | null;
  /** Label of the source: `live`, `missing`, ... */
  readonly envSource: string;
  /** The places that are searched for a `.env`, in order. */
  readonly envCandidates: readonly string[];
  readonly envFile: EnvFileFacts | null;
  /** Absent in what an older version handed over. */
  readonly secretSources?: readonly SecretSource[];
  /** Files that settings name, such as certificates. Absent in what an older version handed over. */
  readonly namedFiles?: readonly NamedFile[];
}

/** A file that a configuration was read from. */
export interface SourceFile {
  readonly path: string;
  /** Hexadecimal SHA-256 of the content; null when it could not be read. Not to be published. */
  readonly digest: string | null;
}

/** How draining or closing ended. */
export interface DrainReport {
  /** Number of requests that did not finish in time and got an error instead. */
  readonly interrupted: number;
}

/** How a drain is to be done. */
export interface DrainOptions {
  /** After this time requests that still run get an error; what has come during the drain has as much time once more. */
  readonly timeoutMs: number;
  /** With them, idle connections are parked for the next generation; null: they are closed. */
  readonly descriptors: Descriptors | null;
  /** Whether connections with an open event stream are parked too. */
  readonly keepSessions: boolean;
  /** Aborted when the server is told to stop: then nothing needs to be finished for the next generation. */
  readonly signal: AbortSignal;
}

/** The server that a lifecycle runs. `Config` is the host's own type for a configuration; it must survive JSON. */
export interface Service<Config> {
  /** The configuration in force, to come back to if the next generation cannot get ready. */
  inForce(): Config;
  /** Reads the configuration again and validates all of it. Collects problems; changes nothing. */
  load(kind: 'reload' | 'restart', dryRun: boolean): Promise<Candidate<Config>>;
  /** Where the configuration in force came from. */
  environment(): Environment;
  /** Applies what can be applied without a restart, to every part or to none. @throws ReloadRejected */
  apply(candidate: Candidate<Config>): Promise<void>;
  /**
   * Sockets for the next generation: duplicates of those that listen now, or new ones where the candidate names another
   * address. Without `descriptors` they have none, and the next generation binds them again.
   * @throws when an address cannot be bound
   */
  openListeners(candidate: Candidate<Config>, descriptors: Descriptors | null): Promise<readonly HandedListener[]>;
  /** Lets requests finish while new ones are still accepted, then stops accepting and lets those finish. Undone by `resume`. */
  drain(options: DrainOptions): Promise<DrainReport>;
  /** The parked connections, with their own descriptors, which the lifecycle keeps open through the exec. */
  parked(): readonly HandedConnection[];
  /** Undoes `drain`: serves again on the same sockets. */
  resume(): Promise<void>;
  /** Lets requests finish, up to `timeoutMs`, and closes everything. */
  shutdown(timeoutMs: number): Promise<DrainReport>;
  /** How open the server is under the configuration in force. */
  posture(): Posture;
  /** What does not work though the server serves: shown by `status` and in every verdict. Empty: nothing. */
  faults(): readonly string[];
  /** The settings in force, as the record publishes them. */
  settings(): readonly RecordedSetting[];
  /** Under the configuration in force. */
  drainTimeoutMs(): number;
  /** The files of which a change causes a reload, with the content that is in use. Empty: none is watched. */
  watchedFiles(): readonly SourceFile[];
  /** Called at every change of state; readiness probes follow from it. */
  entered(state: State): void;
  /** Number of client sessions, and how many of them a restart would end. Some cannot be kept. */
  openSessions(keep: boolean): { readonly open: number; readonly ended: number };
  /** Whether restarts keep sessions unless asked otherwise. */
  keepsSessions(): boolean;
  /** What the next generation needs to continue the sessions, as JSON-compatible data; asked for after `drain`. */
  saveSessions(keep: boolean): unknown;
  /** Replaces every known secret in a text that came from elsewhere, such as an error. */
  redact(text: string): string;
}

/** What a service needs of the C library to hand its sockets over. */
export type Descriptors = Pick<Native, 'duplicate' | 'closeOnExec'>;
