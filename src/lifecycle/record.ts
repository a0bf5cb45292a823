/** The record: what a running server says of itself in its PID file. Source: docs/operations/lifecycle.md. */
import type { Problem } from '../common/problem.ts';
import type { Identity } from './identity.ts';

export type { Problem };

export type State = 'starting' | 'ready' | 'reloading' | 'rehearsing' | 'draining' | 'executing' | 'stopping' | 'stopped';

export type OperationKind = 'reload' | 'restart' | 'stop' | 'check';

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

/** One changed setting; values that are or contain a secret read `changed`, `set` or `unset`. */
export interface Change {
  readonly setting: string;
  readonly applies: 'reload' | 'restart';
  readonly from: string;
  readonly to: string;
}

/** The verdict on one operation, as `--json` prints it. */
export interface Operation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly message: string;
  readonly changes: readonly Change[];
  readonly pendingRestart: readonly string[];
  readonly errors: readonly Problem[];
  readonly warnings: readonly string[];
  readonly envSource: string | null;
  readonly generation: number | null;
  readonly durationMs: number;
  /** Only asked what would happen. */
  readonly dryRun?: boolean;
}

/** Who asked: `uid` from the request file's owner, `pid` as the asker claimed. Null stands for a bare signal. */
export interface Asker {
  readonly uid: number | null;
  readonly pid: number | null;
  /** Nobody: the server itself saw that its `.env` had changed. */
  readonly by?: 'watch';
}

/** One line of the history that the record keeps. */
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
  /** What was wrong, for one that failed or was refused. */
  readonly errors: readonly Problem[];
  readonly durationMs: number;
}

/** How open the server is, in the words of whoever runs it. Names no value that is secret. */
export interface Posture {
  readonly on: readonly string[];
  readonly off: readonly string[];
  readonly risks: readonly { readonly id: string; readonly message: string }[];
}

export interface EnvFileFacts {
  readonly digest: string;
  readonly dev: number;
  readonly ino: number;
  readonly mountRoot: string | null;
  readonly loadedAt: string;
}

/** One place beside `.env` and environment that secrets were read from. Names and places, no values. */
export interface SecretSource {
  /** `file`, or the host's own name for the secrets manager. */
  readonly kind: string;
  /** Path of the file; name of the secret, project or path in the manager. */
  readonly place: string;
  /** What it set, by name. */
  readonly settings: readonly string[];
  /** ISO time. */
  readonly readAt: string;
}

export interface LifecycleRecord {
  readonly schema: 1;
  readonly pid: number;
  readonly startedAt: string;
  readonly identity: Identity;
  readonly version: string;
  readonly interpreter: string;
  /** As at the very first start; the entry file first. */
  readonly argv: readonly string[];
  readonly cwd: string;
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
  readonly state: State;
  readonly generation: number;
  readonly generationStartedAt: string;
  readonly failedCount: number;
  /** How often each kind of operation came to each outcome, over all generations; dry runs are left out. */
  readonly operationCounts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly config: { readonly digest: string; readonly loadedAt: string; readonly pendingRestart: readonly string[] };
  readonly operations: readonly PastOperation[];
  readonly demo: boolean;
  /** Null until the server is ready. */
  readonly posture: Posture | null;
  /** How a restart keeps the listening socket: handed over by descriptor, or bound anew (refusals for a moment). */
  readonly handover: 'descriptor' | 'rebind';
}

const REQUIRED_NUMBERS = ['pid', 'generation'] as const;

/** Reads a record of this or another version: unknown keys are ignored, missing optional ones filled. Null if it is none. */
export function parseRecord(text: string): LifecycleRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const given = value as Partial<LifecycleRecord>;
  if (REQUIRED_NUMBERS.some((key) => !Number.isSafeInteger(given[key]))) return null;
  if ((given.pid ?? 0) < 1 || typeof given.state !== 'string' || !isIdentity(given.identity)) return null;
  return { ...defaults, ...given } as LifecycleRecord;
}

const isIdentity = (value: unknown): value is Identity =>
  typeof value === 'object' &&
  value !== null &&
  (['pidNamespace', 'bootId', 'startTime'] as const).every((key) => {
    const part: unknown = (value as Record<string, unknown>)[key];
    return part === null || part === undefined || typeof part === 'string';
  });

const defaults = {
  startedAt: '',
  version: 'unknown',
  interpreter: '',
  argv: [],
  cwd: '',
  codeDigest: '',
  codeTrace: null,
  transport: 'unknown',
  host: null,
  port: null,
  url: null,
  dotenvPath: null,
  envSource: 'none',
  envCandidates: [],
  envFile: null,
  secretSources: [],
  generationStartedAt: '',
  failedCount: 0,
  operationCounts: {},
  config: { digest: '', loadedAt: '', pendingRestart: [] },
  operations: [],
  demo: false,
  posture: null,
  handover: 'rebind',
} as const;
