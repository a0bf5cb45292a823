/** What commands ask of a running server, and its answers: one small file each in the folder beside the PID file. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createFile, lstatOrNull, readRegularFile, removeIfThere, replaceFile } from './files.ts';
import type { Asker, Operation } from './record.ts';

export interface OperationRequest {
  readonly id: string;
  readonly kind: 'reload' | 'restart';
  readonly dryRun: boolean;
  readonly expectGeneration: number | null;
  /** Of a restart: client sessions go on in the next generation. Absent in what an older command asks. */
  readonly keepSessions?: boolean;
  /** Process id of the command, as it claims. */
  readonly pid: number;
}

/** A request as the server found it, with what the file system says of its author. */
export interface ReceivedRequest extends OperationRequest {
  readonly uid: number | null;
}

/** A request; or what nobody waits for, and nobody is answered: a bare signal (`askedBy` is null), or a file that changed. */
export interface Work extends Omit<OperationRequest, 'pid'> {
  readonly keepSessions: boolean;
  readonly askedBy: Asker | null;
}

/** Ids sort in the order in which they were made. */
export const newOperationId = (): string => `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`;

export const submitRequest = (folder: string, request: OperationRequest): void => {
  createFile(requestPath(folder, request.id), JSON.stringify(request));
};

/** Takes back a request; false when the server has taken it already. */
export const withdrawRequest = (folder: string, id: string): boolean => removeIfThere(requestPath(folder, id));

export const isPending = (folder: string, id: string): boolean => lstatOrNull(requestPath(folder, id)) !== null;

/**
 * Takes every request that waits, oldest first. A file that is none is removed: nobody can be answered. One that was
 * withdrawn at the same moment is not taken.
 * @throws when the folder or a file cannot be read; what was not taken waits on
 */
export function takeRequests(folder: string): ReceivedRequest[] {
  return pendingIds(folder).flatMap((id) => {
    const path = requestPath(folder, id);
    const stats = lstatOrNull(path);
    const request = stats?.isFile() ? parseRequest(readOrNull(path)) : null;
    const isOurs = removeIfThere(path);
    return isOurs && request && request.id === id ? [{ ...request, uid: stats?.uid ?? null }] : [];
  });
}

/** Removes what a server that died left unread in its folder: nobody waits for it any more, and it may hold secrets. */
export function removeLeftovers(folder: string): void {
  for (const name of namesIn(folder)) if (/^(request|answer|handover)-/.test(name)) removeIfThere(join(folder, name));
}

export const writeAnswer = (folder: string, operation: Operation): void =>
  replaceFile(answerPath(folder, operation.id), JSON.stringify(operation));

/** The answer to a request, once it is there; it is removed by being read. */
export function takeAnswer(folder: string, id: string): Operation | null {
  const text = readOrNull(answerPath(folder, id));
  if (text === null) return null;
  removeIfThere(answerPath(folder, id));
  return JSON.parse(text) as Operation;
}

/** Removes answers nobody came for. */
export function removeOldAnswers(folder: string, olderThanMs: number): void {
  for (const name of namesIn(folder)) {
    if (!/^answer-.*\.json$/.test(name)) continue;
    const stats = lstatOrNull(join(folder, name));
    if (stats && Date.now() - stats.mtimeMs > olderThanMs) removeIfThere(join(folder, name));
  }
}

function pendingIds(folder: string): string[] {
  return namesIn(folder)
    .flatMap((name) => /^request-([\da-z-]+)\.json$/.exec(name)?.[1] ?? [])
    .sort();
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

function parseRequest(text: string | null): OperationRequest | null {
  try {
    const value = JSON.parse(text ?? 'null') as OperationRequest | null;
    return value && (value.kind === 'reload' || value.kind === 'restart') && typeof value.id === 'string' ? value : null;
  } catch {
    return null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readRegularFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const requestPath = (folder: string, id: string): string => join(folder, `request-${id}.json`);
const answerPath = (folder: string, id: string): string => join(folder, `answer-${id}.json`);
