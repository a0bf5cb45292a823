/** What one generation leaves to the next: through a descriptor where the FFI is available, else in a file that is deleted when read. */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ZscalerMcpError } from '../common/errors.ts';
import { inWords } from '../common/system-error.ts';
import { parseJson, stringifyJson } from '../common/json.ts';
import { identify } from './identity.ts';
import type { Launch, LoadedProgram } from './launch.ts';
import type { Native } from './native.ts';
import type { Change, Environment, LifecycleRecord } from './record.ts';
import type { OperationRequest } from './requests.ts';

/** A listening socket for the next generation; with `descriptor` null it must be bound again. */
export interface HandedListener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly descriptor: number | null;
}

/** A connection that continues in the next generation. */
export interface HandedConnection {
  readonly descriptor: number;
  /** The service's own data about an open stream on it; null when the connection is idle. */
  readonly stream: unknown;
}

/** Everything that the next generation takes over. Holds secrets. `State` is the service's type for a configuration. */
export interface Handover<State> {
  readonly schema: 1;
  /** The generation that takes over. */
  readonly generation: number;
  readonly record: LifecycleRecord;
  /** Null when the server runs without one. */
  readonly pidFile: string | null;
  readonly listeners: readonly HandedListener[];
  readonly connections: readonly HandedConnection[];
  /** The restart in progress; the next generation answers it. */
  readonly operation: UnfinishedRestart;
  /** Requests that arrived meanwhile; the next generation carries them out in order. */
  readonly queue: readonly OperationRequest[];
  /** The service's configuration, as it was rehearsed. */
  readonly state: State;
  /** What `saveSessions` gave; null when sessions end. */
  readonly sessions: unknown;
  /** What to come back to if the next generation cannot get ready; null in one that came back, so that it happens once only. */
  readonly former: Former<State> | null;
  /** Why the next generation gave up, in one that came back; else null. */
  readonly failure: string | null;
  /** `Launch.entry` of the first generation; a process that came back to an older program was started with another one. */
  readonly entry?: string;
  /** `Launch.main` of the first generation. Absent in what an older version handed over. */
  readonly main?: string;
  /** `Launch.cwd` and `Launch.searchPath` of the first generation. Absent in what an older version handed over. */
  readonly cwd?: string;
  readonly searchPath?: string | null;
  /** `Launch.manager` of the first generation. Absent in what an older version handed over: then it is in the environment. */
  readonly manager?: Readonly<Record<string, string>>;
}

/** The generation before: what to execute and to serve with if the next one fails. */
export interface Former<State> {
  readonly generation: number;
  readonly record: LifecycleRecord;
  readonly state: State;
  /** The program it ran, links resolved. Absent in what an older version handed over. */
  readonly program?: LoadedProgram;
}

/** The restart that an exec is part of: what the next generation must know to answer its request. */
export interface UnfinishedRestart extends Pick<OperationRequest, 'id' | 'askedBy'> {
  /** ISO time. */
  readonly startedAt: string;
  readonly changed: readonly Change[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** Absent in what an older version handed over. */
  readonly environment?: Environment;
}

/**
 * Writes a handover down. `value` is for the private variable: where the handover is, and for which process and generation.
 * `folder` is used where no file in memory can be had. `discard` removes it again.
 */
export function packHandover(handover: Handover<unknown>, native: Native | null, folder: string): { value: string; discard: () => void } {
  const bytes = write(handover);
  const bound = `${process.pid}:${identify(process.pid).startTime ?? ''}:${handover.generation}`;
  if (!native) {
    const path = join(folder, `handover-${randomBytes(8).toString('hex')}`);
    const discard = (): void => unlinkSync(path);
    const descriptor = createPrivate(path);
    try {
      writeAll(descriptor, bytes);
    } catch (error) {
      // What has been written so far holds secrets.
      discard();
      throw error;
    } finally {
      closeSync(descriptor);
    }
    return { value: `file:${bound}:${path}`, discard };
  }
  const original = openNameless(native, folder);
  try {
    writeAll(original, bytes);
    const descriptor = native.duplicate(original);
    return { value: `fd:${bound}:${descriptor}`, discard: () => closeSync(descriptor) };
  } finally {
    closeSync(original);
  }
}

/**
 * Reads and destroys the handover that the former generation left. Null when there is none for this process: a child may
 * have inherited the variable.
 * @throws ZscalerMcpError ERR_HANDOVER_INVALID
 */
export function unpackHandover({ handover: value }: Pick<Launch, 'handover'>): Handover<unknown> | null {
  if (value === null) return null;
  const [way, pid, startTime, generation, ...rest] = value.split(':');
  if (Number(pid) !== process.pid || startTime !== (identify(process.pid).startTime ?? '')) return null;
  try {
    const text = way === 'fd' ? readDescriptor(Number(rest[0])) : readOnce(rest.join(':'));
    const handover = parseJson(text) as Handover<unknown>;
    if (handover.schema !== 1 || handover.generation !== Number(generation)) throw new Error('it belongs to another generation');
    return handover;
  } catch (error) {
    throw new ZscalerMcpError('ERR_HANDOVER_INVALID', `what the former generation handed over cannot be used: ${inWords(error)}`, {
      cause: error,
    });
  }
}

/** @throws ZscalerMcpError ERR_EXEC_FAILED when it is longer than a text can be */
function write(handover: Handover<unknown>): Buffer {
  try {
    return Buffer.from(stringifyJson(handover));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ZscalerMcpError('ERR_EXEC_FAILED', 'what the sessions keep is more than can be handed to the next generation (512 MiB)', {
      hint: 'Restart with --end-sessions, or lower ZSCALER_MCP_SESSION_LIMIT.',
      cause: error,
    });
  }
}

/** A file in memory, or one on disk whose name has been removed. */
function openNameless(native: Native, folder: string): number {
  const inMemory = native.memoryFile('zscaler-mcp-handover');
  if (inMemory >= 0) return inMemory;
  const path = join(folder, `handover-${randomBytes(8).toString('hex')}`);
  const descriptor = createPrivate(path);
  unlinkSync(path);
  return descriptor;
}

const createPrivate = (path: string): number =>
  openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0), 0o600);

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at, at);
}

function readDescriptor(descriptor: number): string {
  try {
    const bytes = Buffer.alloc(fstatSync(descriptor).size);
    for (let at = 0; at < bytes.length;) {
      const count = readSync(descriptor, bytes, at, bytes.length - at, at);
      if (count === 0) break;
      at += count;
    }
    return bytes.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

function readOnce(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    unlinkSync(path);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
