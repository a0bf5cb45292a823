/** The side of `stop`: ends a running server, and waits until it is gone. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { count } from '../common/count.ts';
import { ZscalerMcpError } from '../common/errors.ts';
import { withRemedy } from '../common/system-error.ts';
import { describeCompany, describeHeirs, findOthers, withCompany, type OtherServer } from './company.ts';
import { findServer, troubleWith, type Found, type Whereabouts } from './find-server.ts';
import { inFolder, readRegularFile, replaceFile } from './files.ts';
import { isStopped, presenceOf, whyDeaf } from './identity.ts';
import { tryLock, type Lock } from './lock.ts';
import { isSame, removeStale } from './pid-file.ts';
import { folderOf, readPidFile, type Reading } from './reading.ts';
import type { LifecycleRecord, Operation } from './record.ts';
import { newOperationId, STOP_NOTE } from './requests.ts';
import { sayError, signal, speaker, type Say } from './speak.ts';
import { describeSupervisor } from './supervisor.ts';
import { beWitness } from './witness.ts';

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
  const say = speaker({ id: newOperationId(), kind: 'stop', note: found.note, startedAt });
  try {
    return await stopFound(found, { say, deadline: startedAt + timeoutMs, force, others: findOthers(found, where) });
  } catch (error) {
    return sayError(say, error);
  }
}

/** How to end the server that was found. */
interface Ending {
  readonly say: Say;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly force: boolean;
  readonly others: readonly OtherServer[];
}

async function stopFound(found: Found, { say, deadline, force, others }: Ending): Promise<Operation> {
  const { path, reading } = found;
  const trouble = troubleWith(found);
  if (reading.kind === 'record' && (reading.presence === 'gone' || reading.presence === 'reused') && path !== null) {
    const { removed, left } = await removeQuietly(path);
    const message = trouble?.message ?? '';
    if (others.length > 0) return say('not-running', describeHeirs(others));
    const operation = say('not-running', removed ? `${message}; removed the PID file` : message);
    return { ...operation, warnings: [...operation.warnings, ...left] };
  }
  if (trouble?.outcome === 'not-running' && others.length > 0) return say('not-running', describeHeirs(others));
  if (trouble || reading.kind !== 'record' || path === null)
    return say(trouble?.outcome ?? 'failed', trouble?.message ?? 'the PID file changed');
  const { record } = reading;
  // Looked up while the process lives.
  const again = describeSupervisor(record.supervisor, record.pid);
  const end = await endAndWait(path, record, deadline);
  if (!end.hasEnded && !force) return say('timed-out', stillRunning(path, record, end), record);
  const ended = end.hasEnded ? end : await kill(path, record);
  if (!ended.hasEnded) return say('timed-out', `the server (PID ${record.pid}) was killed and has not ended${whyDeaf(record.pid)}`, record);
  const operation = say('stopped', farewell(record, ended), record);
  const verdict = withCompany(operation, describeCompany('stop', found, others));
  const left = isLeft(path, record) ? (await removeQuietly(path)).left : [];
  return { ...verdict, interrupted: ended.interrupted, warnings: [...verdict.warnings, ...(again === null ? [] : [again]), ...left] };
}

/** How far an attempt to end a server came. */
interface End {
  readonly hasEnded: boolean;
  readonly isSignalled: boolean;
  readonly isKilled: boolean;
  /** Requests that did not finish in time; null when that is not known. */
  readonly interrupted: number | null;
}

async function kill(path: string, record: LifecycleRecord): Promise<End> {
  const isKilled = signal(record, 'SIGKILL');
  const isOver = await waitUntil(performance.now() + 5_000, () => hasEnded(path, record));
  if (isOver) await removeQuietly(path);
  return { hasEnded: isOver, isSignalled: true, isKilled, interrupted: null };
}

function farewell({ pid }: LifecycleRecord, { isKilled, interrupted }: End): string {
  if (isKilled) return `the server (PID ${pid}) did not end in time and was killed; requests in flight were lost`;
  if (interrupted === null) return `the server (PID ${pid}) has ended`;
  const cut = interrupted === 0 ? 'no request was cut' : `${count(interrupted, 'request')} did not finish in time and got an error`;
  return `the server (PID ${pid}) has ended; ${cut}`;
}

/** SIGTERM cannot be taken back: the server will end, later. */
function stillRunning(path: string, record: LifecycleRecord, { isSignalled }: End): string {
  const { pid } = record;
  const now = readPidFile(path);
  const state = now.kind === 'record' && isSame(now.record, record) ? now.record.state : null;
  const fate =
    isSignalled || state === 'stopping'
      ? 'it has been told to stop and will still end when it can'
      : `it was not told to stop, because ${state === null ? 'the PID file does not name it any more' : `it is ${state}`}`;
  return `the server (PID ${pid}) is still running${isStopped(pid) ? whyDeaf(pid) : ''}; ${fate}; --force ends it without regard for its requests`;
}

/** Whether the server has ended and its PID file is still there. */
function isLeft(path: string, record: LifecycleRecord): boolean {
  const now = readPidFile(path);
  if (now.kind !== 'record') return now.kind !== 'absent';
  return isSame(now.record, record) && (now.presence === 'gone' || now.presence === 'reused');
}

/** What became of the PID file of a server that has ended; `left` says what stays behind, and what to do about it. */
async function removeQuietly(path: string): Promise<{ readonly removed: boolean; readonly left: readonly string[] }> {
  try {
    return { removed: await removeStale(path), left: [] };
  } catch (error) {
    // Another command holds the lock: that one removes the file itself.
    if (error instanceof ZscalerMcpError && error.code === 'ERR_LOCK_BUSY') return { removed: false, left: [] };
    return { removed: false, left: [`the PID file ${path} stays behind, since it cannot be removed: ${withRemedy(error)}`] };
  }
}

/**
 * Sends SIGTERM once to each generation of the server: a signal that arrives during the exec may be lost, but a second one to
 * the same generation would end it without letting its requests finish.
 */
async function endAndWait(path: string, record: LifecycleRecord, deadline: number): Promise<End> {
  let signalled: string | null = null;
  let interrupted: number | null = null;
  const leave = beWitness(folderOf(path));
  const isOver = () => {
    const last = lastRecord(path, record);
    if (last) {
      interrupted = last.interrupted;
      leave();
    }
    return hasEnded(path, record);
  };
  try {
    while (performance.now() < deadline) {
      const now = readPidFile(path);
      if (isReady(now, record) && now.record.generationStartedAt !== signalled) signalled = signalOnce(path, record) ?? signalled;
      const round = Math.min(deadline, performance.now() + (signalled === null ? BUSY_MS : 1_000));
      if (await waitUntil(round, isOver)) break;
    }
  } finally {
    leave();
  }
  return { hasEnded: isOver(), isSignalled: signalled !== null, isKilled: false, interrupted };
}

/** What the server wrote when it was done; null before. */
function lastRecord(path: string, asked: LifecycleRecord): LifecycleRecord | null {
  const now = readPidFile(path);
  return now.kind === 'record' && isSame(now.record, asked) && now.record.state === 'stopped' ? now.record : null;
}

/** How long another `stop` may be in the middle of its signal. */
const BUSY_MS = 20;

/**
 * Sends SIGTERM unless another `stop` has sent it to this generation: all of them wait for the same end.
 * @returns the generation that has been signalled; null when another `stop` is about to
 */
function signalOnce(path: string, record: LifecycleRecord): string | null {
  const folder = folderOf(path);
  let lock: Lock | null;
  try {
    lock = tryLock(folder, 'stop.lock');
  } catch (error) {
    // The server has just ended, and its folder with it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    // Nothing can be written there: to end the server matters more than to end it once.
    signal(record, 'SIGTERM');
    return record.generationStartedAt;
  }
  if (!lock) return null;
  try {
    const now = readPidFile(path);
    if (!isReady(now, record)) return null;
    const { generationStartedAt } = now.record;
    if (readNote(folder) !== generationStartedAt) {
      signal(record, 'SIGTERM');
      tryToNote(folder, generationStartedAt);
    }
    return generationStartedAt;
  } finally {
    lock.release();
  }
}

/** The server may have ended by now, and its folder with it. */
function tryToNote(folder: string, text: string): void {
  try {
    inFolder(folder, (at) => replaceFile(join(at, STOP_NOTE), text));
  } catch {
    // Another `stop` reads the state of the server.
  }
}

function readNote(folder: string): string | null {
  try {
    return inFolder(folder, (at) => readRegularFile(join(at, STOP_NOTE)));
  } catch {
    return null;
  }
}

/** Whether the file still names the process that it named first, and that one will hear SIGTERM. */
const isReady = (now: Reading, asked: LifecycleRecord): now is Extract<Reading, { kind: 'record' }> =>
  now.kind === 'record' && now.presence === 'alive' && isSame(now.record, asked) && isSteady(now.record);

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
