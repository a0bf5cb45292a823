/** The few calls of the C library that Node.js lacks: descriptors that survive an exec, exec itself, local datagrams. */
import { createRequire } from 'node:module';
import { constants } from 'node:os';

export interface Native {
  /** A second descriptor for the same thing, one that an exec keeps. */
  duplicate(descriptor: number): number;
  /** Keeps a descriptor from children and from the next exec. */
  closeOnExec(descriptor: number, on: boolean): void;
  /** An unnamed file in memory, closed on exec. Linux only; elsewhere -1. */
  memoryFile(name: string): number;
  /** Replaces the program; returns only when that failed, with the errno. */
  execute(path: string, argv: readonly string[], env: readonly string[]): number;
  /** Takes note of the end of a child, which is then gone; false while it lives, and when it is no child. */
  reap(pid: number): boolean;
  /** Sends one datagram to a local socket, a path or an abstract `@name`, without waiting; 0 or the errno. Linux only. */
  sendDatagram(socket: string, text: string): number;
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
    const waitpid = libc.func('int waitpid(int, void *, int)');
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
      reap: (pid) => (waitpid(pid, null, WNOHANG) as number) === pid,
      sendDatagram: process.platform === 'linux' ? datagramSender(koffi, libc) : () => constants.errno.ENOSYS,
    };
  } catch {
    // Not installed, or no build for this platform: restart says so and does without.
    return null;
  }
}

type Koffi = typeof import('koffi');

function datagramSender(koffi: Koffi, libc: ReturnType<Koffi['load']>): Native['sendDatagram'] {
  const open = libc.func('int socket(int, int, int)');
  const close = libc.func('int close(int)');
  const sendto = libc.func('int64_t sendto(int, const void *, size_t, int, const void *, unsigned int)');
  return (name, text) => {
    const address = localAddress(name);
    if (address.length > SOCKADDR_UN_BYTES) return constants.errno.ENAMETOOLONG;
    const descriptor = open(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) as number;
    if (descriptor < 0) return koffi.errno();
    const bytes = Buffer.from(text);
    const sent = Number(sendto(descriptor, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length));
    const errno = sent < 0 ? koffi.errno() : 0;
    close(descriptor);
    return errno;
  };
}

/** A `sockaddr_un`, see unix(7): the family in the machine's byte order, then the name; a zero byte makes it abstract. */
function localAddress(name: string): Buffer {
  const family = Buffer.from(Uint16Array.of(AF_UNIX).buffer);
  return Buffer.concat([family, Buffer.from(name.startsWith('@') ? `\0${name.slice(1)}` : name)]);
}

// Linux: socket(2), send(2), unix(7)
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SOCKADDR_UN_BYTES = 110;

// The same on Linux and macOS: waitpid(2)
const WNOHANG = 1;

// POSIX fcntl.h and Linux memfd_create(2)
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const MFD_CLOEXEC = 1;
