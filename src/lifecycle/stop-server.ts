/** The side of `stop`: ends a running server, and waits until it is gone. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZscalerMcpError } from '../common/errors.ts';
import { findServer, troubleWith, type Whereabouts } from './find-server.ts';
import { readRegularFile, replaceFile } from './files.ts';
import { presenceOf } from './identity.ts';
import { tryLock, type Lock } from './lock.ts';
import { folderOf, readPidFile, removeStale } from './pid-file.ts';
import type { LifecycleRecord, Operation } from './record.ts';
import { newOperationId, STOP_NOTE } from './requests.ts';
import { signal, speaker } from './speak.ts';

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
    if (now.kind === 'record' && now.presence === 'alive' && isSteady(now.record) && now.record.generationStartedAt !== signalled)
      signalled = signalOnce(path, record) ?? signalled;
    const round = Math.min(deadline, performance.now() + (signalled === null ? BUSY_MS : 1_000));
    if (await waitUntil(round, () => hasEnded(path, record))) return true;
  }
  return hasEnded(path, record);
}

/** How long another `stop` may be in the middle of its signal. */
const BUSY_MS = 20;

/**
 * Sends SIGTERM unless another `stop` has sent it to this generation: all of them wait for the same end.
 * @returns the generation that has been signalled; null when another `stop` is about to
 */
function signalOnce(path: string, record: LifecycleRecord): string | null {
  const folder = folderOf(path);
  const note = join(folder, STOP_NOTE);
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
    if (now.kind !== 'record' || now.presence !== 'alive' || !isSteady(now.record)) return null;
    const { generationStartedAt } = now.record;
    if (readNote(note) !== generationStartedAt) {
      signal(record, 'SIGTERM');
      tryToNote(note, generationStartedAt);
    }
    return generationStartedAt;
  } finally {
    lock.release();
  }
}

/** The server may have ended by now, and its folder with it. */
function tryToNote(path: string, text: string): void {
  try {
    replaceFile(path, text);
  } catch {
    // Another `stop` reads the state of the server.
  }
}

function readNote(path: string): string | null {
  try {
    return readRegularFile(path);
  } catch {
    return null;
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
