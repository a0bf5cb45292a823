/**
 * Whether a server does anything: `status` leaves a question in the folder beside the PID file, and the server removes it. No
 * signal is sent and no port is asked, so the answer depends on nothing but the server's event loop, over stdio as well.
 */
import { closeSync, constants, openSync, readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inFolder, inFolderIfThere, lstatOrNull, removeIfThere } from './files.ts';
import { isStopped, presenceOf } from './identity.ts';
import { folderOf } from './reading.ts';
import type { LifecycleRecord } from './record.ts';
import { newOperationId } from './requests.ts';

const PREFIX = 'question-';
const LOOK_EVERY_MS = 1_000;
/** While the program is replaced nothing can answer; it takes at most as long as the take-over and the way back. */
const REPLACING_MS = 45_000;

/**
 * The server's side: answers from now on, as long as the process lives. Never throws.
 * @param folderNow null while the server has no PID file: questions there are for another server
 */
export function answerQuestions(folderNow: () => string | null): void {
  let watched: { readonly inode: number; readonly watcher: FSWatcher } | null = null;
  const answer = () => {
    const folder = folderNow();
    if (folder === null) return;
    try {
      inFolder(folder, (at) => {
        for (const name of readdirSync(at)) if (name.startsWith(PREFIX)) removeIfThere(join(at, name));
      });
    } catch {
      // Asked again in a second.
    }
  };
  const look = () => {
    answer();
    const folder = folderNow();
    if (folder === null) return;
    const inode = statSync(folder, { throwIfNoEntry: false })?.ino;
    if (inode === undefined || inode === watched?.inode) return;
    watched?.watcher.close();
    watched = null;
    try {
      const watcher = watch(folder, { persistent: false }, answer).on('error', () => watcher.close());
      watched = { inode, watcher };
    } catch {
      // No watches are left: the answer comes within a second.
    }
  };
  setInterval(quietly(look), LOOK_EVERY_MS).unref();
  quietly(look)();
}

const quietly = (work: () => void) => (): void => {
  try {
    work();
  } catch {
    // Tried again in a second.
  }
};

/** A server to ask: where its PID file is, and what that says. */
interface Asked {
  readonly path: string;
  readonly record: Pick<LifecycleRecord, 'pid' | 'identity'>;
}

/**
 * The command's side. False when there was no answer in time, or the process ended meanwhile; null where it could not be asked,
 * since nothing can be written beside its PID file.
 */
export async function isAnswering({ path, record: { pid, identity } }: Asked, limitMs: number): Promise<boolean | null> {
  const deadline = performance.now() + limitMs;
  const before = touchedAt(path);
  const name = `${PREFIX}${newOperationId()}`;
  const question = join(folderOf(path), name);
  const isAsked = createEmpty(folderOf(path), name);
  try {
    for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.3, 20)) {
      if (isAsked && !lstatOrNull(question)) return true;
      // A server also touches its PID file once a second: all that one does which could not be asked.
      const now = touchedAt(path);
      if (now !== null && now !== before) return true;
      if (presenceOf(pid, identity) !== 'alive') return false;
      if (performance.now() >= deadline) return isAsked || isStopped(pid) ? false : null;
      await sleep(pauseMs);
    }
  } finally {
    if (isAsked) inFolderIfThere(folderOf(path), false, (at) => removeIfThere(join(at, name)));
  }
}

/** Whether the program is being replaced, or has just been started: then no answer can be expected yet. */
export function isBetweenPrograms(path: string, { state, pid }: Pick<LifecycleRecord, 'state' | 'pid'>): boolean {
  if (state !== 'executing' && state !== 'starting') return false;
  const since = touchedAt(path);
  return since !== null && Date.now() - since < REPLACING_MS && !isStopped(pid);
}

function createEmpty(folder: string, name: string): boolean {
  try {
    return inFolder(folder, (at) => createNew(join(at, name)));
  } catch {
    return false;
  }
}

function createNew(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0), 0o600));
    return true;
  } catch {
    return false;
  }
}

function touchedAt(path: string): number | null {
  try {
    return lstatOrNull(path)?.mtimeMs ?? null;
  } catch {
    return null;
  }
}
