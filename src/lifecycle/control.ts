/** The side of the commands: finds a running server through its PID file, sends it a request, and waits for the real outcome. */
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import { lstatOrNull } from './files.ts';
import { presenceOf } from './identity.ts';
import { acquireLock } from './lock.ts';
import { defaultPidFiles, folderOf, readPidFile, removeIfEmpty, removeStale, type Reading } from './pid-file.ts';
import type { LifecycleRecord, Operation, OperationKind, Outcome } from './record.ts';
import { isPending, newOperationId, submitRequest, takeAnswer, withdrawRequest, type OperationRequest } from './requests.ts';
import { describeOperation, exitCodeOf, judgeGeneration } from './verdicts.ts';

/** Where a command looks for a server: at the path that the operator named, or at the default paths in order. */
export interface Whereabouts {
  /** Null: the default paths. */
  readonly pidFile: string | null;
  /** Home directory, which one of the default paths is in. */
  readonly home: string | undefined;
}

/** What a command found. */
export interface Found {
  /** Of the PID file; null when there is none. */
  readonly path: string | null;
  readonly reading: Reading;
  /** For the operator: whose server it is, when root has become its user. */
  readonly note: string | null;
}

/**
 * The first path that names a living server; else the first where anything is.
 * As root, for another user's file, this process becomes that user before it reads the file, and stays that user.
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

/** Reads as the file's owner, so that root's rights are never used on what another user wrote. */
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

/** How `ask` asks: the conditions of the request, where the server is, and how long to wait for its verdict. */
export interface AskOptions extends Pick<OperationRequest, 'dryRun' | 'expectGeneration' | 'keepSessions'> {
  readonly where: Whereabouts;
  /** For the lock and the verdict together. */
  readonly timeoutMs: number;
  /** False: return `requested` once the server has been signalled. */
  readonly wait: boolean;
}

/** Asks for a reload or a restart and waits for the verdict. Never throws for what the server or its PID file does. */
export async function ask(kind: OperationRequest['kind'], options: AskOptions): Promise<Operation> {
  const { where, timeoutMs, wait, dryRun, expectGeneration, keepSessions } = options;
  const startedAt = performance.now();
  const request = { id: newOperationId(), kind, dryRun, expectGeneration, keepSessions, askedBy: { uid: null, pid: process.pid } };
  const found = findServer(where);
  const say = speaker({ id: request.id, kind, note: found.note, startedAt });
  const trouble = troubleWith(found);
  if (trouble) return say(trouble.outcome, trouble.message);
  try {
    return await askUnderLock({ request, path: found.path ?? '', deadline: startedAt + timeoutMs, wait, say });
  } catch (error) {
    if (error instanceof ZscalerMcpError && error.code === 'ERR_LOCK_BUSY') return say('busy', `${error.message}; nothing was asked`);
    return say('failed', messageOf(error));
  }
}

/** One request of a command on its way to the server and back. */
interface Errand {
  readonly request: OperationRequest;
  /** Of the PID file. */
  readonly path: string;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly wait: boolean;
  readonly say: Say;
}

async function askUnderLock(errand: Errand): Promise<Operation> {
  const { request, path, deadline, say } = errand;
  const folder = folderOf(path);
  for (;;) {
    // Before the lock is taken: a server that ends removes its folder.
    const gone = troubleWith({ path, reading: readPidFile(path), note: null });
    if (gone) return say(gone.outcome, gone.message);
    const lock = await acquireLock(folder, Math.max(0, deadline - performance.now()));
    try {
      const found: Found = { path, reading: readPidFile(path), note: null };
      const trouble = troubleWith(found);
      if (trouble || found.reading.kind !== 'record')
        return say(trouble?.outcome ?? 'not-running', trouble?.message ?? 'no server is running');
      const { record } = found.reading;
      const refusal = judgeGeneration(request.expectGeneration, record.generation);
      if (refusal) return say(refusal.outcome, refusal.message, record);
      // Only a ready server is signalled: while it executes, a signal would kill it.
      if (record.state === 'ready') return await signalAndWait(errand, record);
      if (performance.now() >= deadline) return say('busy', `the server is ${record.state}; nothing was asked`, record);
    } finally {
      lock.release();
      // The server may have ended and removed its folder just before the lock made the folder again.
      if (readPidFile(path).kind === 'absent') removeIfEmpty(folder);
    }
    await sleep(20);
  }
}

async function signalAndWait(errand: Errand, record: LifecycleRecord): Promise<Operation> {
  const { request, path, wait, say } = errand;
  const { id, kind } = request;
  const folder = folderOf(path);
  submitRequest(folder, request);
  // If another signal has made the server read its requests already, ours must not be sent: it would count as a bare one.
  if (isPending(folder, id)) {
    const reading = readPidFile(path);
    const trouble = troubleWith({ path, reading, note: null });
    if (trouble || reading.kind !== 'record' || reading.record.state !== 'ready') {
      withdrawRequest(folder, id);
      if (trouble) return say(trouble.outcome, trouble.message, record);
      return say('busy', 'the server changed its state at this moment; nothing was asked', record);
    }
    signal(record, kind === 'reload' ? 'SIGHUP' : 'SIGUSR2');
  }
  if (!wait) return say('requested', `${kind} requested, not confirmed`, record);
  return waitForAnswer(errand, record);
}

async function waitForAnswer({ request, path, deadline, say }: Errand, asked: LifecycleRecord): Promise<Operation> {
  const { id, kind } = request;
  const folder = folderOf(path);
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.3, 50)) {
    const answer = takeAnswer(folder, id);
    if (answer) return answer;
    // Judged by the process, not by the file: the server writes the file again if something deletes it.
    if (presenceOf(asked.pid, asked.identity) !== 'alive') {
      const late = takeAnswer(folder, id);
      // The next server at this place must not find a request that was meant for this one.
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

/** Which server to end, and how. */
export interface StopOptions {
  readonly where: Whereabouts;
  readonly timeoutMs: number;
  /** After the timeout, SIGKILL. */
  readonly force: boolean;
}

/** Ends a server and waits until it is gone; removes the PID file of a dead one. */
export async function stopServer({ where, timeoutMs, force }: StopOptions): Promise<Operation> {
  const startedAt = performance.now();
  const found = findServer(where);
  const { path, reading } = found;
  const say = speaker({ id: newOperationId(), kind: 'stop', note: found.note, startedAt });
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

/** False also when another command holds the lock: that one removes the file itself. */
async function removeQuietly(path: string): Promise<boolean> {
  try {
    return await removeStale(path);
  } catch (error) {
    if (error instanceof ZscalerMcpError && error.code === 'ERR_LOCK_BUSY') return false;
    throw error;
  }
}

/**
 * Sends SIGTERM once to each generation of the server: a signal that arrives during the exec may be lost, but a second one to
 * the same generation would end it without letting its requests finish.
 */
async function endAndWait(path: string, record: LifecycleRecord, deadline: number): Promise<boolean> {
  let signalled: string | null = null;
  while (performance.now() < deadline) {
    const now = readPidFile(path);
    if (now.kind === 'record' && now.presence === 'alive' && isSteady(now.record) && now.record.generationStartedAt !== signalled) {
      signalled = now.record.generationStartedAt;
      signal(record, 'SIGTERM');
    }
    const round = Math.min(deadline, performance.now() + 1_000);
    if (await waitUntil(round, () => hasEnded(path, record))) return true;
  }
  return hasEnded(path, record);
}

/** A process that has just ended is not an error: the caller waits for that. */
function signal({ pid }: LifecycleRecord, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether SIGTERM will be heard: not stopping already, and not in a state in which it would be lost or would leave the PID file behind. */
const isSteady = ({ state }: LifecycleRecord): boolean => !['stopping', 'stopped', 'executing', 'starting'].includes(state);

/** When PID 1 ends, the whole container does, this command included; so the state `stopped` counts as the end. */
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

/** Why a command cannot use the server that was found, with the outcome to report; null when it can. */
export function troubleWith({ path, reading }: Found): { outcome: Outcome; message: string } | null {
  if (reading.kind === 'absent') return { outcome: 'not-running', message: 'no server is running' };
  if (reading.kind === 'unusable')
    return { outcome: 'record-unusable', message: `the PID file ${path} ${reading.reason}; no process is signalled because of it` };
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

/** Makes a command's own verdict: one that no server gave. `record` is what the PID file said, if it could be read. */
type Say = (outcome: Outcome, message: string, record?: LifecycleRecord) => Operation;

/** @param command `startedAt` is on the clock of `performance.now()`, `note` is `Found.note` */
function speaker({ id, kind, note, startedAt }: { id: string; kind: OperationKind; note: string | null; startedAt: number }): Say {
  return (outcome, message, record) =>
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
}
