/** Requests of commands to a running server, and its answers: one small file each, in the folder beside the PID file. */
import { randomBytes } from 'node:crypto';
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { ZscalerMcpError } from '../common/errors.ts';
import { createFile, inFolder, inFolderIfThere, lstatOrNull, readOwned, readRegularFile, removeIfThere, replaceFile } from './files.ts';
import { presenceOf, type Identity } from './identity.ts';
import { IDENTITY, parseAnswer } from './parse.ts';
import type { Asker, Operation } from './record.ts';
import { Misfit, parseShaped, type Keys } from './shapes.ts';

/**
 * One reload or restart that was asked for, from the moment it is asked until it is answered: by a command, by a bare signal,
 * or by the server itself when a file of its configuration has changed.
 */
export interface OperationRequest {
  readonly id: string;
  readonly kind: 'reload' | 'restart';
  /** Only say what would happen. */
  readonly dryRun: boolean;
  /** Refuse if another generation runs; null: any will do. */
  readonly expectGeneration: number | null;
  /** Of a restart: what becomes of client sessions. Null: what the configuration says; absent in what an older version wrote. */
  readonly sessions?: 'keep' | 'end' | null;
  /** Null for a bare signal. */
  readonly askedBy: Asker | null;
  /**
   * The command that waits for the answer: when it has ended, the request is withdrawn. Null when none waits; absent in what an
   * older version wrote.
   */
  readonly waiter?: Identity | null;
}

/** A request without conditions that no command waits for: of a bare signal, or of the server itself. */
export const unattendedRequest = (kind: OperationRequest['kind'], askedBy: Asker | null): OperationRequest => ({
  id: newOperationId(),
  kind,
  dryRun: false,
  expectGeneration: null,
  sessions: null,
  askedBy,
});

/** Whether the command that waited for the answer has ended, by a signal perhaps: then nobody wants the operation any more. */
export function isWithdrawn({ askedBy, waiter = null }: Pick<OperationRequest, 'askedBy' | 'waiter'>): boolean {
  if (waiter === null || askedBy === null || askedBy.pid === null) return false;
  const presence = presenceOf(askedBy.pid, waiter);
  return presence === 'gone' || presence === 'reused';
}

/** Whether a command waits for the answer. */
export const isAwaited = ({ askedBy }: Pick<OperationRequest, 'askedBy'>): boolean => askedBy !== null && askedBy.by === undefined;

/** A new id of an operation; ids sort by the time they were made. */
export const newOperationId = (): string => `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`;

/** Writes a request for the server to take. The file names the process that asks; its owner is the user. */
export const submitRequest = (folder: string, { askedBy, ...request }: OperationRequest): void => {
  const keepSessions = request.sessions !== 'end';
  inFolder(folder, (at) =>
    createFile(requestPath(at, request.id), JSON.stringify({ ...request, keepSessions, pid: askedBy?.pid ?? null })),
  );
};

/** Removes a request for which no signal was sent; false when the server has taken it already. */
export const removeRequest = (folder: string, id: string): boolean =>
  inFolderIfThere(folder, false, (at) => removeIfThere(requestPath(at, id)));

/**
 * Withdraws a request whose signal may still be on its way: a mark stays, which tells the server that the signal is not a bare
 * one. False when the server has taken the request already.
 * @throws when the file cannot be renamed; the request counts as withdrawn once this process has ended
 */
export function withdrawRequest(folder: string, id: string): boolean {
  try {
    inFolder(folder, (at) => renameSync(requestPath(at, id), markPath(at, id)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}

export const isPending = (folder: string, id: string): boolean =>
  inFolderIfThere(folder, false, (at) => lstatOrNull(requestPath(at, id)) !== null);

/** What was found in the folder. */
export interface Arrivals {
  readonly requests: readonly OperationRequest[];
  /** Number of requests that nobody wants any more; the signal of each may still arrive. */
  readonly withdrawn: number;
}

/**
 * Takes the requests of some kinds that wait, oldest first, and the marks of withdrawn ones. A file that does not hold a request
 * is removed. A request that is withdrawn at the same moment is either taken or withdrawn, never both.
 * @throws when the folder or a file cannot be read; requests not taken by then keep waiting
 */
export const takeRequests = (folder: string, kinds: readonly OperationRequest['kind'][]): Arrivals =>
  inFolderIfThere(folder, { requests: [], withdrawn: 0 }, (at) => takeIn(at, kinds));

function takeIn(folder: string, kinds: readonly OperationRequest['kind'][]): Arrivals {
  const taken = pendingFiles(folder).flatMap(({ path, id, isMark }) => {
    const request = readRequest(path);
    const isValid = request?.id === id;
    if (isValid && !kinds.includes(request.kind)) return [];
    const isOurs = removeIfThere(path);
    return isOurs && isValid ? [{ request, isUnwanted: isMark || isWithdrawn(request) }] : [];
  });
  const requests = taken.flatMap(({ request, isUnwanted }) => (isUnwanted ? [] : [request]));
  return { requests, withdrawn: taken.length - requests.length };
}

/** The files of requests that nobody wants any more: marks, and requests whose command has ended. Empty when the folder cannot be read. */
export function unwantedFiles(folder: string): string[] {
  try {
    return pendingFiles(folder).flatMap(({ path, isMark }) => {
      const request = isMark ? null : readRequest(path);
      return isMark || (request && isWithdrawn(request)) ? [path] : [];
    });
  } catch {
    return [];
  }
}

/** Which generation a `stop` has sent SIGTERM to: a second signal would cut the requests that it lets finish. */
export const STOP_NOTE = 'stop.sent';

/** Removes what a dead server left in its folder: the commands have given up, and a handover holds secrets. */
export function removeLeftovers(folder: string): void {
  for (const name of namesIn(folder))
    if (/^(request|withdrawn|question|witness|answer|handover)-/.test(name) || name === STOP_NOTE) removeIfThere(join(folder, name));
}

export const writeAnswer = (folder: string, operation: Operation): void =>
  inFolder(folder, (at) => replaceFile(answerPath(at, operation.id), JSON.stringify(operation)));

/** Reads and removes the answer to a request; null while there is none. @throws ZscalerMcpError ERR_RECORD_UNUSABLE */
export function takeAnswer(folder: string, request: Pick<OperationRequest, 'id' | 'kind'>): Operation | null {
  const path = answerPath(folder, request.id);
  const text = inFolderIfThere(folder, null, (at) => {
    const found = readOrNull(answerPath(at, request.id));
    if (found !== null) removeIfThere(answerPath(at, request.id));
    return found;
  });
  if (text === null) return null;
  try {
    return parseAnswer(text, request);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new ZscalerMcpError('ERR_RECORD_UNUSABLE', `the answer of the server at ${path} cannot be used: ${error.message}`, {
      hint: `Whether the ${request.kind} was done, \`zscaler-mcp status\` and the log of the server say.`,
    });
  }
}

/** Removes answers that no command has read. */
export const removeOldAnswers = (folder: string, olderThanMs: number): void =>
  inFolderIfThere(folder, undefined, (at) => removeOldIn(at, olderThanMs));

function removeOldIn(folder: string, olderThanMs: number): void {
  for (const name of namesIn(folder)) {
    if (!/^answer-.*\.json$/.test(name)) continue;
    const stats = lstatOrNull(join(folder, name));
    if (stats && Date.now() - stats.mtimeMs > olderThanMs) removeIfThere(join(folder, name));
  }
}

interface PendingFile {
  readonly path: string;
  readonly id: string;
  /** Left by a command that has withdrawn its request. */
  readonly isMark: boolean;
}

/** A folder of such a name is passed over: no command made it, and to remove it may fail for ever. */
function pendingFiles(folder: string): PendingFile[] {
  return namesIn(folder)
    .flatMap((name): PendingFile[] => {
      const [, prefix, id] = /^(request|withdrawn)-([\da-z-]+)\.json$/.exec(name) ?? [];
      const path = join(folder, name);
      return id === undefined || lstatOrNull(path)?.isDirectory() ? [] : [{ path, id, isMark: prefix === 'withdrawn' }];
    })
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

/** Conditions that an older command does not know are absent. */
function parseRequest(text: string, uid: number | null): OperationRequest | null {
  try {
    const { pid, keepSessions = false, ...value } = parseShaped(text, REQUEST) as WrittenRequest;
    const sessions = keepSessions ? 'keep' : null;
    return { dryRun: false, expectGeneration: null, sessions, waiter: null, ...value, askedBy: { uid, pid } };
  } catch {
    return null;
  }
}

type WrittenRequest = Pick<OperationRequest, 'id' | 'kind'> & {
  readonly pid: number | null;
  /** What versions read that do not know `sessions`; they end sessions without it. */
  readonly keepSessions?: boolean;
};

const REQUEST: Keys = {
  required: { id: 'text', kind: { oneOf: ['reload', 'restart'] }, pid: { orNull: 'number' } },
  optional: {
    dryRun: 'flag',
    expectGeneration: { orNull: 'number' },
    keepSessions: 'flag',
    sessions: { orNull: { oneOf: ['keep', 'end'] } },
    waiter: { orNull: IDENTITY },
  },
};

/** Null also for what is not a regular file, or too large for a request. @throws when it cannot be read */
function readRequest(path: string): OperationRequest | null {
  try {
    const { text, uid } = readOwned(path);
    return parseRequest(text, uid);
  } catch (error) {
    if (error instanceof ZscalerMcpError || NO_FILE.has((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Gone, a link or a socket. */
const NO_FILE: ReadonlySet<string> = new Set(['ENOENT', 'ELOOP', 'ENXIO']);

function readOrNull(path: string): string | null {
  try {
    return readRegularFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const markPath = (folder: string, id: string): string => join(folder, `withdrawn-${id}.json`);
const requestPath = (folder: string, id: string): string => join(folder, `request-${id}.json`);
const answerPath = (folder: string, id: string): string => join(folder, `answer-${id}.json`);
