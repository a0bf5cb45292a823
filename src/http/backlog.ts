/**
 * Requests that waited while this process took over from a former one. All at once, on code that has never run, each would be
 * answered last; one after the other, the first is answered long before that. Nobody waits for a request that itself waits
 * for something: whenever the process has nothing to do, the next one begins.
 */
import { performance } from 'node:perf_hooks';

/** What a response tells of its end. */
interface Waiter {
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  once(event: 'close', listener: () => void): unknown;
}

const LOOK_EVERY_MS = 1;
/** Then the code has run, and what comes is no backlog any more. */
const LIFE_MS = 500;

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

  /** Calls `begin` now or soon, in order; not at all if the response has ended meanwhile. */
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

  /** Lets all begin. */
  close(): void {
    this.#isOver = true;
    clearInterval(this.#looking);
    for (const begin of this.#waiting.splice(0)) begin();
  }

  #next(): void {
    while (this.#running === 0 && this.#waiting.length > 0) this.#waiting.shift()?.();
  }

  /** Whoever runs waits for something else than the processor. */
  #look(): void {
    const now = idleMs();
    if (now > this.#idleMs) this.#waiting.shift()?.();
    this.#idleMs = now;
  }
}

/** How long the event loop has had nothing to do since the start. */
const idleMs = (): number => performance.nodeTiming.idleTime;
