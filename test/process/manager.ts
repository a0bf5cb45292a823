/** A fake service manager: a datagram socket that records its messages. Node.js has no such sockets, so the C library creates it. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeFolder, waitFor } from './harness.ts';

export interface TestManager {
  /** Value for `NOTIFY_SOCKET`. */
  readonly socket: string;
  /** All messages so far, in order, each as a list of lines. */
  messages(): readonly (readonly string[])[];
  /** Waits until a message from number `from` on has this line, and returns all messages. */
  until(line: string, from?: number): Promise<readonly (readonly string[])[]>;
  /** Fills its receive buffer, so that later messages must wait for `listen`. Returns the number of messages that fitted. */
  fill(): number;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;
const CLOCK_MONOTONIC = 1;

const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
const libc = koffi.load(null);
const openSocket = libc.func('int socket(int, int, int)');
const bind = libc.func('int bind(int, const void *, unsigned int)');
const receive = libc.func('int64_t recv(int, _Out_ void *, size_t, int)');
const sendTo = libc.func('int64_t sendto(int, const void *, size_t, int, const void *, unsigned int)');
const close = libc.func('int close(int)');
const clockGetTime = libc.func('int clock_gettime(int, _Out_ void *)');

/** The kernel's monotonic clock, in microseconds. */
export function readMonotonicClock(): bigint {
  const time = Buffer.alloc(16);
  clockGetTime(CLOCK_MONOTONIC, time);
  const [seconds = 0n, nanoseconds = 0n] = new BigInt64Array(time.buffer, time.byteOffset, 2);
  return seconds * 1_000_000n + nanoseconds / 1_000n;
}

/** @param isDeaf the socket is not read until a test waits for a message */
export function startManager({ socket = join(makeFolder(), 'notify'), isDeaf = false } = {}): TestManager {
  const address = Buffer.concat([Buffer.from(Uint16Array.of(AF_UNIX).buffer), Buffer.from(socket.replace(/^@/, '\0'))]);
  const descriptor = openSocket(AF_UNIX, SOCK_DGRAM, 0) as number;
  if ((bind(descriptor, address, address.length) as number) !== 0) throw new Error(`bind ${socket}: errno ${koffi.errno()}`);
  const messages: string[][] = [];
  const take = () => {
    const buffer = Buffer.alloc(4_096);
    for (let count = 1; count > 0;) {
      count = Number(receive(descriptor, buffer, buffer.length, MSG_DONTWAIT));
      if (count > 0) messages.push(buffer.toString('utf8', 0, count).split('\n'));
    }
  };
  const timer = isDeaf ? undefined : setInterval(take, 20);
  onTestFinished(() => {
    clearInterval(timer);
    close(descriptor);
  });
  return {
    socket,
    messages: () => (take(), messages),
    async until(line, from = 0) {
      const found = () => (take(), messages.findIndex((lines, at) => at >= from && lines.includes(line)));
      await waitFor(
        () => found() >= 0,
        () => `nobody said ${line}: ${JSON.stringify(messages)}`,
      );
      return messages.slice(0, found() + 1);
    },
    fill() {
      const text = Buffer.from('full');
      let fitted = 0;
      while (Number(sendTo(descriptor, text, text.length, MSG_DONTWAIT, address, address.length)) > 0) fitted++;
      return fitted;
    },
  };
}
