/** The record: what a running server publishes about itself in its PID file. Described in docs/operations/lifecycle.md. */
import type { Problem } from '../common/problem.ts';
import type { Identity } from './identity.ts';

export type { Problem };

/** What a server is doing. Only a `ready` one may be signalled: while `executing`, a signal would kill it. */
export type State = 'starting' | 'ready' | 'reloading' | 'rehearsing' | 'draining' | 'executing' | 'stopping' | 'stopped';

/** What can be done to a server, as JSON and messages name it. */
export type OperationKind = 'reload' | 'restart' | 'stop' | 'check';

/** What an operation came to; `outcomes.ts` has the exit code of each. */
export type Outcome =
  | 'applied'
  | 'unchanged'
  | 'applied-restart-pending'
  | 'restarted'
  | 'stopped'
  | 'not-running'
  | 'requested'
  | 'valid'
  | 'refused'
  | 'rolled-back'
  | 'timed-out'
  | 'busy'
  | 'not-permitted'
  | 'record-unusable'
  | 'failed';

/** One changed setting. Of values that are or contain a secret, only `changed`, `set` or `unset` is told. */
export interface Change {
  readonly setting: string;
  /** What puts the new value in force. */
  readonly applies: 'reload' | 'restart';
  readonly from: string;
  readonly to: string;
}

/** The result of one operation, as `--json` prints it. */
export interface Operation {
  /** See `newOperationId`. */
  readonly id: string;
  readonly kind: OperationKind;
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly message: string;
  readonly changes: readonly Change[];
  readonly pendingRestart: readonly string[];
  readonly errors: readonly Problem[];
  readonly warnings: readonly string[];
  /** Label of the source of the configuration, as this operation found it; null when it is not known. */
  readonly envSource: string | null;
  /** One line on the source: path, label and when it was read; or why nothing was read, and what to do. Absent when it is not known. */
  readonly environment?: string;
  /** The one that runs after the operation; null when no server was found. */
  readonly generation: number | null;
  readonly durationMs: number;
  /** Of `stop`: requests that did not finish in time and got an error; null when that is not known. */
  readonly interrupted?: number | null;
  /** True when the request was only to say what would happen; else absent. */
  readonly dryRun?: boolean;
}

/** Where the environment of a configuration came from, for a verdict. */
export interface Environment {
  /** Label of the source: `live`, `missing`, ... */
  readonly envSource: string;
  /** For people: path, label and when it was read; or why nothing was read, and what to do. */
  readonly line: string;
  /**
   * What an operator must know: the recorded `.env` is `gone`, or there is another one; it is there and `unreadable`, so that
   * nothing was read; what was edited may be `unseen` from here.
   */
  readonly concern: 'gone' | 'unreadable' | 'unseen' | null;
}

/** Who asked for an operation. Where there is none, a bare signal did. */
export interface Asker {
  /** Owner of the request file. */
  readonly uid: number | null;
  /** Process id of the command, as it claims. */
  readonly pid: number | null;
  /** Set when the server itself asked, because a file of its configuration had changed. */
  readonly by?: 'watch';
}

/** One entry of the history in the record: who asked, what came of it. */
export interface PastOperation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly askedBy: Asker | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly outcome: Outcome;
  readonly message: string;
  /** Names of the changed settings. */
  readonly changed: readonly string[];
  /** Problems that made it fail or be refused. */
  readonly errors: readonly Problem[];
  readonly durationMs: number;
}

/** How open the server is, in an operator's words. Holds no secret value. */
export interface Posture {
  readonly on: readonly string[];
  readonly off: readonly string[];
  readonly risks: readonly { readonly id: string; readonly message: string }[];
}

/** The `.env` as it was loaded, to tell later whether it has been changed or replaced. */
export interface EnvFileFacts {
  readonly digest: string;
  readonly dev: number;
  readonly ino: number;
  /** Root field of its mount in /proc/self/mountinfo; null when it is not known. */
  readonly mountRoot: string | null;
  /** ISO time. */
  readonly loadedAt: string;
  /** Whether it was found at a default place: then only its owner may be able to write it. Absent in what an older version recorded. */
  readonly discovered?: boolean;
  /** It was a pipe, which cannot be read again. */
  readonly isPipe?: boolean;
}

/** A file that a setting names, such as a certificate. */
export interface NamedFile {
  readonly path: string;
  /** ISO time at which it was read. */
  readonly readAt: string;
}

/** A place, other than `.env` and environment, that secrets were read from. Names and places, no values. */
export interface SecretSource {
  /** `file`, or the host's own name for the secrets manager. */
  readonly kind: string;
  /** Path of the file; name of the secret, project or path in the manager. */
  readonly place: string;
  /** Names of the settings it supplied. */
  readonly settings: readonly string[];
  /** ISO time. */
  readonly readAt: string;
}

/** A setting in force. Of a secret it only says whether it is set. */
export interface RecordedSetting {
  readonly setting: string;
  readonly value: string;
  /** Its value is not shown. */
  readonly secret?: true;
  /** The layer: flag, file, secrets, environment or default. */
  readonly origin: string;
  /** Where it came from, in words. */
  readonly from: string;
  /** Another value that a restart would put in force. */
  readonly waiting?: { readonly value: string; readonly from: string };
  /** Values without effect, because this one stands above them; null for those of a secret. */
  readonly shadowed?: readonly { readonly value: string | null; readonly from: string }[];
  /** Why the setting has no effect. */
  readonly ignored?: string;
}

/** Content of the PID file, published as JSON. Its keys are public: later versions may add some, and change none. */
export interface LifecycleRecord {
  readonly schema: 1;
  readonly pid: number;
  /** ISO time of the start of the first generation. */
  readonly startedAt: string;
  readonly identity: Identity;
  readonly version: string;
  readonly interpreter: string;
  /** The name by which a restart finds the interpreter, see `Launch`. Absent in the record of an older version. */
  readonly argv0?: string;
  readonly searchPath?: string | null;
  /** Of the first start; the entry file first, or the file of a launcher that loads it. */
  readonly argv: readonly string[];
  /** The program's entry file, links unresolved. Null in a record of an older version: then it is the first of `argv`. */
  readonly program: string | null;
  readonly cwd: string;
  /**
   * The variables of settings in the environment of the first start; null in place of a secret. Null as a whole in a record of an older
   * version.
   */
  readonly bootSettings: Readonly<Record<string, string | null>> | null;
  /** See `digestProgram`; empty when it could not be read. */
  readonly codeDigest: string;
  /** See `traceFiles`; null when it could not be looked at. */
  readonly codeTrace: string | null;
  readonly transport: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly url: string | null;
  readonly dotenvPath: string | null;
  readonly envSource: string;
  readonly envCandidates: readonly string[];
  readonly envFile: EnvFileFacts | null;
  readonly secretSources: readonly SecretSource[];
  /** Files that settings name, such as certificates; absent in the record of an older version. */
  readonly namedFiles?: readonly NamedFile[];
  readonly state: State;
  /** 1 after the first start; each exec that takes over adds 1. */
  readonly generation: number;
  /** ISO time. */
  readonly generationStartedAt: string;
  /** Failed reloads and restarts, over all generations. */
  readonly failedCount: number;
  /** Number of operations by kind and outcome, over all generations, without dry runs. */
  readonly operationCounts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly config: { readonly digest: string; readonly loadedAt: string; readonly pendingRestart: readonly string[] };
  /** Every setting. Absent in the record of an older version. */
  readonly settings?: readonly RecordedSetting[];
  /** The last 20, oldest first. */
  readonly operations: readonly PastOperation[];
  readonly demo: boolean;
  /** Null until the server is ready. */
  readonly posture: Posture | null;
  /** What does not work now though the server serves, for its operator: an audit file that cannot be opened, a store that refuses. */
  readonly faults: readonly string[];
  /** How a restart keeps the listening socket: by handing its descriptor over, or by binding again (refusals for a moment). */
  readonly handover: 'descriptor' | 'rebind';
  /** What may start the server again when it ends: `systemd`, `pm2`, `container`, ...; null when nothing is known to. */
  readonly supervisor: string | null;
  /** Of a stop: requests that did not finish in time; null until it is known. */
  readonly interrupted: number | null;
}
