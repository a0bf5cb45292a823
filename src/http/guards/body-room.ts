/**
 * Bounds the memory that request bodies take together: while they arrive, and until their requests are answered. When there is
 * no room, the body that arrives most slowly for its size is given up, not the one that comes last: callers who send half a
 * body and wait do not keep others out.
 */

import { BYTES_OF_VALUE, USUAL_MESSAGE } from '../../common/json.ts';

/** The room that one body takes. */
export interface BodyPlace {
  /** Counts more bytes. False when there is no room for them. */
  take(bytes: number): boolean;
  /** The body has arrived: it is not given up any more. */
  arrived(): void;
  /** Gives the room back. */
  leave(): void;
}

interface Taken {
  bytes: number;
  readonly since: number;
  /** Null once the body has arrived. */
  giveUp: (() => void) | null;
}

/** The room for all request bodies. */
export class BodyRoom {
  readonly #limit: () => number;
  readonly #taken = new Set<Taken>();
  #all = 0;

  /** @param limit in bytes, read each time */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Bytes that are counted now. */
  get used(): number {
    return this.#all;
  }

  get limit(): number {
    return this.#limit();
  }

  /** @param giveUp called when the body has to make room for others; it leaves then */
  open(giveUp: () => void): BodyPlace {
    const taken: Taken = { bytes: 0, since: performance.now(), giveUp };
    this.#taken.add(taken);
    return {
      take: (bytes) => {
        const more = costOf(taken.bytes + bytes) - costOf(taken.bytes);
        if (!this.#makeRoom(more, taken)) return false;
        taken.bytes += bytes;
        this.#all += more;
        return true;
      },
      arrived: () => {
        taken.giveUp = null;
      },
      leave: () => this.#leave(taken),
    };
  }

  #leave(taken: Taken): void {
    if (this.#taken.delete(taken)) this.#all -= costOf(taken.bytes);
  }

  #makeRoom(bytes: number, wanting: Taken): boolean {
    if (!this.#taken.has(wanting)) return false;
    if (bytes === 0 || this.#all + bytes <= this.limit) return true;
    if (bytes > this.limit - this.#fixed(wanting)) return false;
    const now = performance.now();
    while (this.#all + bytes > this.limit) {
      const slowest = this.#slowest(now);
      if (slowest === null || slowest === wanting) return false;
      this.#leave(slowest);
      slowest.giveUp?.();
    }
    return true;
  }

  /** What cannot be had by giving up others. */
  #fixed(wanting: Taken): number {
    let arriving = 0;
    for (const taken of this.#taken) if (taken !== wanting && taken.giveUp !== null) arriving += costOf(taken.bytes);
    return this.#all - arriving;
  }

  /** The body that has taken most room for most time. */
  #slowest(now: number): Taken | null {
    let slowest: Taken | null = null;
    let most = 0;
    for (const taken of this.#taken) {
      const weight = taken.giveUp === null ? 0 : costOf(taken.bytes) * (now - taken.since + 1);
      if (weight > most) [slowest, most] = [taken, weight];
    }
    return slowest;
  }
}

/** A usual message is free, as part of its connection, so that it is served whatever others send. */
const costOf = (bytes: number): number => Math.max(0, bytes - USUAL_MESSAGE);

const [BRACE, BRACKET, COMMA] = [0x7b, 0x5b, 0x2c];

/** Bytes that JSON takes once it is parsed, beyond those of its text: `[[],[],[]]` takes thirteen times its length. */
export function costOfValues(text: Buffer): number {
  if (text.length <= USUAL_MESSAGE) return 0;
  let count = 0;
  for (const byte of text) if (byte === COMMA || byte === BRACE || byte === BRACKET) count++;
  return count * BYTES_OF_VALUE;
}
