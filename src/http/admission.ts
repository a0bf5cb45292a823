/** Which connections are let in: counts them by address, and warns when some were turned away. */
import type { Socket } from 'node:net';
import { Counts, describeTurnedAway, type FrontLimits } from './slow-clients.ts';

const WARN_EVERY_MS = 60_000;

/** Admits connections up to the limits. */
export class Admission {
  readonly #limits: () => FrontLimits;
  readonly #warn: ((message: string) => void) | undefined;
  readonly #addresses = new Counts();
  #turnedAway = 0;
  #lastWarning = -Infinity;

  /** @param warn called at most once a minute */
  constructor(limits: () => FrontLimits, warn: ((message: string) => void) | undefined) {
    this.#limits = limits;
    this.#warn = warn;
  }

  /** Counts a connection; closes it and returns false when a limit is reached. @param all how many are open */
  admit(socket: Socket, all: number): boolean {
    const { connections, connectionsPerAddress, isTrustedProxy } = this.#limits();
    const address = socket.remoteAddress ?? '';
    const open = this.#addresses.add(address);
    socket.once('close', () => this.#addresses.remove(address));
    if (all < connections && (open <= connectionsPerAddress || isTrustedProxy(address))) return true;
    this.#turnedAway++;
    socket.destroy();
    return false;
  }

  /** @param now as of `performance.now` */
  warnWhenDue(now: number): void {
    if (this.#turnedAway === 0 || now - this.#lastWarning < WARN_EVERY_MS) return;
    this.#warn?.(describeTurnedAway(this.#turnedAway));
    this.#turnedAway = 0;
    this.#lastWarning = now;
  }
}
