/** Reads what another process wrote of itself and of its work: records and answers, of this or another version. */
import { isIdentity, isPid } from './identity.ts';
import type { LifecycleRecord, Operation, OperationKind } from './record.ts';
import { Misfit, parseShaped, type Keys, type Shape } from './shapes.ts';
import { exitCodesOf, isOutcome } from './outcomes.ts';

/** A record without its keys that are missing, or why there is none, to continue a sentence. */
export type ParsedRecord = { readonly record: LifecycleRecord } | { readonly misfit: string };

/** Parses a record: unknown keys are left out, missing ones filled in. */
export function parseRecord(text: string): ParsedRecord {
  try {
    const given = parseShaped(text, RECORD) as LifecycleRecord;
    if (!isPid(given.pid)) return { misfit: 'its `pid` is not the number of a process' };
    if (!Number.isSafeInteger(given.generation)) return { misfit: 'its `generation` is not a whole number' };
    if (!isIdentity(given.identity)) return { misfit: 'its `identity` is not that of a process' };
    return { record: { ...defaults, ...given } };
  } catch (error) {
    if (error instanceof Misfit) return { misfit: error.message };
    throw error;
  }
}

/** Parses the answer to a request. @throws Misfit */
export function parseAnswer(text: string, { id, kind }: { readonly id: string; readonly kind: OperationKind }): Operation {
  const answer = parseShaped(text, OPERATION) as Operation;
  if (answer.id !== id || answer.kind !== kind) throw new Misfit('it answers another request');
  if (!isOutcome(answer.outcome)) throw new Misfit('its `outcome` is not one of the known words');
  if (!exitCodesOf(answer.outcome).includes(answer.exitCode)) throw new Misfit('its `exitCode` does not belong to its outcome');
  return answer;
}

const text: Shape = 'text';
const number: Shape = 'number';
const flag: Shape = 'flag';
const texts: Shape = { listOf: 'text' };
const textOrNull: Shape = { orNull: 'text' };
const numberOrNull: Shape = { orNull: 'number' };

/** What tells a process from a later one, as it is written into files. */
export const IDENTITY: Keys = {
  optional: { pidNamespace: textOrNull, bootId: textOrNull, startTime: textOrNull, uid: numberOrNull },
};

const PROBLEM: Keys = { required: { message: text, setting: textOrNull, file: textOrNull, line: numberOrNull, hint: text } };

const OPERATION: Keys = {
  required: {
    id: text,
    kind: { oneOf: ['reload', 'restart', 'stop', 'check'] satisfies OperationKind[] },
    outcome: text,
    exitCode: number,
    message: text,
    changes: {
      listOf: { required: { setting: text, applies: { oneOf: ['reload', 'restart'] }, from: text, to: text } },
    },
    pendingRestart: texts,
    errors: { listOf: PROBLEM },
    warnings: texts,
    envSource: textOrNull,
    generation: numberOrNull,
    durationMs: number,
  },
  optional: { environment: text, interrupted: numberOrNull, dryRun: flag },
};

const PAST: Keys = {
  required: {
    id: text,
    kind: text,
    askedBy: { orNull: { required: { uid: numberOrNull, pid: numberOrNull }, optional: { by: text } } },
    startedAt: text,
    finishedAt: text,
    outcome: text,
    message: text,
    changed: texts,
    errors: { listOf: PROBLEM },
    durationMs: number,
  },
};

const ENV_FILE: Keys = {
  required: { digest: text, dev: number, ino: number, mountRoot: textOrNull, loadedAt: text },
  optional: { discovered: flag, isPipe: flag },
};

const SETTING: Keys = {
  required: { setting: text, value: text, origin: text, from: text },
  optional: {
    secret: flag,
    waiting: { required: { value: text, from: text } },
    shadowed: { listOf: { required: { value: textOrNull, from: text } } },
    ignored: text,
  },
};

/** Not judged by the type of a key alone: `pid`, `generation` and `identity`. */
const RECORD: Keys = {
  required: {
    pid: number,
    generation: number,
    state: text,
    identity: IDENTITY,
  },
  optional: {
    schema: number,
    startedAt: text,
    version: text,
    interpreter: text,
    argv0: text,
    searchPath: textOrNull,
    argv: texts,
    program: textOrNull,
    cwd: text,
    bootSettings: { orNull: { mapOf: textOrNull } },
    codeDigest: text,
    codeTrace: textOrNull,
    transport: text,
    host: textOrNull,
    port: numberOrNull,
    url: textOrNull,
    dotenvPath: textOrNull,
    envSource: text,
    envCandidates: texts,
    envFile: { orNull: ENV_FILE },
    secretSources: { listOf: { required: { kind: text, place: text, settings: texts, readAt: text } } },
    namedFiles: { listOf: { required: { path: text, readAt: text } } },
    generationStartedAt: text,
    failedCount: number,
    operationCounts: { mapOf: { mapOf: number } },
    config: { required: { digest: text, loadedAt: text, pendingRestart: texts } },
    settings: { listOf: SETTING },
    operations: { listOf: PAST },
    demo: flag,
    posture: {
      orNull: { required: { on: texts, off: texts, risks: { listOf: { required: { message: text }, optional: { id: text } } } } },
    },
    faults: texts,
    handover: text,
    supervisor: textOrNull,
    interrupted: numberOrNull,
  } satisfies Partial<Record<keyof LifecycleRecord, Shape>>,
};

const defaults = {
  schema: 1,
  startedAt: '',
  version: 'unknown',
  interpreter: '',
  argv: [],
  program: null,
  cwd: '',
  bootSettings: null,
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
  faults: [],
  handover: 'rebind',
  supervisor: null,
  interrupted: null,
} as const;
