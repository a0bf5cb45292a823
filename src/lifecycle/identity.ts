/** Proves that a process id still belongs to the process it was recorded for. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** What tells a process from a later one with the same id. Null: the platform does not tell. */
export interface Identity {
  /** Link target of `/proc/<pid>/ns/pid`, e.g. `pid:[4026531836]`; null where there is no /proc. */
  readonly pidNamespace: string | null;
  /** /proc/sys/kernel/random/boot_id. */
  readonly bootId: string | null;
  /** Linux: field 22 of `/proc/<pid>/stat`, in clock ticks since boot. macOS: `lstart` of ps. */
  readonly startTime: string | null;
  readonly uid: number | null;
}

/**
 * Whether a recorded process still runs. `alive`: it does. `gone`: no such process, a zombie, or the machine has booted since.
 * `reused`: the id belongs to another process now. `elsewhere`: it was in another PID namespace, so it cannot be told from here.
 */
export type Presence = 'alive' | 'gone' | 'reused' | 'elsewhere';

/** Whether a file can have meant a process by this. */
export const isPid = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= MAX_PID;

/** Of any system: `kill` takes a larger number for another one. */
const MAX_PID = 2 ** 31 - 1;

/** Whether what was read from a file can be compared with a process. */
export const isIdentity = (value: unknown): value is Identity => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const facts = value as Record<string, unknown>;
  const areTexts = ['pidNamespace', 'bootId', 'startTime'].every((fact) => facts[fact] == null || typeof facts[fact] === 'string');
  return areTexts && (facts['uid'] == null || Number.isSafeInteger(facts['uid']));
};

/** The identity of a process as of now; fields are null when it does not exist. Runs `ps` on macOS. */
export function identify(pid: number): Identity {
  return {
    pidNamespace: readOrNull(() => readlinkSync('/proc/self/ns/pid')),
    bootId: readOrNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    startTime: startTimeOf(pid),
    uid: uidOf(pid),
  };
}

/** Compares a process with what was recorded: boot, namespace, existence, start time, user. Sends no signal but 0. */
export function presenceOf(pid: number, recorded: Identity): Presence {
  const here = identify(pid);
  if (recorded.bootId !== null && here.bootId !== null && recorded.bootId !== here.bootId) return 'gone';
  if (recorded.pidNamespace !== null && here.pidNamespace !== null && recorded.pidNamespace !== here.pidNamespace) return 'elsewhere';
  if (!exists(pid) || isZombie(pid)) return 'gone';
  if (recorded.startTime !== null && here.startTime !== null && recorded.startTime !== here.startTime) return 'reused';
  if (recorded.uid !== null && here.uid !== null && recorded.uid !== here.uid) return 'reused';
  return 'alive';
}

/**
 * Whether a record proves its process as well as this platform can: whatever the kernel tells here was recorded, and the process
 * is of the user who wrote it.
 * @param uid of the owner of the file; null where owners are not judged
 */
export function isProven(recorded: Identity, uid: number | null): boolean {
  const here = identify(process.pid);
  const isKnown = (['pidNamespace', 'bootId', 'startTime'] as const).every((fact) => here[fact] === null || recorded[fact]);
  return isKnown && (uid === null || here.uid === null || recorded.uid === uid);
}

/** Whether there is a process with this id, a zombie included. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether it has ended and its parent has not waited for it. Linux only; elsewhere false. */
export const isZombie = (pid: number): boolean => processState(pid) === 'Z';

/** Its state as one letter, see proc_pid_stat(5); null where there is no /proc. */
export const processState = (pid: number): string | null => statFields(pid)?.[0] ?? null;

/** Whether it is stopped, by SIGSTOP or by a debugger. Linux only; elsewhere false. */
export const isStopped = (pid: number): boolean => ['T', 't'].includes(processState(pid) ?? '');

/** Why a process does not react, to continue a sentence; empty when that cannot be seen. */
export function whyDeaf(pid: number): string {
  const state = processState(pid) ?? '';
  const words: Readonly<Record<string, string>> = {
    T: `its process is stopped (\`kill -CONT ${pid}\` lets it go on)`,
    t: 'a debugger holds its process',
    R: 'its process is busy',
    D: 'its process waits for a disk or a network file system',
  };
  return words[state] === undefined ? '' : `: ${words[state]}`;
}

function startTimeOf(pid: number): string | null {
  if (process.platform === 'linux') return statFields(pid)?.[19] ?? null;
  if (process.platform === 'darwin') {
    return readOrNull(() =>
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { LC_ALL: 'C', TZ: 'UTC' }, encoding: 'utf8' }).trim(),
    );
  }
  return null;
}

/** Fields 3 and following of `/proc/<pid>/stat`; field 2, the command, may itself contain spaces and brackets. */
function statFields(pid: number): string[] | null {
  const line = readOrNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return line === null
    ? null
    : line
        .slice(line.lastIndexOf(')') + 2)
        .trim()
        .split(' ');
}

function uidOf(pid: number): number | null {
  if (pid === process.pid) return process.getuid?.() ?? null;
  const status = readOrNull(() => readFileSync(`/proc/${pid}/status`, 'utf8'));
  const uid = status === null ? undefined : /^Uid:\s+(\d+)/m.exec(status)?.[1];
  return uid === undefined ? null : Number(uid);
}

function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
