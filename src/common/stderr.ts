/**
 * Writes to a descriptor synchronously and in order, but never blocks on a slow or vanished reader: the server must be able
 * to stop and restart when its terminal has hung up, its pipe is broken or the disk with its log is full.
 */
import { writeSync } from 'node:fs';

/** Writes lines to one descriptor. */
export interface LineWriter {
  /** @param text ends with a line break */
  write(text: string): void;
  /** Waits for a slow reader, for at most a second. */
  flush(): void;
  /** Called when a slow reader has caught up, with the number of lines that it missed. */
  onDropped: ((count: number) => void) | null;
}

type WriteSome = (bytes: Uint8Array) => number;

/** Largest backlog for a slow reader, in bytes; further lines are dropped and counted. */
const WAITING_LIMIT = 1_048_576;
const RETRY_MS = 50;
const FLUSH_MS = 1_000;

/** @param writeSome like `fs.writeSync`: returns the number of bytes written, throws EAGAIN when none can be written now */
export function openWriter(descriptor: number, writeSome: WriteSome = (bytes) => writeSync(descriptor, bytes)): LineWriter {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;

  const put = (text: string): void => {
    const bytes = Buffer.from(text);
    if (waitingBytes + bytes.length > WAITING_LIMIT) {
      dropped++;
      return;
    }
    waiting.push(bytes);
    waitingBytes += bytes.length;
  };

  /** Writes as much of the backlog as possible; true when it is empty. */
  const advance = (): boolean => {
    while (waiting.length > 0) {
      const written = writeOrDrop(writeSome, waiting[0] as Buffer);
      if (written === null) return false;
      const [first] = waiting as [Buffer];
      waitingBytes -= written;
      if (written < first.length) waiting[0] = first.subarray(written);
      else waiting = waiting.slice(1);
    }
    if (dropped === 0 || !writer.onDropped) return true;
    const count = dropped;
    dropped = 0;
    writer.onDropped(count);
    return waiting.length === 0;
  };

  const retry = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      if (!advance()) retry();
    }, RETRY_MS).unref();
  };

  const writer: LineWriter = {
    onDropped: null,
    write(text) {
      put(text);
      if (!advance()) retry();
    },
    flush() {
      const deadline = performance.now() + FLUSH_MS;
      while (!advance() && performance.now() < deadline) pause(RETRY_MS / 5);
    },
  };
  return writer;
}

/** Bytes written; null when nothing can be written now. Output that can never be written (closed pipe) counts as written. */
function writeOrDrop(writeSome: WriteSome, bytes: Buffer): number | null {
  try {
    return writeSome(bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EAGAIN' || code === 'EBUSY' ? null : bytes.length;
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
