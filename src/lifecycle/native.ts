/** The few calls of the C library that Node.js lacks: duplicate a descriptor so that it survives an exec, and exec itself. */
import { createRequire } from 'node:module';

export interface Native {
  /** A second descriptor for the same thing, one that an exec keeps. */
  duplicate(descriptor: number): number;
  /** Keeps a descriptor from children and from the next exec. */
  closeOnExec(descriptor: number, on: boolean): void;
  /** An unnamed file in memory, closed on exec. Linux only; elsewhere -1. */
  memoryFile(name: string): number;
  /** Replaces the program; returns only when that failed, with the errno. */
  execute(path: string, argv: readonly string[], env: readonly string[]): number;
}

let loaded: Native | null | undefined;

/** Loads the FFI on first use (about 10 ms). Null where it is not installed or does not know the platform. */
export function loadNative(): Native | null {
  if (loaded === undefined) loaded = process.platform === 'win32' || process.env[DISABLE_VARIABLE] === '1' ? null : open();
  return loaded;
}

/** For tests and for platforms where the FFI misbehaves: restart binds anew instead of handing descriptors over. */
export const DISABLE_VARIABLE = 'ZSCALER_MCP_DISABLE_FFI';

/** Whether the FFI could be loaded, without the cost of loading it. */
export function isInstalled(): boolean {
  if (process.platform === 'win32' || process.env[DISABLE_VARIABLE] === '1') return false;
  try {
    createRequire(import.meta.url).resolve('koffi');
    return true;
  } catch {
    return false;
  }
}

function open(): Native | null {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const libc = koffi.load(null);
    const dup = libc.func('int dup(int)');
    const fcntl = libc.func('int fcntl(int, int, ...)');
    const execve = libc.func('int execve(const char *path, const char **argv, const char **env)');
    const memfdCreate = process.platform === 'linux' ? libc.func('int memfd_create(const char *name, unsigned int flags)') : null;
    return {
      duplicate(descriptor) {
        const copy = dup(descriptor) as number;
        if (copy < 0) throw new Error(`dup(${descriptor}) failed: errno ${koffi.errno()}`);
        return copy;
      },
      closeOnExec(descriptor, on) {
        const done = fcntl(descriptor, F_SETFD, 'int', on ? FD_CLOEXEC : 0) as number;
        if (done < 0) throw new Error(`fcntl(${descriptor}, F_SETFD) failed: errno ${koffi.errno()}`);
      },
      memoryFile: (name) => (memfdCreate ? (memfdCreate(name, MFD_CLOEXEC) as number) : -1),
      execute(path, argv, env) {
        execve(path, [...argv, null], [...env, null]);
        return koffi.errno();
      },
    };
  } catch {
    // Not installed, or no build for this platform: restart says so and does without.
    return null;
  }
}

// POSIX fcntl.h and Linux memfd_create(2)
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const MFD_CLOEXEC = 1;
