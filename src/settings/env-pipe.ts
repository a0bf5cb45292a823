/** A `.env` from a pipe that a person named: `--dotenv-path <(...)`, or the mount of a password manager. It can be read once. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeFileError } from '../common/system-error.ts';
import { judgeEnvFile, MAX_BYTES, refuse, type EnvFileReading } from './env-file.ts';
import { fileProblem } from './problem.ts';

/** A password manager may ask a person first. */
const LIMIT_MS = 10_000;
const PAUSE_MS = 10;

/** Reads until the writer closes the pipe. The process can be ended meanwhile. @param limitMs for a writer that does not come, or does not end */
export async function readEnvPipe(path: string, limitMs = LIMIT_MS): Promise<EnvFileReading> {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = fstatSync(descriptor);
    const bytes = stats.isFIFO() ? await readToEnd(descriptor, performance.now() + limitMs) : null;
    if (bytes === null)
      return refuse(
        fileProblem(
          path,
          `is a named pipe, not a regular file, and nobody wrote it to its end within ${limitMs / 1_000} s`,
          'Start what writes into it, or name a regular file.',
        ),
      );
    if (bytes.length > MAX_BYTES)
      return refuse(fileProblem(path, 'is larger than 1 MiB', 'A .env contains settings only; check what writes into the pipe.'));
    return judgeEnvFile(path, { stats, bytes }, false);
  } catch (error) {
    return refuse(fileProblem(path, `cannot be read: ${describeFileError(error)}`, 'Name a regular file.'));
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** Null when the time is over. Before the first byte, an end means that no writer has come yet. */
async function readToEnd(descriptor: number, deadline: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  for (let length = 0; length <= MAX_BYTES;) {
    const part = readNow(descriptor);
    if (part !== null && part.length > 0) {
      parts.push(part);
      length += part.length;
      continue;
    }
    if (part !== null && length > 0) break;
    if (performance.now() >= deadline) return null;
    await sleep(PAUSE_MS);
  }
  return Buffer.concat(parts);
}

/** Empty at the end; null while there is nothing to read. */
function readNow(descriptor: number): Buffer | null {
  const part = Buffer.alloc(65_536);
  try {
    return part.subarray(0, readSync(descriptor, part, 0, part.length, null));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}
