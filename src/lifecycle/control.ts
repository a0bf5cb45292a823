/** The side of `reload` and `restart`: sends a request to a running server, and waits for the real outcome. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ZscalerMcpError } from '../common/errors.ts';
import { describeCompany, describeHeirs, findOthers, withCompany } from './company.ts';
import { findServer, troubleWith, type Found, type Whereabouts } from './find-server.ts';
import { identify, presenceOf, whyDeaf } from './identity.ts';
import { acquireLock } from './lock.ts';
import { removeIfEmpty } from './pid-file.ts';
import { folderOf, readPidFile } from './reading.ts';
import type { LifecycleRecord, Operation } from './record.ts';
import { isPending, newOperationId, removeRequest, submitRequest, takeAnswer, withdrawRequest, type OperationRequest } from './requests.ts';
import { sayError, signal, speaker, type Say } from './speak.ts';
import { judgeGeneration } from './verdicts.ts';

/** How `ask` asks: the conditions of the request, where the server is, and how long to wait for its verdict. */
export interface AskOptions extends Pick<OperationRequest, 'dryRun' | 'expectGeneration' | 'sessions'> {
  readonly where: Whereabouts;
  /** For the lock and the verdict together. */
  readonly timeoutMs: number;
  /** False: return `requested` once the server has been signalled. */
  readonly wait: boolean;
}

/** Asks for a reload or a restart and waits for the verdict. Never throws for what the server or its PID file does. */
export async function ask(kind: OperationRequest['kind'], options: AskOptions): Promise<Operation> {
  const { where, timeoutMs, wait, dryRun, expectGeneration, sessions } = options;
  const startedAt = performance.now();
  const request = { id: newOperationId(), kind, dryRun, expectGeneration, sessions, askedBy: { uid: null, pid: process.pid } };
  const found = findServer(where);
  const say = speaker({ id: request.id, kind, note: found.note, startedAt });
  const others = findOthers(found, where);
  const trouble = troubleWith(found);
  if (trouble?.outcome === 'not-running' && others.length > 0) return say('not-running', describeHeirs(others));
  if (trouble) return say(trouble.outcome, trouble.message);
  const company = describeCompany(kind, found, others);
  try {
    return withCompany(await askUnderLock({ request, path: found.path ?? '', deadline: startedAt + timeoutMs, wait, say }), company);
  } catch (error) {
    if (error instanceof ZscalerMcpError && error.code === 'ERR_LOCK_BUSY') return say('busy', `${error.message}; nothing was asked`);
    return sayError(say, error);
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
    const gone = troubleWith({ path, reading: readPidFile(path), note: null, places: [path] });
    if (gone) return say(gone.outcome, gone.message);
    const lock = await acquireLock(folder, Math.max(0, deadline - performance.now()));
    try {
      const found: Found = { path, reading: readPidFile(path), note: null, places: [path] };
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
  submitRequest(folder, { ...request, waiter: wait ? identify(process.pid) : null });
  // If another signal has made the server read its requests already, ours must not be sent: it would count as a bare one.
  if (isPending(folder, id)) {
    const reading = readPidFile(path);
    const trouble = troubleWith({ path, reading, note: null, places: [path] });
    if (trouble || reading.kind !== 'record' || reading.record.state !== 'ready') {
      removeRequest(folder, id);
      if (trouble) return say(trouble.outcome, trouble.message, record);
      return say('busy', 'the server changed its state at this moment; nothing was asked', record);
    }
    signal(record, kind === 'reload' ? 'SIGHUP' : 'SIGUSR2');
  }
  if (!wait) return say('requested', `${kind} requested, not confirmed`, record);
  return waitForAnswer(errand, record);
}

async function waitForAnswer({ request, path, deadline, say }: Errand, asked: LifecycleRecord): Promise<Operation> {
  const begunAt = performance.now();
  const { id, kind } = request;
  const folder = folderOf(path);
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.3, 50)) {
    const answer = takeAnswer(folder, request);
    if (answer) return answer;
    // Judged by the process, not by the file: the server writes the file again if something deletes it.
    if (presenceOf(asked.pid, asked.identity) !== 'alive') {
      const late = takeAnswer(folder, request);
      // The next server at this place must not find a request that was meant for this one.
      if (!late) removeRequest(folder, id);
      return late ?? say('failed', `the server (PID ${asked.pid}) ended during the ${kind}; its log says why`, asked);
    }
    if (performance.now() >= deadline) return say('timed-out', giveUp(folder, request, asked, performance.now() - begunAt), asked);
    await sleep(pauseMs);
  }
}

const LEAST_TO_JUDGE_MS = 500;

/** Withdraws a request that was not answered in time. @returns what is known then, in words */
function giveUp(folder: string, { id, kind }: OperationRequest, { pid }: LifecycleRecord, waitedMs: number): string {
  try {
    if (!withdrawRequest(folder, id)) return 'no answer in time: the outcome is unknown';
  } catch {
    // It stays where it is, and ends with this process.
  }
  // What a process does at one moment is no reason for it.
  const why = waitedMs < LEAST_TO_JUDGE_MS ? '' : whyDeaf(pid);
  return `the server did not take the request in time${why}; it was withdrawn, and this ${kind} will not be carried out`;
}
