/**
 * Requests that waited while this process took over from the former one. Started all at once, on code that was never run, all
 * of them would be answered late; started in sequence, most are answered sooner. A request that waits for I/O does not delay
 * the others: whenever the event loop is idle, the next one begins.
 */
import { performance } from 'node:perf_hooks';

/** The part of a response that shows its end. */
interface Waiter {
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  once(event: 'close', listener: () => void): unknown;
}

const LOOK_EVERY_MS = 1;
/** From then on the code is warm, and requests are not delayed. */
const LIFE_MS = 500;

/** Starts waiting requests in sequence. */
export class Backlog {
  readonly #waiting: (() => void)[] = [];
  readonly #looking: NodeJS.Timeout;
  #idleMs = idleMs();
  #running = 0;
  #isOver = false;

  constructor() {
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
    setTimeout(() => this.close(), LIFE_MS).unref();
  }

  /** Calls `begin` now or soon, in order of arrival; not at all if the response has ended by then. */
  enter(response: Waiter, begin: () => void): void {
    if (this.#isOver) return begin();
    this.#waiting.push(() => {
      if (response.destroyed || response.writableEnded) return;
      this.#running++;
      response.once('close', () => {
        this.#running--;
        this.#next();
      });
      begin();
    });
    this.#next();
  }

  /** Starts all that wait. */
  close(): void {
    this.#isOver = true;
    clearInterval(this.#looking);
    for (const begin of this.#waiting.splice(0)) begin();
  }

  #next(): void {
    while (this.#running === 0 && this.#waiting.length > 0) this.#waiting.shift()?.();
  }

  /** Starts the next request if the event loop was idle since the last look: then those running wait for I/O. */
  #look(): void {
    const now = idleMs();
    if (now > this.#idleMs) this.#waiting.shift()?.();
    this.#idleMs = now;
  }
}

/** Idle time of the event loop since the process started. */
const idleMs = (): number => performance.nodeTiming.idleTime;
