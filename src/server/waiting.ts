/** Says every few seconds what a drain waits for, so that a long one does not look like a server that hangs. */
import { count } from '../common/count.ts';
import type { Log } from '../common/log.ts';

/** A call that is running. */
export interface RunningCall {
  readonly tool: string;
  readonly forMs: number;
}

/** @param running asked every `everyMs` until `work` has settled */
export async function tellWhileWaiting<Result>(
  work: Promise<Result>,
  log: Pick<Log, 'info'>,
  running: () => readonly RunningCall[],
  everyMs = TELL_EVERY_MS,
): Promise<Result> {
  const timer = setInterval(() => tell(log, running()), everyMs).unref();
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

const TELL_EVERY_MS = 3_000;

function tell(log: Pick<Log, 'info'>, running: readonly RunningCall[]): void {
  const [longest] = running.toSorted((one, other) => other.forMs - one.forMs);
  if (!longest) return log.info({ inFlight: 0 }, 'waiting for clients that are still sending a request or reading an answer');
  const seconds = Math.round(longest.forMs / 1_000);
  const fields = { inFlight: running.length, longest: longest.tool, longestMs: Math.round(longest.forMs) };
  log.info(fields, `waiting for ${count(running.length, 'request')} in flight, the longest (${longest.tool}) for ${seconds} s`);
}
