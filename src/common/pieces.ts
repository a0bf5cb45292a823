/**
 * Gathers pieces of bytes. A piece of one byte costs more than a hundred as an object of its own, so small ones are copied into
 * blocks: what is kept stays close to the number of bytes, however they were cut.
 */

/** Pieces at least this long are kept as they are. */
const LONG = 4_096;
const BLOCK = 16_384;

/** Bytes that arrive in pieces. */
export class Pieces {
  #parts: Uint8Array[] = [];
  #block: Uint8Array = EMPTY;
  #used = 0;
  #length = 0;

  /** The number of bytes. */
  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    this.#length += piece.length;
    if (piece.length >= LONG) {
      this.#seal();
      this.#parts.push(piece);
      return;
    }
    let rest = piece;
    while (rest.length > 0) {
      if (this.#used === this.#block.length) {
        this.#seal();
        this.#block = new Uint8Array(BLOCK);
      }
      const part = rest.subarray(0, this.#block.length - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.length;
      rest = rest.subarray(part.length);
    }
  }

  /** All bytes; from then on there are none. */
  take(): Buffer {
    this.#seal();
    const whole = Buffer.concat(this.#parts, this.#length);
    this.clear();
    return whole;
  }

  clear(): void {
    this.#parts = [];
    this.#block = EMPTY;
    this.#used = 0;
    this.#length = 0;
  }

  #seal(): void {
    // A copy, unless it is full: alternating long and short pieces would keep a block for each.
    if (this.#used > 0) this.#parts.push(this.#used === BLOCK ? this.#block : this.#block.slice(0, this.#used));
    this.#block = EMPTY;
    this.#used = 0;
  }
}

const EMPTY = new Uint8Array(0);
