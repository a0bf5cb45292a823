/** What the lifecycle needs of the server it keeps: the interface that app.ts supplies. */
import type { HandedConnection, HandedListener } from './handover.ts';
import type { Native } from './native.ts';
import type { Change, EnvFileFacts, Posture, Problem, SecretSource, State } from './record.ts';

/** A configuration that was read and judged, and is not in force. */
export interface Candidate<Config> {
  readonly problems: readonly Problem[];
  /** Worth telling whoever asked: a stale mount, a variable without effect. */
  readonly warnings: readonly string[];
  readonly changes: readonly Change[];
  /** Names of what this configuration changes and only a restart applies. */
  readonly pendingRestart: readonly string[];
  readonly source: SourceFacts;
  /** The files that it was read from. */
  readonly files: readonly SourceFile[];
  /** Why a reload has nothing to read again; null when it has. */
  readonly nothingToRead: string | null;
  readonly configDigest: string;
  /** What the next generation gets, and the rehearsal before it. Holds secrets. */
  readonly config: Config;
}

export interface SourceFacts {
  readonly dotenvPath: string | null;
  readonly envSource: string;
  readonly envCandidates: readonly string[];
  readonly envFile: EnvFileFacts | null;
  /** Absent in what an older version handed over. */
  readonly secretSources?: readonly SecretSource[];
}

export interface SourceFile {
  readonly path: string;
  /** Hexadecimal SHA-256 of the content; null when it could not be read. Not to be published. */
  readonly digest: string | null;
}

export interface DrainReport {
  /** Requests that did not finish in time and got an error instead. */
  readonly cut: number;
}

export interface Service<Config> {
  /** The configuration in force, to come back to if the next generation cannot get ready. */
  inForce(): Config;
  /** Reads the env source and validates all of it. Collects problems; changes nothing. */
  load(kind: 'reload' | 'restart'): Promise<Candidate<Config>>;
  /** Applies what applies live, to every part or to none. @throws ReloadRejected */
  apply(candidate: Candidate<Config>): Promise<void>;
  /**
   * Sockets for the next generation: copies of those that listen now, or new ones where the candidate names another
   * address. Without `descriptors` the next generation binds anew.
   * @throws when an address cannot be bound
   */
  openListeners(candidate: Candidate<Config>, descriptors: Descriptors | null): Promise<readonly HandedListener[]>;
  /**
   * Lets requests finish while still accepting, then stops accepting. With `descriptors`, idle connections are parked, not
   * closed; with `keepSessions` too, so are those with an open event stream.
   */
  drain(options: { timeoutMs: number; descriptors: Descriptors | null; keepSessions: boolean; signal: AbortSignal }): Promise<DrainReport>;
  /** The parked connections, their descriptors to be duplicated. */
  parked(): readonly HandedConnection[];
  /** Undoes `drain`: serves again where it did before. */
  resume(): Promise<void>;
  /** Finishes what runs and closes everything. */
  shutdown(timeoutMs: number): Promise<DrainReport>;
  /** As of the configuration in force. */
  posture(): Posture;
  drainTimeoutMs(): number;
  /** The files whose changes ask for a reload by themselves, as they were read. */
  watchedFiles(): readonly SourceFile[];
  /** Told of every change of state; readiness follows from it. */
  entered(state: State): void;
  /** Client sessions, and how many of them a restart would end. */
  openSessions(keep: boolean): { readonly open: number; readonly ended: number };
  /** Whether sessions are kept although nobody asked for it this time. */
  keepsSessions(): boolean;
  /** What the next generation needs to go on with the sessions; taken when nothing runs any more. */
  saveSessions(keep: boolean): unknown;
  /** Takes every known secret out of a text that came from elsewhere. */
  redact(text: string): string;
}

/** What the C library can do with descriptors and Node.js cannot. */
export type Descriptors = Pick<Native, 'duplicate' | 'closeOnExec'>;
