/**
 * Writes to a descriptor at once, in order, and never holds the process up for a reader that is slow or gone: a server
 * must be able to stop and restart when its terminal hung up, its pipe broke or the disk of its log file is full.
 */
import { writeSync } from 'node:fs';

export interface LineWriter {
  /** `text` ends with a line break. */
  write(text: string): void;
  /** Gives a slow reader a moment to take what waits. */
  flush(): void;
}

type WriteSome = (bytes: Uint8Array) => number;

/** In bytes; what a slow reader may leave waiting. */
const WAITING_LIMIT = 1_048_576;
const RETRY_MS = 50;
const FLUSH_MS = 1_000;

/** @param writeSome as `fs.writeSync`: returns how many bytes went, throws EAGAIN when none can go now */
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

  /** Returns whether nothing waits any more. */
  const advance = (): boolean => {
    while (waiting.length > 0) {
      const written = writeOrDrop(writeSome, waiting[0] as Buffer);
      if (written === null) return false;
      const [first] = waiting as [Buffer];
      waitingBytes -= written;
      if (written < first.length) waiting[0] = first.subarray(written);
      else waiting = waiting.slice(1);
    }
    if (dropped === 0) return true;
    put(`${JSON.stringify({ level: 40, message: `${dropped} lines of this log were dropped: its reader was too slow` })}\n`);
    dropped = 0;
    return advance();
  };

  const retry = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      if (!advance()) retry();
    }, RETRY_MS).unref();
  };

  return {
    write(text) {
      put(text);
      if (!advance()) retry();
    },
    flush() {
      const deadline = performance.now() + FLUSH_MS;
      while (!advance() && performance.now() < deadline) pause(RETRY_MS / 5);
    },
  };
}

/** Null when nothing can be written now. What can never be written counts as written: there is nobody left to tell. */
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
