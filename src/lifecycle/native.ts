/** The calls of the C library that Node.js lacks: descriptors that survive an exec, exec itself, local datagrams. */
import { getSystemErrorMessage } from 'node:util';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type { Launch } from './launch.ts';

/** The C library, as far as it is used here. Descriptors are numbers of open files and sockets of this process. */
export interface Native {
  /** dup(2): a second descriptor for the same file or socket, kept by an exec. @throws Error when there are too many */
  duplicate(descriptor: number): number;
  /** Whether children and the next image do not get the descriptor (FD_CLOEXEC). @throws Error when it is not open */
  closeOnExec(descriptor: number, on: boolean): void;
  /** memfd_create(2): descriptor of an unnamed file in memory, closed on exec. Linux only; elsewhere -1. */
  memoryFile(name: string): number;
  /** execve(2): replaces the program. Returns only on failure, with the errno. */
  execute(path: string, argv: readonly string[], env: readonly string[]): number;
  /** _exit(2): ends the process without waiting for its threads. */
  exit(code: number): void;
  /** waitpid(2): collects a child that has ended. False while it lives, and when it is not a child. */
  reap(pid: number): boolean;
  /** Sends one datagram to a local socket (a path, or `@name` for an abstract one) without waiting; 0 or the errno. Linux only. */
  sendDatagram(socket: string, text: string): number;
}

/** `1` switches the FFI off, for tests and for platforms where it misbehaves: a restart then binds its socket again. */
const DISABLE_VARIABLE = 'ZSCALER_MCP_DISABLE_FFI';

const isSwitchedOff = ({ env }: Pick<Launch, 'env'>): boolean => process.platform === 'win32' || env[DISABLE_VARIABLE] === '1';

let loaded: Native | null = null;

/**
 * Loads the FFI (koffi) on first use, in about 10 ms. Null where it is not installed, has no build for the platform or is switched
 * off; tried again the next time, since its folder may have been out of reach for a moment.
 */
export function loadNative(launch: Pick<Launch, 'env'>): Native | null {
  loaded ??= isSwitchedOff(launch) ? null : open();
  return loaded;
}

/** Whether the FFI could be loaded, without the cost of loading it. */
export function isInstalled(launch: Pick<Launch, 'env'>): boolean {
  if (isSwitchedOff(launch)) return false;
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
    const exit = libc.func('void _exit(int)');
    const waitpid = libc.func('int waitpid(int, void *, int)');
    const memfdCreate = process.platform === 'linux' ? libc.func('int memfd_create(const char *name, unsigned int flags)') : null;
    return {
      duplicate(descriptor) {
        const copy = dup(descriptor) as number;
        if (copy < 0) throw new Error(`a socket cannot be duplicated for the next generation: ${getSystemErrorMessage(-koffi.errno())}`);
        return copy;
      },
      closeOnExec(descriptor, on) {
        const done = fcntl(descriptor, F_SETFD, 'int', on ? FD_CLOEXEC : 0) as number;
        if (done < 0) throw new Error(`a socket cannot be marked for the next generation: ${getSystemErrorMessage(-koffi.errno())}`);
      },
      memoryFile: (name) => (memfdCreate ? (memfdCreate(name, MFD_CLOEXEC) as number) : -1),
      execute(path, argv, env) {
        execve(path, [...argv, null], [...env, null]);
        return koffi.errno();
      },
      exit: (code) => void exit(code),
      reap: (pid) => (waitpid(pid, null, WNOHANG) as number) === pid,
      sendDatagram: process.platform === 'linux' ? datagramSender(koffi, libc) : () => constants.errno.ENOSYS,
    };
  } catch {
    // Not installed, or no build for this platform.
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
