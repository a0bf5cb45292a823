/** Lets one command at a time work on a server: a lock file that names its holder, so that a dead holder's lock can be broken. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZscalerMcpError } from '../common/errors.ts';
import { createFile, createFolder, inFolder, lstatOrNull, readRegularFile, removeIfThere } from './files.ts';
import { identify, isIdentity, isPid, isStopped, presenceOf, whyDeaf, type Identity } from './identity.ts';

interface Holder {
  readonly pid: number;
  readonly identity: Identity;
  /** Tells this holding from an earlier one of the same process. */
  readonly nonce: string;
}

/** A held lock. */
export interface Lock {
  release(): void;
}

/** Waits up to `waitMs` for the lock. @throws ZscalerMcpError ERR_LOCK_BUSY */
export async function acquireLock(folder: string, waitMs: number): Promise<Lock> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = tryInFolder(folder);
    if (lock) return lock;
    if (performance.now() >= deadline) {
      throw new ZscalerMcpError('ERR_LOCK_BUSY', `another command is working on this server${describeHolder(folder)}`, {
        hint: 'Wait for it to finish and try again.',
      });
    }
    await sleep(10);
  }
}

/** The server creates the folder, and creates it again if something deletes it; a command does not wait for that. */
function tryInFolder(folder: string): Lock | null {
  try {
    if (!lstatOrNull(folder)) createFolder(folder);
    return tryLock(folder);
  } catch (error) {
    // Created by another process, or removed by a server that ended, at this moment.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && (code !== 'ENOENT' || lstatOrNull(dirname(folder)) === null)) throw error;
    return null;
  }
}

/** Runs `work` under the lock. @throws ZscalerMcpError ERR_LOCK_BUSY, and what `work` throws */
export async function withLock<T>(folder: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(folder, waitMs);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** One attempt; null when the lock is held. A stale lock is broken for the next attempt. @param name of its file */
export function tryLock(folder: string, name = 'lock'): Lock | null {
  const nonce = randomBytes(8).toString('hex');
  const holder: Holder = { pid: process.pid, identity: identify(process.pid), nonce };
  return inFolder(folder, (at) => {
    if (createFile(join(at, name), JSON.stringify(holder))) return { release: () => releaseLock(folder, name, nonce) };
    breakIfStale(join(at, name));
    return null;
  });
}

/** Does nothing when another process holds the lock by now, or the folder is gone with its server. */
function releaseLock(folder: string, name: string, nonce: string): void {
  try {
    inFolder(folder, (at) => (readHolder(join(at, name))?.nonce === nonce ? removeIfThere(join(at, name)) : false));
  } catch (error) {
    const isReplaced = error instanceof ZscalerMcpError || (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isReplaced) throw error;
  }
}

/** Process id of the present holder; null when there is none. */
export const lockHolder = (folder: string): number | null => readHolder(join(folder, 'lock'))?.pid ?? null;

/** Which process holds the lock, what it does and since when, to continue a sentence; empty when nothing holds it by now. */
function describeHolder(folder: string): string {
  const pid = lockHolder(folder);
  const since = lstatOrNull(join(folder, 'lock'))?.mtime;
  if (pid === null || since === undefined) return '';
  const seconds = Math.max(0, Math.round((Date.now() - since.getTime()) / 1_000));
  return `: ${commandOf(pid)} (PID ${pid}), since ${since.toISOString().slice(11, 19)} UTC, ${seconds} s ago${isStopped(pid) ? whyDeaf(pid) : ''}`;
}

const COMMANDS: readonly string[] = ['reload', 'restart', 'stop'];

/** From its arguments, of which only known words are shown. A server that starts has the lock, too. Linux only. */
function commandOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1);
    const command = words.find((word) => COMMANDS.includes(word));
    return command === undefined ? 'a server that starts' : `\`zscaler-mcp ${command}\``;
  } catch {
    return 'another process';
  }
}

/** Only the holder of the guard may break a lock: without it, a second breaker could remove the lock taken after the first. */
function breakIfStale(path: string): void {
  if (!isStale(path)) return;
  const guard = `${path}.break`;
  const nonce = randomBytes(8).toString('hex');
  const breaker: Holder = { pid: process.pid, identity: identify(process.pid), nonce };
  if (!createFile(guard, JSON.stringify(breaker))) {
    if (isStale(guard)) removeIfThere(guard);
    return;
  }
  try {
    if (isStale(path)) removeIfThere(path);
  } finally {
    removeIfThere(guard);
  }
}

const GUARD_LIFE_MS = 5_000;

function isStale(path: string): boolean {
  const holder = readHolder(path);
  // Locks are created whole or not at all, so one without a holder was not written by this program.
  if (!holder) return lstatOrNull(path) !== null && Date.now() - (lstatOrNull(path)?.mtimeMs ?? 0) > GUARD_LIFE_MS;
  const presence = presenceOf(holder.pid, holder.identity);
  return presence === 'gone' || presence === 'reused';
}

function readHolder(path: string): Holder | null {
  try {
    const holder = JSON.parse(readRegularFile(path)) as Partial<Holder> | null;
    return isPid(holder?.pid) && isIdentity(holder?.identity) ? (holder as Holder) : null;
  } catch {
    return null;
  }
}
