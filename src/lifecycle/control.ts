/** The other side: finds a running server through its PID file, asks it for something, and waits for what really happened. */
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import { lstatOrNull } from './files.ts';
import { presenceOf } from './identity.ts';
import { acquireLock } from './lock.ts';
import { defaultPidFiles, folderOf, readPidFile, removeIfEmpty, removeStale, type Reading } from './pid-file.ts';
import type { LifecycleRecord, Operation, OperationKind, Outcome } from './record.ts';
import { isPending, newOperationId, submitRequest, takeAnswer, withdrawRequest } from './requests.ts';
import { describeOperation, exitCodeOf } from './verdicts.ts';

/** Where a command looks: one place that the operator named, or the default places in their order. */
export interface Whereabouts {
  readonly pidFile: string | null;
  readonly home: string | undefined;
}

/** What a command found. `note` says whose server it is when root had to become its user. */
export interface Found {
  readonly path: string | null;
  readonly reading: Reading;
  readonly note: string | null;
}

/**
 * The first place that names a living server; else the first that names anything.
 * Run as root for another user's file, the process becomes that user before it reads, for good.
 */
export function findServer({ pidFile, home }: Whereabouts): Found {
  const places = pidFile === null ? defaultPidFiles(home) : [pidFile];
  let first: Found | null = null;
  for (const path of places) {
    const found = lookAt(path);
    if (found.reading.kind === 'record' && found.reading.presence === 'alive') return { ...found, note: becomeOwner(path) };
    if (found.reading.kind !== 'absent') first ??= found;
  }
  if (first?.path) return { ...first, note: becomeOwner(first.path) };
  return { path: null, reading: { kind: 'absent' }, note: null };
}

/** Reads as the file's owner, so that nothing a stranger wrote is ever read, followed or signalled with root's power. */
function lookAt(path: string): Found {
  const owner = foreignOwner(path);
  if (owner === null) return { path, reading: readPidFile(path), note: null };
  process.seteuid?.(owner.uid);
  try {
    return { path, reading: readPidFile(path), note: null };
  } finally {
    process.seteuid?.(0);
  }
}

function becomeOwner(path: string): string | null {
  const owner = foreignOwner(path);
  if (owner === null) return null;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
  return `acting as uid ${owner.uid}, whose server it is`;
}

function foreignOwner(path: string): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  try {
    const stats = lstatOrNull(path);
    return stats && stats.uid !== 0 ? { uid: stats.uid, gid: stats.gid } : null;
  } catch {
    return null;
  }
}

export interface AskOptions {
  readonly where: Whereabouts;
  readonly dryRun: boolean;
  readonly timeoutMs: number;
  readonly wait: boolean;
  readonly expectGeneration: number | null;
  readonly keepSessions: boolean;
}

/** Asks for a reload or a restart and waits for the verdict. Never throws for what the server or its file does. */
export async function ask(kind: 'reload' | 'restart', options: AskOptions): Promise<Operation> {
  const startedAt = performance.now();
  const id = newOperationId();
  const found = findServer(options.where);
  const say = (outcome: Outcome, message: string, record?: LifecycleRecord): Operation =>
    ownVerdict({ id, kind, outcome, message, note: found.note, startedAt, record });
  const deadline = startedAt + options.timeoutMs;
  const trouble = troubleWith(found);
  if (trouble) return say(trouble.outcome, trouble.message);
  const path = found.path ?? '';
  try {
    return await askUnderLock(kind, id, path, deadline, options, say);
  } catch (error) {
    if (error instanceof ZscalerMcpError && error.code === 'ERR_LOCK_BUSY') return say('busy', `${error.message}; nothing was asked`);
    return say('failed', messageOf(error));
  }
}

type Say = (outcome: Outcome, message: string, record?: LifecycleRecord) => Operation;

async function askUnderLock(
  kind: 'reload' | 'restart',
  id: string,
  path: string,
  deadline: number,
  options: AskOptions,
  say: Say,
): Promise<Operation> {
  const folder = folderOf(path);
  for (;;) {
    // Before the lock, whose folder a server that ends takes with it.
    const gone = troubleWith({ path, reading: readPidFile(path), note: null });
    if (gone) return say(gone.outcome, gone.message);
    const lock = await acquireLock(folder, Math.max(0, deadline - performance.now()));
    try {
      const found: Found = { path, reading: readPidFile(path), note: null };
      const trouble = troubleWith(found);
      if (trouble || found.reading.kind !== 'record')
        return say(trouble?.outcome ?? 'not-running', trouble?.message ?? 'no server is running');
      const { record } = found.reading;
      if (options.expectGeneration !== null && options.expectGeneration !== record.generation) {
        return say(
          'refused',
          `generation ${options.expectGeneration} was expected, generation ${record.generation} runs; nothing was changed`,
          record,
        );
      }
      // Only a ready server is signalled: while it executes, a signal would kill it.
      if (record.state === 'ready') return await signalAndWait(kind, id, path, record, deadline, options, say);
      if (performance.now() >= deadline) return say('busy', `the server is ${record.state}; nothing was asked`, record);
    } finally {
      lock.release();
      // The server may have ended, its folder with it, just before we made the folder anew.
      if (readPidFile(path).kind === 'absent') removeIfEmpty(folder);
    }
    await sleep(20);
  }
}

async function signalAndWait(
  kind: 'reload' | 'restart',
  id: string,
  path: string,
  record: LifecycleRecord,
  deadline: number,
  { dryRun, wait, expectGeneration, keepSessions }: AskOptions,
  say: Say,
): Promise<Operation> {
  const folder = folderOf(path);
  submitRequest(folder, { id, kind, dryRun, expectGeneration, keepSessions, pid: process.pid });
  // Another signal may have made the server look already; then a second one would count as a request of its own.
  if (isPending(folder, id)) {
    const now = readPidFile(path);
    if (now.kind !== 'record' || now.presence !== 'alive' || now.record.state !== 'ready') {
      withdrawRequest(folder, id);
      return say('busy', 'the server changed its state at this moment; nothing was asked', record);
    }
    signal(record, kind === 'reload' ? 'SIGHUP' : 'SIGUSR2');
  }
  if (!wait) return say('requested', `${kind} requested, not confirmed`, record);
  return waitForAnswer(kind, id, path, record, deadline, say);
}

async function waitForAnswer(
  kind: string,
  id: string,
  path: string,
  asked: LifecycleRecord,
  deadline: number,
  say: Say,
): Promise<Operation> {
  const folder = folderOf(path);
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.3, 50)) {
    const answer = takeAnswer(folder, id);
    if (answer) return answer;
    // By the process, not by the file: that is written again if something deletes it.
    if (presenceOf(asked.pid, asked.identity) !== 'alive') {
      const late = takeAnswer(folder, id);
      // A server that comes after it must not find what was meant for this one.
      if (!late) withdrawRequest(folder, id);
      return late ?? say('failed', `the server (PID ${asked.pid}) ended during the ${kind}; its log says why`, asked);
    }
    if (performance.now() >= deadline) {
      const neverTaken = withdrawRequest(folder, id);
      return say(
        'timed-out',
        neverTaken ? 'the server did not take the request in time; it was withdrawn' : 'no answer in time: the outcome is unknown',
        asked,
      );
    }
    await sleep(pauseMs);
  }
}

export interface StopOptions {
  readonly where: Whereabouts;
  readonly timeoutMs: number;
  readonly force: boolean;
}

/** Ends a server and waits until it is gone. What a dead one left behind is removed. */
export async function stopServer({ where, timeoutMs, force }: StopOptions): Promise<Operation> {
  const startedAt = performance.now();
  const found = findServer(where);
  const { path, reading } = found;
  const say: Say = (outcome, message, record) =>
    ownVerdict({ id: newOperationId(), kind: 'stop', outcome, message, note: found.note, startedAt, record });
  if (reading.kind === 'absent' || path === null) return say('not-running', 'no server is running');
  if (reading.kind === 'record' && (reading.presence === 'gone' || reading.presence === 'reused')) {
    const removed = await removeQuietly(path);
    return say(
      'not-running',
      removed ? `no server is running; removed the PID file ${path} of a dead one (PID ${reading.record.pid})` : 'no server is running',
    );
  }
  const trouble = troubleWith(found);
  if (trouble || reading.kind !== 'record') return say(trouble?.outcome ?? 'failed', trouble?.message ?? 'the PID file changed');
  const gone = await endAndWait(path, reading.record, startedAt + timeoutMs);
  if (gone) return say('stopped', `the server (PID ${reading.record.pid}) has ended`, reading.record);
  if (!force)
    return say(
      'timed-out',
      `the server (PID ${reading.record.pid}) is still running; --force ends it without regard for its requests`,
      reading.record,
    );
  signal(reading.record, 'SIGKILL');
  await waitUntil(performance.now() + 5_000, () => hasEnded(path, reading.record));
  await removeStale(path);
  return say(
    'stopped',
    `the server (PID ${reading.record.pid}) did not end in time and was killed; requests in flight were lost`,
    reading.record,
  );
}

/** False also when another command is at work there: it looks after the file itself. */
async function removeQuietly(path: string): Promise<boolean> {
  try {
    return await removeStale(path);
  } catch (error) {
    if (error instanceof ZscalerMcpError && error.code === 'ERR_LOCK_BUSY') return false;
    throw error;
  }
}

/**
 * Says SIGTERM once to each image of the server: one that arrives while it executes may be lost, but a second one to the
 * same image would end it at once, whatever it is busy with.
 */
async function endAndWait(path: string, record: LifecycleRecord, deadline: number): Promise<boolean> {
  let told: string | null = null;
  while (performance.now() < deadline) {
    const now = readPidFile(path);
    if (now.kind === 'record' && now.presence === 'alive' && isSteady(now.record) && now.record.generationStartedAt !== told) {
      told = now.record.generationStartedAt;
      signal(record, 'SIGTERM');
    }
    const round = Math.min(deadline, performance.now() + 1_000);
    if (await waitUntil(round, () => hasEnded(path, record))) return true;
  }
  return hasEnded(path, record);
}

/** One that has just ended is not to be told any more, which is no error: whoever waits will see it. */
function signal({ pid }: LifecycleRecord, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Not already stopping, and past the moment in which a signal would be lost or leave the PID file behind. */
const isSteady = ({ state }: LifecycleRecord): boolean => !['stopping', 'stopped', 'executing', 'starting'].includes(state);

/** As PID 1 the server takes us with it when it goes, so there its last word counts as the end. */
function hasEnded(path: string, { pid, identity }: LifecycleRecord): boolean {
  if (presenceOf(pid, identity) !== 'alive') return true;
  if (pid !== 1) return false;
  const now = readPidFile(path);
  return now.kind === 'absent' || (now.kind === 'record' && now.record.state === 'stopped');
}

async function waitUntil(deadline: number, isTrue: () => boolean): Promise<boolean> {
  for (let pauseMs = 2; !isTrue(); pauseMs = Math.min(pauseMs * 1.3, 50)) {
    if (performance.now() >= deadline) return false;
    await sleep(pauseMs);
  }
  return true;
}

/** Why a command cannot go on, in the words and with the outcome that the contract has for it. */
export function troubleWith({ path, reading }: Found): { outcome: Outcome; message: string } | null {
  if (reading.kind === 'absent') return { outcome: 'not-running', message: 'no server is running' };
  if (reading.kind === 'unusable')
    return { outcome: 'record-unusable', message: `the PID file ${path} ${reading.reason}; nobody is signalled on its word` };
  if (reading.kind === 'not-permitted') {
    return {
      outcome: 'not-permitted',
      message: `the PID file ${path} ${reading.reason}; run this command as ${nameOf(reading.uid)} or as root`,
    };
  }
  const { presence, record } = reading;
  if (presence === 'elsewhere') {
    return {
      outcome: 'record-unusable',
      message: `the PID file ${path} belongs to a server in another PID namespace (container); run this command inside it`,
    };
  }
  if (presence === 'alive') return null;
  const why = presence === 'gone' ? 'that process is gone' : 'that number belongs to another process now';
  return { outcome: 'not-running', message: `no server is running: the PID file ${path} names PID ${record.pid}, and ${why}` };
}

function nameOf(uid: number): string {
  return uid === process.getuid?.() ? userInfo().username : `uid ${uid}`;
}

interface OwnVerdict {
  readonly id: string;
  readonly kind: OperationKind;
  readonly outcome: Outcome;
  readonly message: string;
  /** `Found.note`. */
  readonly note: string | null;
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly record: LifecycleRecord | undefined;
}

/** A verdict that no server gave: the command's own. */
const ownVerdict = ({ id, kind, outcome, message, note, startedAt, record }: OwnVerdict): Operation =>
  describeOperation({
    id,
    kind,
    outcome,
    exitCode: exitCodeOf(kind, outcome),
    message,
    pendingRestart: record?.config.pendingRestart ?? [],
    warnings: note === null ? [] : [note],
    envSource: record?.envSource ?? null,
    generation: record?.generation ?? null,
    durationMs: Math.round(performance.now() - startedAt),
  });
