/** What the front waits for. */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { LONGEST_QUEUE } from './socket.ts';

/** Each round of the event loop accepts one connection (libuv since 1.45) and reads from all that are readable. */
const QUIET_ROUNDS = 2;
/**
 * Accepts what waits in the kernel. Closing the listening socket would reset those connections, although their clients hold
 * them to be open and may have sent their requests.
 *
 * Returns in the round of the event loop in which the queue was found empty: close the socket before the next `await`. Where
 * clients keep connecting, it returns once everything that waited at the call has been accepted.
 * @param accepted number of connections accepted so far
 * @param deadline as of `performance.now`
 */
export async function acceptWaiting(accepted: () => number, deadline: number): Promise<void> {
  const most = accepted() + LONGEST_QUEUE;
  let before = accepted();
  for (let quiet = 0; quiet < QUIET_ROUNDS && before <= most && performance.now() < deadline;) {
    await turn();
    quiet = accepted() === before ? quiet + 1 : 0;
    before = accepted();
  }
}

/** Waits until `isTrue`, or until the deadline (as of `performance.now`), or until `signal` is aborted. */
export async function waitUntil(isTrue: () => boolean, deadline: number, signal?: AbortSignal): Promise<void> {
  const isOver = () => performance.now() >= deadline || signal?.aborted === true;
  while (!isTrue() && !isOver()) {
    await sleep(5);
    // A process that had to wait for the CPU reads what has arrived before it judges.
    await turn();
  }
}
